"""The page of inspections and findings: the window, what is offered to whom, and each story told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backend.pages.security_log import ACTS
from lifecycle.models import Finding, Inspection, Project, Step
from lifecycle.parties.models import Role
from lifecycle.rules.calendar import add_months, end_of_term
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.lifecycle.inspecting import WHOLE, answered, attached, found, held, planned, raised
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

QUERIES = 19


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def city(project: Project) -> Client:
    assert project.cluster.park.parent is not None
    return browser_of(make_person((Role.CITY, project.cluster.park.parent)))


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(make_person((Role.UNIT, project.unit)))


def address(project: Project, name: str = "inspections", pk: int | None = None) -> str:
    return reverse(name, args=[project.number] if pk is None else [project.number, pk])


def read(browser: Client, project: Project) -> str:
    answer = browser.get(address(project))
    assert answer.status_code == 200
    return text_of(answer)


def sent(kind: str = "midterm", **changes: Any) -> dict[str, Any]:
    """The form of an inspection that was held, as a browser sends it."""
    facts: dict[str, Any] = {"held_on": "2024-03-05", "result": "通过", "opinion": "进展良好。"}
    rows = range(len(WHOLE)) if kind == "midterm" else [0]
    facts |= {f"met_{row}": "yes" for row in rows}
    for row in range(1, 6):
        facts |= {f"text_{row}": "", f"severity_{row}": "minor", f"due_on_{row}": ""}
    return facts | changes


# The window


@pytest.mark.parametrize(
    ("months_ago", "words"),
    [(14, "距窗口开启还有"), (16, "窗口内，还剩"), (22, "仍可补办，记为逾期")],
)
def test_the_window_says_where_today_lies(months_ago: int, words: str):
    start = add_months(timezone.localdate(), -months_ago)
    project = make_project(milestones=False, start_on=start, end_on=end_of_term(start, 42))
    assert project.cluster.park.parent is not None
    city = browser_of(make_person((Role.CITY, project.cluster.park.parent)))

    said = read(city, project)

    assert words in said
    assert add_months(start, 15).isoformat() in said


def test_the_first_midterm_tells_how_late_it_was(project: Project, city: Client):
    held(planned(project), "2024-06-11", result="限期整改", findings=[found("2024-08-01")])
    held(planned(project, planned_on="2024-09-01"), "2024-09-01")

    said = read(city, project)

    assert "首次检查于 2024-06-11 开展，晚 10 天" in said
    assert said.count("晚 10 天") == 2
    assert "2024-09-01 中期检查通过" in said


# Inspections


def test_an_inspection_is_planned_held_and_shown(project: Project, city: Client):
    plan = {"kind": "midterm", "planned_on": "2024-03-01", "inspector": "市科技局"}
    assert city.post(address(project), plan).headers["Location"] == address(project)
    inspection = Inspection.objects.get()
    assert "登记检查结果" in read(city, project)

    where = address(project, "inspection-hold", inspection.pk)
    assert "技术指标完成情况" in text_of(city.get(where))
    answer = city.post(
        where,
        sent(result="限期整改", met_5="no", seen_5="台账不全", text_2="补齐台账", due_on_2="2024-06-01"),
    )

    assert answer.status_code == 302
    inspection.refresh_from_db()
    assert (inspection.result, inspection.checklist[5]["is_met"]) == ("限期整改", False)
    assert Finding.objects.get().text == "补齐台账"
    said = read(city, project)
    for words in ("限期整改", "台账核对", "台账不全", "补齐台账", "已登记检查结果", "安排检查"):
        assert words in said


def test_a_spot_check_looks_only_at_what_it_came_for(project: Project, city: Client):
    inspection = planned(project, "spot")

    answer = city.post(address(project, "inspection-hold", inspection.pk), sent("spot"))

    assert answer.status_code == 302
    inspection.refresh_from_db()
    assert len(inspection.checklist) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": "2023-11-30"}, "中期检查应自 2023-12-01 起开展"),
        ({"met_0": ""}, "error-text"),
        ({"met_0": "no"}, "不符合的，请写明情况"),
        ({"result": "限期整改"}, "至少应列出一条问题"),
        ({"text_1": "台账不全"}, "error-text"),
        ({"due_on_1": "2024-06-01"}, "error-text"),
        ({"text_1": "台账不全", "due_on_1": "2024-03-04"}, "整改期限不能早于发现日期"),
        ({"result": ""}, "error-text"),
    ],
)
def test_what_is_wrong_stands_on_the_form_and_nothing_is_kept(
    project: Project, city: Client, changes: dict[str, str], words: str
):
    inspection = planned(project)

    answer = city.post(address(project, "inspection-hold", inspection.pk), sent(**changes))

    assert answer.status_code == 422
    assert words in text_of(answer)
    inspection.refresh_from_db()
    assert inspection.state == "planned"
    assert not Finding.objects.exists()


def test_what_was_seen_of_an_item_needs_its_judgement(project: Project, city: Client):
    inspection = planned(project, "spot")

    answer = city.post(address(project, "inspection-hold", inspection.pk), sent("spot", seen_3="账面不符"))

    assert answer.status_code == 422
    assert "账面不符" in text_of(answer)


def test_the_form_of_one_that_was_held_is_not_offered(project: Project, city: Client):
    inspection = held(planned(project))

    answer = city.get(address(project, "inspection-hold", inspection.pk))

    assert answer.status_code == 409
    assert "已检查" in text_of(answer)
    assert city.post(address(project, "inspection-hold", inspection.pk), sent()).status_code == 422


def test_a_plan_is_cancelled_with_its_reason(project: Project, city: Client):
    where = address(project, "inspection-cancel", planned(project).pk)

    refused = city.post(where, {"reason": "", "on": "2024-02-01"})
    assert refused.status_code == 422
    assert "open" in text_of(refused).split("取消检查")[0].rsplit("<details", 1)[1]
    assert city.post(where, {"reason": "改期", "on": "2024-02-01"}).status_code == 302
    said = read(city, project)
    assert "改期" in said
    assert "已取消" in said


@pytest.mark.parametrize(
    "changes", [{"planned_on": "2023-11-30"}, {"inspector": ""}, {"kind": "x"}, {"planned_on": "x"}]
)
def test_a_wrong_plan_stays_on_the_form(project: Project, city: Client, changes: dict[str, str]):
    plan = {"kind": "midterm", "planned_on": "2024-03-01", "inspector": "市科技局"}

    answer = city.post(address(project), plan | changes)

    assert answer.status_code == 422
    assert "error-text" in text_of(answer)
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("state", ["approved", "acceptance", "closed"])
def test_no_plan_is_offered_in_other_stages(state: str):
    project = make_project(milestones=False, state=state)
    assert project.cluster.park.parent is not None
    city = browser_of(make_person((Role.CITY, project.cluster.park.parent)))

    assert f'action="{address(project)}"' not in read(city, project)
    answer = city.post(address(project), {"kind": "spot", "planned_on": "2024-03-01", "inspector": "市"})
    assert answer.status_code == 422
    assert "只有实施中的项目才开展检查" in text_of(answer)


# Findings


def test_a_finding_goes_its_way_on_the_page(project: Project, city: Client, unit: Client):
    held(planned(project))
    body = {
        "severity": "grave",
        "text": "挤占专项资金",
        "found_on": "2024-03-05",
        "due_on": "2024-06-01",
        "origin": "inspection",
        "inspection": str(Inspection.objects.get().pk),
    }
    assert city.post(address(project, "finding-raise"), body).status_code == 302
    finding = Finding.objects.get()
    assert finding.inspection is not None

    reply = {"answer": "已归还", "on": "2024-05-01"}
    assert "先上传整改证明" in read(unit, project)
    early = unit.post(address(project, "finding-reply", finding.pk), reply)
    assert early.status_code == 422
    assert "请先上传整改证明材料" in text_of(early)
    attached(finding)
    assert unit.post(address(project, "finding-reply", finding.pk), reply).status_code == 302
    assert "复核销号" not in read(unit, project)

    back = {"reason": "缺银行回单", "on": "2024-05-02"}
    assert city.post(address(project, "finding-return", finding.pk), back).status_code == 302
    assert "缺银行回单" in read(unit, project)
    again = {"answer": "已附回单", "on": "2024-05-03"}
    assert unit.post(address(project, "finding-reply", finding.pk), again).status_code == 302
    assert city.post(address(project, "finding-close", finding.pk), {"on": "2024-06-11"}).status_code == 302
    said = read(city, project)
    for words in ("逾期 10 天销号", "已附回单", "整改证明", "问题销号", "退回整改答复"):
        assert words in said
    assert "共 1 条，未销号 0 条" in said


def test_late_and_coming_days_are_told(project: Project, city: Client):
    today = timezone.localdate()
    raised(project, due_on=add_months(today, 1).isoformat())
    raised(project, due_on="2024-06-01")

    said = read(city, project)

    assert f"逾期 {(today - Finding.objects.earliest('due_on').due_on).days} 天" in said
    assert f"还剩 {(add_months(today, 1) - today).days} 天" in said


@pytest.mark.parametrize(
    ("name", "body"),
    [("finding-close", {"on": "2024-04-30"}), ("finding-return", {"reason": "", "on": "2024-05-02"})],
)
def test_a_refused_act_leaves_the_finding_and_shows_its_form(
    project: Project, city: Client, name: str, body: dict[str, str]
):
    finding = answered(raised(project))

    answer = city.post(address(project, name, finding.pk), body)

    assert answer.status_code == 422
    assert "error-text" in text_of(answer)
    finding.refresh_from_db()
    assert finding.state == "answered"
    assert Step.objects.of(finding).count() == 2


def test_an_act_that_came_too_late_says_how_it_stands(project: Project, city: Client):
    finding = raised(project)

    answer = city.post(address(project, "finding-close", finding.pk), {"on": "2024-05-02"})

    assert answer.status_code == 422
    assert "待整改" in text_of(answer)


@pytest.mark.parametrize("role", [Role.UNIT, Role.PARK])
def test_who_mends_neither_inspects_nor_closes(project: Project, role: str):
    finding = answered(raised(project))
    inspection = planned(project)
    organisation = project.unit if role == Role.UNIT else project.cluster.park
    browser = browser_of(make_person((role, organisation)))

    assert "登记检查结果" not in read(browser, project)
    for where in (
        address(project),
        address(project, "inspection-hold", inspection.pk),
        address(project, "inspection-cancel", inspection.pk),
        address(project, "finding-raise"),
        address(project, "finding-close", finding.pk),
        address(project, "finding-return", finding.pk),
    ):
        assert browser.post(where, {}).status_code == 403


def test_who_inspects_does_not_answer(project: Project, city: Client):
    assert city.post(address(project, "finding-reply", raised(project).pk), {}).status_code == 403


@pytest.mark.parametrize("name", ["inspection-hold", "inspection-cancel", "finding-close", "finding-return"])
def test_things_of_another_project_are_not_found(project: Project, city: Client, name: str):
    other = make_project(milestones=False)
    pk = planned(other).pk if name.startswith("inspection") else raised(other).pk

    assert city.post(address(project, name, pk), {}).status_code == 404


def test_an_auditor_only_reads(project: Project):
    planned(project)
    answered(raised(project))

    said = read(browser_of(people_around(project)["auditor"]), project)

    assert "已补齐台账" in said
    assert 'method="post" action="/projects/' not in said


def test_names_are_written_as_text(project: Project, city: Client):
    held(planned(project, inspector="<script>a</script>"), opinion="<script>b</script>")
    raised(project, found=found(text="<script>c</script>"))

    assert "<script>" not in read(city, project).replace("<script src=", "")


def test_the_page_costs_the_same_queries_however_much_there_is(
    project: Project, city: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    for count in (1, 5):
        for _each in range(count):
            held(planned(project, "spot"))
            answered(raised(project))
        with django_assert_num_queries(QUERIES):
            read(city, project)


def test_every_step_has_its_word():
    for act in ("inspection_plan", "inspection_hold", "inspection_cancel"):
        assert act in ACTS
    for act in ("finding_raise", "finding_reply", "finding_give_back", "finding_shut"):
        assert act in ACTS


def test_the_answer_on_the_project_page_leads_here(project: Project, city: Client):
    raised(project, due_on="2024-06-01")

    said = text_of(city.get(reverse("project", args=[project.number])))

    assert 'id="LC-10"' in said
    assert f'href="{address(project)}' in said
