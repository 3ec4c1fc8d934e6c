"""Recorded exceptions: who asks, who decides, on what paper, and what a refused act leaves behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lifecycle.acting import organisation_acting
from lifecycle.errors import DomainError, Invalid, StageForbids
from lifecycle.exemptions import AlreadyAsked, Decided, NotYours, ask, grant, refuse, withdraw
from lifecycle.models import Exemption, ExemptionState, Project, Step
from lifecycle.models.exemption import WAIVABLE
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Organisation, OrganisationKind, Role, SecurityEvent
from tests.builders import day, make_project, make_unit, walked
from tests.papers import make_document
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]

TODAY = date(2026, 11, 21)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def acting(role: str, project: Project) -> Actor:
    park = project.cluster.park
    city = park.parent
    assert city is not None and city.parent is not None
    organisation = {"unit": project.unit, "park": park, "city": city, "province": city.parent}[role]
    return Actor(make_person((role, organisation)), role=role)


def asked(project: Project, **facts: Any) -> Exemption:
    values: dict[str, Any] = {
        "rule": "FIN-04",
        "reason": "省市联动调剂",
        "on": day("2026-11-01"),
        "actor": facts.pop("actor", None) or acting("park", project),
    }
    return ask(project=project, today=TODAY, **(values | facts))


def granted(exemption: Exemption, **facts: Any) -> Exemption:
    values: dict[str, Any] = {"on": day("2026-11-10"), "actor": acting("province", exemption.project)}
    if "document" not in facts:
        facts["document"] = make_document(exemption.project, category="exemption").pk
    return grant(exemption=exemption, today=TODAY, **(values | facts))


def refused(exemption: Exemption, **facts: Any) -> Exemption:
    values: dict[str, Any] = {
        "reason": "理由不充分",
        "on": day("2026-11-10"),
        "actor": acting("province", exemption.project),
    }
    return refuse(exemption=exemption, today=TODAY, **(values | facts))


def withdrawn(exemption: Exemption, **facts: Any) -> Exemption:
    values: dict[str, Any] = {"on": day("2026-11-10"), "actor": acting("park", exemption.project)}
    return withdraw(exemption=exemption, today=TODAY, **(values | facts))


def fails(kind: type[DomainError], act: Any, thing: Any, **facts: Any) -> DomainError:
    """The refusal, once it has shown that nothing changed."""
    before = list(Exemption.objects.order_by("pk").values()), Step.objects.exclude(act="file").count()
    with pytest.raises(kind) as refusal:
        act(thing, **facts)
    after = list(Exemption.objects.order_by("pk").values()), Step.objects.exclude(act="file").count()
    assert after == before
    return refusal.value


@pytest.mark.parametrize("rule", WAIVABLE)
@pytest.mark.parametrize("role", ["unit", "park", "city"])
def test_those_it_binds_ask(project: Project, rule: str, role: str) -> None:
    actor = acting(role, project)

    exemption = asked(project, rule=rule, actor=actor, reason=" 省市联动调剂 ")

    exemption.refresh_from_db()
    assert (exemption.state, exemption.reason) == (ExemptionState.ASKED, "省市联动调剂")
    assert exemption.asked_by == organisation_acting(actor, project).name
    (step,) = Step.objects.of(exemption)
    assert (step.act, step.role, step.to_state, step.on) == ("ask", role, "asked", day("2026-11-01"))
    assert SecurityEvent.objects.get(act="exemption_ask").subject == project.number


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"rule": "FIN-03"}, ["rule"]),
        ({"rule": ""}, ["rule"]),
        ({"reason": "  "}, ["reason"]),
        ({"reason": "长" * 2001}, ["reason"]),
        ({"reason": "a\x00b"}, ["reason"]),
        ({"on": day("2026-11-22")}, ["on"]),
        ({"on": day("1999-12-31")}, ["on"]),
        ({"rule": "x", "reason": "", "on": day("2026-11-22")}, ["reason", "on", "rule"]),
    ],
)
def test_what_is_wrong_is_refused_all_at_once(
    project: Project, facts: dict[str, Any], fields: list[str]
) -> None:
    assert list(fails(Invalid, asked, project, **facts).details) == fields


@pytest.mark.parametrize(
    "facts", [{"on": TODAY}, {"on": day("2000-01-01")}, {"reason": "长" * 2000}, {"reason": "一\n二"}]
)
def test_what_is_just_right_is_taken(project: Project, facts: dict[str, Any]) -> None:
    assert asked(project, **facts).pk


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_a_project_that_has_ended_is_judged_as_it_stands(state: str) -> None:
    ended = make_project(milestones=False, state=state)

    assert fails(StageForbids, asked, ended).details == {"state": state}


@pytest.mark.parametrize("state", ["approved", "funding", "implementing", "acceptance", "suspended"])
def test_one_that_has_not_may_be_excepted(state: str) -> None:
    assert granted(asked(make_project(milestones=False, state=state))).state == ExemptionState.GRANTED


def test_a_rule_is_asked_for_once_at_a_time(project: Project) -> None:
    first = asked(project)

    assert fails(AlreadyAsked, asked, project).details == {"exemption": first.pk, "state": "asked"}
    asked(project, rule="LC-06")
    refused(first)
    second = asked(project)
    granted(second, until=day("2026-12-31"))
    third = asked(project)
    granted(third)
    assert fails(AlreadyAsked, asked, project).details["state"] == "granted"


def test_the_province_grants_on_paper(project: Project) -> None:
    exemption = asked(project)
    paper = make_document(project, category="decision")

    granted(exemption, document=paper.pk, until=day("2027-06-30"))

    exemption.refresh_from_db()
    assert (exemption.state, exemption.document) == (ExemptionState.GRANTED, paper)
    assert (exemption.granted_on, exemption.until) == (day("2026-11-10"), day("2027-06-30"))
    assert project.cluster.park.parent is not None
    assert exemption.granted_by == str(project.cluster.park.parent.parent)
    step = Step.objects.of(exemption).last()
    assert step is not None
    assert (step.act, step.from_state, step.to_state) == ("grant", "asked", "granted")
    assert SecurityEvent.objects.get(act="exemption_grant").details["document"] == paper.pk


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"on": day("2026-10-31")}, ["on"]),
        ({"on": day("2026-11-22")}, ["on"]),
        ({"until": day("2026-11-09")}, ["until"]),
        ({"until": day("2100-01-01")}, ["until"]),
        ({"document": 0}, ["document"]),
        ({"document": 10**30, "until": day("2026-01-01")}, ["until", "document"]),
    ],
)
def test_days_out_of_order_and_no_paper_are_refused(
    project: Project, facts: dict[str, Any], fields: list[str]
) -> None:
    assert list(fails(Invalid, granted, asked(project), **facts).details) == fields


@pytest.mark.parametrize(
    "facts", [{"on": day("2026-11-01")}, {"on": TODAY}, {"until": day("2026-11-10")}, {"until": None}]
)
def test_days_at_the_edge_are_taken(project: Project, facts: dict[str, Any]) -> None:
    assert granted(asked(project), **facts).state == ExemptionState.GRANTED


def test_the_paper_is_one_of_this_project_of_its_kind_and_present(project: Project) -> None:
    exemption = asked(project)
    former = make_document(project, category="exemption")
    papers = [
        make_document(make_project(milestones=False), category="exemption"),
        make_document(project, category="other"),
        former,
    ]
    newer = make_document(project, category="exemption", replaces=former.pk)

    for paper in papers:
        assert list(fails(Invalid, granted, exemption, document=paper.pk).details) == ["document"]
    granted(exemption, document=newer.pk)


def test_no_paper_no_exception_whoever_writes(project: Project) -> None:
    exemption = asked(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.filter(pk=exemption.pk).update(state="granted")


def test_the_province_says_why_not(project: Project) -> None:
    exemption = asked(project)
    assert list(fails(Invalid, refused, exemption, reason=" ").details) == ["reason"]
    assert list(fails(Invalid, refused, exemption, on=day("2026-10-31")).details) == ["on"]

    refused(exemption)

    exemption.refresh_from_db()
    step = Step.objects.of(exemption).last()
    assert step is not None
    assert (exemption.state, step.act, step.reason) == ("refused", "refuse", "理由不充分")


def test_whoever_asked_takes_it_back_and_nobody_else(project: Project) -> None:
    exemption = asked(project)
    for role in ("unit", "city"):
        fails(NotYours, withdrawn, exemption, actor=acting(role, project))
    assert list(fails(Invalid, withdrawn, exemption, on=day("2026-10-31")).details) == ["on"]

    withdrawn(exemption)

    exemption.refresh_from_db()
    assert exemption.state == "withdrawn"


@pytest.mark.parametrize("end", [granted, refused, withdrawn])
@pytest.mark.parametrize("act", [granted, refused, withdrawn])
def test_what_is_decided_stays_decided(project: Project, end: Any, act: Any) -> None:
    exemption = asked(project)
    end(exemption)

    assert fails(Decided, act, exemption).details["state"] == Exemption.objects.get().state


def test_an_ended_project_is_granted_nothing_more_but_may_be_cleared_up(project: Project) -> None:
    first, second = asked(project), asked(project, rule="LC-06")
    paper = make_document(project, category="exemption").pk
    walked(project, "terminated")

    fails(StageForbids, granted, first, document=paper)
    refused(first)
    withdrawn(second)


class TestActing:
    def test_a_unit_in_another_place_has_a_city_of_its_own(self, project: Project) -> None:
        elsewhere = Organisation.objects.create(name="另市", kind=OrganisationKind.CITY)
        unit = make_unit(project.cluster.park)
        unit.parent = elsewhere
        unit.save()
        project.unit = unit
        project.save()

        actor = Actor(make_person((Role.CITY, elsewhere)), role="city")

        assert organisation_acting(actor, project) == elsewhere

    def test_the_operator_acts_for_the_province(self, project: Project) -> None:
        assert project.cluster.park.parent is not None
        assert organisation_acting(OPERATOR_ACTOR, project) == project.cluster.park.parent.parent

    def test_a_province_need_not_stand_above_the_park(self, project: Project) -> None:
        province = Organisation.objects.create(name="省厅", kind=OrganisationKind.PROVINCE)

        actor = Actor(make_person((Role.PROVINCE, province)), role="province")

        assert organisation_acting(actor, project) == province

    def test_a_stranger_acts_for_nobody(self, project: Project) -> None:
        stranger = acting("park", make_project(milestones=False))

        with pytest.raises(ValueError, match="does not act as park"):
            organisation_acting(stranger, project)
