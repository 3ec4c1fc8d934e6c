"""A granted exception in the answers: the six rules it can cover, on its days, as far as it was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lifecycle.exemptions import ask, grant, refuse
from lifecycle.models import DatedEvent, Project
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Role
from lifecycle.rules.answers import Answer, Status
from reports.judging import answers_of
from tests.builders import day, instant, make_project, moved
from tests.papers import make_document
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]

ASKED, GRANTED, UNTIL = day("2026-11-01"), day("2026-11-10"), day("2026-11-15")
TODAY = day("2026-11-21")


def matching_below_the_ratio() -> Project:
    return make_project(park_matching="1000000")


def grant_above_the_cap() -> Project:
    return make_project(provincial_grant="6000000", park_matching="6000000", total_investment="36000000")


def park_behind_the_province() -> Project:
    project = make_project()
    moved(project, "直接拨付", "省拨款", "1000000", "2026-09-01")
    return project


def never_signed() -> Project:
    return make_project(contract_signed_on=None)


def never_applied_for() -> Project:
    return make_project()


def extended_twice() -> Project:
    project = make_project(end_on=day("2027-02-28"))
    for asked_on in ("2025-06-01", "2025-07-01"):
        DatedEvent.objects.create(
            project=project, kind="延期", happened_on=day(asked_on), result="批准", value="6"
        )
    return project


BREACHES: dict[str, Callable[[], Project]] = {
    "FIN-01": matching_below_the_ratio,
    "FIN-02": grant_above_the_cap,
    "FIN-04": park_behind_the_province,
    "LC-06": never_signed,
    "LC-07": never_applied_for,
    "LC-09": extended_twice,
}


def answer(project: Project, rule: str, on: date, known_at: datetime | None = None) -> Answer:
    (answers,) = answers_of([project], on=on, known_at=known_at).values()
    return next(each for each in answers if each.code == rule)


def asked_for(project: Project, rule: str) -> Any:
    park = Actor(make_person((Role.PARK, project.cluster.park)), role="park")
    return ask(project=project, rule=rule, reason="省市联动调剂", actor=park, on=ASKED, today=TODAY)


def allow(project: Project, rule: str, until: date | None = UNTIL) -> None:
    grant(
        exemption=asked_for(project, rule),
        document=make_document(project, category="exemption").pk,
        on=GRANTED,
        until=until,
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )


@pytest.mark.parametrize("rule", BREACHES)
def test_the_rule_is_waived_on_the_days_of_the_exception_and_no_others(rule: str) -> None:
    project = BREACHES[rule]()
    before = answer(project, rule, GRANTED)
    assert not before.status.is_met

    allow(project, rule)

    for on in (GRANTED, UNTIL):
        waived = answer(project, rule, on)
        assert waived.status is Status.WAIVED
        park = project.cluster.park.parent
        assert park is not None
        assert (waived.figures["waived_on"], waived.figures["waived_by"]) == (GRANTED, park.parent.name)
        assert waived.message == f"已于 2026-11-10 由{park.parent.name}同意例外：省市联动调剂"
        assert before.figures.keys() < waived.figures.keys()
    for on in (GRANTED - timedelta(days=1), UNTIL + timedelta(days=1)):
        assert not answer(project, rule, on).status.is_met


@pytest.mark.parametrize("rule", BREACHES)
def test_before_it_was_recorded_nobody_knew_of_it(rule: str) -> None:
    project = BREACHES[rule]()
    earlier = instant()

    allow(project, rule, until=None)

    assert answer(project, rule, GRANTED, known_at=earlier).status is not Status.WAIVED
    assert answer(project, rule, GRANTED, known_at=instant()).status is Status.WAIVED
    assert answer(project, rule, day("2026-12-31")).status is Status.WAIVED


def test_asked_for_is_not_granted_and_refused_neither() -> None:
    project = matching_below_the_ratio()
    exemption = asked_for(project, "FIN-01")
    assert answer(project, "FIN-01", TODAY).status is Status.BREACH

    refuse(exemption=exemption, reason="不同意", actor=OPERATOR_ACTOR, on=TODAY, today=TODAY)

    assert answer(project, "FIN-01", TODAY).status is Status.BREACH


def test_an_exception_to_one_rule_is_none_to_another() -> None:
    project = never_signed()

    allow(project, "LC-07")

    assert answer(project, "LC-06", GRANTED).status is Status.BREACH
    assert answer(project, "LC-07", GRANTED).status is Status.WAIVED
