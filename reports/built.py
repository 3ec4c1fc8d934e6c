"""A report that was built: the frozen facts and the document that was composed of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from lifecycle.models import Project
from lifecycle.parties.models import Organisation
from reports.document import Document
from reports.exports import build
from reports.facts import digest_of


@dataclass(frozen=True, slots=True)
class Built:
    """facts: canonical JSON, the only thing `document` says. subject: what it is about within its kind, as in
    `Issue`; project, or organisation where it is about no single project.
    """

    kind: str
    subject: str
    on: date
    facts: bytes
    document: Document
    project: Project | None = None
    organisation: Organisation | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the facts, as it is printed."""
        return digest_of(self.facts)

    def draft(self) -> Document:
        """The document as it is shown before it is issued."""
        return replace(self.document, digest=self.digest, number="", check_url="")

    def numbered(self, number: str, check_url: str) -> Document:
        """The document as it is issued under `number`. check_url: where its digest is told genuine or not."""
        return replace(self.document, digest=self.digest, number=number, check_url=check_url)


def built(kind: str, project: Project, *, on: date, today: date, which: str = "") -> Built:
    """The report of that kind on one project as of the end of `on`. which: see `reports.exports.build`.

    Raises KeyError where there is no such kind, NothingToReport where the project has no such thing.
    """
    facts, document = build(kind, project, on=on, today=today, which=which)
    subject = f"{project.number}-{which}" if which else project.number
    return Built(kind, subject, min(on, today), facts, document, project=project)
