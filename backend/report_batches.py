"""The reports of many projects in one archive, made by as many workers as are free.

Every report is a piece in the private storage until all are packed. One worker makes them in turn and packs; the
others lend a hand, each taking whatever nobody is at. Should all of them be busy, the first does it alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from backend import made_files
from backend.report_jobs import MAKING, Wish, asker, file_name, make
from lifecycle.errors import DomainError
from lifecycle.jobs import Run, ask, job
from lifecycle.models import JobRun, JobState, Project
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight, sight_of
from lifecycle.reading import fetch

logger = logging.getLogger(__name__)

PACKING = gettext_noop("正在打包")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""When every file in an archive says it was made, so that the same files are the same archive."""

WORTH_A_HAND = 4
"""A batch of fewer reports is done before anybody else has begun."""

_PIECES = 7_190_413
"""Seed of the advisory locks on pieces: two workers do not make the same one."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch as each worker knows it. projects: those still in sight of whoever asked, by number."""

    id: UUID
    wish: Wish
    person: Person
    sight: Sight
    projects: list[Project]

    def piece(self, project: Project) -> str:
        return str(project.pk)

    def has(self, project: Project) -> bool:
        return default_storage.exists(made_files.path_of(self.id, self.piece(project)))


@job("reports.batch", title=gettext_lazy("批量生成报告"), seconds=7200)
def build_reports(run: Run, *, projects: list[int], **wish: Any) -> dict[str, Any]:
    """The reports of many projects in one archive; what fails is told and does not stop the rest. wish: see `Wish`.

    What an earlier attempt had made is taken as it is. Gives {"name", "media_type", "size", "sha256", "made",
    "failed": [{"project", "message"}]}.
    """
    batch = _batch(run.id, projects, Wish(**wish))
    for _number in range(_hands(len(batch.projects))):
        ask(lend_a_hand, now=run.now(), batch=str(run.id))
    refused = _make_all(run, batch)
    run.advance(len(batch.projects), len(batch.projects) + 1, PACKING)
    made = [project for project in batch.projects if project.pk not in refused]
    result = {
        **_packed(batch, made),
        "made": len(made),
        "failed": [
            {"project": project.number, "message": refused[project.pk]}
            for project in batch.projects
            if project.pk in refused
        ],
    }
    # From here on nobody lends a hand any more, so that no piece comes back once it is gone.
    run.finish(result, even_if_cancelled=True)
    for project in made:
        default_storage.delete(made_files.path_of(run.id, batch.piece(project)))
    return result


@job("reports.lend", title=gettext_lazy("协助批量生成报告"), seconds=7200)
def lend_a_hand(run: Run, *, batch: str) -> dict[str, int]:
    """Make pieces of a batch that nobody is at, as long as it goes on. Gives {"made": how many}.

    What cannot be made is left to the batch, which says why.
    """
    helped = JobRun.objects.get(pk=batch)
    arguments = dict(helped.arguments)
    found = _batch(helped.pk, arguments.pop("projects"), Wish(**arguments))
    made = 0
    for place, project in enumerate(found.projects):
        run.advance(place, len(found.projects), MAKING)
        if not _goes_on(found):
            break
        with _alone(found, project) as is_ours:
            if is_ours and not found.has(project) and not _refusal(run, found, project):
                made += 1
    return {"made": made}


def _batch(pk: UUID, projects: list[int], wish: Wish) -> _Batch:
    person = asker(pk)
    sight = sight_of(person)
    found = Project.objects.visible_to(sight).with_parties().filter(pk__in=projects).order_by("number")
    return _Batch(pk, wish, person, sight, list(found))


def _hands(projects: int) -> int:
    """How many of the other workers of a machine are asked to help."""
    return 0 if projects < WORTH_A_HAND else max(settings.JOB_WORKERS - 1, 0)


def _goes_on(batch: _Batch) -> bool:
    return JobRun.objects.filter(pk=batch.id, state=JobState.RUNNING, cancel_asked_at=None).exists()


def _make_all(run: Run, batch: _Batch) -> dict[int, str]:
    """Have every piece made; why some could not be, by project."""
    refused: dict[int, str] = {}
    others: list[Project] = []
    for place, project in enumerate(batch.projects):
        run.advance(place, len(batch.projects) + 1, MAKING)
        with _alone(batch, project) as is_ours:
            if not is_ours:
                others.append(project)
            elif not batch.has(project) and (why := _refusal(run, batch, project)):
                refused[project.pk] = why
    for project in others:
        # Whoever was at it is done by now, gave up on it, or is gone.
        with _alone(batch, project, waits=True):
            if not batch.has(project) and (why := _refusal(run, batch, project)):
                refused[project.pk] = why
    return refused


def _refusal(run: Run, batch: _Batch, project: Project) -> str:
    """Make the piece; why it could not be made, or nothing."""
    with translation.override(batch.wish.language):
        try:
            made = make(project, batch.wish, person=batch.person, sight=batch.sight, now=run.now())
        except DomainError as refusal:
            return refusal.message
        except Exception:
            logger.exception("report %s of project %s", batch.wish.kind, project.number)
            return _("未能生成，系统管理员可在运行日志中查看原因。")
    made_files.keep_piece(batch.id, batch.piece(project), made.content)
    return ""


@contextmanager
def _alone(batch: _Batch, project: Project, *, waits: bool = False) -> Iterator[bool]:
    """Whether nobody else is at this piece meanwhile. The lock goes with its connection, so a lost worker holds none."""
    key = {"what": made_files.path_of(batch.id, batch.piece(project)), "seed": _PIECES}
    function = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
    is_ours = fetch(f"SELECT {function}(hashtextextended(%(what)s, %(seed)s))", key)[0][0] is not False
    try:
        yield is_ours
    finally:
        if is_ours:
            fetch("SELECT pg_advisory_unlock(hashtextextended(%(what)s, %(seed)s))", key)


def _packed(batch: _Batch, projects: list[Project]) -> dict[str, Any]:
    """Put the pieces of these projects into the archive of the batch; what its result says of the file."""
    with translation.override(batch.wish.language):
        name = f"{_('报告')}-{batch.wish.on}.zip"
    with TemporaryFile() as archive:
        _pack(archive, batch, projects)
        return made_files.keep(batch.id, archive, name=name, media_type="application/zip")


def _pack(archive: IO[bytes], batch: _Batch, projects: list[Project]) -> None:
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for project in projects:
            piece = made_files.path_of(batch.id, batch.piece(project))
            entry = ZipInfo(file_name(project, batch.wish), EPOCH)
            with default_storage.open(piece) as file, packed.open(entry, "w") as into:
                for chunk in file.chunks():
                    into.write(chunk)
    archive.seek(0)
