"""From the facts of a report to its document: title, head, sections, charts. No queries."""
