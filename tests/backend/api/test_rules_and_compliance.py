"""What the rules say, by API: of one project, in a list across projects, and counted."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Project
from lifecycle.parties.models import Organisation, Role
from reports.watch import RULES
from tests.builders import instant, make_cluster, make_park, make_project, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

COMPLIANCE = "/api/v1/compliance/"


@pytest.fixture
def park() -> Organisation:
    return make_park()


@pytest.fixture
def project(park: Organisation) -> Project:
    return make_project(cluster=make_cluster(park=park), number="SHORT", park_matching="1.00")


@pytest.fixture
def client(park: Organisation) -> APIClient:
    assert park.parent is not None and park.parent.parent is not None
    return api_of(make_person((Role.PROVINCE, park.parent.parent)))


def answer_to(code: str, told: dict[str, Any]) -> dict[str, Any]:
    (answer,) = [each for each in told["rules"] if each["code"] == code]
    return answer


def test_every_rule_answers_with_figures_basis_and_a_sentence(client: APIClient, project: Project):
    told = client.get(f"/api/v1/projects/{project.number}/rules/").json()

    assert [answer["code"] for answer in told["rules"]] == [rule.code for rule in RULES]
    answer = answer_to("FIN-01", told)
    assert (answer["status"], answer["figures"]["park"]) == ("breach", "1.00")
    assert "1.00" in answer["message"] and "申报指引" in answer["basis"] and answer["mend"] == "contract"


def test_a_past_day_answers_from_what_was_so_then(client: APIClient, project: Project):
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    address = f"/api/v1/projects/{project.number}/rules/"

    assert answer_to("FIN-05", client.get(f"{address}?on=2022-10-31").json())["status"] == "pass"
    assert answer_to("FIN-05", client.get(f"{address}?on=2022-11-01").json())["status"] == "breach"


def test_what_was_known_at_an_instant_never_changes(client: APIClient, project: Project):
    before = instant().isoformat()
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    address = f"/api/v1/projects/{project.number}"

    told = client.get(f"{address}/rules/?on=2022-11-01&known_at={before}").json()
    assert answer_to("FIN-05", told)["status"] == "pass"
    assert client.get(f"{address}/funding/?known_at={before}").json()["省拨款"]["arrived_at_park"] == "0.00"
    assert client.get(f"{address}/funding/").json()["省拨款"]["arrived_at_park"] == "100.00"


@pytest.mark.parametrize("path", ["rules", "funding"])
def test_before_it_was_recorded_a_project_does_not_exist(client: APIClient, project: Project, path: str):
    address = f"/api/v1/projects/{project.number}/{path}/"

    assert client.get(f"{address}?known_at=2001-01-01T00:00:00%2B08:00").status_code == 404
    for wrong in (
        "2026-11-21",
        "2026-11-21T09:00:00",
        "x",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
    ):
        assert list(client.get(f"{address}?known_at={wrong}").json()["details"]) == ["known_at"], wrong


def test_a_posting_changes_the_answers_at_once(client: APIClient, project: Project, park: Organisation):
    manager = api_of(make_person((Role.PARK, park)))
    address = f"/api/v1/projects/{project.number}/rules/"
    assert answer_to("FIN-05", manager.get(address).json())["status"] == "pass"

    manager.post(
        f"/api/v1/projects/{project.number}/entries/",
        {"kind": "到账园区", "source": "省拨款", "amount": "100", "on": "2022-10-01", "voucher": "1"},
    )

    assert answer_to("FIN-05", manager.get(address).json())["status"] == "breach"


def test_answers_across_projects_are_filtered_and_paged(
    client: APIClient, project: Project, park: Organisation
):
    make_project(number="WHOLE")

    found = client.get(f"{COMPLIANCE}?rule=FIN-01").json()
    assert [(row["project"], row["status"]) for row in found["results"]] == [
        ("SHORT", "breach"),
        ("WHOLE", "pass"),
    ]
    assert found["results"][0]["park"] == park.name
    for query in ("status=breach&rule=FIN-01", f"rule=FIN-01&park={park.name}", "rule=FIN-01&q=short"):
        assert [row["project"] for row in client.get(f"{COMPLIANCE}?{query}").json()["results"]] == [
            "SHORT"
        ], query
    past = client.get(f"{COMPLIANCE}?rule=FIN-01&status=breach&on=2022-10-01").json()
    assert [(row["project"], row["on"]) for row in past["results"]] == [("SHORT", "2022-10-01")]
    pages = client.get(f"{COMPLIANCE}?page_size=7").json()
    assert pages["count"] == 2 * len(RULES)
    assert len(pages["results"]) == 7 and pages["next"]


@pytest.mark.parametrize(
    "query", ["on=x", "rule=FIN-1", "status=bad", "page=0", "ordering=-number", "colour=red"]
)
def test_a_wrong_parameter_is_refused(client: APIClient, query: str):
    assert client.get(f"{COMPLIANCE}?{query}").status_code == 400


def test_the_summary_counts_by_rule_park_and_batch(client: APIClient, project: Project, park: Organisation):
    make_project(number="WHOLE")

    told = client.get(f"{COMPLIANCE}summary/").json()

    assert told["projects"] == 2
    (tally,) = [each for each in told["rules"] if each["rule"] == "FIN-01"]
    assert (tally["answers"]["breach"], tally["answers"]["pass"]) == (1, 1)
    (place,) = [each for each in told["parks"] if each["name"] == park.name]
    assert (place["projects"], place["worst"]["breach"]) == (1, 1)
    assert {each["name"] for each in told["batches"]} == {
        each.cluster.batch.name for each in Project.objects.all()
    }
    assert client.get(f"{COMPLIANCE}summary/?on=2022-09-01").json()["on"] == "2022-09-01"


def test_one_is_told_only_of_ones_own(project: Project, park: Organisation):
    other = make_project(number="OTHER")
    manager = api_of(make_person((Role.PARK, other.cluster.park)))

    assert {row["project"] for row in manager.get(COMPLIANCE).json()["results"]} == {"OTHER"}
    assert manager.get(f"{COMPLIANCE}?park={park.name}").json()["count"] == 0
    assert manager.get(f"{COMPLIANCE}summary/").json()["projects"] == 1
