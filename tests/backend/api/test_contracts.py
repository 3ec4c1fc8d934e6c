"""The contract by API: drafted, signed by each party for itself, compared."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Contract, Project
from lifecycle.parties.models import Organisation, Role
from tests.lifecycle.changes.builders import approved, at_work
from tests.lifecycle.contracts.builders import drafted, make_award
from tests.people import api_of, make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_award()


@pytest.fixture
def clients(project: Project) -> dict[str, APIClient]:
    people = people_around(project)
    return {name: api_of(people[name]) for name in ("unit", "park", "city", "province", "auditor")}


def address(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.number}/contract/{rest}"


def test_a_contract_is_drafted_and_signed_by_each_for_itself(project: Project, clients: dict[str, APIClient]):
    draft = clients["park"].post(
        address(project),
        {"members": "李工", "category_budget": {"省拨款": {"设备费": "3500000"}}, "on": "2022-09-01"},
    )
    assert draft.status_code == 201
    assert (draft.json()["version"], draft.json()["parties_left"]) == (1, ["province", "park", "unit"])
    assert draft.json()["terms"]["category_budget"] == {"省拨款": {"设备费": "3500000.00"}}

    for role, day in (("unit", "2022-09-05"), ("province", "2022-09-09"), ("park", "2022-09-07")):
        signed = clients[role].post(address(project, "1/sign/"), {"signatory": "王明", "on": day})
        assert signed.status_code == 200
    body = signed.json()
    assert (body["state"], body["in_force_on"], body["parties_left"]) == ("in_force", "2022-09-09", [])
    assert {row["party"]: row["organisation"] for row in body["signatures"]}["unit"] == project.unit.name

    listed = clients["auditor"].get(address(project)).json()
    assert (listed["count"], listed["results"][0]["digest"]) == (1, body["digest"])


def test_one_who_acts_for_several_signs_for_each(project: Project, clients: dict[str, APIClient]):
    drafted(project)
    both = api_of(make_person((Role.PARK, project.cluster.park), (Role.UNIT, project.unit)))
    sign = address(project, "1/sign/")

    assert both.post(sign, {"signatory": "王明", "party": "province"}).status_code == 403
    assert both.post(sign, {"signatory": "王明", "party": "unit"}).json()["parties_left"] == [
        "province",
        "park",
    ]
    assert both.post(sign, {"signatory": "王明"}).json()["parties_left"] == ["province"]
    assert both.post(sign, {"signatory": "王明"}).json()["code"] == "already_signed"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["signatory"]),
        ({"signatory": "王明", "on": "2999-01-01"}, ["on"]),
        ({"signatory": "王明", "document": 999}, ["document"]),
        ({"signatory": "\x00"}, ["signatory"]),
    ],
)
def test_a_wrong_signature_is_refused(
    project: Project, clients: dict[str, APIClient], body: dict[str, object], fields: list[str]
):
    drafted(project)

    answer = clients["park"].post(address(project, "1/sign/"), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)


def test_a_draft_overtaken_by_facts_names_what_moved(project: Project, clients: dict[str, APIClient]):
    drafted(project)
    Project.objects.filter(pk=project.pk).update(leader="王工")

    answer = clients["park"].post(address(project, "1/sign/"), {"signatory": "王明"})

    assert (answer.status_code, answer.json()["code"]) == (409, "terms_moved")
    assert answer.json()["details"]["moved"] == [
        {"part": "contract", "label": "项目负责人", "before": "", "after": "王工"}
    ]


def test_a_draft_is_withdrawn(project: Project, clients: dict[str, APIClient]):
    drafted(project)

    assert (
        clients["unit"].post(address(project, "1/withdraw/"), {"reason": "有误"}).json()["state"]
        == "withdrawn"
    )
    assert clients["unit"].post(address(project, "1/withdraw/")).json()["code"] == "not_a_draft"
    assert clients["unit"].post(address(project, "2/withdraw/")).status_code == 404
    assert Contract.objects.get().state == "withdrawn"


def test_versions_are_compared():
    project = at_work(leader="李工")
    approved(project, "leader", {"leader": "王工"})
    province = Organisation.objects.get(pk=project.cluster.park.parent.parent_id)  # type: ignore[union-attr]
    client = api_of(make_person((Role.PROVINCE, province)))

    second = client.get(address(project, "2/difference/")).json()
    assert second == {
        "version": 2,
        "against": 1,
        "rows": [{"part": "contract", "label": "项目负责人", "before": "李工", "after": "王工"}],
    }
    assert client.get(address(project, "1/difference/?against=2")).json()["rows"][0]["after"] == "李工"
    first = client.get(address(project, "1/difference/")).json()
    assert (first["against"], first["rows"][0]["before"]) == (None, "")
    assert client.get(address(project, "1/difference/?against=9")).status_code == 404
    assert client.get(address(project, "1/difference/?against=x")).status_code == 400


def test_the_list_costs_the_same_for_any_number_of_versions(django_assert_num_queries: object):
    project = at_work()
    client = api_of(make_person((Role.UNIT, project.unit)))
    for leader in ("甲", "乙", "丙"):
        approved(project, "leader", {"leader": leader})

    # Who asks (token and membership), the project, the count, the versions, signatures and signers.
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert client.get(address(project)).json()["count"] == 4
