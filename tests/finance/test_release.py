"""What conditions are read from the words of a tranche, and how each is judged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from finance.release import ReleaseFacts, judge_release, release_conditions, unmet
from tests.builders import day
from tests.lifecycle.rules.builders import event, life_facts


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("合同签订后", ["contract_signed"]),
        ("合同 签 订 后", ["contract_signed"]),
        ("项目合同书签署生效后30日内", ["contract_signed"]),
        ("签订项目合同后", ["contract_signed"]),
        ("中期检查通过", ["midterm_passed"]),
        ("中期检查合格后", ["midterm_passed"]),
        ("通过中期检查", ["midterm_passed"]),
        ("中期验收通过后", ["midterm_passed"]),
        ("中期检查前", ["for_people"]),
        ("年度报告审核通过", ["annual_report_checked"]),
        ("年度执行情况报告经园区检查后", ["annual_report_checked"]),
        ("审核年度报告后", ["annual_report_checked"]),
        ("提交年度报告后", ["for_people"]),
        ("验收通过后拨付尾款", ["acceptance_passed"]),
        ("通过项目验收", ["acceptance_passed"]),
        ("项目验收后", ["acceptance_passed"]),
        ("验收前", ["for_people"]),
        ("提交验收申请后", ["for_people"]),
        ("设备到货验收后", ["for_people"]),
        ("合同签订后，且年度报告审核通过", ["contract_signed", "annual_report_checked"]),
        ("中期检查通过、验收通过后", ["midterm_passed", "acceptance_passed"]),
        ("按工程进度", ["for_people"]),
        ("", []),
        (" 　", []),
    ],
)
def test_conditions_are_recognised_in_the_words_of_contracts(text: str, codes: list[str]):
    assert release_conditions(text) == codes


def judged(
    text: str, *, on: str = "2024-06-01", reviewed: dict[int, date | None] | None = None, **life: Any
) -> tuple[bool | None, str]:
    facts = ReleaseFacts(life_facts(on, **life), reviewed or {})
    (condition,) = judge_release(text, facts)
    return condition.is_met, condition.message


@pytest.mark.parametrize(
    ("signed", "is_met"), [(None, False), ("2024-06-02", False), ("2024-06-01", True), ("2022-09-03", True)]
)
def test_the_contract_is_signed_by_then(signed: str | None, is_met: bool):
    assert judged("合同签订后", signed_on=signed)[0] is is_met


@pytest.mark.parametrize(
    ("checks", "is_met"),
    [
        ([], False),
        ([("2024-06-01", "通过")], True),
        ([("2024-06-02", "通过")], False),
        ([("2024-05-01", "限期整改")], False),
        ([("2024-04-01", "限期整改"), ("2024-05-01", "通过")], True),
        ([("2024-04-01", "通过"), ("2024-05-01", "不通过")], False),
        ([("2024-04-01", "通过"), ("2024-05-01", "")], True),
    ],
)
def test_the_last_mid_term_result_by_then_is_that_it_passed(checks: list[tuple[str, str]], is_met: bool):
    events = [event("中期检查", on, result) for on, result in checks]

    assert judged("中期检查通过", events=events)[0] is is_met


@pytest.mark.parametrize(
    ("on", "reviewed", "is_met"),
    [
        ("2023-11-29", {}, False),
        ("2023-11-29", {2022: "2022-12-20"}, True),
        ("2024-01-10", {2022: "2022-12-20"}, False),
        ("2024-01-10", {2022: "2022-12-20", 2023: "2024-01-10"}, True),
        ("2024-01-10", {2022: "2022-12-20", 2023: "2024-01-11"}, False),
        ("2024-01-10", {2022: "2022-12-20", 2023: None}, False),
    ],
)
def test_every_report_that_is_owed_was_reviewed_by_then(
    on: str, reviewed: dict[int, str | None], is_met: bool
):
    days = {year: reviewed_on and day(reviewed_on) for year, reviewed_on in reviewed.items()}

    assert judged("年度报告审核通过", on=on, reviewed=days, start_on="2022-07-01")[0] is is_met  # type: ignore[arg-type]


def test_no_report_reviewed_is_none_checked_even_where_none_is_owed():
    assert judged("年度报告审核通过", on="2022-10-01") == (False, "尚无审核通过的年度报告。")


@pytest.mark.parametrize(
    ("verdict", "is_met"),
    [
        (None, False),
        (("2024-06-01", "通过验收"), True),
        (("2024-06-02", "通过验收"), False),
        (("2024-06-01", "结题"), False),
        (("2024-06-01", "不通过验收"), False),
    ],
)
def test_the_verdict_by_then_is_that_it_passed(verdict: tuple[str, str] | None, is_met: bool):
    events = [event("验收结论", *verdict)] if verdict else []

    assert judged("验收通过后", events=events)[0] is is_met


@pytest.mark.parametrize(
    ("panel", "verdict", "is_met"),
    [
        (("2024-06-01", "通过验收"), None, True),
        (("2024-06-02", "通过验收"), None, False),
        (("2024-06-01", "结题"), None, False),
        # Of a second round after one that a workbook brought, or of the day of closing after the panel.
        (("2024-06-01", "通过验收"), ("2024-05-31", "不通过验收"), True),
        (("2024-05-31", "通过验收"), ("2024-06-01", "不通过验收"), False),
    ],
)
def test_the_panels_verdict_counts_before_the_closing(
    panel: tuple[str, str], verdict: tuple[str, str] | None, is_met: bool
):
    events = [event("验收结论", *verdict)] if verdict else []
    facts = ReleaseFacts(life_facts("2024-06-01", events=events), {}, panel=(day(panel[0]), panel[1]))

    (condition,) = judge_release("验收通过后", facts)
    assert condition.is_met is is_met


def test_other_words_are_left_to_people():
    is_met, message = judged("按工程进度")

    assert is_met is None
    assert "按工程进度" in message


def test_what_people_judge_is_not_unmet():
    facts = ReleaseFacts(life_facts(signed_on=None), {})

    assert unmet(judge_release("按工程进度", facts)) == []
    assert [each.code for each in unmet(judge_release("合同签订、中期检查通过后", facts))] == [
        "contract_signed",
        "midterm_passed",
    ]


def test_a_condition_tells_itself_as_json():
    facts = ReleaseFacts(life_facts(signed_on="2022-09-03"), {})

    assert [each.as_json() for each in judge_release("合同签订后", facts)] == [
        {"code": "contract_signed", "met": True, "message": "合同已于 2022-09-03 签订。"}
    ]
