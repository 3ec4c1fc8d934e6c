"""To-do, messages, who is late, what will be said and caretakers over the API: shapes, sight, rights, cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from lifecycle.models import Caretaker, Project
from lifecycle.parties.models import Person, Role
from tests.backend.pages.matters import stand_still
from tests.builders import make_matter, make_message, make_project
from tests.people import api_of, make_person, people_around

pytestmark = pytest.mark.django_db

TODO, MESSAGES, LATE, FORECAST = (f"/api/v1/{name}/" for name in ("todo", "messages", "late", "forecast"))


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def person(project: Project) -> Person:
    return make_person((Role.UNIT, project.unit), username="wang")


@pytest.fixture
def unit(person: Person) -> APIClient:
    return api_of(person)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def results(client: APIClient, path: str, **asked: str) -> list[dict[str, Any]]:
    answer = client.get(path, asked)
    assert answer.status_code == 200, answer.content
    told: list[dict[str, Any]] = answer.json()["results"]
    return told


def test_the_to_do_list_tells_what_by_when_and_where(project: Project, unit: APIClient):
    matter = make_matter(project, due_on=in_days(-3), label="中试线", subject=7)
    make_matter(project, due_on=in_days(-3), responsible=project.cluster.park)

    assert results(unit, TODO) == [
        {
            "id": matter.pk,
            "kind": "milestone",
            "title": "里程碑：中试线",
            "project": project.number,
            "project_name": project.name,
            "responsible": project.unit.name,
            "waits_for": None,
            "state": "open",
            "due_on": in_days(-3),
            "days": -3,
            "page": f"/projects/{project.number}/milestones/#milestone-7",
        }
    ]


def test_the_to_do_list_is_cut(project: Project, person: Person, unit: APIClient):
    other = make_project(milestones=False, unit=project.unit, cluster=project.cluster)
    make_matter(project, due_on=in_days(-3), label="迟")
    make_matter(other, "finding", due_on=in_days(100), label="远")
    make_matter(other, "finding", due_on=in_days(30), label="近")
    Caretaker.objects.create(project=other, organisation=project.unit, person=person)

    def shown(**asked: str) -> list[str]:
        return [each["title"].split("：")[1] for each in results(unit, TODO, **asked)]

    assert shown() == ["迟", "近"]
    assert shown(when="late") == ["迟"]
    assert shown(when="later") == ["远"]
    assert shown(kind="finding") == ["近"]
    assert shown(project=other.number) == ["近"]
    assert shown(mine="yes") == ["近"]
    assert unit.get(TODO, {"when": "never"}).status_code == 400
    assert unit.get(TODO, {"unknown": "x"}).status_code == 400


def test_me_counts_what_is_to_be_done(project: Project, unit: APIClient):
    for days in (-1, 0, 20, 100):
        make_matter(project, due_on=in_days(days))

    todo = unit.get("/api/v1/me/").json()["todo"]

    assert {name: todo[name] for name in ("late", "week", "all")} == {"late": 1, "week": 1, "all": 4}


def test_messages_are_told_and_marked_seen_once(project: Project, person: Person, unit: APIClient):
    message = make_message(make_matter(project, label="中试线"), person)
    (heard,) = results(unit, MESSAGES)
    assert (heard["id"], heard["title"], heard["step"], heard["ways"]) == (
        message.pk,
        "里程碑：中试线",
        -7,
        ["bell"],
    )
    assert (heard["seen_at"], heard["done_at"]) == (None, None)

    first = unit.post(f"{MESSAGES}{message.pk}/seen/")
    again = unit.post(f"{MESSAGES}{message.pk}/seen/")

    assert first.status_code == 200
    assert first.json()["seen_at"] == again.json()["seen_at"] is not None
    assert results(unit, MESSAGES, seen="no") == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 401), ("park", 404), ("province", 404), ("other park", 404), ("auditor", 403)],
)
def test_what_was_said_to_another_is_not_there(who: str, status: int, project: Project, person: Person):
    message = make_message(make_matter(project), person)

    assert api_of(people_around(project)[who]).post(f"{MESSAGES}{message.pk}/seen/").status_code == status
    assert message.deliveries.filter(seen_at=None).count() == 1


def test_who_is_late_is_told_through_sight(project: Project):
    other = make_project(milestones=False)
    make_matter(project, due_on=in_days(-40), label="甲")
    make_matter(other, "finding", due_on=in_days(-3), label="乙")
    around = {who: api_of(person) for who, person in people_around(project).items()}
    park = project.cluster.park
    assert park.parent is not None

    def shown(who: str, **asked: str) -> list[int]:
        return [each["days"] for each in results(around[who], LATE, **asked)]

    assert {who: shown(who) for who in ("unit", "park", "city", "province", "other park")} == {
        "unit": [-40],
        "park": [-40],
        "city": [-40],
        "province": [-40, -3],
        "other park": [],
    }
    assert shown("province", park=park.name) == shown("province", city=park.parent.name) == [-40]
    assert shown("province", kind="finding") == [-3]
    assert shown("province", days="40") == [-40]
    assert shown("province", days="41") == []
    (late,) = results(around["park"], LATE)
    assert (late["park"], late["city"]) == (park.name, park.parent.name)


def test_what_will_be_said_names_whom_it_reaches(project: Project, unit: APIClient):
    make_message(make_matter(project, due_on=in_days(20)), send_on=in_days(5))
    make_message(
        make_matter(project, due_on=in_days(20)), organisation=project.cluster.park, send_on=in_days(6)
    )

    (told,) = results(unit, FORECAST)

    assert (told["send_on"], told["organisation"], told["people"]) == (
        in_days(5),
        project.unit.name,
        ["wang"],
    )
    assert isinstance(told["is_provisional"], bool)
    assert len(results(api_of(make_person((Role.PARK, project.cluster.park))), FORECAST)) == 2


class TestCaretakers:
    def path(self, project: Project) -> str:
        return f"/api/v1/projects/{project.number}/caretakers/"

    def test_a_colleague_is_named_and_taken_back(self, project: Project, unit: APIClient):
        named = unit.post(self.path(project), {"person": "wang"}, format="json").json()["results"]
        assert named[0] == {"organisation": project.unit.name, "kind": "unit", "person": "wang"}
        assert [each["person"] for each in named[1:]] == [None, None, None]

        unit.post(self.path(project), {"person": None}, format="json")
        assert not Caretaker.objects.exists()

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ({}, 400),
            ({"person": "nobody-of-that-name"}, 400),
            ({"person": "", "organisation": "别处"}, 400),
            ({"person": "", "organisation": "{park}"}, 403),
            ({"person": "a\x00"}, 400),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, said: dict[str, str], status: int, project: Project, unit: APIClient
    ):
        said = {name: value.format(park=project.cluster.park.name) for name, value in said.items()}

        assert unit.post(self.path(project), said, format="json").status_code == status
        assert not Caretaker.objects.exists()


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize(("path", "cost"), [(TODO, 4), (MESSAGES, 5), (LATE, 4), (FORECAST, 6)])
def test_a_list_costs_the_same_for_any_number(
    path: str,
    cost: int,
    count: int,
    project: Project,
    person: Person,
    unit: APIClient,
    django_assert_num_queries: Any,
):
    for number in range(count):
        late = make_matter(project, due_on=in_days(-number - 1))
        make_message(late, person)
        make_message(late, step=1, send_on=in_days(number))

    with django_assert_num_queries(cost):
        assert len(results(unit, path)) == count
