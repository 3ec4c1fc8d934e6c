"""Issuing a report: numbered, rendered in every format, and kept as bytes that are never made again.

The bytes are written before the rows that speak of them are committed, and taken away again where they are not.
The same facts of the same thing give the issue that was made of them the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from secrets import token_hex
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.parties.log import Actor, record
from lifecycle.reading import fetch
from reports.built import Built
from reports.models import Issue, IssuedFile, IssueFormat, LedgerPrint, ReportKind
from reports.renderers import render
from reports.versions import PROGRAM_VERSION

FOLDER = "issued"
"""Below the private file storage; in it a folder a month."""

CODES: dict[str, str] = {
    ReportKind.ACCEPTANCE: "YS",
    ReportKind.ANNUAL: "ND",
    ReportKind.SETTLEMENT: "JS",
    ReportKind.MIDTERM: "ZQ",
    ReportKind.DISBURSEMENTS: "BK",
    ReportKind.SPENDING: "ZC",
    ReportKind.REFUND: "TK",
    ReportKind.CERTIFICATE: "ZS",
    ReportKind.PARK: "YQ",
    ReportKind.DUE: "YJ",
    ReportKind.BRIEF: "JB",
}
"""The letters that stand in a report's number for its kind."""


class IssuedFileChanged(Conflict):
    """The stored file is lost, or is not the one that was issued."""

    code = "issued_file_changed"


class NoPdf(ValueError):
    """What was taken for a PDF is none, or cannot be read."""


def issue(
    built: Built, *, check_url: Callable[[str], str], actor: Actor, now: datetime
) -> tuple[Issue, bool]:
    """Keep the report for good, in every format; and whether it is new.

    check_url: the address at which a digest is told genuine. Costs one rendering in each format; issues of one
    subject wait for each other, so that numbers follow without gaps.
    """
    written: list[str] = []
    try:
        with transaction.atomic():
            fetch(
                "SELECT pg_advisory_xact_lock(hashtextextended(%(what)s, 7190412))",
                {"what": f"{built.kind} {built.subject}"},
            )
            there = Issue.objects.filter(kind=built.kind, subject=built.subject)
            same = there.filter(digest=built.digest).first()
            if same is not None:
                return same, False
            number = f"{built.subject}-{CODES[built.kind]}-{there.count() + 1:02d}"
            document = built.numbered(number, check_url(built.digest))
            files = {form: render(document, form).content for form in IssueFormat.values}
            kept = Issue.objects.create(
                number=number,
                kind=built.kind,
                subject=built.subject,
                title=document.title,
                project=built.project,
                organisation=built.organisation,
                on=built.on,
                facts=built.facts,
                digest=built.digest,
                program_version=PROGRAM_VERSION,
                issued_at=now,
                issuer_id=actor.pk,
                issuer_name=actor.name,
            )
            for form, content in files.items():
                written.append(_stored(content, now=now))
                IssuedFile.objects.create(
                    issue=kept,
                    format=form,
                    stored_as=written[-1],
                    sha256=sha256(content).hexdigest(),
                    size=len(content),
                    pages=pages_of(BytesIO(content)) if form == IssueFormat.PDF else None,
                )
            record(actor, "issue_report", subject=number, kind=built.kind, digest=built.digest)
            return kept, True
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise


def _stored(content: bytes, *, now: datetime) -> str:
    """Written under a name that nobody can guess and that says nothing."""
    path: str = default_storage.save(
        f"{FOLDER}/{timezone.localdate(now):%Y-%m}/{token_hex(16)}", ContentFile(content)
    )
    return path


def pages_of(file: IO[bytes]) -> int:
    """How many pages a PDF has.

    Raises:
        NoPdf: it is none, or cannot be read.
    """
    # A tenth of a second, which only who issues or files a paper has to wait for.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(file).pages)
    except (PyPdfError, ValueError) as fault:
        raise NoPdf(str(fault)) from fault


def content_of(file: IssuedFile) -> bytes:
    """The bytes as they were issued.

    Raises:
        IssuedFileChanged: the stored file is lost or says something else; nothing is handed out.
    """
    try:
        with default_storage.open(file.stored_as) as stored:
            content: bytes = stored.read()
    except OSError as error:
        raise IssuedFileChanged(_("已出具报告的文件缺失，请联系系统管理员。")) from error
    if sha256(content).hexdigest() != file.sha256:
        raise IssuedFileChanged(_("已出具报告的文件与出具时的校验码不符，不能提供下载，请联系系统管理员。"))
    return content


def note_print(project_id: int, *, head: str, sequence: int, now: datetime) -> None:
    """Remember that a ledger went out with this head of its chain; one statement, and nothing when it did before."""
    LedgerPrint.objects.bulk_create(
        [LedgerPrint(head=head, project_id=project_id, sequence=sequence, first_at=now)],
        ignore_conflicts=True,
    )
