"""Papers: taken in as they came, stored out of the web's reach, found again with their versions.

The bytes are written before the row that speaks of them is committed, and taken away again where it is
not: a row never lacks its file. A file may be left over when the program is killed in between or when a
caller's own transaction fails later; `manage.py verify_documents` finds and sweeps those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import IO, Any
from unicodedata import normalize

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, Invalid, StageForbids
from lifecycle.faults import Faults
from lifecycle.files import Unfit, clean_name, kind_of
from lifecycle.files.names import stem_of
from lifecycle.models import (
    Acceptance,
    AnnualReport,
    ChangeRequest,
    Contract,
    Document,
    DocumentCategory,
    Exemption,
    Finding,
    Inspection,
    Milestone,
    Project,
    ProjectState,
    Signature,
    Tranche,
)
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes of one file."""

TITLE_LENGTH = 200
NUMBER_LENGTH = 200
FOLDER = "documents"
"""Below the private file storage; in it a folder a month."""

ROUND_THE_FILE = 64 * 1024
"""Bytes that a form may add to the file it carries."""

PROVINCE_PAPERS = frozenset({DocumentCategory.DECISION, DocumentCategory.EXEMPTION})
"""What only the province files: papers by which it decides."""

AFTER_CLOSEOUT = frozenset(
    {
        DocumentCategory.CERTIFICATE,
        DocumentCategory.DECISION,
        DocumentCategory.ACCEPTANCE,
        DocumentCategory.REFUND,
    }
)
"""What a closed project still takes: papers for its archive, and of money coming back, as its ledger does."""


class AlreadyReplaced(Conflict):
    """A newer version stands in the place of the one that was to be replaced."""

    code = "already_replaced"


class AlreadyFiled(Conflict):
    """The same bytes are on file for the same thing."""

    code = "already_filed"


class FileLost(Conflict):
    """The row is there and its file is not."""

    code = "file_lost"


@dataclass(frozen=True, slots=True)
class _Subject:
    model: type[models.Model]
    project: str


_subjects: dict[str, _Subject] = {}


def subject(name: str, model: type[models.Model], *, project: str = "project") -> None:
    """Let papers be attached to things of `model`. name: its model's, in lower case. project: path to it.

    Raises ValueError for another name, or when it stands for another model already.
    """
    known = _subjects.setdefault(name, _Subject(model, project))
    if known.model is not model or name != model._meta.model_name:
        raise ValueError(f"{name} is no name for {model.__name__}")


for _model in (
    Milestone,
    AnnualReport,
    Inspection,
    Finding,
    ChangeRequest,
    Acceptance,
    Exemption,
    Contract,
    Tranche,
):
    subject(str(_model._meta.model_name), _model)
subject("signature", Signature, project="contract__project")


def subject_names() -> list[str]:
    """The names that papers may be attached by."""
    return list(_subjects)


def subject_of(project: Project, name: str, pk: int) -> models.Model | None:
    """The thing inside the project that a paper may be attached to; None where there is none."""
    if name not in _subjects:
        return None
    known = _subjects[name]
    found: models.Model | None = known.model._default_manager.filter(
        pk=pk, **{known.project: project}
    ).first()
    return found


def subjects_of(documents: Iterable[Document]) -> dict[tuple[str, int], models.Model]:
    """The things that papers are attached to, by name and id; a query for each name among them."""
    wanted: dict[str, set[int]] = {}
    for document in documents:
        if document.subject in _subjects and document.subject_id is not None:
            wanted.setdefault(document.subject, set()).add(document.subject_id)
    return {
        (name, pk): thing
        for name, ids in wanted.items()
        for pk, thing in _subjects[name].model._default_manager.in_bulk(ids).items()
    }


def file_document(
    *,
    project: Project,
    upload: File[bytes],
    category: str,
    title: str,
    number: str = "",
    subject: str = "",
    subject_id: int | None = None,
    replaces: int | None = None,
    actor: Actor,
    now: datetime,
) -> Document:
    """Take a file in as a new paper of the project, or as the next version of the paper `replaces` (its id).

    upload: an uploaded file; it is read in pieces and stays open. title: the file's name where empty.
    subject, subject_id: what inside the project it is about. Who may file which category is the caller's.

    Raises:
        Invalid: texts, category or subject are wrong, or `replaces` is of another category or subject.
        Unfit: the file is empty, too large, or not what its name says.
        StageForbids: the project is closed and the paper is none for its archive.
        AlreadyReplaced: somebody filed the next version first.
        AlreadyFiled: the very same file is on file there.
    Whatever is raised, neither row nor file is left behind.
    """
    name = clean_name(upload.name or "")
    title = " ".join(title.split()) or stem_of(name)[:TITLE_LENGTH]
    number = " ".join(normalize("NFKC", number).split())
    faults = Faults()
    faults.text("title", title, limit=TITLE_LENGTH, is_required=False)
    faults.text("number", number, limit=NUMBER_LENGTH, is_required=False)
    if category not in DocumentCategory.values:
        faults["category"] = _("请选择文件类别。")
    if bool(subject) != (subject_id is not None) or (subject and subject not in _subjects):
        faults["subject"] = _("所附事项无法识别。")
    media_type = ""
    try:
        media_type = _looked_at(upload, name)
    except Unfit as fault:
        if not faults:
            raise
        faults |= fault.details
    faults.refuse()
    stored = _store(upload, now=now)
    try:
        return _filed(
            project,
            stored,
            actor=actor,
            now=now,
            replaces=replaces,
            category=category,
            title=title,
            number=number,
            subject=subject,
            subject_id=subject_id,
            file_name=name,
            media_type=media_type,
        )
    except BaseException:
        default_storage.delete(stored.path)
        raise


