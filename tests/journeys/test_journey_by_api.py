"""Whole lives of projects of the sample, gone through by the HTTP API alone, each step by who has to take it.

What is tried too early is refused with just the conditions that are open, and leaves nothing behind.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from tests.journeys.clock import Clock
from tests.journeys.desk import Desk, Json, audited, checked_ledger, codes, sums
from tests.journeys.sweep import nothing_goes

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

    # A part of the second tranche is to wait for acceptance.
    second = desk.tranche("省拨款", 2)["id"]
    desk.does("park", f"tranches/{second}/", {"amount": "800000.00"}, method="patch")
    desk.blocked("province", "start_funding", {"contract_signed", "tranche_plan_complete"})
    tail = {
        "source": "省拨款",
        "number": 3,
        "planned_on": "2028-03-31",
        "amount": "100000.00",
        "condition": "验收通过后",
        "is_tail": True,
    }
    desk.does("park", "tranches/", tail)
    desk.blocked("province", "start_funding", {"contract_signed"})

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
    states = {(each["source"], each["number"]): each["state"] for each in desk.rows("unit", "tranches/")}
    assert states.pop(("省拨款", 3)) == "planned"
    assert set(states.values()) == {"confirmed"}
    desk.posts("unit", "支出", "省拨款", "1300000.00", category="业务费")
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
            # With the tail one fen short of three times the fiscal money: asked about at closing.
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
    left = {"acceptance_agreed", "verdicts_recorded", "surplus_settled", "report_sealed"}
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
    desk.passes_on("省拨款", 3, "arrive")
    tail = desk.tranche("省拨款", 3)["id"]
    desk.refused("park", f"tranches/{tail}/pay/", {"voucher": "R-1"}, code="not_released")
    desk.judge("province")
    left -= {"verdicts_recorded"}
    desk.blocked("province", "close", left)
    desk.passes_on("省拨款", 3, "pay")
    assert desk.confirms() == 1
    desk.blocked("province", "close", {*left, "FIN-10"})


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
    desk.blocked("province", "close", {"surplus_settled", "report_sealed"})
    left = desk.get("province", "surplus/")
    assert left["at_unit"] == {"省拨款": "199999.99", "园区配套": "0.00"}
    assert (left["at_park"], left["total"]) == ("0.00", "199999.99")
    desk.refused("park", "surplus/", {"use": "kept", "reason": "继续研发"}, status=403, code="forbidden")
    kept = desk.does("province", "surplus/", {"use": "kept", "reason": "继续用于研发"})
    assert (kept["amount"], kept["kept_until"]) == ("199999.99", "2030-03-13")
    desk.blocked("province", "close", {"report_sealed"})
    desk.issues("park", "acceptance")
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
    nothing_goes(desk)


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

    by_command = answers_by_command(desk, capsys)
    ledger = checked_ledger(desk.downloads("auditor", "ledger/?format=csv"), NUMBER)
    assert sums(ledger, "拨付单位") == dict.fromkeys(FISCAL, Decimal(3_000_000))
    assert sums(ledger, "到账园区") == {"省拨款": Decimal(3_000_000)}
    assert sums(ledger, "资金到位") == {"单位自筹": Decimal(13_000_000), "社会资本": Decimal(2_000_000)}
    spent = sums(ledger, "支出")
    assert spent == {
        "省拨款": Decimal("2800000.01"),
        "园区配套": Decimal(3_000_000),
        "单位自筹": Decimal(13_000_000),
        "社会资本": Decimal(2_000_000),
    }
    for source, figures in by_command["funding"].items():
        if isinstance(figures, dict):
            assert Decimal(figures["spent"]) == spent[source]
    assert desk.state == "closed"


def answers_by_command(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Json:
    """What `compliance` says of the project, once the API has said the same and the journal was found clean."""
    capsys.readouterr()
    call_command("compliance", "--project", desk.number, "--json")
    by_command = json.loads(capsys.readouterr().out)["projects"][desk.number]
    wanted = ("status", "message", "figures")
    listed = desk.client("province").get(
        "/api/v1/compliance/", {"q": desk.number, "page_size": "200"}, format="json"
    )
    for rules in (desk.get("auditor", "rules/")["rules"], listed.json()["results"]):
        by_api = {answer["code"]: {name: answer[name] for name in wanted} for answer in rules}
        assert by_api == by_command["rules"]
    for who in desk.people:
        told = desk.get(who, "funding/")
        assert {name: told[name] for name in by_command["funding"]} == by_command["funding"]
    call_command("verify_ledger", desk.number, "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True
    return by_command


OTHER = "BA2024013"
OTHER_PEOPLE = {
    "unit": f"unit.{OTHER}",
    "park": "park.1",
    "city": "city.1",
    "province": "province",
    "auditor": "auditor",
}


def test_a_project_is_stopped_extended_given_back_and_broken_off(
    sample_programme: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(OTHER, OTHER_PEOPLE, sample_programme)
    for part in (
        _work_is_suspended,
        _work_goes_on,
        _term_is_extended,
        _what_is_lacking_is_made_up,
        _given_back_and_mended,
        _broken_off,
        _money_comes_back,
    ):
        part(desk)
        audited(desk)
    _ending_is_told(desk, capsys)


def _work_is_suspended(desk: Desk) -> None:
    """暂停: nothing is paid meanwhile, and what is late waits."""
    assert desk.state == "implementing"
    assert desk.rule("FIN-05")["status"] == desk.rule("FIN-06")["status"] == "breach"
    details = desk.refused("province", "moves/suspend/", status=400, code="invalid")
    assert set(details) == {"reason"}
    desk.refused("park", "moves/suspend/", {"reason": "停产搬迁"}, status=403, code="forbidden")
    desk.moves("province", "suspend", reason="停产搬迁")
    desk.refused("province", "moves/suspend/", {"reason": "停产搬迁"}, code="wrong_stage")
    desk.refused("park", "moves/apply_for_acceptance/", code="wrong_stage")
    pk = desk.tranche("省拨款", 2)["id"]
    desk.refused("park", f"tranches/{pk}/pay/", {"voucher": "R-1"}, code="stage_forbids")
    change = {"kind": "term", "reason": "停产", "wanted": {"months": 6}}
    desk.refused("unit", "changes/", change, code="stage_forbids")
    assert desk.rule("FIN-06")["status"] == "not_applicable"
    assert desk.rule("FIN-05")["status"] == "breach"


def _work_goes_on(desk: Desk) -> None:
    """恢复: not before it was suspended, and once a day."""
    said = {"reason": "搬迁完成"}
    desk.clock.go_to("2026-12-15")
    details = desk.refused("province", "moves/resume/", {**said, "on": "2026-11-19"}, code="blocked")
    assert codes(details["conditions"]) == {"day_in_order"}
    assert codes(details["today"]) == set()
    desk.moves("province", "resume", **said)
    desk.moves("province", "suspend", reason="搬迁验收未过")
    desk.blocked("province", "resume", {"event_day_free"}, **said)
    desk.clock.go_to("2026-12-16")
    desk.moves("province", "resume", **said)
    assert desk.rule("FIN-06")["status"] == "breach"


def _term_is_extended(desk: Desk) -> None:
    """延期: once, by half a year; the second time it is refused before anybody has to look at it."""
    desk.clock.go_to("2027-01-11")
    assert desk.get("unit")["end_on"] == "2027-12-31"
    ask = {"kind": "term", "reason": "停产搬迁影响进度", "wanted": {"months": 13}}
    too_long = desk.does("unit", "changes/", ask)
    details = desk.refused("unit", f"changes/{too_long['id']}/hand-in/", code="extension_irregular")
    assert details["rule"] == "LC-09"
    edited = desk.does("unit", f"changes/{too_long['id']}/", {"wanted": {"months": 6}}, method="patch")
    assert edited["wanted"] == {"months": 6}
    impact = desk.get("unit", f"changes/{edited['id']}/impact/")
    assert ("2027-12-31", "2028-06-30") in [(row["before"], row["after"]) for row in impact["days"]]
    desk.passes(edited["id"])
    assert desk.get("unit")["end_on"] == "2028-06-30"
    assert desk.rule("LC-01")["status"] == desk.rule("LC-09")["status"] == "pass"
    gates = desk.get("unit", "gates/")
    assert gates["acceptance"]["first_day"] == "2028-07-01"

    again = desk.does("unit", "changes/", {**ask, "wanted": {"months": 1}})
    details = desk.refused("unit", f"changes/{again['id']}/hand-in/", code="extension_irregular")
    assert details["rule"] == "LC-09"
    desk.does("unit", f"changes/{again['id']}/withdraw/")
    assert desk.get("unit")["end_on"] == "2028-06-30"

    assert desk.rule("LC-02")["status"] == "breach"
    desk.does("park", "milestones/", {"year": 2028, "name": "完成产业化验证", "planned_on": "2028-05-31"})
    assert desk.rule("LC-02")["status"] == "pass"


def _what_is_lacking_is_made_up(desk: Desk) -> None:
    """The sample's faults are mended one after the other until acceptance may be applied for."""
    assert desk.readiness() == {
        "term_ended",
        "milestones_done",
        "annual_reports_complete",
        "technical_report_filed",
        "dossier_complete",
        "tranches_paid",
        "audit_on_file",
        "settlement_adds_up",
        "FIN-05",
    }
    desk.passes_on("省拨款", 2, "pay")
    assert not desk.readiness() & {"tranches_paid", "FIN-05"}
    for milestone in desk.milestones(2026):
        desk.completes(milestone)
    desk.reports_on(2026)
    desk.clock.go_to("2027-12-13")
    for milestone in desk.milestones(2027):
        desk.completes(milestone)
    desk.reports_on(2027)
    desk.clock.go_to("2028-05-31")
    for milestone in desk.milestones(2028):
        desk.completes(milestone)
    desk.prepares_acceptance("会审〔2028〕13号")
    desk.clock.go_to("2028-06-30")
    desk.blocked("park", "apply_for_acceptance", {"term_ended"})
    desk.clock.go_to("2028-07-01")
    desk.moves("park", "apply_for_acceptance")


