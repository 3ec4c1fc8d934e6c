"""A report on one project, made behind the scenes, and what its making has in common with other reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy, gettext_noop

from backend import made_files
from backend.access import require_issuing
from backend.check_address import check_url
from lifecycle.jobs import Run, job
from lifecycle.models import JobRun, Project
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight, sight_of
from reports.built import Built, built
from reports.issuing import content_of, issue
from reports.renderers import FORMATS, render

MAKING = gettext_noop("正在生成报告")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report is asked for, and how.

    which: see `reports.exports.build`. form: the format of the file, empty where none is wanted. on: the day of its
    facts, ISO. address: where it was asked from. language: of the file's name and of refusals.
    """

    kind: str
    form: str
    is_issued: bool
    on: str
    address: str
    language: str
    which: str = ""

    @property
    def day(self) -> date:
        return date.fromisoformat(self.on)


class Made(NamedTuple):
    """A report as a file. number: empty for a draft. is_new: whether it was issued just now."""

    name: str
    content: bytes
    number: str = ""
    is_new: bool = False


@job("reports.build", title=gettext_lazy("生成报告"), seconds=600)
def build_report(run: Run, *, project: int, **wish: Any) -> dict[str, Any]:
    """One report as a file, a draft or issued. wish: see `Wish`.

    Gives {"name", "media_type", "size", "sha256", "number", "is_new"}.

    Raises DomainError where whoever asked may not issue it by now.
    """
    wanted = Wish(**wish)
    person = asker(run.id)
    sight = sight_of(person)
    found = Project.objects.visible_to(sight).with_parties().get(pk=project)
    run.advance(0, None, MAKING)
    with translation.override(wanted.language):
        made = make(found, wanted, person=person, sight=sight, now=run.now())
    return keep(run, made, wanted)


@job("reports.sweep", title=gettext_lazy("清理过期的生成文件"), at="40 3 * * *")
def sweep_made(run: Run) -> dict[str, int]:
    """Drop files that nobody fetched in time. Gives {"dropped": how many}."""
    return {"dropped": made_files.sweep(now=run.now())}


def asker(run: UUID) -> Person:
    """Who asked for the run of a report."""
    person = JobRun.objects.select_related("asked_by").get(pk=run).asked_by
    assert person is not None, "a report is asked for by a person"
    return person


def make(project: Project, wish: Wish, *, person: Person, sight: Sight, now: datetime) -> Made:
    """One report on one project.

    Raises DomainError where it cannot be made, or the person may not issue it.
    """
    report = built(wish.kind, project, on=wish.day, today=timezone.localdate(now), which=wish.which)
    if wish.is_issued:
        require_issuing(sight, project, wish.kind)
    return drawn(report, wish, name=file_name(project, wish), actor=Actor(person, wish.address), now=now)


def drawn(report: Built, wish: Wish, *, name: str, actor: Actor, now: datetime) -> Made:
    """The report as the file that is wished for, and a line about it in the log. name: of a draft.

    Whether the actor may issue it was asked before.
    """
    if not wish.is_issued:
        record(
            actor,
            "draft_report",
            subject=report.subject,
            kind=report.kind,
            format=wish.form,
            digest=report.digest,
        )
        return Made(name, render(report.draft(), wish.form).content)
    kept, is_new = issue(report, check_url=check_url, actor=actor, now=now)
    content = content_of(kept.files.get(format=wish.form))
    return Made(f"{kept.number}.{FORMATS[wish.form].suffix}", content, kept.number, is_new)


def keep(run: Run, made: Made, wish: Wish) -> dict[str, Any]:
    """Keep the file for whoever asked for the run; what its result says of it."""
    media_type = FORMATS[wish.form].media_type
    return {
        **made_files.keep(run.id, made.content, name=made.name, media_type=media_type),
        "number": made.number,
        "is_new": made.is_new,
    }


def file_name(project: Project, wish: Wish) -> str:
    """A file name that any system takes, whatever a project's number holds."""
    return f"{'-'.join(filter(None, (plain(project.number), wish.kind, wish.which)))}.{FORMATS[wish.form].suffix}"


def plain(text: str) -> str:
    """The text as a part of a file name that any system takes."""
    return "".join("_" if sign in '/\\:*?"<>|' or sign < " " else sign for sign in text)
