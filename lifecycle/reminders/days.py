"""Days that no rule of the book sets: by when somebody answers what lies before them. Working assumptions.

See docs/decisions/what-is-due.md.
"""

from __future__ import annotations

REVIEW_DAYS = 15
"""Within how many days one looks over what was handed to one, confirms a payment, or mends what was returned."""

ACCEPTANCE_DAYS = 30
"""Within how many days a panel is brought together after the consent, and a project closed after its verdict."""
