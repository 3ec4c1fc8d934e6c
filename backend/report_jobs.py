"""Reports made behind the scenes: one on one project, or those of many projects in one archive."""

from __future__ import annotations

import logging
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from backend import made_files
from backend.access import require_issuing
from backend.check_address import check_url
from lifecycle.errors import DomainError
from lifecycle.jobs import Run, Stopped, job
from lifecycle.models import JobRun, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight, sight_of
from reports.built import built
from reports.issuing import content_of, issue
from reports.renderers import FORMATS, render

logger = logging.getLogger(__name__)

MAKING = gettext_noop("正在生成报告")
PACKING = gettext_noop("正在打包")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""When every file in an archive says it was made, so that the same files are the same archive."""


@job("reports.build", title=gettext_lazy("生成报告"), seconds=600)
def build_report(
    run: Run,
    *,
    project: int,
    kind: str,
    form: str,
    is_issued: bool,
    on: str,
    address: str,
    language: str,
    which: str = "",
) -> dict[str, Any]:
    """One report as a file, a draft or issued. which: see `reports.exports.build`.

    Gives {"name", "media_type", "size", "sha256", "number"}.

    Raises DomainError where whoever asked may not issue it by now.
    """
    person = _asker(run)
    sight = sight_of(person)
    wanted = Project.objects.visible_to(sight).with_parties().get(pk=project)
    run.advance(0, None, MAKING)
    with translation.override(language):
        name, content, number = _made(
            run, wanted, kind, which, form, is_issued, on, Actor(person, address), sight
        )
    return {
        **made_files.keep(run.id, content, name=name, media_type=FORMATS[form].media_type),
        "number": number,
    }


@job("reports.batch", title=gettext_lazy("批量生成报告"), seconds=7200)
def build_reports(
    run: Run,
    *,
    projects: list[int],
    kind: str,
    form: str,
    is_issued: bool,
    on: str,
    address: str,
    language: str,
    which: str = "",
) -> dict[str, Any]:
    """The reports of many projects in one archive; what fails is told and does not stop the rest.

    What an earlier attempt had made is taken as it is. Gives {"name", "media_type", "size", "sha256", "made",
    "failed": [{"project", "message"}]}.
    """
    person = _asker(run)
    sight = sight_of(person)
    wanted = list(Project.objects.visible_to(sight).with_parties().filter(pk__in=projects).order_by("number"))
    failed: list[dict[str, str]] = []
    pieces: list[tuple[str, str]] = []
    for place, project in enumerate(wanted):
        run.advance(place, len(wanted) + 1, MAKING)
        piece = made_files.path_of(run.id, str(project.pk))
        try:
            with translation.override(language):
                name = _piece_name(project, kind, which, form)
                if not default_storage.exists(piece):
                    actor = Actor(person, address)
                    made = _made(run, project, kind, which, form, is_issued, on, actor, sight)
                    default_storage.save(piece, ContentFile(made[1]))
        except Stopped:
            raise
        except DomainError as refusal:
            failed.append({"project": project.number, "message": refusal.message})
        except Exception:
            logger.exception("report %s of project %s", kind, project.number)
            with translation.override(language):
                message = _("未能生成，系统管理员可在运行日志中查看原因。")
            failed.append({"project": project.number, "message": message})
        else:
            pieces.append((name, piece))
    run.advance(len(wanted), len(wanted) + 1, PACKING)
    with TemporaryFile() as archive:
        _pack(archive, pieces)
        with translation.override(language):
            name = f"{_('报告')}-{on}.zip"
        kept = made_files.keep(run.id, archive, name=name, media_type="application/zip")
    for _name, piece in pieces:
        default_storage.delete(piece)
    return {**kept, "made": len(pieces), "failed": failed}


@job("reports.sweep", title=gettext_lazy("清理过期的生成文件"), at="40 3 * * *")
def sweep_made(run: Run) -> dict[str, int]:
    """Drop files that nobody fetched in time. Gives {"dropped": how many}."""
    return {"dropped": made_files.sweep(now=run.now())}


def _asker(run: Run) -> Person:
    person = JobRun.objects.select_related("asked_by").get(pk=run.id).asked_by
    assert person is not None, "a report is asked for by a person"
    return person


def _made(
    run: Run,
    project: Project,
    kind: str,
    which: str,
    form: str,
    is_issued: bool,
    on: str,
    actor: Actor,
    sight: Sight,
) -> tuple[str, bytes, str]:
    """(file name, bytes, number) of one report; the number is empty for a draft."""
    today = timezone.localdate(run.now())
    report = built(kind, project, on=date.fromisoformat(on), today=today, which=which)
    if not is_issued:
        return _piece_name(project, kind, which, form), render(report.draft(), form).content, ""
    require_issuing(sight, project, kind)
    kept, _is_new = issue(report, check_url=check_url, actor=actor, now=run.now())
    return f"{kept.number}.{FORMATS[form].suffix}", content_of(kept.files.get(format=form)), kept.number


def _piece_name(project: Project, kind: str, which: str, form: str) -> str:
    """A file name that any system takes, whatever a project's number holds."""
    number = "".join("_" if sign in '/\\:*?"<>|' or sign < " " else sign for sign in project.number)
    return f"{'-'.join(filter(None, (number, kind, which)))}.{FORMATS[form].suffix}"


def _pack(archive: IO[bytes], pieces: list[tuple[str, str]]) -> None:
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for name, piece in pieces:
            with default_storage.open(piece) as file, packed.open(ZipInfo(name, EPOCH), "w") as into:
                for chunk in file.chunks():
                    into.write(chunk)
    archive.seek(0)
