"""How an entry is hashed, version 1: the same bytes as the database's finance_body and finance_hash.

docs/ledger-hash.md says it for other programs. The trigger on the journal holds every entry against
the database's own function, so the two cannot drift apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

VERSION = "pilot-ledger-1"
SEPARATOR = "\x1f"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def genesis(number: str) -> str:
    """The previous hash of a project's first entry."""
    return hashlib.sha256(f"{VERSION}{SEPARATOR}{number}".encode()).hexdigest()


def instant(at: datetime) -> str:
    """An instant as it is hashed and exported: Shanghai time with microseconds and offset."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S.%f+08:00")


def digest(fields: Iterable[str], previous: str) -> str:
    """The hash of an entry.

    fields: sequence, day, recorded_at, kind, source, category, debit, credit, amount, voucher,
    invoice, counterparty, memo, sequence reversed (empty when none), each as exported.
    """
    return hashlib.sha256(SEPARATOR.join((VERSION, *fields, previous)).encode()).hexdigest()