def _given_back_and_mended(desk: Desk) -> None:
    """退回整改: findings and three months at most to mend them by; a second time it is not given back."""
    desk.clock.go_to("2028-08-01")
    finding = {"severity": "major", "text": "一笔设备费与合同无关"}
    said = {"reason": "经费使用不合规", "findings": [finding], "due_on": "2028-11-02"}
    details = desk.refused(
        "province", "moves/return_for_rectification/", {**said, "findings": []}, status=400, code="invalid"
    )
    assert set(details) == {"findings", "due_on"}
    details = desk.refused("province", "moves/return_for_rectification/", said, status=400, code="invalid")
    assert set(details) == {"due_on"}
    link = desk.links_expert()
    desk.moves("province", "return_for_rectification", **{**said, "due_on": "2028-11-01"})
    assert desk.is_dead(link)
    assert [each["state"] for each in desk.get("park", "acceptance/")["rounds"]] == ["returned"]
    desk.blocked("park", "apply_for_acceptance", {"no_open_finding"})

    spent = next(each for each in desk.rows("unit", "entries/?kind=支出&source=省拨款"))
    moved = desk.does("unit", f"entries/{spent['sequence']}/disallow/", {"reason": "与合同无关"})
    assert (moved["spending"]["source"], moved["spending"]["amount"]) == ("单位自筹", spent["amount"])
    (found,) = desk.rows("unit", "findings/?state=open")
    assert (found["due_on"], found["origin"]) == ("2028-11-01", "acceptance")
    # Money has moved, so what was settled must be settled anew.
    desk.blocked("park", "apply_for_acceptance", {"no_open_finding", "settlement_adds_up"})
    desk.clock.go_to("2028-09-04")
    desk.mends(found["id"], "province")
    desk.does("unit", "settlement/")
    desk.moves("park", "apply_for_acceptance")
    assert [each["state"] for each in desk.get("park", "acceptance/")["rounds"]] == ["filed", "returned"]
    desk.clock.go_to("2028-09-11")
    desk.blocked(
        "province", "return_for_rectification", {"not_returned_before"}, **{**said, "due_on": "2028-10-11"}
    )


