"""The facts of the list of what is due to be accepted (应结未结项目清单, R5), of a city or of the province."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from lifecycle.models import EventKind
from lifecycle.parties.models import Organisation, OrganisationKind
from reports.collect.many import (
    Progress,
    Stood,
    above,
    in_chinese,
    made_by,
    party_of,
    projects_below,
    stood_on,
    untold,
)
from reports.collect.snapshot import one_snapshot
from reports.errors import NothingToReport
from reports.facts_programme import DueFacts, DueGroup, DueListFacts
from reports.overview import ACCEPTED

KIND = "due"


def collect_due(
    organisation: Organisation, *, on: date, today: date, which: str = "", progress: Progress = untold
) -> DueListFacts:
    """The projects whose term ended by the end of `on`, as far as the year of `on` has to do with them.

    Due in the year is what ended in it up to `on`; carried over is what ended before and was not concluded by the last
    year's end. What was terminated or revoked by `on` is not due any more. Groups: of a city its parks, of the province
    its cities. Thirteen statements for up to 500 projects.
    """
    if organisation.kind not in (OrganisationKind.CITY, OrganisationKind.PROVINCE):
        raise NothingToReport(_("应结未结项目清单按设区市或全省编制。"))
    begins = date(on.year, 1, 1)
    with one_snapshot(), in_chinese():
        candidates = list(projects_below(organisation).filter(start_on__lte=on))
        lines = []
        for each in stood_on(candidates, on=on, is_past=on < today, progress=progress):
            if each.end_on > on or each.life.standing.is_ended:
                continue
            line = _line(each, organisation, begins=begins, on=on)
            if line.is_carried or each.end_on >= begins:
                lines.append(line)
        return DueListFacts(
            kind=KIND,
            on=on,
            made_by=made_by(),
            organisation=party_of(organisation),
            above=above(organisation),
            year=on.year,
            groups=_groups(lines),
            projects=sorted(lines, key=lambda line: (line.group, line.end_on, line.number)),
        )


def _line(each: Stood, organisation: Organisation, *, begins: date, on: date) -> DueFacts:
    project = each.project
    park = project.cluster.park
    group = (
        park.name if organisation.kind == OrganisationKind.CITY or park.parent is None else park.parent.name
    )
    applied = [event.on for event in each.life.happened(EventKind.ACCEPTANCE_APPLICATION.value)]
    verdicts = each.life.happened(EventKind.ACCEPTANCE_VERDICT.value)
    verdict = verdicts[-1] if verdicts else None
    concluded_on = verdict.on if verdict and each.stage.is_closed and verdict.result in ACCEPTED else None
    return DueFacts(
        number=project.number,
        name=project.name,
        unit=project.unit.name,
        park=park.name,
        batch=project.cluster.batch.name,
        stage=each.label,
        end_on=each.end_on,
        group=group,
        is_carried=each.end_on < begins and (concluded_on is None or concluded_on >= begins),
        applied_on=applied[-1] if applied else None,
        concluded_on=concluded_on,
        verdict=verdict.result if verdict else "",
        days=max(((concluded_on or on) - each.end_on).days, 0),
    )


def _groups(lines: Iterable[DueFacts]) -> list[DueGroup]:
    by_name: dict[str, list[DueFacts]] = {}
    for line in lines:
        by_name.setdefault(line.group, []).append(line)
    return [
        DueGroup(
            name=name,
            carried=sum(each.is_carried for each in of),
            carried_done=sum(each.is_carried and each.concluded_on is not None for each in of),
            due=sum(not each.is_carried for each in of),
            due_done=sum(not each.is_carried and each.concluded_on is not None for each in of),
        )
        for name, of in sorted(by_name.items())
    ]
