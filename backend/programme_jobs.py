"""A report about many projects, made behind the scenes: as a file, or only to be looked at on its page.

Its frozen facts are kept beside the file, so that the page shows, and further files are drawn of, what was collected
once. They wait as long as the file.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from backend import made_files
from backend.access import Act, issuing_about, organisations_reported_on, require
from backend.report_jobs import MAKING, Wish, asker, drawn, keep, plain
from lifecycle.errors import Forbidden
from lifecycle.jobs import Run, ask, job
from lifecycle.models import JobRun, JobState
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, Person
from lifecycle.parties.sight import Sight, sight_of
from reports.built import Built
from reports.programme import (
    ABOUT,
    PROGRAMME,
    Choice,
    build_programme,
    choice_of,
    choices_of,
    programme_of,
)
from reports.renderers import FORMATS

COLLECTING = gettext_noop("正在汇总各项目数据")

_FACTS = "facts"
"""The piece of a run that holds the frozen facts."""


def reported_on(sight: Sight, kind: str, pk: int) -> Organisation | None:
    """The organisation in sight of which there is such a report; None where there is none.

    Raises Forbidden for whoever sees no reports about many projects.
    """
    require(Act.SEE_PROGRAMME_REPORTS, sight)
    if kind not in PROGRAMME:
        return None
    return organisations_reported_on(sight).filter(pk=pk, kind__in=PROGRAMME[kind].about).first()


def offered_to(sight: Sight) -> list[tuple[Organisation, list[Choice]]]:
    """What can be drawn up of the organisations in sight, those without anything left out; three queries."""
    organisations = list(organisations_reported_on(sight).filter(kind__in=ABOUT).order_by("-kind", "name"))
    choices = choices_of(organisations)
    return [(each, choices[each.pk]) for each in organisations if choices[each.pk]]


def ask_for_programme(
    about: Organisation, wish: Wish, *, seen: str = "", by: Person, sight: Sight, now: datetime
) -> JobRun:
    """Have the report drawn up of an organisation that `reported_on` gave; without a form only to be looked at.

    seen: the run whose facts are to be drawn, as `run_about` gave it, instead of those that hold by then.

    Raises:
        NothingToReport: there is no such report.
        Forbidden: it is to be issued, and not by this person.
    """
    choice_of(wish.kind, about, wish.which)
    if wish.is_issued:
        issuing_about(Actor(by, wish.address), sight, about, wish.kind)
    return ask(build_programme_report, now=now, by=by, organisation=about.pk, seen=seen, **asdict(wish))


@job("reports.programme", title=gettext_lazy("生成多项目报告"), seconds=3600)
def build_programme_report(run: Run, *, organisation: int, seen: str = "", **wish: Any) -> dict[str, Any]:
    """The report about the organisation's projects, kept to be looked at, and as a file where one is wished for.

    seen: see `ask_for_programme`. wish: see `Wish`; without a form there is no file.

    Gives {"kind", "organisation", "on", "which"}, with a file also {"name", "media_type", "size", "sha256", "number",
    "is_new"}.

    Raises DomainError where whoever asked may not see or issue it by now.
    """
    wanted = Wish(**wish)
    person = asker(run.id)
    sight = sight_of(person)
    about = reported_on(sight, wanted.kind, organisation)
    if about is None:
        raise Forbidden(_("您没有此项权限。"))
    actor = Actor(person, wanted.address)
    if wanted.is_issued:
        actor = issuing_about(actor, sight, about, wanted.kind)
    run.advance(0, None, COLLECTING)
    with translation.override(wanted.language):
        report = _report(run, about, wanted, seen)
        made_files.keep_piece(run.id, _FACTS, report.facts)
        result = {"kind": wanted.kind, "organisation": about.pk, "on": wanted.on, "which": wanted.which}
        if not wanted.form:
            return result
        run.advance(0, None, MAKING)
        made = drawn(report, wanted, name=_name(report, wanted), actor=actor, now=run.now())
    return {**result, **keep(run, made, wanted)}


def run_about(about: Organisation, kind: str, pk: UUID, person: Person) -> JobRun | None:
    """The person's own run that drew up this report of the organisation; None where there is none."""
    run = JobRun.objects.filter(pk=pk, job=build_programme_report.name, asked_by=person).first()
    if run is None or (run.arguments["kind"], run.arguments["organisation"]) != (kind, about.pk):
        return None
    return run


def report_of(run: JobRun, about: Organisation) -> Built:
    """The report that the run drew up of the organisation; the run has to be done.

    Raises:
        FileGone: its facts were cleared away.
    """
    assert run.state == JobState.DONE, "a report is looked at once it was drawn up"
    wanted = run.arguments
    return programme_of(
        wanted["kind"],
        about,
        made_files.piece_of(run.pk, _FACTS),
        on=date.fromisoformat(wanted["on"]),
        which=wanted["which"],
    )


def _report(run: Run, about: Organisation, wanted: Wish, seen: str) -> Built:
    if seen:
        facts = made_files.piece_of(UUID(seen), _FACTS)
        return programme_of(wanted.kind, about, facts, on=wanted.day, which=wanted.which)
    return build_programme(
        wanted.kind,
        about,
        on=wanted.day,
        today=timezone.localdate(run.now()),
        which=wanted.which,
        progress=lambda done, total: run.advance(done, total, COLLECTING),
    )


def _name(report: Built, wanted: Wish) -> str:
    assert report.organisation is not None
    words = (report.organisation.name, report.document.title, wanted.on, _("草稿"))
    return f"{'-'.join(plain(each) for each in words)}.{FORMATS[wanted.form].suffix}"
