"""Stamped scans of issued reports: paper that came back, matched with the pages that went out (guide 四.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lifecycle.documents import FileLost, open_document
from lifecycle.models import Document
from reports.issuing import NoPdf, pages_of
from reports.models import Issue

SUBJECT = "issue"
"""By what name papers are attached to an issue."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A paper filed against an issue. pages: of a PDF that can be read, else None. wanted: of the issued PDF."""

    document: Document
    pages: int | None
    wanted: int | None

    @property
    def is_whole(self) -> bool | None:
        """Whether it has as many pages as were issued; None where that cannot be told."""
        return None if self.pages is None or self.wanted is None else self.pages == self.wanted


def scans_of(issues: Sequence[Issue]) -> dict[int, list[Scan]]:
    """The scans of each issue by its id, oldest first; one query, and each PDF is read once a process."""
    wanted = {each.pk: next((file.pages for file in each.files.all() if file.pages), None) for each in issues}
    found: dict[int, list[Scan]] = {}
    if not wanted:
        return found
    for document in Document.objects.filter(subject=SUBJECT, subject_id__in=wanted).present().order_by("pk"):
        assert document.subject_id is not None
        pages = _pages(document.pk) if document.media_type == "application/pdf" else None
        found.setdefault(document.subject_id, []).append(Scan(document, pages, wanted[document.subject_id]))
    return found


@lru_cache(maxsize=4096)
def _pages(pk: int) -> int | None:
    """How many pages a paper has; a paper never changes. None where it cannot be read."""
    try:
        with open_document(Document.objects.get(pk=pk)) as file:
            return pages_of(file)
    except (FileLost, NoPdf, OSError):
        return None
