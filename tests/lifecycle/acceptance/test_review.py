"""The city's opinion, the province's consent, and who organises."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.acceptance.review import AGREED, agree, city_review, organises, possible_organisers
from lifecycle.acceptance.rounds import NotApplied, WrongStep
from lifecycle.errors import Invalid
from lifecycle.guards import Case, say
from lifecycle.models import Acceptance, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, Role, SecurityEvent
from lifecycle.parties.sight import sight_of
from tests.builders import day, make_park, make_project, make_unit, walked
from tests.lifecycle.acceptance.builders import TODAY, agreed, applied, judged, reread
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return applied("2026-04-01")


def review(project: Project, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {"opinion": "同意上报。", "on": day("2026-04-10")}
    return city_review(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def city_of(project: Project) -> Organisation:
    city = project.cluster.park.parent
    assert city is not None
    return city


def province_of(project: Project) -> Organisation:
    province = city_of(project).parent
    assert province is not None
    return province


def consent(project: Project, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {"organiser": province_of(project), "on": day("2026-05-01")}
    return agree(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def test_the_citys_opinion_is_kept_with_its_step(project: Project):
    acceptance = reread(review(project, opinion=" 同意上报。 "))

    assert (acceptance.city_opinion, acceptance.city_reviewed_on) == ("同意上报。", day("2026-04-10"))
    step = Step.objects.of(acceptance).get()
    assert (step.act, step.on, step.reason) == ("city_review", day("2026-04-10"), "同意上报。")
    assert SecurityEvent.objects.filter(act="acceptance_city_review", subject=project.number).exists()


def test_the_opinion_may_be_said_anew_until_the_province_agrees(project: Project):
    review(project)
    assert review(project, opinion="补充材料后同意。").city_opinion == "补充材料后同意。"

    consent(project)
    with pytest.raises(WrongStep) as refusal:
        review(project)
    assert refusal.value.details == {"state": "agreed"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opinion": " "}, "opinion"),
        ({"opinion": "字" * 5001}, "opinion"),
        ({"opinion": "a\x07"}, "opinion"),
        ({"on": day("2026-03-31")}, "on"),
        ({"on": day("2026-11-22")}, "on"),
    ],
)
def test_what_is_wrong_with_an_opinion_is_named(project: Project, changes, field):
    with pytest.raises(Invalid) as refusal:
        review(project, **changes)

    assert set(refusal.value.details) == {field}
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("on", ["2026-04-01", "2026-11-21"])
def test_the_city_reviews_from_the_day_of_the_application_until_today(project: Project, on: str):
    assert review(project, on=day(on)).city_reviewed_on == day(on)


def test_nothing_is_reviewed_before_it_is_applied_for():
    with pytest.raises(NotApplied):
        review(make_project(milestones=False))


def test_province_and_city_of_the_park_may_organise(project: Project):
    assert possible_organisers(project) == [province_of(project), city_of(project)]


def test_so_may_the_city_of_a_unit_outside_the_park():
    elsewhere = make_park()
    unit = make_unit(elsewhere)
    unit.parent = elsewhere.parent
    unit.save()
    project = applied(unit=unit)

    assert possible_organisers(project)[0] == province_of(project)
    assert possible_organisers(project)[-2:] == [city_of(project), elsewhere.parent]


@pytest.mark.parametrize("which", [city_of, province_of])
def test_the_province_agrees_without_the_city_and_names_who_organises(project: Project, which):
    acceptance = reread(consent(project, organiser=which(project)))

    assert (acceptance.state, acceptance.agreed_on, acceptance.organiser) == (
        "agreed",
        day("2026-05-01"),
        which(project),
    )
    assert Step.objects.of(acceptance).get().details == {"organiser": which(project).name}


def test_a_stranger_does_not_organise(project: Project):
    stranger = make_park().parent
    for other in (stranger, project.cluster.park, project.unit):
        with pytest.raises(Invalid) as refusal:
            consent(project, organiser=other)
        assert set(refusal.value.details) == {"organiser"}


@pytest.mark.parametrize("on", ["2026-04-09", "2026-11-22"])
def test_consent_follows_the_review_and_is_not_to_come(project: Project, on: str):
    review(project, on=day("2026-04-10"))

    with pytest.raises(Invalid):
        consent(project, on=day(on))
    assert consent(project, on=day("2026-04-10")).agreed_on == day("2026-04-10")


def test_consent_does_not_come_before_the_application(project: Project):
    with pytest.raises(Invalid):
        consent(project, on=day("2026-03-31"))


def test_said_once_more_it_hands_the_task_to_another_and_the_day_stays(project: Project):
    consent(project)

    acceptance = reread(consent(project, organiser=city_of(project), on=day("2026-05-20")))

    assert (acceptance.organiser, acceptance.agreed_on) == (city_of(project), day("2026-05-01"))
    assert [step.act for step in Step.objects.of(acceptance)] == ["agree", "hand_over"]
    with pytest.raises(Invalid):
        consent(project, on=day("2026-04-30"))


def test_after_the_verdict_nobody_else_organises():
    acceptance = judged()

    with pytest.raises(WrongStep) as refusal:
        consent(acceptance.project)
    assert refusal.value.details == {"state": "reviewed"}


def test_in_another_stage_the_step_is_refused_with_the_stage(project: Project):
    consent(project)
    walked(project, "terminated")

    with pytest.raises(WrongStep) as refusal:
        consent(project)
    assert refusal.value.details == {"state": "terminated"}


@pytest.mark.parametrize(("by", "who"), [("province", Role.PROVINCE), ("city", Role.CITY)])
def test_only_the_one_who_was_named_organises(project: Project, by: str, who: Role):
    acceptance = agreed(project, by=by)
    people = {
        Role.PROVINCE: make_person((Role.PROVINCE, province_of(project))),
        Role.CITY: make_person((Role.CITY, city_of(project))),
    }
    stranger = make_park().parent
    assert stranger is not None

    assert {role for role, person in people.items() if organises(acceptance, sight_of(person))} == {who}
    assert not organises(acceptance, sight_of(make_person((Role.CITY, stranger))))


def test_before_consent_nobody_organises(project: Project):
    acceptance = review(project)

    assert not organises(acceptance, sight_of(make_person((Role.PROVINCE, province_of(project)))))


@pytest.mark.parametrize(("on", "is_met"), [("2026-04-30", False), ("2026-05-01", True)])
def test_the_gate_asks_for_consent_by_its_day(project: Project, on: str, is_met: bool):
    consent(project)

    found = AGREED.look(Case(project, day(on), TODAY))

    assert found.is_met is is_met
    assert "2026-05-01" in say(found.sentence, found.figures)


def test_without_an_application_on_record_the_gate_is_shut_and_changes_nothing(project: Project):
    assert not AGREED.look(Case(project, TODAY, TODAY)).is_met
    assert not Acceptance.objects.exists()
