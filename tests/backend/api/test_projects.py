"""The list of projects with its filters and pages, and one project whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from lifecycle.models import Project
from lifecycle.parties.models import Organisation, Role
from tests.builders import make_batch, make_cluster, make_park, make_project, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

PROJECTS = "/api/v1/projects/"


@pytest.fixture
def park() -> Organisation:
    return make_park()


@pytest.fixture
def client(park: Organisation) -> APIClient:
    assert park.parent is not None and park.parent.parent is not None
    return api_of(make_person((Role.PROVINCE, park.parent.parent)))


def numbers(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(f"{PROJECTS}?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, answer.json()
    return [row["number"] for row in answer.json()["results"]]


def test_a_row_gives_the_contract_in_exact_amounts(client: APIClient, park: Organisation):
    project = make_project(cluster=make_cluster(park=park))

    (row,) = client.get(PROJECTS).json()["results"]

    assert row["provincial_grant"] == "3500000.00"
    assert (row["start_on"], row["end_on"]) == ("2022-09-01", "2026-02-28")
    assert (row["state"], row["state_label"]) == ("implementing", "实施")
    assert (row["unit"], row["park"], row["city"]) == (
        project.unit.name,
        park.name,
        park.parent and park.parent.name,
    )


def test_labels_follow_the_language_asked_for_and_codes_do_not(client: APIClient):
    make_project()

    (row,) = client.get(PROJECTS, HTTP_ACCEPT_LANGUAGE="en").json()["results"]

    assert row["state"] == "implementing"


def test_every_filter_leaves_out_the_others(client: APIClient, park: Organisation):
    batch = make_batch()
    kept = make_project(
        cluster=make_cluster(park=park, batch=batch), number="KEPT-1", leader="陈远", state="closed"
    )
    make_project(number="OTHER-1")
    city = park.parent
    assert city is not None

    for query in (
        {"state": "closed"},
        {"state": ["closed", "revoked"]},
        {"park": park.name},
        {"city": city.name},
        {"batch": batch.name},
        {"cluster": kept.cluster.name},
        {"q": "kept"},
        {"q": "陈远"},
        {"q": kept.unit.name},
    ):
        assert numbers(client, **query) == ["KEPT-1"], query
    assert numbers(client, q="100%") == []
    assert numbers(client, park="没有这个园区") == []


def test_projects_are_found_by_what_a_rule_says_of_them_today(client: APIClient):
    make_project(number="WHOLE")
    make_project(number="SHORT", park_matching="1.00")

    assert numbers(client, rule="FIN-01", status="breach") == ["SHORT"]
    assert numbers(client, rule="FIN-01") == ["SHORT"]
    assert numbers(client, rule="FIN-01", status="pass") == ["WHOLE"]
    assert "SHORT" in numbers(client, status="breach")


@pytest.mark.parametrize(
    ("order", "expected"),
    [("number", ["A", "B", "C"]), ("-number", ["C", "B", "A"]), ("-provincial_grant", ["B", "C", "A"])],
)
def test_the_order_is_the_one_asked_for(client: APIClient, order: str, expected: list[str]):
    for number, grant in (("A", "1.00"), ("B", "3.00"), ("C", "2.00")):
        make_project(number=number, provincial_grant=grant)

    assert numbers(client, ordering=order) == expected


def test_pages_lead_from_one_to_the_next_with_the_query_kept(client: APIClient):
    for number in range(5):
        make_project(number=f"P{number}", name="甲")

    first = client.get(f"{PROJECTS}?{urlencode({'page_size': 2, 'q': '甲'})}").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    assert (first["count"], first["previous"], third["next"]) == (5, None, None)
    found = [row["number"] for page in (first, second, third) for row in page["results"]]
    assert found == ["P0", "P1", "P2", "P3", "P4"]
    assert client.get(third["previous"]).json()["results"] == second["results"]


def test_a_page_behind_the_last_does_not_exist(client: APIClient):
    answer = client.get(f"{PROJECTS}?page=2")

    assert (answer.status_code, answer.json()["details"]) == (404, {"page": 2, "last": 1})
    assert client.get(f"{PROJECTS}?page=999999999").status_code == 404


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=" + "9" * 5000, "page"),
        ("page=%D9%A1", "page"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("ordering=password", "ordering"),
        ("state=nowhere", "state"),
        ("rule=FIN-99", "rule"),
        ("status=fine", "status"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("park=%00", "park"),
        ("stat=closed", "stat"),
        ("%00=1", "\x00"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_wanted(client: APIClient, query: str, wrong: str):
    answer = client.get(f"{PROJECTS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["details"]) == [wrong]


def test_the_list_costs_four_queries_however_long(
    client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(3):
        make_project(milestones=False)

    # Whose token, which roles, how many, which rows.
    with django_assert_num_queries(4):
        client.get(PROJECTS)


def test_a_project_is_told_whole(client: APIClient, park: Organisation):
    project = make_project(cluster=make_cluster(park=park))
    project.targets.create(name="专利", contract_value="10")
    project.tranches.create(source="省拨款", number=1, planned_on="2022-10-01", amount="2450000.00")
    project.annual_reports.create(year=2022, submitted_on="2022-12-20", state="handed_in")
    project.events.create(kind="延期", happened_on="2025-10-01", result="批准", value="6")
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")

    told = client.get(f"{PROJECTS}{project.number}/").json()

    assert told["targets"][0]["contract_value"] == "10"
    assert told["tranches"][0]["amount"] == "2450000.00"
    assert told["annual_reports"][0]["submitted_on"] == "2022-12-20"
    assert told["events"][0]["value"] == "6.00"
    assert told["journal"]["sequence"] == 1
    assert told["postable"] == {
        "直接拨付": ["省拨款"],
        "退回": ["省拨款", "园区配套", "单位自筹", "社会资本"],
    }


def test_a_project_costs_a_constant_number_of_queries(
    client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    project = make_project()

    # Token, roles, project with its parties, targets, tranches, annual reports, events, journal.
    with django_assert_num_queries(8):
        client.get(f"{PROJECTS}{project.number}/")


@pytest.mark.parametrize("number", ["苏科-2022/001", "a b", "100%", "~x", "BA?", "#1"])
def test_a_number_may_hold_any_sign(client: APIClient, number: str):
    make_project(number=number)

    assert client.get(f"{PROJECTS}{quote(number, safe='')}/").json()["number"] == number
    assert client.get(f"{PROJECTS}{quote(number, safe='')}/funding/").status_code == 200


@pytest.mark.parametrize("number", ["NONE", "%00", "%FF", "x" * 3000, "..", "%2e%2e"])
def test_a_project_that_is_not_there_is_not_found(client: APIClient, number: str):
    answer = client.get(f"{PROJECTS}{number}/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_funding_is_told_by_source_as_of_a_day(client: APIClient):
    project = make_project()
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "60", "2022-10-20")

    today = client.get(f"{PROJECTS}{project.number}/funding/").json()
    before = client.get(f"{PROJECTS}{project.number}/funding/?on=2022-10-19").json()

    assert (today["省拨款"]["held_at_park"], today["省拨款"]["received"]) == ("40.00", "60.00")
    assert (before["省拨款"]["held_at_park"], before["省拨款"]["received"]) == ("100.00", "0.00")
    assert today["ratio_committed"] == "1.0000"


@pytest.mark.parametrize(
    "on", ["garbage", "2022-13-01", "2022-02-30", "1999-12-31", "2100-01-01", "20220101", "٢٠٢٢-٠١-٠١"]
)
def test_a_day_that_is_none_is_refused(client: APIClient, on: str):
    project = make_project()

    for path in ("funding/", "rules/", "ledger/"):
        answer = client.get(f"{PROJECTS}{project.number}/{path}?{urlencode({'on': on})}")
        assert (answer.status_code, list(answer.json()["details"])) == (400, ["on"])


def test_what_is_seen_of_another_park_is_nothing(park: Organisation):
    mine = make_project(cluster=make_cluster(park=park))
    theirs: Project = make_project()
    client = api_of(make_person((Role.PARK, park)))

    assert numbers(client) == [mine.number]
    assert numbers(client, q=theirs.number) == []
    assert client.get(f"{PROJECTS}{theirs.number}/").status_code == 404
