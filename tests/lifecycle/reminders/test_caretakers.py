"""Who looks after a project: named by one's own organisation, handed over once, with what was said last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from lifecycle.errors import Invalid
from lifecycle.models import Caretaker, Delivery, Project, Step
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, Person, Role, SecurityEvent
from lifecycle.reminders.caretakers import (
    NotAColleague,
    cared_for,
    colleagues,
    hand_over,
    handed_over,
    open_points,
    set_caretaker,
)
from tests.builders import day, instant, make_cluster, make_matter, make_message, make_park, make_project
from tests.people import make_person

pytestmark = pytest.mark.django_db
TODAY = day("2026-06-01")


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def park(project: Project) -> Organisation:
    return project.cluster.park


@pytest.fixture
def wang(park: Organisation) -> Person:
    return make_person((Role.PARK, park), username="wang")


@pytest.fixture
def li(park: Organisation) -> Person:
    return make_person((Role.PARK, park), username="li")


def name(project: Project, organisation: Organisation, person: Person | None) -> Caretaker | None:
    return set_caretaker(
        project=project, organisation=organisation, person=person, actor=Actor(person), today=TODAY
    )


def pass_on(leaver: Person, organisation: Organisation, takers: dict[Project, Person]) -> int:
    now: datetime = instant()
    return hand_over(
        leaver=leaver,
        organisation=organisation,
        takers={project.pk: taker for project, taker in takers.items()},
        actor=Actor(leaver),
        now=now,
        today=TODAY,
    )


def held() -> dict[str, str]:
    return dict(Caretaker.objects.values_list("project__number", "person__username"))


def test_a_caretaker_is_named_changed_and_taken_back_each_once(
    project: Project, park: Organisation, wang: Person, li: Person
):
    for person in (wang, wang, li, None, None):
        name(project, park, person)

    assert not Caretaker.objects.exists()
    told = Step.objects.filter(project=project, subject="caretaker").order_by("pk")
    assert [(step.act, step.details.get("former"), step.details.get("person")) for step in told] == [
        ("set", "", "wang"),
        ("set", "wang", "li"),
        ("clear", "li", None),
    ]
    logged = SecurityEvent.objects.filter(act__startswith="caretaker").order_by("pk")
    assert [event.act for event in logged] == [
        "caretaker_set",
        "caretaker_set",
        "caretaker_clear",
    ]


def test_each_organisation_around_the_project_names_its_own(project: Project, wang: Person):
    unit = make_person((Role.UNIT, project.unit))
    city, province = project.cluster.park.parent, project.cluster.park.parent.parent  # type: ignore[union-attr]
    assert city is not None and province is not None

    name(project, project.unit, unit)
    name(project, project.cluster.park, wang)
    name(project, city, make_person((Role.CITY, city)))
    name(project, province, make_person((Role.PROVINCE, province)))

    assert Caretaker.objects.filter(project=project).count() == 4


@pytest.mark.parametrize("whose", ["somebody of another park", "of the park in another role", "switched off"])
def test_only_a_colleague_looks_after_a_project(whose: str, project: Project, park: Organisation):
    person = {
        "somebody of another park": lambda: make_person((Role.PARK, make_park())),
        "of the park in another role": lambda: make_person((Role.LOG_READER, park)),
        "switched off": lambda: make_person((Role.PARK, park)),
    }[whose]()
    if whose == "switched off":
        Person.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(NotAColleague) as refusal:
        name(project, park, person)

    assert set(refusal.value.details) == {"person"}
    assert not Caretaker.objects.exists()
    assert not Step.objects.filter(subject="caretaker").exists()


def test_an_organisation_that_has_nothing_to_do_with_it_names_nobody(project: Project):
    elsewhere = make_park()

    with pytest.raises(Invalid, match="无关"):
        name(project, elsewhere, make_person((Role.PARK, elsewhere)))


def test_colleagues_are_those_who_act_in_the_role_of_the_organisation(
    park: Organisation, wang: Person, li: Person
):
    make_person((Role.ADMINISTRATOR, park))
    make_person((Role.PARK, make_park()))

    assert set(colleagues(park)) == {wang, li}


def test_what_one_leaves_is_what_is_open_of_what_one_looks_after(
    project: Project, park: Organisation, wang: Person
):
    name(project, park, wang)
    late = make_matter(project, "milestone_check", "2026-05-20", responsible=park)
    ahead = make_matter(project, "tranche", "2026-08-20", responsible=park)
    make_matter(project, "tranche", "2026-05-01", responsible=park, state="done", done_on=day("2026-05-02"))
    make_matter(project, "milestone", "2026-05-01")
    make_matter(make_project(cluster=project.cluster, milestones=False), "tranche", responsible=park)

    assert list(open_points(wang, park)) == [late, ahead]


def test_projects_change_hands_once_with_the_last_word_about_what_is_open(
    project: Project, park: Organisation, wang: Person, li: Person
):
    other = make_project(cluster=project.cluster, milestones=False)
    zhao = make_person((Role.PARK, park), username="zhao")
    for each in (project, other):
        name(each, park, wang)
    matter = make_matter(project, "tranche", responsible=park)
    make_message(matter, wang, step=-30)
    latest = make_message(matter, wang, step=-7)
    finished = make_matter(project, "tranche", responsible=park, state="done", done_on=day("2026-05-02"))
    make_message(finished, wang)

    first = pass_on(wang, park, {project: li, other: zhao})
    again = pass_on(wang, park, {project: zhao, other: li})

    assert (first, again) == (2, 0)
    assert held() == {project.number: "li", other.number: "zhao"}
    assert list(Delivery.objects.exclude(person=wang).values_list("person", "message")) == [
        (li.pk, latest.pk)
    ]
    logged = SecurityEvent.objects.get(act="hand_over")
    assert logged.subject == "wang"
    assert logged.details["projects"] == sorted([project.number, other.number])
    assert {step.project_id for step in handed_over(wang, park)} == {project.pk, other.pk}
    assert not cared_for(wang, park).exists()


def test_nothing_is_handed_to_somebody_elsewhere_or_to_oneself(
    project: Project, park: Organisation, wang: Person
):
    name(project, park, wang)

    for taker in (make_person((Role.PARK, make_park())), wang):
        with pytest.raises(NotAColleague):
            pass_on(wang, park, {project: taker})

    assert held() == {project.number: "wang"}
    assert not SecurityEvent.objects.filter(act="hand_over").exists()


def test_handing_over_costs_the_same_for_any_number_of_projects(
    park: Organisation, wang: Person, li: Person, django_assert_num_queries: Any
):
    cluster = make_cluster(park=park)
    for count in (1, 5):
        projects = [make_project(cluster=cluster, milestones=False) for _ in range(count)]
        for each in projects:
            name(each, park, wang)
            make_message(make_matter(each, "tranche", responsible=park), wang)
        with django_assert_num_queries(11):
            pass_on(wang, park, dict.fromkeys(projects, li))
