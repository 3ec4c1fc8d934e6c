"""FIN-10 and FIN-12, on both sides of each edge."""

from __future__ import annotations

import pytest

from finance.rules import closing_share, refunds_due
from lifecycle.rules.limits import Limits, Share
from tests.finance.rules.builders import D, audit, flow, funding_facts, refund
from tests.lifecycle.rules.builders import answer_of, day, event

FILED = [event("验收申请", "2026-03-10")]
PAID = (
    flow("2023-01-01", "拨付单位", "省拨款", "5200000"),
    flow("2023-01-01", "拨付单位", "园区配套", "5200000"),
)


def closing(*rows, audits=(), on="2026-06-01", **facts):
    facts = {"events": FILED} | facts
    return answer_of(closing_share.RULE, funding_facts(*(rows or PAID), audits=audits, on=on, **facts))


# FIN-10


@pytest.mark.parametrize(("investment", "status"), [("31200000.00", "pass"), ("31199999.99", "breach")])
def test_what_was_received_is_a_third_of_the_audited_investment_at_most(investment, status):
    answer = closing(audits=[audit("2026-03-01", investment)])

    assert answer.status == status
    assert answer.figures["fiscal"] == D("10400000")


def test_the_excess_is_told_against_what_is_allowed():
    answer = closing(audits=[audit("2026-03-01", "31199999.99")])

    assert answer.figures["allowed"] == D("10399999.99")
    assert answer.figures["over"] == D("0.01")


def test_the_batch_says_which_share():
    answer = closing(audits=[audit("2026-03-01", "20800000")], limits=Limits(fiscal_share=Share(1, 2)))

    assert answer.status == "pass"


@pytest.mark.parametrize(("on", "status"), [("2026-03-09", "not_applicable"), ("2026-03-10", "pass")])
def test_it_is_judged_from_the_day_of_the_application(on, status):
    assert closing(audits=[audit("2026-03-01", "31200000")], on=on).status == status


@pytest.mark.parametrize(("verdict_on", "status"), [(None, "warn"), ("2026-05-01", "breach")])
def test_without_an_audited_figure_it_cannot_be_judged_and_is_not_met(verdict_on, status):
    """While the verdict is out the figure can still be entered."""
    verdict = [event("验收结论", verdict_on, "通过验收")] if verdict_on else []
    answer = closing(events=[*FILED, *verdict])

    assert answer.status == status
    assert answer.figures == {"missing": ["审计审定的新增总投入"]}


@pytest.mark.parametrize(("on", "status"), [("2026-04-30", "breach"), ("2026-05-01", "pass")])
def test_the_latest_audit_up_to_the_day_counts(on, status):
    audits = [audit("2026-05-01", "31200000"), audit("2026-03-01", "10000000")]

    assert closing(audits=audits, on=on).status == status


@pytest.mark.parametrize("kind", ["终止", "撤销"])
def test_what_is_broken_off_is_not_closed(kind):
    assert closing(events=[*FILED, event(kind, "2026-06-01")]).status == "not_applicable"


def test_money_sent_back_was_received_all_the_same():
    answer = closing(
        *PAID, flow("2026-03-05", "退回", "省拨款", "100"), audits=[audit("2026-03-01", "31200000")]
    )

    assert answer.figures["fiscal"] == D("10400000")


# FIN-12


def late(*refunds, on="2026-06-01"):
    return answer_of(refunds_due.RULE, funding_facts(refunds=refunds, on=on))


def test_nothing_asked_for_is_nothing_due():
    answer = late()

    assert (answer.status, answer.message) == ("pass", "没有应退款项。")


@pytest.mark.parametrize(("on", "status"), [("2026-05-31", "pass"), ("2026-06-01", "breach")])
def test_the_due_day_itself_is_in_time(on, status):
    answer = late(refund("2026-05-01", "2026-05-31", "100.00"), on=on)

    assert answer.status == status
    assert answer.figures["due"] == day("2026-05-31")
    assert answer.figures["amount"] == D("100.00")


@pytest.mark.parametrize(("received", "status"), [("100.00", "pass"), ("99.99", "breach")])
def test_a_late_refund_is_settled_when_all_of_it_came(received, status):
    answer = late(refund("2026-04-01", "2026-05-01", "100.00", received=received))

    assert answer.status == status


def test_a_breach_tells_what_is_open_the_oldest_day_and_its_age():
    answer = late(
        refund("2026-04-11", "2026-05-11", "100.00", received="40.00"),
        refund("2026-04-01", "2026-05-02", "7.00", source="园区配套"),
        refund("2026-05-20", "2026-06-19", "1000.00", holder="park"),
    )

    assert (answer.figures["count"], answer.figures["amount"]) == (2, D("67.00"))
    assert (answer.figures["due"], answer.figures["days"]) == (day("2026-05-02"), 30)
    assert [item["source"] for item in answer.figures["refunds"]] == ["园区配套", "省拨款"]


def test_what_is_not_due_yet_is_told_without_a_breach():
    answer = late(refund("2026-05-20", "2026-06-19", "1000.00", holder="park"))

    assert answer.status == "pass"
    assert answer.figures["refunds"] == [
        {"source": "省拨款", "holder": "高新区管委会", "amount": D("1000.00"), "due": day("2026-06-19")}
    ]


def test_a_refund_asked_for_later_is_not_known_to_the_day():
    assert late(refund("2026-06-02", "2026-07-02", "1.00")).message == "没有应退款项。"


def test_what_came_back_is_said_to_have_come_back():
    assert late(refund("2026-04-01", "2026-05-01", "1.00", received="1.00")).message == "应退款均已退清。"
