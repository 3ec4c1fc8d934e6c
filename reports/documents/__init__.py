"""From the facts of a report to its document: title, head, sections, what follows them. Pure."""