@dataclass(frozen=True, slots=True)
class _Stored:
    path: str
    size: int
    sha256: str


@transaction.atomic
def _filed(
    project: Project, stored: _Stored, *, actor: Actor, now: datetime, replaces: int | None, **facts: Any
) -> Document:
    kept = Project.objects.held(project.pk)
    category, name, pk = facts["category"], facts["subject"], facts["subject_id"]
    if kept.state == ProjectState.CLOSED and category not in AFTER_CLOSEOUT:
        raise StageForbids(
            _("项目已结题，只能补充证书、决定文件、验收材料和退款凭证。"), details={"state": kept.state}
        )
    if name and subject_of(kept, name, pk) is None:
        raise _invalid("subject", _("本项目没有所附的这一事项。"))
    there = Document.objects.filter(project=kept, category=category, subject=name, subject_id=pk)
    version = 1
    if replaces is not None:
        former = there.filter(pk=replaces).first()
        if former is None:
            raise _invalid("replaces", _("只能替换本项目同一类别、同一事项的文件。"))
        newer = Document.objects.filter(replaces=former).first()
        if newer is not None:
            raise AlreadyReplaced(
                _("“%(title)s”已有第 %(version)d 版，请在最新版本上继续。")
                % {"title": newer.title, "version": newer.version},
                details={"document": newer.pk},
            )
        version = former.version + 1
    same = there.present().filter(sha256=stored.sha256).first()
    if same is not None:
        raise AlreadyFiled(
            _("内容相同的文件“%(title)s”已经在此存档，无需重复上传。") % {"title": same.title},
            details={"document": same.pk},
        )
    document = Document.objects.create(
        project=kept,
        stored_as=stored.path,
        size=stored.size,
        sha256=stored.sha256,
        version=version,
        replaces_id=replaces,
        uploader_id=actor.pk,
        uploader_name=actor.name,
        **facts,
    )
    take_step(
        document,
        "file",
        number=kept.number,
        actor=actor,
        on=timezone.localdate(now),
        category=category,
        title=document.title,
        version=version,
        sha256=stored.sha256,
    )
    return document


def _looked_at(upload: File[bytes], name: str) -> str:
    """The media type of the file. Raises Unfit."""
    if not name:
        raise Unfit(_("文件没有可用的名称，请改名后再上传。"))
    if not upload.size:
        raise Unfit(_("文件是空的。"))
    if upload.size > LARGEST_FILE:
        raise too_large()
    return kind_of(_raw(upload), name)


def _raw(upload: File[bytes]) -> IO[bytes]:
    """The plain file inside, which every reader understands."""
    assert upload.file is not None
    return upload.file


def too_large() -> Unfit:
    """Why a file above LARGEST_FILE is not taken."""
    return Unfit(_("文件超过 %(limit)d MB。") % {"limit": LARGEST_FILE // 1024**2}, code="too_large")


class _Hashed(File):
    """A file that is digested as its pieces go by."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.digest = sha256()
        self.count = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in super().chunks(chunk_size):
            self.digest.update(chunk)
            self.count += len(chunk)
            yield chunk


def _store(upload: File[bytes], *, now: datetime) -> _Stored:
    """The file under a name that nobody can guess and that says nothing."""
    passing = _Hashed(_raw(upload))
    path = default_storage.save(f"{FOLDER}/{timezone.localdate(now):%Y-%m}/{token_hex(16)}", passing)
    return _Stored(path, passing.count, passing.digest.hexdigest())


def open_document(document: Document) -> File[bytes]:
    """The bytes of a paper, to be read and closed. Raises FileLost when they are gone."""
    try:
        return default_storage.open(document.stored_as)
    except FileNotFoundError as error:
        raise FileLost(
            _("“%(title)s”的文件在存储中找不到，请联系系统管理员。") % {"title": document.title},
            details={"document": document.pk},
        ) from error


def versions_of(documents: Iterable[int]) -> dict[int, list[Document]]:
    """All versions of each paper, the newest first, by the id that was asked for; one query."""
    found: dict[int, list[Document]] = {}
    for version in Document.objects.raw(_VERSIONS, {"ids": list(documents)}):
        found.setdefault(vars(version)["seed"], []).append(version)
    return found


_VERSIONS = """
    WITH RECURSIVE ahead (seed, id) AS (
        SELECT d.id, d.id FROM lifecycle_document d WHERE d.id = ANY(%(ids)s)
        UNION ALL
        SELECT a.seed, d.id FROM ahead a JOIN lifecycle_document d ON d.replaces_id = a.id
    ), behind (seed, id, replaces_id) AS (
        SELECT d.id, d.id, d.replaces_id FROM lifecycle_document d WHERE d.id = ANY(%(ids)s)
        UNION ALL
        SELECT b.seed, d.id, d.replaces_id FROM behind b JOIN lifecycle_document d ON d.id = b.replaces_id
    ), chain AS (
        SELECT seed, id FROM ahead UNION SELECT seed, id FROM behind
    )
    SELECT d.*, chain.seed FROM chain JOIN lifecycle_document d ON d.id = chain.id
    ORDER BY chain.seed, d.version DESC
"""


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, details={field: sentence})
