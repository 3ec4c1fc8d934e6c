"""Whole lives of projects of the sample, gone through by the HTTP API alone, each step by who has to take it.

What is tried too early is refused with just the conditions that are open, and leaves nothing behind.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from tests.journeys.clock import Clock
from tests.journeys.desk import Desk, audited, checked_ledger, sums

NUMBER = "BA2024025"
PEOPLE = {
    "unit": f"unit.{NUMBER}",
    "park": "park.2",
    "city": "city.2",
    "province": "province",
    "auditor": "auditor",
}
FISCAL = ("省拨款", "园区配套")


def test_a_project_goes_from_its_award_into_the_archive(
    sample_programme: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = sample_programme
    desk = Desk(NUMBER, PEOPLE, clock)

    for part in (
        _contract_is_signed,
        _first_money_comes,
        _first_year_of_work,
        _midterm_is_mended,
        _second_money_comes,
        _leader_is_changed,
        _last_year_of_work,
        _acceptance_is_applied_for,
        _panel_judges,
        _project_is_closed,
        _papers_are_archived,
    ):
        part(desk)
        audited(desk)
    _everything_is_told(desk, capsys)


def _contract_is_signed(desk: Desk) -> None:
    """立项: nothing but the contract is missing; three parties sign it."""
    assert desk.state == "approved"
    assert "contract_signed" not in desk.readiness("auditor")
    desk.refused("park", "moves/start_funding/", status=403, code="forbidden")
    desk.refused("auditor", "moves/start_funding/", status=403, code="forbidden")
    desk.blocked("province", "start_funding", {"contract_signed"})
    desk.refused("province", "moves/close/", code="wrong_stage")

    extra = {
        "source": "园区配套",
        "number": 3,
        "planned_on": "2027-03-01",
        "amount": "0.01",
        "condition": "",
    }
    added = desk.does("park", "tranches/", extra)
    desk.blocked("province", "start_funding", {"contract_signed", "tranche_plan_complete"})
    desk.does("park", f"tranches/{added['id']}/", method="delete")

    desk.clock.go_to("2026-11-23")
    draft = desk.does("park", "contract/", {"technical_route": "载体构建、工艺放大、质量研究。"})
    assert draft["parties_left"] == ["province", "park", "unit"]
    desk.clock.go_to("2026-11-24")
    for who, signatory, left in (
        ("unit", "陈博", {"contract_signed"}),
        ("park", "王主任", {"contract_signed"}),
        ("province", "周明", set()),
    ):
        signed = desk.does(who, f"contract/{draft['version']}/sign/", {"signatory": signatory})
        if left:
            desk.blocked("province", "start_funding", left)
    assert (signed["state"], signed["in_force_on"]) == ("in_force", "2026-11-24")
    paper = desk.files("park", "contract", title="项目合同书", number="合同〔2026〕25号")
    assert desk.downloads("auditor", f"documents/{paper}/content/").startswith(b"%PDF")

    desk.moves("province", "start_funding")


def _first_money_comes(desk: Desk) -> None:
    """拨款: the first tranche of both sources arrives, is paid and confirmed."""
    desk.refused("province", "moves/start_implementation/", status=403, code="forbidden")
    desk.blocked("park", "start_implementation", {"first_tranche_confirmed"})

    desk.clock.go_to("2026-11-27")
    desk.passes_on("省拨款", 1, "arrive")
    assert desk.tranche("省拨款", 1)["state"] == "arrived"
    # A month at the park is a day too long, and then it is a second condition that is open.
    desk.clock.go_to("2026-12-27")
    desk.blocked("park", "start_implementation", {"first_tranche_confirmed"})
    desk.clock.go_to("2026-12-28")
    desk.blocked("park", "start_implementation", {"first_tranche_confirmed", "FIN-05"})

    desk.passes_on("园区配套", 1, "pay")
    desk.passes_on("省拨款", 1, "pay", amount="2099999.99")
    desk.confirms()
    desk.blocked("park", "start_implementation", {"first_tranche_confirmed", "FIN-05"})
    desk.passes_on("省拨款", 1, "pay")
    desk.blocked("park", "start_implementation", {"first_tranche_confirmed"})
    assert desk.confirms() == 1

    desk.moves("park", "start_implementation")


def _first_year_of_work(desk: Desk) -> None:
    """实施: own money comes, money is spent, the milestone of 2026 is done and its report accepted."""
    assert desk.readiness() == {
        "term_ended",
        "milestones_done",
        "annual_reports_complete",
        "technical_report_filed",
        "dossier_complete",
        "tranches_paid",
        "audit_on_file",
        "settlement_adds_up",
    }
    desk.refused("park", "moves/apply_for_acceptance/", {"on": "2026-12-29"}, status=400, code="invalid")
    desk.blocked("park", "apply_for_acceptance", desk.readiness())

    desk.posts("unit", "资金到位", "单位自筹", "13000000.00")
    desk.posts("unit", "资金到位", "社会资本", "2000000.00")
    desk.posts("unit", "支出", "单位自筹", "9000000.00", category="设备费")
    desk.posts("unit", "支出", "省拨款", "1500000.00", category="设备费")
    wrong = desk.posts("unit", "支出", "园区配套", "1800000.00", category="设备费")
    short = desk.refused(
        "unit",
        "entries/",
        {
            "kind": "支出",
            "source": "园区配套",
            "category": "业务费",
            "amount": "300000.01",
            "on": desk.clock.today.isoformat(),
            "voucher": "R-0",
            "invoice": "",
        },
        code="insufficient_funds",
    )
    assert short["available"] == "300000.00"
    desk.does("unit", f"entries/{wrong['sequence']}/reverse/", {"reason": "金额录入有误"})
    desk.posts("unit", "支出", "园区配套", "1900000.00", category="设备费")

    for milestone in desk.milestones(2026):
        desk.completes(milestone)
    desk.reports_on(2026)
    assert "annual_reports_complete" not in desk.readiness()


def _midterm_is_mended(desk: Desk) -> None:
    """A mid-term with a finding keeps the second tranches back until it is mended and passed."""
    desk.clock.go_to("2027-03-08")
    desk.refused("park", "inspections/", {}, status=403, code="forbidden")
    due = "2027-04-15"
    desk.inspected("city", "限期整改", [{"severity": "major", "text": "专账摘要不全", "due_on": due}])
    assert "no_open_finding" in desk.readiness()
    for source in FISCAL:
        pk = desk.tranche(source, 2)["id"]
        if source == "省拨款":
            desk.passes_on(source, 2, "arrive")
        desk.refused("park", f"tranches/{pk}/pay/", {"voucher": "R-1"}, code="not_released")

    desk.clock.go_to("2027-03-22")
    (finding,) = desk.rows("unit", "findings/")
    desk.mends(finding["id"], "city")
    assert "no_open_finding" not in desk.readiness()
    desk.clock.go_to("2027-03-29")
    desk.inspected("city", "通过", [])
    assert desk.rule("LC-05")["status"] == "pass"
    assert desk.rule("LC-10")["status"] == "pass"


def _second_money_comes(desk: Desk) -> None:
    desk.clock.go_to("2027-04-06")
    assert "tranches_paid" in desk.readiness()
    desk.passes_on("园区配套", 2, "pay")
    desk.passes_on("省拨款", 2, "pay")
    assert "tranches_paid" not in desk.readiness()
    assert desk.confirms() == 2
    assert {each["state"] for each in desk.rows("unit", "tranches/")} == {"confirmed"}
    desk.posts("unit", "支出", "省拨款", "1400000.00", category="业务费")
    desk.posts("unit", "支出", "园区配套", "1100000.00", category="劳务费")


def _leader_is_changed(desk: Desk) -> None:
    desk.clock.go_to("2027-05-10")
    change = desk.changes("leader", {"leader": "李岚"}, reason="原负责人调任")
    assert desk.get("unit", f"changes/{change}/")["version"] == 2
    rows = desk.get("auditor", "contract/2/difference/")["rows"]
    assert [(row["before"], row["after"]) for row in rows] == [("陈博", "李岚")]
    assert desk.get("auditor")["leader"] == "李岚"


def _last_year_of_work(desk: Desk) -> None:
    desk.clock.go_to("2027-05-28")
    first, last = desk.milestones(2027)
    desk.completes(first)
    assert "milestones_done" in desk.readiness()
    desk.clock.go_to("2027-12-10")
    desk.completes(last)
    assert desk.readiness() >= {"term_ended", "annual_reports_complete"}
    desk.reports_on(2027)
    desk.posts("unit", "支出", "单位自筹", "4000000.00", category="业务费")
    desk.posts("unit", "支出", "社会资本", "2000000.00", category="间接费用")


def _acceptance_is_applied_for(desk: Desk) -> None:
    """Of what acceptance asks for one thing after the other is brought, on the last day of the term and after."""
    left = {
        "term_ended",
        "technical_report_filed",
        "dossier_complete",
        "audit_on_file",
        "settlement_adds_up",
    }
    desk.clock.go_to("2027-12-31")
    desk.blocked("park", "apply_for_acceptance", left)
    desk.clock.go_to("2028-01-01")
    left -= {"term_ended"}
    desk.blocked("park", "apply_for_acceptance", left)

    desk.clock.go_to("2028-01-10")
    paper = desk.files("unit", "technical_report", title="科技报告收录证明")
    desk.does(
        "unit",
        "acceptance/technical-report/",
        {"document_no": "苏科报2028025", "on": "2028-01-07", "document": paper},
    )
    left -= {"technical_report_filed"}
    desk.blocked("park", "apply_for_acceptance", left)

    desk.clock.go_to("2028-01-17")
    audit = desk.files("unit", "audit", title="专项审计报告")
    desk.does(
        "unit",
        "audits/",
        {
            "on": "2028-01-14",
            "firm": "示例会计师事务所",
            "report_no": "会审〔2028〕25号",
            "opinion": "无保留意见",
            # One fen short of three times the fiscal money: it is at closing that this is asked about.
            "audited_investment": "17999999.99",
            "document": audit,
        },
    )
    left -= {"audit_on_file"}
    desk.blocked("park", "apply_for_acceptance", left)

    frozen = desk.does("unit", "settlement/")
    assert frozen["number"] == 1
    left -= {"settlement_adds_up"}
    desk.blocked("park", "apply_for_acceptance", left)
    desk.posts("unit", "支出", "省拨款", "0.01", category="业务费")
    desk.blocked("park", "apply_for_acceptance", {*left, "settlement_adds_up"})
    frozen = desk.does("unit", "settlement/")
    assert (frozen["number"], frozen["differences"], frozen["is_whole"]) == (2, [], True)
    desk.blocked("park", "apply_for_acceptance", left)

    desk.files("unit", "acceptance", title="验收申请表", number="application_form")
    desk.blocked("park", "apply_for_acceptance", left)
    desk.files("unit", "acceptance", title="项目实施总结报告", number="summary_report")
    assert desk.get("park", "gates/")["acceptance"]["percent"] == 100
    desk.clock.go_to("2028-01-24")
    desk.moves("park", "apply_for_acceptance")
    (filed,) = desk.get("auditor", "acceptance/")["rounds"]
    assert filed["settlement_digest"] == frozen["digest"]
    assert all(
        row["is_met"] for row in filed["checklist"] if row["code"] in ("audit_report", "summary_report")
    )
    desk.refused("park", "moves/apply_for_acceptance/", code="wrong_stage")


def _panel_judges(desk: Desk) -> None:
    """验收: the city reviews, the province agrees, three experts judge by their links."""
    left = {"acceptance_agreed", "verdicts_recorded", "FIN-10", "surplus_settled"}
    desk.blocked("province", "close", left)
    desk.refused(
        "province",
        "acceptance/city-review/",
        {"opinion": "同意", "on": "2028-01-24"},
        status=403,
        code="forbidden",
    )
    desk.clock.go_to("2028-02-14")
    today = {"on": "2028-02-14"}
    desk.does("city", "acceptance/city-review/", {"opinion": "材料齐全，同意验收。", **today})
    organisers = desk.get("province", "acceptance/")["organisers"]
    agreed = desk.does("province", "acceptance/agree/", {"organiser": organisers[0], **today})
    assert agreed["state"] == "agreed"
    left -= {"acceptance_agreed"}
    desk.blocked("province", "close", left)

    desk.clock.go_to("2028-03-06")
    desk.judge("province")
    left -= {"verdicts_recorded"}
    desk.blocked("province", "close", left)


def _project_is_closed(desk: Desk) -> None:
    """What is left is kept by the unit, the audited investment is put right, and the project is closed."""
    desk.clock.go_to("2028-03-13")
    desk.does(
        "park",
        "audits/",
        {
            "on": "2028-03-10",
            "firm": "示例会计师事务所",
            "report_no": "会审〔2028〕25号（更正）",
            "opinion": "无保留意见",
            "audited_investment": "18000000.00",
        },
    )
    desk.blocked("province", "close", {"surplus_settled"})
    left = desk.get("province", "surplus/")
    assert left["at_unit"] == {"省拨款": "99999.99", "园区配套": "0.00"}
    assert (left["at_park"], left["total"]) == ("0.00", "99999.99")
    desk.refused("park", "surplus/", {"use": "kept", "reason": "继续研发"}, status=403, code="forbidden")
    kept = desk.does("province", "surplus/", {"use": "kept", "reason": "继续用于研发"})
    assert (kept["amount"], kept["kept_until"]) == ("99999.99", "2030-03-13")
    desk.moves("province", "close")
    desk.refused(
        "unit",
        "entries/",
        {
            "kind": "支出",
            "source": "单位自筹",
            "category": "业务费",
            "amount": "1.00",
            "on": "2028-03-13",
            "voucher": "R-2",
        },
        code="stage_forbids",
    )


def _papers_are_archived(desk: Desk) -> None:
    """Published for seven days, certified the day after them, then archived; nothing changes after that."""
    desk.clock.go_to("2028-03-14")
    said = {"published_from": "2028-03-14", "published_until": "2028-03-19"}
    certificate = {"certificate_no": "苏科验2028025", "on": "2028-03-20"}
    desk.refused("province", "acceptance/publication/", said, status=400, code="invalid")
    desk.does("province", "acceptance/publication/", {**said, "published_until": "2028-03-20"})
    desk.clock.go_to("2028-03-20")
    desk.refused("province", "acceptance/certificate/", certificate, code="not_published")
    desk.clock.go_to("2028-03-21")
    certificate["on"] = "2028-03-21"
    assert desk.does("province", "acceptance/certificate/", certificate)["certified_on"] == "2028-03-21"
    desk.clock.go_to("2028-04-05")
    archived = desk.does("province", "acceptance/archive/", {"archive_no": "档2028-25", "on": "2028-04-05"})
    assert (archived["archive_no"], archived["state"]) == ("档2028-25", "concluded")
    desk.refused("province", "acceptance/certificate/", certificate, code="already_archived")


def _everything_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The history, the rules and the ledger say afterwards what happened, whoever is asked."""
    history = audited(desk)
    assert [(row["move"], row["effective_on"], row["role"]) for row in history] == [
        ("entered", None, ""),
        ("start_funding", "2026-11-24", "province"),
        ("start_implementation", "2026-12-28", "park"),
        ("apply_for_acceptance", "2028-01-24", "park"),
        ("close", "2028-03-13", "province"),
    ]
    assert desk.get("province", "gates/")["moves"] == {}

    capsys.readouterr()
    call_command("compliance", "--project", NUMBER, "--json")
    by_command = json.loads(capsys.readouterr().out)["projects"][NUMBER]
    by_api = {answer["code"]: answer for answer in desk.get("auditor", "rules/")["rules"]}
    assert {
        code: {name: answer[name] for name in ("status", "message", "figures")}
        for code, answer in by_api.items()
    } == by_command["rules"]
    for who in PEOPLE:
        told = desk.get(who, "funding/")
        assert {name: told[name] for name in by_command["funding"]} == by_command["funding"]

    call_command("verify_ledger", NUMBER, "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True
    ledger = checked_ledger(desk.downloads("auditor", "ledger/?format=csv"), NUMBER)
    assert sums(ledger, "拨付单位") == dict.fromkeys(FISCAL, Decimal(3_000_000))
    assert sums(ledger, "到账园区") == {"省拨款": Decimal(3_000_000)}
    assert sums(ledger, "资金到位") == {"单位自筹": Decimal(13_000_000), "社会资本": Decimal(2_000_000)}
    spent = sums(ledger, "支出")
    assert spent == {
        "省拨款": Decimal("2900000.01"),
        "园区配套": Decimal(3_000_000),
        "单位自筹": Decimal(13_000_000),
        "社会资本": Decimal(2_000_000),
    }
    for source, figures in by_command["funding"].items():
        if isinstance(figures, dict):
            assert Decimal(figures["spent"]) == spent[source]
    assert desk.state == "closed"