def _broken_off(desk: Desk) -> None:
    """终止 by fault: on a paper of the province, with what must come back worked out from the ledger."""
    said = {"reason": "弄虚作假", "reason_class": "fault"}
    details = desk.refused("province", "moves/terminate/", {"reason": "弄虚作假"}, status=400, code="invalid")
    assert set(details) == {"reason_class", "document"}
    assert desk.rows("province", "refunds/") == desk.rows("province", "credit/") == []
    link = desk.links_expert()
    desk.posts("park", "到账园区", "省拨款", "500.00")
    paper = desk.files("province", "decision", title="终止决定", number="示例科计〔2028〕9号")
    funding = desk.get("province", "funding/")
    desk.moves("province", "terminate", **said, document=paper)
    desk.refused("province", "moves/revoke/", {**said, "document": paper}, code="wrong_stage")

    assert desk.is_dead(link)
    refunds = desk.rows("unit", "refunds/")
    assert {(each["holder"], each["source"]): each["open_amount"] for each in refunds} == {
        **{("unit", source): funding[source]["balance"] for source in FISCAL},
        ("park", "省拨款"): "500.00",
    }
    for refund in refunds:
        assert (refund["cause"], refund["state"], refund["interest"]) == ("termination", "asked", "0.00")
        assert (refund["asked_on"], refund["due_on"]) == ("2028-09-11", "2028-10-11")
        assert refund["notice_no"] == "示例科计〔2028〕9号"
        assert refund["workings"]["formula"]

    (record,) = desk.rows("province", "credit/")
    assert (record["grade"], record["subject_kind"], record["until"]) == ("minor", "unit", None)
    assert "弄虚作假" in record["behaviour"]
    assert record["subject_name"] == desk.get("province")["unit"]


