"""What is kept of the money."""

from finance.models.account import Account, AccountRole
from finance.models.journal import Entry, Journal, Line, Origin

__all__ = ["Account", "AccountRole", "Entry", "Journal", "Line", "Origin"]
