"""Change requests by API: asked for, looked at, walked along their chain."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import ChangeRequest, Contract, Project
from lifecycle.parties.models import Role
from tests.lifecycle.changes.builders import at_work, came_in, fresh, handed_in
from tests.people import api_of, make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return at_work(leader="李工")


@pytest.fixture
def clients(project: Project) -> dict[str, APIClient]:
    people = people_around(project)
    return {name: api_of(people[name]) for name in ("unit", "park", "city", "province", "auditor")}


def address(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.number}/changes/{rest}"


LEADER = {"kind": "leader", "reason": "原负责人调离", "wanted": {"leader": "王工"}}


def test_a_change_goes_its_way(project: Project, clients: dict[str, APIClient]):
    asked = clients["unit"].post(address(project), LEADER)
    assert (asked.status_code, asked.json()["state"], asked.json()["tier"]) == (201, "draft", "major")
    pk = asked.json()["id"]
    assert asked.json()["chain"] == ["at_park", "at_city", "at_province"]

    edited = clients["unit"].patch(address(project, f"{pk}/"), {"wanted": {"leader": "赵工"}}).json()
    assert (edited["wanted"], edited["reason"]) == ({"leader": "赵工"}, "原负责人调离")
    handed = clients["unit"].post(address(project, f"{pk}/hand-in/")).json()
    assert (handed["state"], handed["turn"], handed["former"]) == ("at_park", "park", {"leader": "李工"})

    for role in ("park", "city", "province"):
        agreed = clients[role].post(address(project, f"{pk}/agree/"), {"comment": "同意"})
        assert agreed.status_code == 200
    body = agreed.json()
    assert (body["state"], body["version"], body["turn"]) == ("approved", 2, None)
    assert body["rows"] == [{"part": "contract", "label": "项目负责人", "before": "李工", "after": "赵工"}]
    assert fresh(project).leader == "赵工"

    listed = clients["auditor"].get(address(project, "?state=approved")).json()
    assert [(row["id"], row["version"]) for row in listed["results"]] == [(pk, 2)]


def test_it_is_given_back_refused_and_withdrawn(project: Project, clients: dict[str, APIClient]):
    pk = clients["unit"].post(address(project), LEADER).json()["id"]

    def step(role: str, act: str, **body: str) -> Any:
        return clients[role].post(address(project, f"{pk}/{act}/"), body)

    assert step("unit", "hand-in").status_code == 200
    assert list(step("park", "return").json()["details"]) == ["reason"]
    assert step("park", "return", reason="请说明").json()["state"] == "returned"
    assert step("unit", "hand-in").json()["state"] == "at_park"
    assert step("city", "refuse", reason="否").status_code == 403
    assert step("park", "refuse", reason="否").json()["state"] == "refused"
    assert step("unit", "withdraw").json()["code"] == "wrong_state"
    pk = clients["unit"].post(address(project), LEADER).json()["id"]
    assert step("unit", "withdraw").json()["state"] == "withdrawn"


def test_one_with_several_roles_acts_in_the_one_whose_turn_it_is(project: Project):
    change = handed_in(project, "leader", {"leader": "王工"})
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    person = make_person((Role.PARK, project.cluster.park), (Role.CITY, city), (Role.PROVINCE, city.parent))

    for state in ("at_city", "at_province", "approved"):
        answer = api_of(person).post(address(project, f"{change.pk}/agree/"))
        assert answer.json()["state"] == state


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["kind", "reason", "wanted"]),
        ({**LEADER, "kind": "name"}, ["kind"]),
        ({**LEADER, "wanted": None}, ["wanted"]),
        ({**LEADER, "wanted": "x"}, ["wanted", "leader"]),
        ({**LEADER, "wanted": {"leader": "李工"}}, ["leader"]),
        ({**LEADER, "kind": "term", "wanted": {"months": 6.5}}, ["months"]),
        (
            {**LEADER, "kind": "targets", "wanted": {"targets": [{"name": "", "contract_value": "1"}]}},
            ["targets.0.name"],
        ),
    ],
)
def test_a_wrong_request_names_its_fields(
    project: Project, clients: dict[str, APIClient], body: dict[str, Any], fields: list[str]
):
    answer = clients["unit"].post(address(project), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)
    assert not ChangeRequest.objects.exists()


def test_numbers_are_read_exactly(project: Project, clients: dict[str, APIClient]):
    body = """{"kind": "source_structure", "reason": "另", "wanted": {"amounts": {"total_investment": 24000000,
        "provincial_grant": 3500000, "park_matching": 3500000.10, "self_raised": 16999999.90, "social_capital": 0},
        "tranches": [{"source": "省拨款", "number": 1, "planned_on": "2022-10-31", "amount": 3500000},
        {"source": "园区配套", "number": 1, "planned_on": "2022-10-31", "amount": 3500000.10}]}}"""

    asked = clients["unit"].post(address(project), body, content_type="application/json").json()

    assert asked["wanted"]["amounts"]["park_matching"] == "3500000.10"
    assert asked["wanted"]["tranches"][1]["amount"] == "3500000.10"


def test_the_impact_is_told_and_nothing_is_changed(clients: dict[str, APIClient], project: Project):
    change = handed_in(project, "term", {"months": 6})
    versions = Contract.objects.count()

    impact = clients["park"].get(address(project, f"{change.pk}/impact/?on=2024-04-01")).json()

    assert impact["days"][0] == {
        "part": "days",
        "label": "实施结束日期",
        "before": "2026-02-28",
        "after": "2026-08-31",
    }
    assert set(impact) == {"on", "days", "ratios", "tranches", "milestones", "terms", "answers"}
    assert (fresh(project).end_on.isoformat(), Contract.objects.count()) == ("2026-02-28", versions)
    assert clients["park"].get(address(project, f"{change.pk}/impact/?day=1")).status_code == 400


def test_a_change_of_another_project_is_not_found(project: Project, clients: dict[str, APIClient]):
    other = handed_in(came_in(), "leader", {"leader": "王工"})

    for rest in ("", "impact/"):
        assert clients["province"].get(address(project, f"{other.pk}/{rest}")).status_code == 404
    assert clients["park"].post(address(project, f"{other.pk}/agree/")).status_code == 404


def test_moved_facts_are_shown_and_refuse_the_approval(project: Project, clients: dict[str, APIClient]):
    change = handed_in(project, "leader", {"leader": "王工"})
    Project.objects.filter(pk=project.pk).update(leader="赵工")

    shown = clients["park"].get(address(project, f"{change.pk}/")).json()
    assert [row["after"] for row in shown["moved"]] == ["赵工"]
    for role in ("park", "city"):
        clients[role].post(address(project, f"{change.pk}/agree/"))
    refused = clients["province"].post(address(project, f"{change.pk}/agree/"))
    assert (refused.status_code, refused.json()["code"]) == (409, "moved_meanwhile")


def test_the_list_costs_the_same_for_any_number_of_changes(
    project: Project, clients: dict[str, APIClient], django_assert_num_queries: Any
):
    for number in range(5):
        ChangeRequest.objects.create(
            project=project, kind="leader", tier="major", state="withdrawn", reason=f"{number}", wanted={}
        )
    # Who asks (token, membership), the project, the count, the rows.
    with django_assert_num_queries(5):
        assert clients["unit"].get(address(project)).json()["count"] == 5
