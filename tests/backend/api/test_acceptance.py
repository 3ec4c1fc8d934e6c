"""Acceptance by API: what each role reads, what each may do, and the way from the application to the archive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from lifecycle.acceptance.closing import conclude
from lifecycle.models import Acceptance, DatedEvent, Panelist, Project
from lifecycle.parties.models import Person, SecurityEvent
from tests.builders import make_project
from tests.lifecycle.acceptance.builders import agreed, applied, judged, made, paneled, sheet, submitted
from tests.people import api_of, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return applied("2026-04-01")


@pytest.fixture
def people(project: Project) -> dict[str, Person | None]:
    return people_around(project)


@pytest.fixture
def clients(people: dict[str, Person | None]) -> dict[str, APIClient]:
    return {name: api_of(person) for name, person in people.items()}


def address(project: Project, part: str = "") -> str:
    return f"/api/v1/projects/{project.number}/acceptance/{part}"


def organiser_of(project: Project, kind: str) -> str:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return city.parent.name if kind == "province" else city.name


def form_of(said: dict[str, Any]) -> dict[str, Any]:
    """A sheet as the page of the expert sends it."""
    return {**said["scores"], **said, "has_no_conflict": "on"}


EXPERTS: list[dict[str, Any]] = [
    {"name": "张组长", "organisation": "东南大学", "is_chair": True},
    {"name": "李会计", "organisation": "苏信会计师事务所", "is_finance": True, "specialty": "审计"},
    {"name": "王专家", "organisation": "南京大学"},
]


def test_the_way_from_the_review_to_the_archive(project: Project, clients: dict[str, APIClient]):
    city, province = clients["city"], clients["province"]

    answer = city.post(
        address(project, "city-review/"), {"opinion": "同意上报。", "on": "2026-04-10"}, format="json"
    )
    assert (answer.status_code, answer.json()["city_opinion"]) == (200, "同意上报。")

    answer = province.post(
        address(project, "agree/"),
        {"organiser": organiser_of(project, "city"), "on": "2026-05-01"},
        format="json",
    )
    assert (answer.json()["state"], answer.json()["organiser"]) == (
        "agreed",
        organiser_of(project, "city"),
    )

    for expert in EXPERTS:
        added = city.post(address(project, "panel/"), expert, format="json")
        assert added.status_code == 201
        link = city.post(address(project, f"panel/{added.json()['id']}/link/"), {}, format="json")
        assert link.status_code == 201
        assert link.headers["Cache-Control"].startswith("max-age=0")
        assert Client().post(link.json()["url"], form_of(sheet())).status_code == 302

    answer = city.post(
        address(project, "verdict/"),
        {
            "meeting_on": "2026-06-01",
            "opinion": "同意通过验收。",
            "task_verdict": "通过验收",
            "finance_verdict": "结题",
        },
        format="json",
    )
    assert (answer.status_code, answer.json()["verdict"]) == (200, "结题")
    assert answer.json()["tally"]["total"] == "100.00"
    assert answer.json()["doubts"] == ["财务验收结论“结题”与多数专家的意见“通过验收”不一致。"]

    answer = province.post(
        address(project, "publication/"),
        {"published_from": "2026-06-10", "published_until": "2026-06-16"},
        format="json",
    )
    assert answer.json()["published_until"] == "2026-06-16"
    answer = province.post(
        address(project, "certificate/"), {"certificate_no": "苏验1", "on": "2026-06-17"}, format="json"
    )
    assert answer.json()["certificate_no"] == "苏验1"
    assert (
        province.post(
            address(project, "archive/"), {"archive_no": "DA-1", "on": "2026-08-10"}, format="json"
        ).status_code
        == 409
    )
    conclude(made(Project.objects.get(pk=project.pk), "closed"))
    answer = province.post(
        address(project, "archive/"), {"archive_no": "DA-1", "on": "2026-08-10"}, format="json"
    )
    assert (answer.status_code, answer.json()["state"], answer.json()["archive_no"]) == (
        200,
        "concluded",
        "DA-1",
    )


def test_a_technical_report_is_recorded_by_the_unit():
    project = make_project(milestones=False)
    unit = api_of(people_around(project)["unit"])

    answer = unit.post(
        address(project, "technical-report/"),
        {"document_no": "苏科报-1", "on": "2026-03-01"},
        format="json",
    )

    assert (answer.status_code, answer.json()) == (
        201,
        {"document_no": "苏科报-1", "on": "2026-03-01", "document": None},
    )
    assert DatedEvent.objects.get(kind="科技报告").document_no == "苏科报-1"
    shown = unit.get(address(project)).json()
    assert {row["code"]: row["is_met"] for row in shown["checklist"]}["technical_report"] is True
    assert shown["rounds"] == []


@pytest.mark.parametrize(("by", "other"), [("province", "city"), ("city", "province")])
def test_only_the_one_who_was_named_organises(
    project: Project, clients: dict[str, APIClient], by: str, other: str
):
    experts = paneled(agreed(project, by=by))
    acts = {
        ("POST", "panel/"): EXPERTS[0],
        ("DELETE", f"panel/{experts[0].pk}/"): {},
        ("POST", f"panel/{experts[0].pk}/link/"): {},
        ("DELETE", f"panel/{experts[0].pk}/link/"): {},
        ("POST", "verdict/"): {},
    }
    for (method, part), said in acts.items():
        answer = clients[other].generic(
            method, address(project, part), content_type="application/json", data="{}"
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), part
        assert said is not None
    assert Panelist.objects.count() == 3

    added = clients[by].post(
        address(project, "panel/"), {"name": "赵", "organisation": "南京大学"}, format="json"
    )
    assert added.status_code == 201
    assert clients[by].delete(address(project, f"panel/{added.json()['id']}/")).status_code == 204


def test_what_experts_said_is_hidden_until_the_verdict(project: Project, clients: dict[str, APIClient]):
    acceptance = agreed(project, by="city")
    for expert in paneled(acceptance):
        submitted(expert, opinion="很特别的意见")

    def sees(name: str) -> bool:
        answer = clients[name].get(address(project))
        shown = answer.json()["rounds"][0]
        hidden = [expert["scores"] is None for expert in shown["panel"]]
        assert len(set(hidden)) == 1
        assert ("很特别的意见" in answer.content.decode()) is not hidden[0]
        assert (shown["tally"] is None) is hidden[0]
        return not hidden[0]

    assert {name for name in ("unit", "park", "city", "province", "auditor") if sees(name)} == {
        "city",
        "province",
    }
    clients["city"].post(
        address(project, "verdict/"),
        {
            "meeting_on": "2026-06-01",
            "opinion": "同意。",
            "task_verdict": "通过验收",
            "finance_verdict": "通过验收",
        },
        format="json",
    )
    assert sees("unit") and sees("auditor")


def test_the_link_is_told_once_and_kept_nowhere(project: Project, clients: dict[str, APIClient]):
    expert = paneled(agreed(project))[0]
    answer = clients["province"].post(address(project, f"panel/{expert.pk}/link/"), {}, format="json")
    token = answer.json()["url"].rstrip("/").rsplit("/", 1)[-1]

    assert len(token) == 43
    assert token not in clients["province"].get(address(project)).content.decode()
    assert token not in str(list(SecurityEvent.objects.values()))
    shown = clients["province"].get(address(project, "panel/")).json()
    assert next(each for each in shown if each["id"] == expert.pk)["link_expires_at"] is not None


@pytest.mark.parametrize(("days", "status"), [(1, 201), (29, 201), (31, 400), (-1, 400)])
def test_a_link_lasts_as_long_as_is_said_within_thirty_days(
    project: Project, clients: dict[str, APIClient], days: int, status: int
):
    expert = paneled(agreed(project))[0]
    until = timezone.now() + timedelta(days=days)

    answer = clients["province"].post(
        address(project, f"panel/{expert.pk}/link/"), {"expires_at": until.isoformat()}, format="json"
    )

    assert answer.status_code == status


def test_a_withdrawn_link_opens_no_more(project: Project, clients: dict[str, APIClient]):
    expert = paneled(agreed(project))[0]
    link = address(project, f"panel/{expert.pk}/link/")
    url = clients["province"].post(link, {}, format="json").json()["url"]
    assert Client().get(url).status_code == 200

    assert clients["province"].delete(link).status_code == 204
    assert Client().get(url).status_code == 404


def test_an_expert_of_another_project_is_not_found(project: Project, clients: dict[str, APIClient]):
    agreed(project)
    other = paneled()[0]

    for method, part in (("DELETE", f"panel/{other.pk}/"), ("POST", f"panel/{other.pk}/link/")):
        assert clients["province"].generic(method, address(project, part)).status_code == 404


@pytest.mark.parametrize(
    ("part", "said", "field"),
    [
        ("city-review/", {"on": "2026-04-10"}, "opinion"),
        ("city-review/", {"opinion": "a\u0007", "on": "2026-04-10"}, "opinion"),
        ("city-review/", {"opinion": "同意", "on": "2026-13-01"}, "on"),
        ("city-review/", {"opinion": "同意", "on": "2026-03-31"}, "on"),
        ("agree/", {"organiser": "某公司", "on": "2026-05-01"}, "organiser"),
        ("agree/", {"organiser": "某公司"}, "on"),
    ],
)
def test_faults_are_named_by_field(
    project: Project, clients: dict[str, APIClient], part: str, said: dict[str, str], field: str
):
    who = "city" if part.startswith("city") else "province"

    answer = clients[who].post(address(project, part), said, format="json")

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    assert not Acceptance.objects.exists()


def test_a_step_out_of_turn_is_a_conflict_that_says_where_it_stands(
    project: Project, clients: dict[str, APIClient]
):
    agreed(project)

    answer = clients["city"].post(
        address(project, "city-review/"), {"opinion": "同意", "on": "2026-04-10"}, format="json"
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (
        409,
        "wrong_step",
        {"state": "agreed"},
    )
    assert "已同意，待评审" in answer.json()["message"]


def test_reading_costs_the_same_however_many_experts_and_rounds(
    project: Project, people: dict[str, Person | None], django_assert_max_num_queries: Any
):
    judged(project)
    province = api_of(people["province"])

    with django_assert_max_num_queries(12):
        answer = province.get(address(project))

    assert len(answer.json()["rounds"][0]["panel"]) == 3
    assert answer.json()["organisers"] == [
        organiser_of(project, "province"),
        organiser_of(project, "city"),
    ]
    assert sum(item["most"] for item in answer.json()["sheet"]) == 100
