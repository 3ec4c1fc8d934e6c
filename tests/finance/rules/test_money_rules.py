"""FIN-01 to FIN-09 and FIN-11, on both sides of each edge; FIN-10 and FIN-12 are in test_closing_rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.rules import (
    ALL,
    contracted_matching,
    fiscal_share,
    grant_cap,
    held_at_park,
    indirect_cost,
    judge_all,
    late_payment,
    matching_pace,
    overspending,
    repeated_invoices,
    spending_term,
)
from finance.rules.facts import RepeatedInvoice
from lifecycle.rules.facts import Waiver
from lifecycle.rules.limits import Limits, Ratio
from tests.finance.rules.builders import D, flow, funding_facts, tranche
from tests.lifecycle.rules.builders import answer_of, day, event

TWO_TO_ONE = Limits(matching_ratio=Ratio(D(2), D(1)))


def test_the_rules_stand_in_the_order_of_their_numbers():
    assert [rule.code for rule in ALL] == [f"FIN-{number:02}" for number in range(1, 13)]
    assert all(str(rule.title) and str(rule.basis) for rule in ALL)


def test_a_project_without_money_yet_passes_everything():
    answers = {answer.code: answer.status.value for answer in judge_all(funding_facts())}

    assert answers.pop("FIN-10") == "not_applicable"
    assert set(answers.values()) == {"pass"}


# FIN-01


@pytest.mark.parametrize(("park", "status"), [("5000000.00", "pass"), ("4999999.99", "breach")])
def test_the_park_matches_the_grant_in_the_contract(park, status):
    assert answer_of(contracted_matching.RULE, funding_facts(park=park)).status == status


@pytest.mark.parametrize(("park", "status"), [("10000000.00", "pass"), ("9999999.99", "breach")])
def test_a_ratio_of_two_to_one_asks_for_twice_the_grant(park, status):
    answer = answer_of(contracted_matching.RULE, funding_facts(park=park, limits=TWO_TO_ONE))

    assert answer.status == status
    assert answer.figures["needed"] == D("10000000.00")


@pytest.mark.parametrize("park", ["0", "5000000", None])
def test_outside_the_park_nothing_is_matched_whatever_the_figures(park):
    assert answer_of(contracted_matching.RULE, funding_facts(park=park, outside_park=True)).status == "waived"


@pytest.mark.parametrize("missing", [{"province": None}, {"park": None}])
@pytest.mark.parametrize("rule", [contracted_matching.RULE, fiscal_share.RULE])
def test_contract_amounts_that_are_missing_are_not_met(rule, missing):
    answer = answer_of(rule, funding_facts(**missing))

    assert answer.status == "breach"
    assert "缺少" in answer.message


# FIN-02


@pytest.mark.parametrize(
    ("province", "status"), [("5000000.00", "pass"), ("5000000.01", "warn"), (None, "warn")]
)
def test_a_grant_above_five_million_warns(province, status):
    assert answer_of(grant_cap.RULE, funding_facts(province=province)).status == status


@pytest.mark.parametrize(("on", "status"), [("2022-11-30", "warn"), ("2022-12-01", "waived")])
def test_a_grant_above_the_cap_is_waived_once_an_exception_is_recorded(on, status):
    waiver = Waiver("FIN-02", "重大战略项目", "省科技厅 周明", day("2022-12-01"))
    answer = answer_of(grant_cap.RULE, funding_facts(province="5200000", on=on, waivers=[waiver]))

    assert answer.status == status
    assert answer.figures["over"] == D("200000.00")


# FIN-03


@pytest.mark.parametrize(
    ("investment", "status"), [("31200000.00", "pass"), ("31199999.99", "breach"), ("0", "breach")]
)
def test_a_third_is_a_third_to_the_fen(investment, status):
    facts = funding_facts(province="5200000", park="5200000", investment=investment)

    assert answer_of(fiscal_share.RULE, facts).status == status


def test_a_third_that_has_no_end_is_not_rounded():
    # a third of 1.00 is 0.333…: 0.33 passes, 0.34 does not
    assert (
        answer_of(fiscal_share.RULE, funding_facts(province="0.33", park="0", investment="1")).status
        == "pass"
    )
    assert (
        answer_of(fiscal_share.RULE, funding_facts(province="0.34", park="0", investment="1")).status
        == "breach"
    )


def test_a_share_of_an_unknown_investment_is_not_met():
    answer = answer_of(fiscal_share.RULE, funding_facts(investment=None))

    assert answer.status == "breach"
    assert "项目新增总投入" in answer.message


# FIN-04


@pytest.mark.parametrize(
    ("on", "status"),
    [("2024-02-29", "pass"), ("2024-03-01", "warn"), ("2024-03-31", "warn"), ("2024-04-01", "breach")],
)
def test_the_park_may_lag_thirty_days(on, status):
    facts = funding_facts(flow("2024-03-01", "拨付单位", "省拨款", "100.00"), on=on)

    assert answer_of(matching_pace.RULE, facts).status == status


def test_the_shortfall_counts_from_where_it_is_unbroken():
    rows = [
        flow("2024-01-01", "直接拨付", "省拨款", 100),
        flow("2024-01-20", "直接拨付", "园区配套", 100),
        flow("2024-02-01", "拨付单位", "省拨款", 50),
        flow("2024-02-10", "拨付单位", "园区配套", "49.99"),
    ]

    answer = answer_of(matching_pace.RULE, funding_facts(*rows, on="2024-02-20"))

    assert answer.status == "warn"
    assert answer.figures["since"] == day("2024-02-01")
    assert answer.figures["short"] == D("0.01")


def test_money_of_one_day_is_weighed_at_its_end():
    rows = [flow("2024-01-01", "拨付单位", "省拨款", 100), flow("2024-01-01", "拨付单位", "园区配套", 100)]

    assert answer_of(matching_pace.RULE, funding_facts(*rows, on="2024-06-01")).status == "pass"


def test_money_that_only_reached_the_park_is_no_money_of_the_unit():
    facts = funding_facts(flow("2024-01-01", "到账园区", "省拨款", 100), on="2024-06-01")

    assert answer_of(matching_pace.RULE, facts).status == "pass"


def test_a_refund_does_not_unmake_what_was_received():
    rows = [
        flow("2024-01-01", "拨付单位", "省拨款", 100),
        flow("2024-01-01", "拨付单位", "园区配套", 100),
        flow("2024-02-01", "退回", "园区配套", 100),
    ]

    assert answer_of(matching_pace.RULE, funding_facts(*rows, on="2024-06-01")).status == "pass"


def test_outside_the_park_no_pace_is_kept():
    facts = funding_facts(flow("2024-01-01", "直接拨付", "省拨款", 100), on="2024-06-01", outside_park=True)

    assert answer_of(matching_pace.RULE, facts).status == "waived"


def test_the_pace_may_be_excepted():
    waiver = Waiver("FIN-04", "园区预算已列入次年", "省科技厅 周明", day("2024-02-15"), day("2024-12-31"))
    row = flow("2024-01-01", "直接拨付", "省拨款", 100)

    assert (
        answer_of(matching_pace.RULE, funding_facts(row, on="2024-12-31", waivers=[waiver])).status
        == "waived"
    )
    assert (
        answer_of(matching_pace.RULE, funding_facts(row, on="2025-01-01", waivers=[waiver])).status
        == "breach"
    )


# FIN-05


@pytest.mark.parametrize(("on", "status"), [("2024-07-01", "pass"), ("2024-07-02", "breach")])
def test_a_grant_may_rest_at_the_park_for_thirty_days(on, status):
    answer = answer_of(held_at_park.RULE, funding_facts(flow("2024-06-01", "到账园区", "省拨款", 100), on=on))

    assert answer.status == status
    assert answer.figures["held"] == D(100)


ARRIVALS = [flow("2024-06-01", "到账园区", "省拨款", 100), flow("2024-06-20", "到账园区", "省拨款", 100)]


@pytest.mark.parametrize(("on", "status"), [("2024-07-20", "pass"), ("2024-07-21", "breach")])
def test_payments_use_up_the_oldest_arrival_first(on, status):
    answer = answer_of(
        held_at_park.RULE, funding_facts(*ARRIVALS, flow("2024-06-25", "拨付单位", "省拨款", 120), on=on)
    )

    assert answer.status == status
    assert answer.figures["held"] == D(80)
    assert answer.figures["oldest"] == day("2024-06-20")


def test_returns_by_the_park_use_up_arrivals_too():
    answer = answer_of(
        held_at_park.RULE,
        funding_facts(*ARRIVALS, flow("2024-06-25", "园区退回", "省拨款", 100), on="2024-08-01"),
    )

    assert answer.figures["oldest"] == day("2024-06-20")


def test_what_was_paid_before_it_arrived_is_carried_forward():
    answer = answer_of(
        held_at_park.RULE,
        funding_facts(*ARRIVALS, flow("2024-05-25", "拨付单位", "省拨款", 150), on="2024-08-01"),
    )

    assert answer.figures["held"] == D(50)
    assert answer.figures["oldest"] == day("2024-06-20")


def test_other_money_is_not_held_at_the_park():
    rows = [
        *ARRIVALS,
        flow("2024-06-25", "拨付单位", "园区配套", 200),
        flow("2024-06-25", "直接拨付", "省拨款", 200),
    ]

    assert answer_of(held_at_park.RULE, funding_facts(*rows, on="2024-08-01")).figures["held"] == D(200)


def test_payments_still_to_come_do_not_help():
    rows = [*ARRIVALS, flow("2024-07-10", "拨付单位", "省拨款", 200)]

    assert answer_of(held_at_park.RULE, funding_facts(*rows, on="2024-07-09")).status == "breach"
    assert answer_of(held_at_park.RULE, funding_facts(*rows, on="2024-07-10")).status == "pass"


# FIN-06


@pytest.mark.parametrize(
    ("on", "status"),
    [("2024-03-01", "pass"), ("2024-03-02", "warn"), ("2024-03-31", "warn"), ("2024-04-01", "breach")],
)
def test_a_tranche_may_be_thirty_days_late(on, status):
    facts = funding_facts(on=on, tranches=[tranche("省拨款", 1, "2024-03-01", 100)])

    assert answer_of(late_payment.RULE, facts).status == status


PLAN = [
    tranche("省拨款", 2, "2024-05-01", 50),
    tranche("省拨款", 1, "2024-03-01", 100),
    tranche("园区配套", 1, "2024-03-01", 100),
]


@pytest.mark.parametrize(("paid", "number"), [("99.99", 1), ("100", 2), ("149.99", 2), ("150", None)])
def test_what_is_paid_settles_tranches_in_order(paid, number):
    rows = [flow("2024-02-01", "拨付单位", "省拨款", paid), flow("2024-02-01", "拨付单位", "园区配套", 100)]

    answer = answer_of(late_payment.RULE, funding_facts(*rows, on="2024-05-02", tranches=PLAN))

    assert answer.figures.get("number") == number


def test_tranches_of_one_day_are_settled_by_their_number():
    plan = [tranche("省拨款", 2, "2024-03-01", 10), tranche("省拨款", 1, "2024-03-01", 100)]

    answer = answer_of(
        late_payment.RULE,
        funding_facts(flow("2024-02-01", "直接拨付", "省拨款", 100), on="2024-03-02", tranches=plan),
    )

    assert answer.figures["number"] == 2
    assert answer.figures["short"] == D(10)


def test_one_source_does_not_settle_another():
    facts = funding_facts(flow("2024-02-01", "拨付单位", "省拨款", 500), on="2024-03-02", tranches=PLAN)

    answer = answer_of(late_payment.RULE, facts)

    assert answer.figures["source"] == "园区配套"
    assert answer.figures["received"] == D(0)


def test_the_oldest_late_tranche_decides():
    rows = [flow("2024-02-01", "拨付单位", "省拨款", 100), flow("2024-02-01", "拨付单位", "园区配套", 20)]

    answer = answer_of(late_payment.RULE, funding_facts(*rows, on="2024-05-02", tranches=PLAN))

    assert answer.status == "breach"
    assert [(entry["source"], entry["number"]) for entry in answer.figures["late"]] == [
        ("园区配套", 1),
        ("省拨款", 2),
    ]


@pytest.mark.parametrize("state", ["suspended", "terminated", "revoked"])
def test_nothing_is_due_to_who_is_stopped(state):
    facts = funding_facts(on="2025-01-01", tranches=PLAN, state=state)

    assert answer_of(late_payment.RULE, facts).status == "not_applicable"


def test_after_a_resumption_it_is_due_again():
    events = [event("暂停", "2024-02-01", "批准"), event("恢复", "2024-08-01", "批准")]

    assert answer_of(
        late_payment.RULE, funding_facts(on="2024-07-31", tranches=PLAN, events=events)
    ).status == ("not_applicable")
    assert (
        answer_of(late_payment.RULE, funding_facts(on="2024-08-01", tranches=PLAN, events=events)).status
        == "breach"
    )


# FIN-07


@pytest.mark.parametrize(("spent", "status"), [("100.00", "pass"), ("100.01", "breach")])
def test_no_more_is_spent_than_was_received(spent, status):
    rows = [
        flow("2023-01-01", "拨付单位", "省拨款", 100),
        flow("2023-02-01", "支出", "省拨款", spent, "业务费"),
    ]

    assert answer_of(overspending.RULE, funding_facts(*rows)).status == status


def test_spending_before_the_money_comes_is_overspending_for_good():
    rows = [
        flow("2023-02-01", "支出", "单位自筹", 30, "业务费"),
        flow("2023-02-02", "支出", "单位自筹", 20, "业务费"),
        flow("2023-02-03", "资金到位", "单位自筹", 100),
    ]

    answer = answer_of(overspending.RULE, funding_facts(*rows))

    assert answer.status == "breach"
    assert (answer.figures["source"], answer.figures["first"]) == ("单位自筹", day("2023-02-01"))
    assert answer.figures["worst"] == D(50)


def test_a_day_is_weighed_at_its_end():
    rows = [
        flow("2023-02-01", "支出", "单位自筹", 30, "业务费"),
        flow("2023-02-01", "资金到位", "单位自筹", 30),
    ]

    assert answer_of(overspending.RULE, funding_facts(*rows)).status == "pass"


def test_refunds_are_gone_as_spending_is():
    rows = [flow("2023-01-01", "拨付单位", "省拨款", 100), flow("2023-02-01", "退回", "省拨款", 101)]

    assert answer_of(overspending.RULE, funding_facts(*rows)).figures["worst"] == D(1)


def test_sources_do_not_help_one_another_and_the_earliest_is_named():
    rows = [
        flow("2023-01-01", "资金到位", "单位自筹", 1000),
        flow("2023-03-01", "支出", "省拨款", 10, "业务费"),
        flow("2023-02-01", "支出", "社会资本", 20, "业务费"),
    ]

    answer = answer_of(overspending.RULE, funding_facts(*rows))

    assert answer.figures["sources"] == ["省拨款", "社会资本"]
    assert answer.figures["source"] == "社会资本"


def test_overspending_still_to_come_is_not_seen():
    rows = [flow("2023-06-16", "支出", "省拨款", 10, "业务费")]

    assert answer_of(overspending.RULE, funding_facts(*rows, on="2023-06-15")).status == "pass"


# FIN-08


@pytest.mark.parametrize(
    ("base", "allowed"),
    [
        ("0", "0"),
        ("5000000.00", "1500000.00"),
        ("5000000.04", "1500000.01"),
        ("8000000.00", "2250000.00"),
        ("10000000.00", "2750000.00"),
        ("10000000.05", "2750000.01"),
        ("20000000.00", "4750000.00"),
    ],
)
def test_indirect_cost_is_allowed_in_bands(base, allowed):
    assert indirect_cost.allowed_indirect_cost(D(base), Limits()) == D(allowed)


@pytest.mark.parametrize(("indirect", "status"), [("2250000.00", "pass"), ("2250000.01", "warn")])
@pytest.mark.parametrize(
    ("scheme", "equipment", "direct"), [("三类", "设备费", "业务费"), ("十一类", "设备购置费", "设备试制费")]
)
def test_the_base_is_fiscal_direct_spending_less_equipment_purchase(
    scheme, equipment, direct, indirect, status
):
    rows = [
        flow("2023-01-01", "支出", "省拨款", 5000000, direct),
        flow("2023-01-02", "支出", "园区配套", 3000000, "劳务费"),
        flow("2023-01-03", "支出", "省拨款", 9000000, equipment),
        flow("2023-01-04", "支出", "单位自筹", 7000000, direct),
        flow("2023-01-05", "支出", "社会资本", 7000000, "间接费用"),
        flow("2023-01-06", "支出", "园区配套", indirect, "间接费用"),
        flow("2023-06-16", "支出", "园区配套", 7000000, "间接费用"),
    ]

    answer = answer_of(indirect_cost.RULE, funding_facts(*rows, scheme=scheme))

    assert answer.status == status
    assert answer.figures["base"] == D(8000000)
    assert answer.figures["allowed"] == D("2250000.00")


def test_indirect_cost_without_any_base_is_too_much():
    rows = [flow("2023-01-01", "支出", "省拨款", "0.01", "间接费用")]

    assert answer_of(indirect_cost.RULE, funding_facts(*rows)).status == "warn"


@pytest.mark.parametrize(("category", "scheme"), [(None, "三类"), ("业务费", "")])
def test_indirect_cost_that_cannot_be_judged_is_not_met(category, scheme):
    rows = [flow("2023-01-01", "支出", "省拨款", 100, category)]

    answer = answer_of(indirect_cost.RULE, funding_facts(*rows, scheme=scheme))

    assert answer.status == "warn"
    assert "缺少" in answer.message


# FIN-09


@pytest.mark.parametrize(("spent_on", "status"), [("2022-08-31", "breach"), ("2022-09-01", "pass")])
def test_spending_begins_with_the_term(spent_on, status):
    facts = funding_facts(flow(spent_on, "支出", "单位自筹", 10, "业务费"))

    assert answer_of(spending_term.RULE, facts).status == status


@pytest.mark.parametrize(("spent_on", "status"), [("2026-05-01", "pass"), ("2026-05-02", "breach")])
def test_spending_ends_on_the_day_of_the_latest_application(spent_on, status):
    events = [event("验收申请", "2026-05-01"), event("验收申请", "2026-03-01")]
    row = flow(spent_on, "支出", "单位自筹", 10, "业务费")

    assert answer_of(spending_term.RULE, funding_facts(row, on="2026-06-01", events=events)).status == status


def test_spending_after_the_end_is_no_matter_until_acceptance_is_applied_for():
    row = flow("2026-05-01", "支出", "单位自筹", 10, "业务费")
    application = event("验收申请", "2026-04-01")

    assert answer_of(spending_term.RULE, funding_facts(row, on="2026-05-01")).status == "pass"
    assert (
        answer_of(spending_term.RULE, funding_facts(row, on="2026-05-01", events=[application])).status
        == "breach"
    )


def test_spending_on_both_sides_is_said():
    rows = [
        flow("2022-08-01", "支出", "省拨款", 10, "业务费"),
        flow("2026-05-01", "支出", "省拨款", 20, "业务费"),
    ]

    answer = answer_of(
        spending_term.RULE, funding_facts(*rows, on="2026-06-01", events=[event("验收申请", "2026-04-01")])
    )

    assert (answer.figures["early"], answer.figures["late"]) == (D(10), D(20))
    assert answer.figures["first"] == day("2022-08-01")


def test_money_received_before_the_term_is_no_spending():
    facts = funding_facts(flow("2022-08-01", "资金到位", "单位自筹", 10))

    assert answer_of(spending_term.RULE, facts).status == "pass"


def test_spending_without_a_start_cannot_be_judged():
    assert answer_of(spending_term.RULE, funding_facts(start_on=None)).status == "breach"


# FIN-11


@pytest.mark.parametrize(
    ("vouchers", "elsewhere", "status"),
    [
        (("记-1",), 0, "pass"),
        (("记-1", "记-2"), 0, "breach"),
        (("记-1",), 1, "breach"),
        ((), 2, "pass"),
    ],
)
def test_an_invoice_stands_on_one_voucher(vouchers, elsewhere, status):
    repeated = [RepeatedInvoice("188031825980", vouchers, elsewhere, D("100.00"))]

    assert answer_of(repeated_invoices.RULE, funding_facts(repeated_invoices=repeated)).status == status


def test_other_projects_are_counted():
    repeated = [RepeatedInvoice("188031825980", ("记-1",), 2, D("100.00"))]

    answer = answer_of(repeated_invoices.RULE, funding_facts(repeated_invoices=repeated))

    assert "其他项目涉及凭证 2 张" in answer.message
    assert answer.figures_json()["repeated"] == [
        {"invoice": "188031825980", "vouchers": ["记-1"], "elsewhere": 2, "amount": "100.00"}
    ]


def test_the_sentence_names_a_few_invoices_and_the_figures_all():
    repeated = [RepeatedInvoice(f"票{number}", ("记-1", "记-2"), 0, Decimal(1)) for number in range(5)]

    answer = answer_of(repeated_invoices.RULE, funding_facts(repeated_invoices=repeated))

    assert "票0、票1、票2、…" in answer.message
    assert len(answer.figures["repeated"]) == 5
    assert answer.figures["amount"] == D(5)
