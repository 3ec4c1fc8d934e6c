"""A report on one project, made behind the scenes, and what its making has in common with that of many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy, gettext_noop

from backend import made_files
from backend.access import require_issuing
from backend.check_address import check_url
from lifecycle.jobs import Run, job
from lifecycle.models import JobRun, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight, sight_of
from reports.built import built
from reports.issuing import content_of, issue
from reports.renderers import FORMATS, render

MAKING = gettext_noop("正在生成报告")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report is asked for, and how.

    which: see `reports.exports.build`. form: the format of the file. on: the day of its facts, ISO. address: where
    it was asked from. language: of the file's name and of refusals.
    """

    kind: str
    form: str
    is_issued: bool
    on: str
    address: str
    language: str
    which: str = ""


@job("reports.build", title=gettext_lazy("生成报告"), seconds=600)
def build_report(run: Run, *, project: int, **wish: Any) -> dict[str, Any]:
    """One report as a file, a draft or issued. wish: see `Wish`.

    Gives {"name", "media_type", "size", "sha256", "number"}.

    Raises DomainError where whoever asked may not issue it by now.
    """
    wanted = Wish(**wish)
    person = asker(run.id)
    sight = sight_of(person)
    found = Project.objects.visible_to(sight).with_parties().get(pk=project)
    run.advance(0, None, MAKING)
    with translation.override(wanted.language):
        name, content, number = make(found, wanted, person=person, sight=sight, now=run.now())
    return {
        **made_files.keep(run.id, content, name=name, media_type=FORMATS[wanted.form].media_type),
        "number": number,
    }


@job("reports.sweep", title=gettext_lazy("清理过期的生成文件"), at="40 3 * * *")
def sweep_made(run: Run) -> dict[str, int]:
    """Drop files that nobody fetched in time. Gives {"dropped": how many}."""
    return {"dropped": made_files.sweep(now=run.now())}


def asker(run: UUID) -> Person:
    """Who asked for the run of a report."""
    person = JobRun.objects.select_related("asked_by").get(pk=run).asked_by
    assert person is not None, "a report is asked for by a person"
    return person


def make(
    project: Project, wish: Wish, *, person: Person, sight: Sight, now: datetime
) -> tuple[str, bytes, str]:
    """(file name, bytes, number) of one report; the number is empty for a draft.

    Raises DomainError where it cannot be made, or the person may not issue it.
    """
    today = timezone.localdate(now)
    report = built(wish.kind, project, on=date.fromisoformat(wish.on), today=today, which=wish.which)
    if not wish.is_issued:
        return file_name(project, wish), render(report.draft(), wish.form).content, ""
    require_issuing(sight, project, wish.kind)
    kept, _is_new = issue(report, check_url=check_url, actor=Actor(person, wish.address), now=now)
    content = content_of(kept.files.get(format=wish.form))
    return f"{kept.number}.{FORMATS[wish.form].suffix}", content, kept.number


def file_name(project: Project, wish: Wish) -> str:
    """A file name that any system takes, whatever a project's number holds."""
    number = "".join("_" if sign in '/\\:*?"<>|' or sign < " " else sign for sign in project.number)
    return f"{'-'.join(filter(None, (number, wish.kind, wish.which)))}.{FORMATS[wish.form].suffix}"