def _money_comes_back(desk: Desk) -> None:
    """In time up to the due day, late the day after; what came by then is in the ledger and on the refund."""
    desk.refused(
        "unit",
        "entries/",
        {
            "kind": "支出",
            "source": "省拨款",
            "category": "业务费",
            "amount": "1.00",
            "on": "2028-09-11",
            "voucher": "R-3",
        },
        code="stage_forbids",
    )
    by_holder = {(each["holder"], each["source"]): each for each in desk.rows("province", "refunds/")}
    grant, matching, of_park = (
        by_holder[key] for key in (("unit", "省拨款"), ("unit", "园区配套"), ("park", "省拨款"))
    )
    assert desk.rule("FIN-12")["status"] == "pass"
    desk.clock.go_to("2028-09-20")
    half = (Decimal(grant["amount"]) / 2).quantize(Decimal("0.01"))
    came = {"on": "2028-09-20", "amount": f"{half:.2f}", "voucher": "收-1"}
    path = f"refunds/{grant['id']}/receipts/"
    desk.refused("unit", path, came, status=403, code="forbidden")
    too_much = {**came, "amount": f"{Decimal(grant['amount']) + Decimal('0.01'):.2f}"}
    assert desk.refused("province", path, too_much, code="more_than_asked") == {"available": grant["amount"]}
    first = desk.does("province", path, came, key="r-1")
    assert desk.does("province", path, came, key="r-1") == first
    rest = Decimal(grant["amount"]) - half
    assert (first["state"], first["open_amount"]) == ("asked", f"{rest:.2f}")

    came = {"on": "2028-09-20", "amount": "500.00", "voucher": "收-4"}
    path_of_park = f"refunds/{of_park['id']}/receipts/"
    assert set(desk.refused("province", path_of_park, came, status=400, code="invalid")) == {"sequence"}
    back = desk.posts("park", "园区退回", "省拨款", "500.00")
    done = desk.does("province", path_of_park, {**came, "sequence": back["sequence"]})
    assert done["state"] == "received"

    # The unit sends the other half back itself; the province only says that it came.
    desk.clock.go_to("2028-10-09")
    sent = desk.posts("unit", "退回", "省拨款", f"{rest:.2f}")
    settled = desk.does(
        "province",
        path,
        {"on": "2028-10-09", "amount": f"{rest:.2f}", "voucher": "收-2", "sequence": sent["sequence"]},
    )
    assert (settled["state"], settled["open_amount"]) == ("received", "0.00")
    for today, status in (("2028-10-11", "pass"), ("2028-10-12", "breach")):
        desk.clock.go_to(today)
        assert desk.rule("FIN-12")["status"] == status
    assert desk.rule("FIN-12")["figures"]["amount"] == matching["amount"]
    assert desk.rule("FIN-12")["figures"]["days"] == 1
    done = desk.does(
        "province",
        f"refunds/{matching['id']}/receipts/",
        {"on": "2028-10-12", "amount": matching["amount"], "voucher": "收-3"},
    )
    assert done["state"] == "received"
    assert desk.rule("FIN-12")["status"] == "pass"
    nothing_goes(desk, but=("reverse/", "disallow/"))
    (record,) = desk.rows("province", "credit/")
    lifted = desk.does("province", f"credit/{record['id']}/lift/", {"reason": "已退清并整改"})
    assert lifted["lifted_on"] == "2028-10-12"


