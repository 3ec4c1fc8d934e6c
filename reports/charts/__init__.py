"""Charts of reports: plain values in, a document's Figure out. They draw figures and say them in words; they judge nothing.

Each is drawn as a vector with its text as text, in the face of the headings, for a printer without colour and for
eyes that see few: what differs in colour differs in hatch, dash or mark too, and lines are labelled where they are.
"""
