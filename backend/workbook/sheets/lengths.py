"""How long a text may be where the database sets no limit of its own."""

LONG = 4000
"""Characters; a page of writing. More belongs in a document, not in a cell."""
