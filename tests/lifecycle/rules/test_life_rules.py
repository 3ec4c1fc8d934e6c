"""LC-01 to LC-10, on both sides of each edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.rules import (
    ALL,
    acceptance_application,
    annual_reports,
    commitment,
    extension,
    findings,
    judge_all,
    late_milestones,
    midterm,
    signing,
    term,
    yearly_plan,
)
from lifecycle.rules.facts import Finding, Waiver
from lifecycle.rules.limits import Limits
from tests.lifecycle.rules.builders import answer_of, day, event, life_facts


def test_the_rules_stand_in_the_order_of_their_numbers():
    assert [rule.code for rule in ALL] == [f"LC-{number:02}" for number in range(1, 11)]
    assert all(str(rule.title) and str(rule.basis) for rule in ALL)


def test_a_faultless_project_passes_everything():
    assert {answer.status.value for answer in judge_all(life_facts())} == {"pass"}


# LC-01


@pytest.mark.parametrize(
    ("end", "status"), [("2026-02-28", "pass"), ("2026-02-27", "breach"), ("2026-03-01", "breach")]
)
def test_the_term_is_forty_two_months_less_a_day(end, status):
    answer = answer_of(term.RULE, life_facts(final_end_on=end))

    assert answer.status == status
    assert answer.figures["expected_end"] == day("2026-02-28")


@pytest.mark.parametrize("on", ["2025-09-30", "2025-10-01"])
def test_an_approved_extension_lengthens_the_term_on_both_sides(on):
    facts = life_facts(on, final_end_on="2026-08-31", events=[event("延期", "2025-10-01", "批准", 6)])

    assert answer_of(term.RULE, facts).status == "pass"


def test_an_extension_that_was_refused_lengthens_nothing():
    facts = life_facts(
        "2026-01-01", final_end_on="2026-08-31", events=[event("延期", "2025-10-01", "不批准", 6)]
    )

    assert answer_of(term.RULE, facts).status == "breach"


@pytest.mark.parametrize(
    "missing",
    [{"start_on": None}, {"final_end_on": None}, {"events": [event("延期", "2023-01-01", "批准")]}],
)
def test_a_term_that_cannot_be_judged_is_not_met(missing):
    answer = answer_of(term.RULE, life_facts(**missing))

    assert answer.status == "breach"
    assert "缺少" in answer.message


def test_another_batch_may_run_another_time():
    facts = life_facts(final_end_on="2025-08-31", limits=Limits(term_months=36))

    assert answer_of(term.RULE, facts).status == "pass"


# LC-02


def test_every_calendar_year_of_the_term_needs_a_milestone():
    answer = answer_of(yearly_plan.RULE, life_facts(milestone_years={2022, 2023, 2025}))

    assert answer.status == "breach"
    assert answer.figures["years"] == [2024, 2026]
    assert "2024、2026" in answer.message


def test_years_that_an_extension_adds_need_one_once_it_is_approved():
    facts = {"final_end_on": "2027-02-28", "events": [event("延期", "2025-10-01", "批准", 12)]}

    assert answer_of(yearly_plan.RULE, life_facts("2025-09-30", **facts)).status == "pass"
    assert answer_of(yearly_plan.RULE, life_facts("2025-10-01", **facts)).figures["years"] == [2027]


@pytest.mark.parametrize("missing", [{"start_on": None}, {"final_end_on": None}])
def test_a_plan_without_a_term_is_not_met(missing):
    assert answer_of(yearly_plan.RULE, life_facts(**missing)).status == "breach"


# LC-03


@pytest.mark.parametrize(
    ("on", "status"),
    [("2024-03-01", "pass"), ("2024-03-02", "warn"), ("2024-03-31", "warn"), ("2024-04-01", "breach")],
)
def test_a_milestone_may_be_thirty_days_late(on, status):
    facts = life_facts(on, milestones=[(day("2024-03-01"), None, "样机")])

    assert answer_of(late_milestones.RULE, facts).status == status


@pytest.mark.parametrize(("on", "status"), [("2024-03-09", "warn"), ("2024-03-10", "pass")])
def test_a_late_milestone_is_mended_on_the_day_it_is_completed(on, status):
    facts = life_facts(on, milestones=[(day("2024-03-01"), day("2024-03-10"), "样机")])

    assert answer_of(late_milestones.RULE, facts).status == status


def test_the_oldest_late_milestone_decides():
    milestones = [
        (day("2024-05-01"), None, "新"),
        (day("2024-01-31"), None, "旧"),
        (day("2023-01-31"), day("2023-01-31"), "已完成"),
    ]

    answer = answer_of(late_milestones.RULE, life_facts("2024-05-10", milestones=milestones))

    assert answer.status == "breach"
    assert answer.figures["milestone"] == "旧"
    assert answer.figures["count"] == 2
    assert answer.figures["days"] == 100


@pytest.mark.parametrize(
    ("state", "status"),
    [("suspended", "breach"), ("terminated", "not_applicable"), ("revoked", "not_applicable")],
)
def test_milestones_bind_until_the_project_is_broken_off(state, status):
    facts = life_facts("2025-01-01", state=state, milestones=[(day("2024-03-01"), None, "样机")])

    assert answer_of(late_milestones.RULE, facts).status == status


# LC-04


@pytest.mark.parametrize(
    ("on", "status"),
    [("2023-11-29", "pass"), ("2023-11-30", "warn"), ("2023-12-26", "warn"), ("2023-12-27", "breach")],
)
def test_a_report_is_owed_from_the_cut_off_and_late_after_the_due_day(on, status):
    assert answer_of(annual_reports.RULE, life_facts(on)).status == status


@pytest.mark.parametrize(
    ("start", "status"), [("2022-08-30", "breach"), ("2022-08-31", "breach"), ("2022-09-01", "pass")]
)
def test_a_project_younger_than_three_months_on_the_cut_off_owes_none(start, status):
    assert answer_of(annual_reports.RULE, life_facts("2022-12-27", start_on=start)).status == status


@pytest.mark.parametrize(
    ("submitted", "status"), [("2024-02-01", "pass"), ("2024-02-02", "breach"), (None, "breach")]
)
def test_a_report_counts_from_the_day_it_is_handed_in(submitted, status):
    reports = [(2023, day(submitted) if submitted else None)]

    assert answer_of(annual_reports.RULE, life_facts("2024-02-01", reports=reports)).status == status


def test_missing_years_are_all_named_and_the_oldest_decides():
    answer = answer_of(annual_reports.RULE, life_facts("2025-12-01", reports=[(2024, day("2024-12-05"))]))

    assert answer.status == "breach"
    assert answer.figures["years"] == [2023, 2025]
    assert answer.figures["due"] == day("2023-12-26")


@pytest.mark.parametrize(("filed", "years"), [("2026-11-30", []), ("2026-12-01", [2026])])
def test_who_has_filed_for_acceptance_by_the_cut_off_owes_no_more(filed, years):
    reports = [(year, day(f"{year}-12-01")) for year in (2023, 2024, 2025)]
    facts = life_facts("2027-03-01", reports=reports, events=[event("验收申请", filed)])

    assert answer_of(annual_reports.RULE, facts).figures.get("years", []) == years


@pytest.mark.parametrize(("ended", "status"), [("2023-11-30", "pass"), ("2023-12-01", "breach")])
@pytest.mark.parametrize(("kind", "state"), [("终止", "terminated"), ("撤销", "revoked")])
def test_who_was_broken_off_by_the_cut_off_owes_none(kind, state, ended, status):
    facts = life_facts("2024-12-31", state=state, events=[event(kind, ended, "批准")])

    assert answer_of(annual_reports.RULE, facts).status == status


def test_a_suspended_project_still_reports():
    assert answer_of(annual_reports.RULE, life_facts("2023-12-27", state="suspended")).status == "breach"


def test_reports_of_a_project_without_a_start_cannot_be_judged():
    assert answer_of(annual_reports.RULE, life_facts(start_on=None)).status == "breach"


# LC-05


@pytest.mark.parametrize(
    ("on", "status"),
    [("2023-11-30", "pass"), ("2023-12-01", "warn"), ("2024-06-01", "warn"), ("2024-06-02", "breach")],
)
def test_a_midterm_result_is_expected_from_fifteen_months_and_overdue_after_twenty_one(on, status):
    assert answer_of(midterm.RULE, life_facts(on)).status == status


@pytest.mark.parametrize(("result", "status"), [("通过", "pass"), ("限期整改", "warn"), ("不通过", "breach")])
def test_the_midterm_result_decides(result, status):
    facts = life_facts("2024-07-01", events=[event("中期检查", "2024-03-01", result)])

    assert answer_of(midterm.RULE, facts).status == status


@pytest.mark.parametrize(("on", "status"), [("2024-05-31", "warn"), ("2024-06-01", "pass")])
def test_the_last_midterm_result_by_the_day_counts(on, status):
    events = [event("中期检查", "2024-06-01", "通过"), event("中期检查", "2024-03-01", "限期整改")]

    assert answer_of(midterm.RULE, life_facts(on, events=events)).status == status


def test_a_midterm_check_without_a_result_is_none():
    facts = life_facts("2024-06-02", events=[event("中期检查", "2024-03-01")])

    assert answer_of(midterm.RULE, facts).status == "breach"


@pytest.mark.parametrize(
    ("state", "status"),
    [("terminated", "not_applicable"), ("revoked", "not_applicable"), ("suspended", "breach")],
)
def test_broken_off_without_a_midterm_there_is_nothing_to_judge(state, status):
    assert answer_of(midterm.RULE, life_facts("2025-01-01", state=state)).status == status


def test_a_failed_midterm_stays_a_breach_after_termination():
    facts = life_facts("2025-01-01", state="terminated", events=[event("中期检查", "2024-03-01", "不通过")])

    assert answer_of(midterm.RULE, facts).status == "breach"


def test_a_midterm_of_a_project_without_a_start_cannot_be_judged():
    assert answer_of(midterm.RULE, life_facts(start_on=None)).status == "breach"


# LC-06


@pytest.mark.parametrize(("on", "status"), [("2022-09-19", "pass"), ("2022-09-20", "breach")])
def test_a_contract_is_signed_within_thirty_days_of_the_award(on, status):
    assert answer_of(signing.RULE, life_facts(on, signed_on=None)).status == status


@pytest.mark.parametrize(("signed", "status"), [("2022-10-01", "pass"), ("2022-10-02", "breach")])
def test_a_late_signature_mends_it_from_its_day(signed, status):
    assert answer_of(signing.RULE, life_facts("2022-10-01", signed_on=signed)).status == status


def test_an_unsigned_contract_without_an_award_day_cannot_be_judged():
    assert answer_of(signing.RULE, life_facts(signed_on=None, award_on=None)).status == "breach"
    assert answer_of(signing.RULE, life_facts(award_on=None)).status == "pass"


# LC-07


@pytest.mark.parametrize(
    ("on", "status"),
    [("2026-05-28", "pass"), ("2026-05-29", "warn"), ("2026-08-28", "warn"), ("2026-08-29", "breach")],
)
def test_acceptance_is_asked_for_in_three_months_and_overdue_after_six(on, status):
    assert answer_of(acceptance_application.RULE, life_facts(on)).status == status


@pytest.mark.parametrize(
    ("filed", "status"), [("2026-06-30", "pass"), ("2026-08-28", "pass"), ("2026-08-29", "warn")]
)
def test_an_application_after_six_months_stays_a_warning(filed, status):
    facts = life_facts("2026-12-31", events=[event("验收申请", filed)])

    assert answer_of(acceptance_application.RULE, facts).status == status


def test_the_first_application_counts():
    events = [event("验收申请", "2026-12-01"), event("验收申请", "2026-04-01")]

    assert answer_of(acceptance_application.RULE, life_facts("2026-12-31", events=events)).status == "pass"


def test_an_application_still_to_come_does_not_count():
    facts = life_facts("2026-08-29", events=[event("验收申请", "2026-08-30")])

    assert answer_of(acceptance_application.RULE, facts).status == "breach"


def test_an_extension_moves_the_day_from_its_approval():
    facts = {"final_end_on": "2026-08-31", "events": [event("延期", "2025-10-01", "批准", 6)]}

    assert answer_of(acceptance_application.RULE, life_facts("2026-11-30", **facts)).status == "pass"
    assert answer_of(acceptance_application.RULE, life_facts("2026-12-01", **facts)).status == "warn"
    assert answer_of(acceptance_application.RULE, life_facts("2027-02-28", **facts)).status == "warn"
    assert answer_of(acceptance_application.RULE, life_facts("2027-03-01", **facts)).status == "breach"


@pytest.mark.parametrize(
    ("state", "status"),
    [("terminated", "not_applicable"), ("revoked", "not_applicable"), ("suspended", "breach")],
)
def test_who_is_broken_off_need_not_apply(state, status):
    assert answer_of(acceptance_application.RULE, life_facts("2026-09-01", state=state)).status == status


def test_an_application_without_an_end_cannot_be_judged():
    assert answer_of(acceptance_application.RULE, life_facts(final_end_on=None)).status == "breach"


# LC-08


@pytest.mark.parametrize(
    ("on", "committed", "status"),
    [
        ("2022-04-22", "2022-04-22", "pass"),
        ("2022-04-21", "2022-04-22", "breach"),
        ("2024-01-01", None, "breach"),
    ],
)
def test_the_commitment_letter_is_on_file_from_its_day(on, committed, status):
    assert answer_of(commitment.RULE, life_facts(on, commitment_on=committed)).status == status


# LC-09


@pytest.mark.parametrize(
    ("asked", "status"),
    [("2025-11-28", "pass"), ("2025-11-30", "pass"), ("2025-12-01", "breach"), ("2026-02-08", "breach")],
)
def test_an_extension_is_asked_for_three_months_before_the_end_it_moves(asked, status):
    facts = life_facts("2026-02-20", final_end_on="2026-08-31", events=[event("延期", asked, "批准", 6)])

    assert answer_of(extension.RULE, facts).status == status


@pytest.mark.parametrize(
    ("months", "end", "status"), [(12, "2027-02-28", "pass"), (13, "2027-03-31", "breach")]
)
def test_an_extension_is_of_twelve_months_at_most(months, end, status):
    facts = life_facts("2026-01-15", final_end_on=end, events=[event("延期", "2025-06-01", "批准", months)])

    assert answer_of(extension.RULE, facts).status == status


def test_there_is_one_extension_at_most():
    events = [event("延期", "2025-06-01", "批准", 3), event("延期", "2026-01-01", "批准", 3)]
    facts = {"final_end_on": "2026-08-31", "events": events}

    assert answer_of(extension.RULE, life_facts("2025-12-31", **facts)).status == "pass"
    answer = answer_of(extension.RULE, life_facts("2026-01-01", **facts))
    assert answer.status == "breach"
    assert answer.figures["approved"] == [day("2025-06-01"), day("2026-01-01")]


def test_where_two_are_allowed_each_is_measured_against_the_end_it_moves():
    events = [event("延期", "2025-12-15", "批准", 3), event("延期", "2026-01-01", "批准", 3)]
    facts = life_facts(
        "2026-06-01", final_end_on="2026-08-31", events=events, limits=Limits(extension_count=2)
    )

    answer = answer_of(extension.RULE, facts)

    assert answer.status == "breach"
    assert answer.figures["asked"] == day("2025-12-15")
    assert answer.figures["end"] == day("2026-02-28")


def test_a_refused_extension_is_none():
    facts = life_facts("2026-02-20", events=[event("延期", "2026-02-08", "不批准", 6)])

    assert answer_of(extension.RULE, facts).status == "pass"


def test_an_extension_without_months_cannot_be_judged():
    facts = life_facts("2026-02-20", events=[event("延期", "2025-02-08", "批准")])

    assert answer_of(extension.RULE, facts).status == "breach"


# Exceptions


@pytest.mark.parametrize(
    ("on", "status"),
    [("2022-10-31", "breach"), ("2022-11-01", "waived"), ("2023-01-31", "waived"), ("2023-02-01", "breach")],
)
def test_a_recorded_exception_waives_while_it_is_in_force(on, status):
    waiver = Waiver("LC-06", "合同文本会商", "示例省科学技术厅 周明", day("2022-11-01"), day("2023-01-31"))
    answer = answer_of(signing.RULE, life_facts(on, signed_on=None, waivers=[waiver]))

    assert answer.status == status
    if status == "waived":
        assert "合同文本会商" in answer.message
        assert answer.figures["waived_by"] == "示例省科学技术厅 周明"
        assert answer.figures["due"] == day("2022-09-19")


def test_an_exception_leaves_a_met_rule_as_it_is_and_binds_to_its_own():
    waiver = Waiver("LC-06", "合同文本会商", "周明", day("2022-01-01"))

    assert answer_of(signing.RULE, life_facts(waivers=[waiver])).status == "pass"
    assert (
        answer_of(acceptance_application.RULE, life_facts("2026-09-01", waivers=[waiver])).status == "breach"
    )


def test_rules_that_allow_no_exception_ignore_one():
    waiver = Waiver("LC-08", "无", "周明", day("2022-01-01"))
    facts = replace(life_facts(commitment_on=None), waivers=[waiver])

    assert answer_of(commitment.RULE, facts).status == "breach"


# LC-10


def finding(due_on: str, closed_on: str | None = None, found_on: str = "2024-01-10", text: str = "台账不全"):
    return Finding(day(found_on), day(due_on), closed_on and day(closed_on), "major", text)


def test_without_findings_there_is_nothing_to_mend():
    answer = answer_of(findings.RULE, life_facts("2024-06-01"))

    assert (answer.status, answer.figures) == ("pass", {})


@pytest.mark.parametrize(
    ("on", "status"),
    [("2024-01-09", "pass"), ("2024-01-10", "pass"), ("2024-02-10", "pass"), ("2024-02-11", "breach")],
)
def test_a_finding_is_mended_by_its_due_day(on, status):
    answer = answer_of(findings.RULE, life_facts(on, findings=[finding("2024-02-10")]))

    assert answer.status == status


def test_a_finding_found_later_is_not_known_yet():
    answer = answer_of(findings.RULE, life_facts("2024-01-09", findings=[finding("2024-02-10")]))

    assert answer.figures == {}


def test_the_oldest_late_finding_is_named_with_its_days():
    late = [
        finding("2024-02-20", text="小"),
        finding("2024-02-10", text="设备未入账\n" + "长" * 80),
        finding("2024-06-10"),
        finding("2024-02-01", "2024-01-31"),
    ]

    answer = answer_of(findings.RULE, life_facts("2024-03-01", findings=late))

    assert answer.status == "breach"
    assert (answer.figures["count"], answer.figures["due"], answer.figures["days"]) == (
        2,
        day("2024-02-10"),
        20,
    )
    assert answer.figures["finding"].startswith("设备未入账 长")
    assert len(answer.figures["finding"]) == 60
    assert "较重" in answer.message


@pytest.mark.parametrize(
    ("on", "status", "late"),
    [("2024-02-11", "breach", None), ("2024-02-12", "pass", 1), ("2024-12-31", "pass", 1)],
)
def test_one_closed_late_passes_once_closed_and_says_so(on, status, late):
    answer = answer_of(findings.RULE, life_facts(on, findings=[finding("2024-02-10", "2024-02-12")]))

    assert (answer.status, answer.figures.get("closed_late")) == (status, late)
    assert ("逾期销号" in answer.message) is (status == "pass")


@pytest.mark.parametrize("closed_on", ["2024-02-09", "2024-02-10"])
def test_one_closed_in_time_is_not_called_late(closed_on):
    answer = answer_of(findings.RULE, life_facts("2024-03-01", findings=[finding("2024-02-10", closed_on)]))

    assert answer.status == "pass"
    assert "按期销号" in answer.message


@pytest.mark.parametrize("closed_late", [0, 1])
def test_one_that_is_not_due_yet_is_told_with_its_day(closed_late):
    found = [
        finding("2024-06-10"),
        finding("2024-05-10"),
        *[finding("2024-02-10", "2024-02-12")] * closed_late,
    ]

    answer = answer_of(findings.RULE, life_facts("2024-03-01", findings=found))

    assert answer.figures == {
        "total": 2 + closed_late,
        "pending": 2,
        "due": day("2024-05-10"),
        "closed_late": closed_late,
    }
    assert "2024-05-10" in answer.message


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("suspended", "breach"),
        ("acceptance", "breach"),
        ("closed", "breach"),
        ("terminated", "not_applicable"),
        ("revoked", "not_applicable"),
    ],
)
def test_findings_bind_until_a_project_is_broken_off(state, status):
    facts = life_facts("2024-03-01", state=state, findings=[finding("2024-02-10")])

    assert answer_of(findings.RULE, facts).status == status
