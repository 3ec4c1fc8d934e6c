"""Work done in the list by the real services: the row goes, the counts change, and rights hold as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from finance.models import PaymentConfirmation
from lifecycle import annual_reports
from lifecycle.models import AnnualReport, Finding, Matter, Milestone, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person, Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import day, make_milestone, make_project, moved
from tests.lifecycle.changes.builders import handed_in
from tests.lifecycle.inspecting import answered, attached, raised
from tests.lifecycle.test_annual_reports import WHOLE
from tests.papers import evidence_of
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def people(project: Project) -> dict[str, Person]:
    park = project.cluster.park
    assert park.parent is not None and park.parent.parent is not None
    return {
        "unit": make_person((Role.UNIT, project.unit)),
        "park": make_person((Role.PARK, park)),
        "city": make_person((Role.CITY, park.parent)),
        "province": make_person((Role.PROVINCE, park.parent.parent)),
    }


@pytest.fixture
def browsers(people: dict[str, Person]) -> dict[str, Client]:
    return {role: browser_of(person) for role, person in people.items()}


def listed(browser: Client, kind: str) -> Matter:
    """The one matter of the kind in the person's list."""
    context = browser.get("/todo/", {"kind": kind}).context
    ((_, _, (row,)),) = context["groups"]
    assert row.is_done_here
    return row.matter


def gone(browser: Client, kind: str) -> bool:
    return not browser.get("/todo/", {"kind": kind}).context["groups"]


def laid_out(browser: Client, matter: Matter) -> str:
    answer = browser.get(reverse("todo-matter", args=[matter.pk]), **HTMX)
    assert answer.status_code == 200
    return text_of(answer)


def do(browser: Client, matter: Matter, name: str, **said: str) -> Any:
    return browser.post(
        reverse("todo-act", args=[matter.pk, name]),
        said,
        **HTMX,
        headers={"HX-Current-URL": f"http://testserver/todo/?kind={matter.kind}"},
    )


def today() -> str:
    return timezone.localdate().isoformat()


def test_a_milestone_is_logged_handed_in_and_verified_in_the_lists(
    project: Project, browsers: dict[str, Client]
):
    milestone = make_milestone(project, "2025-06-30")
    evidence_of(milestone)
    unit, park = browsers["unit"], browsers["park"]

    matter = listed(unit, "milestone")
    assert "佐证材料" in laid_out(unit, matter)
    saved = do(unit, matter, "progress", progress="样机已试制")
    assert "进展已保存" in text_of(saved)
    assert not gone(unit, "milestone")
    done = do(unit, matter, "hand-in", completed_on="2025-06-20", statement="样机通过测试")

    assert done.headers["HX-Retarget"] == "#todo"
    assert done.context["counts"] == {
        "late": 0,
        "week": 0,
        "soon": 0,
        "later": 0,
        "answered": 1,
        "chase": 0,
    }
    assert f'id="matter-{matter.pk}"' not in text_of(done)
    check = listed(park, "milestone_check")
    assert "样机通过测试" in laid_out(park, check)
    do(park, check, "verify")
    assert gone(park, "milestone_check")
    milestone.refresh_from_db()
    assert milestone.state == "verified"
    matter.refresh_from_db()
    assert matter.state == "done"


def test_the_bell_changes_with_the_list(project: Project, browsers: dict[str, Client]):
    evidence_of(make_milestone(project, "2025-06-30"))
    unit = browsers["unit"]
    matter = listed(unit, "milestone")
    late = unit.get("/todo/").context["bell"].late

    done = text_of(do(unit, matter, "hand-in", completed_on="2025-06-20", statement="样机通过测试"))

    assert 'id="bell" class="bell" hx-swap-oob="true"' in done
    assert unit.get("/todo/").context["bell"].late == late - 1


def test_what_is_missing_is_said_in_the_row_and_nothing_moves(project: Project, browsers: dict[str, Client]):
    milestone = make_milestone(project, "2025-06-30")
    unit = browsers["unit"]
    matter = listed(unit, "milestone")

    without_day = do(unit, matter, "hand-in", statement="样机通过测试")
    without_evidence = do(unit, matter, "hand-in", completed_on="2025-06-20", statement="样机通过测试")

    for refused in (without_day, without_evidence):
        assert refused.status_code == 422
        assert "HX-Retarget" not in refused.headers
    assert 'aria-invalid="true"' in text_of(without_day)
    assert "佐证" in text_of(without_evidence)
    milestone.refresh_from_db()
    assert milestone.state == "planned"


def test_a_milestone_is_returned_with_a_reason(project: Project, browsers: dict[str, Client]):
    milestone = make_milestone(project, "2025-06-30")
    evidence_of(milestone)
    do(
        browsers["unit"],
        listed(browsers["unit"], "milestone"),
        "hand-in",
        completed_on="2025-06-20",
        statement="样机通过测试",
    )
    check = listed(browsers["park"], "milestone_check")

    assert do(browsers["park"], check, "return").status_code == 422
    assert "已退回" in text_of(do(browsers["park"], check, "return", reason="请补充测试数据"))

    assert gone(browsers["park"], "milestone_check")
    assert listed(browsers["unit"], "milestone").state == "open"
    assert Milestone.objects.get().state == "returned"


