"""Papers that stand in more than one place: the same bytes, or the same number of the same kind of paper.

What its reader may not see is counted and never named, as with invoices (FIN-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q

from lifecycle.documents import versions_of
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.models.document import DocumentQuerySet
from lifecycle.parties.sight import Sight

NUMBERED = frozenset(
    {DocumentCategory.CERTIFICATE, DocumentCategory.AUDIT, DocumentCategory.TECHNICAL_REPORT}
)
"""Papers whose number belongs to one thing alone."""

NAMED = 500
"""How many others are named at most, over all papers asked about."""


@dataclass(slots=True)
class Others:
    """Other papers like one: those in sight, with their project at hand, and how many more there are."""

    named: list[Document] = field(default_factory=list)
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.named or self.hidden)


@dataclass(slots=True)
class Twice:
    """A paper with those of the same bytes and those of the same number; its own versions are none."""

    document: Document
    content: Others = field(default_factory=Others)
    number: Others = field(default_factory=Others)

    def __bool__(self) -> bool:
        return bool(self.content or self.number)


def duplicates_of(document: Document, sight: Sight) -> Twice:
    """Where else the paper stands, in this project and in all others; four queries.

    Of a number only the newest version of each paper counts.
    """
    return twice([document], sight)[document.pk]


def papers_used_twice(project: Project, sight: Sight) -> list[Twice]:
    """The project's present papers that stand elsewhere too, by category and age; five queries."""
    papers = Document.objects.filter(project=project).present().order_by("category", "pk")
    return [found for found in twice(list(papers), sight).values() if found]


def twice(documents: Sequence[Document], sight: Sight) -> dict[int, Twice]:
    """Where else each paper stands, by its id and in the order given; four queries however many."""
    found = {document.pk: Twice(document) for document in documents}
    if not found:
        return found
    chains = versions_of(found)
    by_content, by_number = _alike(documents)
    counted = _counted(by_content, "sha256", sight) | _counted(by_number, "number", sight)
    others = list(
        (by_content | by_number).visible_to(sight).select_related("project").order_by("pk")[: NAMED + 1]
    )
    for document in documents:
        own = chains[document.pk]
        known = {version.pk for version in own}
        kinds = [("sha256", found[document.pk].content)]
        if _has_number(document) and own[0].pk == document.pk:
            kinds.append(("number", found[document.pk].number))
        for name, like in kinds:
            mark = _mark(document, name)
            like.named = [
                other
                for other in others
                if other.pk not in known and _is_counted(other, name) and _mark(other, name) == mark
            ]
            in_all, in_sight = counted.get((name, mark), (0, 0))
            like.hidden = in_all - in_sight
    return found


def _alike(documents: Iterable[Document]) -> tuple[DocumentQuerySet, DocumentQuerySet]:
    """The papers of the same bytes as some of these, and those of the same number."""
    contents = {document.sha256 for document in documents}
    numbers: dict[str, set[str]] = {}
    for document in documents:
        if _has_number(document):
            numbers.setdefault(document.category, set()).add(document.number)
    numbered = Q(pk__in=())
    for category, said in numbers.items():
        numbered |= Q(category=category, number__in=said)
    every = Document.objects.annotate(is_replaced=F("replaced_by"))
    return every.filter(sha256__in=contents), every.filter(numbered, is_replaced=None)


def _has_number(document: Document) -> bool:
    return bool(document.number) and document.category in NUMBERED


def _is_counted(document: Any, name: str) -> bool:
    return name == "sha256" or (_has_number(document) and document.is_replaced is None)


def _mark(document: Document, name: str) -> tuple[str, str]:
    """What two papers share: the digest, or the number within the category."""
    return (document.category, document.number) if name == "number" else ("", document.sha256)


def _counted(
    papers: DocumentQuerySet, name: str, sight: Sight
) -> dict[tuple[str, tuple[str, str]], tuple[int, int]]:
    """(in all, in sight) by kind of likeness and mark."""
    seen = sight.projects("project__")
    in_sight = Count("pk", filter=seen) if seen else Count("pk")
    columns = ("category", "number") if name == "number" else ("sha256",)
    rows = papers.order_by().values_list(*columns).annotate(in_all=Count("pk"), in_sight=in_sight)
    return {
        (name, tuple(["", *mark][-2:])): (in_all, seen_of_them)  # type: ignore[misc]
        for *mark, in_all, seen_of_them in rows
    }
