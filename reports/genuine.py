"""Whether paper in hand is one that was issued: asked with the digest printed on it, by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.models import Issue, LedgerPrint


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be told of a digest to one who has nothing but the paper.

    kind: of the report, or "ledger". number: of the issue; sequence: of the last entry that the ledger had. pages: of
    the PDF. later: the number of the issue that has overtaken it, or empty; entries_since: of a ledger, how many
    entries were recorded after it.
    """

    kind: str
    issued_at: datetime
    number: str = ""
    pages: int | None = None
    later: str = ""
    sequence: int = 0
    entries_since: int = 0

    @property
    def is_overtaken(self) -> bool:
        return bool(self.later) or self.entries_since > 0


def verdict_on(digest: str) -> Verdict | None:
    """What was issued under the digest of its facts, of one of its files, or of a ledger's head; None: nothing.

    Three queries at most, each by its index.
    """
    issued = (
        Issue.objects.filter(digest=digest).order_by("pk").first()
        or Issue.objects.filter(files__sha256=digest).order_by("pk").first()
    )
    if issued is not None:
        later = (
            Issue.objects.filter(kind=issued.kind, subject=issued.subject, pk__gt=issued.pk)
            .order_by("-pk")
            .values_list("number", flat=True)
            .first()
        )
        pages = issued.files.filter(format="pdf").values_list("pages", flat=True).first()
        return Verdict(issued.kind, issued.issued_at, issued.number, pages, later or "")
    printed = LedgerPrint.objects.filter(head=digest).select_related("project__journal").first()
    if printed is None:
        return None
    since = printed.project.journal.sequence - printed.sequence
    return Verdict("ledger", printed.first_at, sequence=printed.sequence, entries_since=since)
