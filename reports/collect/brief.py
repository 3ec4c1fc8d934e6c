"""The facts of the month's brief on compliance (月度合规简报): the answers of all projects, against the month before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from finance.rules.held_at_park import RULE as HELD_AT_PARK
from lifecycle.models import Project, ProjectState
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.rules.answers import Answer, Status
from reports.collect.many import (
    Progress,
    above,
    in_chinese,
    made_by,
    party_of,
    projects_below,
    unmet_on,
    untold,
)
from reports.collect.money import NOTHING
from reports.collect.snapshot import one_snapshot
from reports.errors import NothingToReport
from reports.facts_programme import (
    BriefFacts,
    LateMoney,
    NewBreach,
    PlaceChange,
    RuleChange,
    StageCount,
    WorstProject,
)
from reports.kept import refresh
from reports.rule_set import RULE_OF

if TYPE_CHECKING:
    from pandas import DataFrame

KIND = "brief"
LISTED = 50
"""New breaches, and late money, that a brief lists; of more it says how many."""

WORST = 10

_UNMET = {Status.WARN: "warn", Status.BREACH: "breach"}


@dataclass(frozen=True, slots=True)
class _Place:
    """A project with the names it is counted under."""

    project: Project
    park: str
    batch: str


def month_before(on: date) -> date:
    """The last day of the month before."""
    return on.replace(day=1) - timedelta(days=1)


def collect_brief(
    organisation: Organisation, *, on: date, today: date, which: str = "", progress: Progress = untold
) -> BriefFacts:
    """All that the brief says of every project as of the end of `on`, and of the last day of the month before.

    Today's answers are those that are kept, refreshed first; another day's are judged anew, as known now. Memory: what
    is not met, and one chunk of projects; the statements of a chunk do not grow with it. progress: counts each project
    twice, once for each day.
    """
    if organisation.kind != OrganisationKind.PROVINCE:
        raise NothingToReport(_("月度合规简报由省级编制。"))
    before = month_before(on)
    if on == today:
        refresh(projects_below(organisation), on=on, progress=lambda done, total: progress(done, 2 * total))
    with one_snapshot(), in_chinese():
        places = {
            each.pk: _Place(each, each.cluster.park.name, each.cluster.batch.name)
            for each in projects_below(organisation)
        }
        ids = sorted(places)
        steps = 2 * len(ids)
        now = list(unmet_on(ids, on=on, today=today, progress=progress, total=steps))
        then = list(unmet_on(ids, on=before, today=today, progress=progress, before=len(ids), total=steps))
        frame = _frame(places, [(pk, answer.code, _UNMET[answer.status]) for pk, answer in now])
        former = _frame(places, [(pk, answer.code, _UNMET[answer.status]) for pk, answer in then])
        breached = {(pk, answer.code) for pk, answer in then if answer.status is Status.BREACH}
        breaches = [(pk, answer) for pk, answer in now if answer.status is Status.BREACH]
        fresh = [(pk, answer) for pk, answer in breaches if (pk, answer.code) not in breached]
        late = _late(places, breaches)
        return BriefFacts(
            kind=KIND,
            on=on,
            made_by=made_by(),
            organisation=party_of(organisation),
            above=above(organisation),
            before=before,
            projects=len(ids),
            breaching=_distinct(frame, "breach"),
            warned=_only_warned(frame),
            breaching_before=_distinct(former, "breach"),
            stages=_stages(places.values()) if on == today else [],
            rules=_rules(frame, former),
            parks=_by_place("park", places, frame, former),
            batches=_by_place("batch", places, frame, former),
            new_count=len(fresh),
            mended_count=len(breached - {(pk, answer.code) for pk, answer in breaches}),
            new_breaches=_new(places, fresh),
            late_count=len(late),
            late_sum=sum((each.held for each in late), NOTHING),
            late=late[:LISTED],
            worst=_worst(places, frame),
        )


def _frame(places: dict[int, _Place], rows: list[tuple[int, str, str]]) -> DataFrame:
    """A row for each answer that is not met. pandas takes a second to import, so only who needs it does."""
    from pandas import DataFrame

    frame = DataFrame(rows, columns=["project", "rule", "status"])
    frame["counted"] = frame["project"]
    frame["park"] = [places[pk].park for pk, _code, _status in rows]
    frame["batch"] = [places[pk].batch for pk, _code, _status in rows]
    return frame


def _pivot(frame: DataFrame, by: str, *, distinct: bool = False) -> dict[str, dict[str, int]]:
    """{name: {status: how many answers}}, or how many projects with such answers."""
    if frame.empty:
        return {}
    table = frame.pivot_table(
        index=by,
        columns="status",
        values="counted",
        aggfunc="nunique" if distinct else "count",
        fill_value=0,
    )
    found: dict[str, dict[str, int]] = table.astype(int).to_dict(orient="index")
    return found


def _distinct(frame: DataFrame, status: str) -> int:
    """How many projects have such an answer."""
    return int(frame.loc[frame["status"] == status, "project"].nunique())


def _only_warned(frame: DataFrame) -> int:
    """How many projects have warnings and no breach."""
    breaching = frame.loc[frame["status"] == "breach", "project"]
    return int(frame.loc[~frame["project"].isin(breaching), "project"].nunique())


def _stages(places: Iterable[_Place]) -> list[StageCount]:
    """How many projects are at each stage today, in the order of the way."""
    states = [each.project.state for each in places]
    return [
        StageCount(stage=str(state.label), projects=states.count(state))
        for state in ProjectState
        if state in states
    ]


def _rules(now: DataFrame, then: DataFrame) -> list[RuleChange]:
    counts, former = _pivot(now, "rule"), _pivot(then, "rule")
    return [
        RuleChange(
            code=code,
            title=str(rule.title),
            warned=counts.get(code, {}).get("warn", 0),
            breached=counts.get(code, {}).get("breach", 0),
            warned_before=former.get(code, {}).get("warn", 0),
            breached_before=former.get(code, {}).get("breach", 0),
        )
        for code, rule in RULE_OF.items()
    ]


def _by_place(by: str, places: dict[int, _Place], now: DataFrame, then: DataFrame) -> list[PlaceChange]:
    """By name: the projects of each park or batch, and what is not met there."""
    names = [getattr(each, by) for each in places.values()]
    answers, projects = _pivot(now, by), _pivot(now, by, distinct=True)
    former = _pivot(then, by, distinct=True)
    warned = _pivot(_without_breach(now), by, distinct=True)
    return [
        PlaceChange(
            name=name,
            projects=names.count(name),
            breaching=projects.get(name, {}).get("breach", 0),
            warned=warned.get(name, {}).get("warn", 0),
            breaches=answers.get(name, {}).get("breach", 0),
            breaching_before=former.get(name, {}).get("breach", 0),
        )
        for name in sorted(set(names))
    ]


def _without_breach(frame: DataFrame) -> Any:
    breaching = frame.loc[frame["status"] == "breach", "project"]
    return frame.loc[~frame["project"].isin(breaching)]


def _new(places: dict[int, _Place], fresh: Iterable[tuple[int, Answer]]) -> list[NewBreach]:
    ordered = sorted(fresh, key=lambda each: (places[each[0]].project.number, each[1].code))
    return [
        NewBreach(
            number=places[pk].project.number,
            name=places[pk].project.name,
            park=places[pk].park,
            code=answer.code,
            title=str(RULE_OF[answer.code].title),
            sentence=answer.message,
        )
        for pk, answer in ordered[:LISTED]
    ]


def _late(places: dict[int, _Place], breaches: Iterable[tuple[int, Answer]]) -> list[LateMoney]:
    """What lies at parks beyond the limit, the longest first."""
    found = [
        LateMoney(
            number=places[pk].project.number,
            unit=places[pk].project.unit.name,
            park=places[pk].park,
            held=Decimal(answer.figures["held"]),
            oldest=answer.figures["oldest"],
            days=int(answer.figures["days"]),
        )
        for pk, answer in breaches
        if answer.code == HELD_AT_PARK.code and "oldest" in answer.figures
    ]
    return sorted(found, key=lambda each: (-each.days, each.number))


def _worst(places: dict[int, _Place], frame: DataFrame) -> list[WorstProject]:
    """The projects with the most breaches, then the most warnings."""
    counts = _pivot(frame, "project")
    codes = {
        pk: sorted(rules) for pk, rules in frame.loc[frame["status"] == "breach"].groupby("project")["rule"]
    }
    ranked = sorted(
        counts.items(),
        key=lambda each: (
            -each[1].get("breach", 0),
            -each[1].get("warn", 0),
            places[int(each[0])].project.number,
        ),
    )
    return [
        WorstProject(
            number=places[int(pk)].project.number,
            name=places[int(pk)].project.name,
            unit=places[int(pk)].project.unit.name,
            park=places[int(pk)].park,
            breaches=of.get("breach", 0),
            warnings=of.get("warn", 0),
            codes=codes.get(int(pk), []),
        )
        for pk, of in ranked[:WORST]
    ]