def handed_in_report(project: Project, person: Person) -> AnnualReport:
    by: dict[str, Any] = {"actor": Actor(person, role="unit"), "today": timezone.localdate()}
    report = annual_reports.draft(project=project, year=2024, known={}, **by)
    report = annual_reports.save_draft(report=report, content=WHOLE, pace="按计划", seen=None, **by)
    return annual_reports.hand_in(report=report, on=day("2024-12-10"), **by)


@pytest.mark.parametrize("name", ["accept", "return"])
def test_an_annual_report_is_checked_in_the_list(
    name: str, project: Project, people: dict[str, Person], browsers: dict[str, Client]
):
    report = handed_in_report(project, people["unit"])
    park = browsers["park"]
    check = listed(park, "annual_report_check")
    section = next(iter(annual_reports.SECTIONS))

    shown = laid_out(park, check)
    assert f'name="{section}"' in shown
    assert do(park, check, "return").status_code == 422
    done = do(park, check, name, **({section: "请补充数据"} if name == "return" else {}))

    assert done.headers["HX-Retarget"] == "#todo"
    assert gone(park, "annual_report_check")
    report.refresh_from_db()
    assert report.state == {"accept": "accepted", "return": "returned"}[name]


def test_a_payment_is_confirmed_in_the_list(browsers: dict[str, Client], project: Project):
    funded = make_project(
        milestones=False, cluster=project.cluster, unit=project.unit, state="funding", number="F-1"
    )
    moved(funded, "到账园区", "省拨款", "1000", "2025-01-10")
    moved(funded, "拨付单位", "省拨款", "1000", "2025-01-20", voucher="记-8")
    unit = browsers["unit"]
    matter = listed(unit, "payment_confirmation")

    assert "记-8" in laid_out(unit, matter)
    assert do(unit, matter, "confirm", on="2025-01-01").status_code == 422
    do(unit, matter, "confirm", on=today())

    assert gone(unit, "payment_confirmation")
    assert PaymentConfirmation.objects.count() == 1


@pytest.mark.parametrize("name", ["close", "return"])
def test_a_finding_is_answered_and_looked_at_in_the_lists(
    name: str, project: Project, browsers: dict[str, Client]
):
    finding = raised(project)
    unit, city = browsers["unit"], browsers["city"]
    matter = listed(unit, "finding")

    assert do(unit, matter, "reply", answer="已补齐台账", on=today()).status_code == 422
    attached(finding)
    do(unit, matter, "reply", answer="已补齐台账", on=today())

    assert gone(unit, "finding")
    inspector = city if not gone(city, "finding_check") else browsers["province"]
    check = listed(inspector, "finding_check")
    assert "已补齐台账" in laid_out(inspector, check)
    do(inspector, check, name, on=today(), **({"reason": "仍不完整"} if name == "return" else {}))

    assert gone(inspector, "finding_check")
    assert gone(unit, "finding") is (name == "close")
    assert Finding.objects.get().state == {"close": "closed", "return": "open"}[name]


@pytest.mark.parametrize("name", ["agree", "return"])
def test_a_change_is_passed_on_or_returned_in_the_list(
    name: str, project: Project, browsers: dict[str, Client]
):
    change = handed_in(project, "leader", {"leader": "王工"})
    park = browsers["park"]
    check = listed(park, "change_review")

    shown = laid_out(park, check)
    assert "王工" in shown
    assert f"/projects/{project.number}/changes/{change.pk}/#impact" in shown
    do(park, check, name, on=today(), **({"reason": "请补充材料"} if name == "return" else {}))

    assert gone(park, "change_review")
    change.refresh_from_db()
    assert change.state == {"agree": "at_city", "return": "returned"}[name]


def test_somebody_who_looks_after_nothing_of_it_does_nothing(project: Project, browsers: dict[str, Client]):
    finding = answered(raised(project))
    matter = Matter.objects.filter(kind="finding_check").first()
    assert matter is None
    browsers["province"].get("/todo/")
    matter = Matter.objects.get(kind="finding_check")

    answer = do(browsers["unit"], matter, "close", on=today())

    assert answer.status_code == 403
    finding.refresh_from_db()
    assert finding.state == "answered"


def test_without_htmx_an_act_leads_back_to_the_list(project: Project, browsers: dict[str, Client]):
    milestone = make_milestone(project, "2025-06-30")
    matter = listed(browsers["unit"], "milestone")

    answer = browsers["unit"].post(
        reverse("todo-act", args=[matter.pk, "progress"]), {"progress": "开始试制"}, follow=True
    )

    assert answer.redirect_chain == [("/todo/", 302)]
    assert "进展已保存" in text_of(answer)
    milestone.refresh_from_db()
    assert milestone.progress == "开始试制"


def test_a_list_that_is_fresh_costs_one_query_more(
    project: Project, browsers: dict[str, Client], django_assert_num_queries: Any
):
    for year in range(2023, 2026):
        make_milestone(project, f"{year}-06-30")
    browsers["unit"].get("/todo/")

    # Those of a list that stands still (8), and whether anything is stale.
    with django_assert_num_queries(9):
        browsers["unit"].get("/todo/")