def _ending_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert [(row["move"], row["effective_on"], row["role"]) for row in audited(desk)] == [
        ("entered", None, ""),
        ("suspend", "2026-11-20", "province"),
        ("resume", "2026-12-15", "province"),
        ("suspend", "2026-12-15", "province"),
        ("resume", "2026-12-16", "province"),
        ("apply_for_acceptance", "2028-07-01", "park"),
        ("return_for_rectification", "2028-08-01", "province"),
        ("apply_for_acceptance", "2028-09-04", "park"),
        ("terminate", "2028-09-11", "province"),
    ]
    funding = answers_by_command(desk, capsys)["funding"]
    ledger = checked_ledger(desk.downloads("auditor", "ledger/?format=csv"), OTHER)
    returned = sums(ledger, "退回")
    for source in FISCAL:
        assert Decimal(funding[source]["balance"]) == 0
        assert Decimal(funding[source]["refunded"]) == returned[source]
        assert Decimal(funding[source]["received"]) == Decimal(funding[source]["spent"]) + returned[source]
    for refund in desk.rows("auditor", "refunds/"):
        sent = returned[refund["source"]] if refund["holder"] == "unit" else Decimal(500)
        assert sum(Decimal(each["amount"]) for each in refund["receipts"]) == sent
    assert funding["省拨款"]["held_at_park"] == "0.00"
    assert desk.state == "terminated"
    assert desk.get("province", "gates/")["moves"] == {}


THIRD = "BA2022014"
THIRD_PEOPLE = {**PEOPLE, "unit": f"unit.{THIRD}"}


def test_a_project_that_hardly_passes_gives_back_what_is_left(
    sample_programme: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """结题: judged by a panel of the city; the surplus goes back before the project is closed."""
    desk = Desk(THIRD, THIRD_PEOPLE, sample_programme)
    assert desk.readiness() == {"dossier_complete", "audit_on_file", "settlement_adds_up"}
    desk.prepares_acceptance("会审〔2026〕14号")
    desk.moves("park", "apply_for_acceptance")
    assert desk.rule("LC-07")["status"] == "warn"

    desk.clock.go_to("2026-12-07")
    today = {"on": "2026-12-07"}
    desk.does("city", "acceptance/city-review/", {"opinion": "同意。", **today})
    desk.refused("city", "acceptance/panel/", {"name": "专家", "organisation": "学会"}, code="wrong_step")
    _, city = desk.get("province", "acceptance/")["organisers"]
    desk.does("province", "acceptance/agree/", {"organiser": city, **today})
    expert = {"name": "专家", "organisation": "学会"}
    desk.refused("province", "acceptance/panel/", expert, status=403, code="forbidden")
    desk.judge("city", verdict="结题")
    desk.blocked("province", "close", {"surplus_settled", "report_sealed"})

    desk.clock.go_to("2026-12-14")
    keep = {"use": "kept", "reason": "继续研发"}
    desk.refused("province", "surplus/", keep, code="must_not_be_kept")
    desk.does("province", "surplus/", {"use": "returned", "reason": "结余收回"})
    desk.blocked("province", "close", {"surplus_settled", "refunds_settled", "report_sealed"})
    grant, matching = desk.rows("unit", "refunds/")
    assert (grant["open_amount"], matching["open_amount"]) == ("21945.88", "309212.97")
    receipt = {"on": "2026-12-14", "voucher": "收-1"}
    desk.does("province", f"refunds/{grant['id']}/receipts/", {**receipt, "amount": "21945.88"})
    desk.does("province", f"refunds/{matching['id']}/receipts/", {**receipt, "amount": "309212.96"})
    desk.blocked("province", "close", {"surplus_settled", "refunds_settled", "report_sealed"})
    desk.does(
        "province", f"refunds/{matching['id']}/receipts/", {**receipt, "voucher": "收-1-2", "amount": "0.01"}
    )
    desk.blocked("province", "close", {"report_sealed"})
    desk.issues("park", "acceptance")
    desk.moves("province", "close")

    assert [row["move"] for row in audited(desk)] == ["entered", "apply_for_acceptance", "close"]
    funding = answers_by_command(desk, capsys)["funding"]
    assert [funding[source]["balance"] for source in FISCAL] == ["0.00", "0.00"]
    assert [funding[source]["refunded"] for source in FISCAL] == ["21945.88", "309212.97"]
