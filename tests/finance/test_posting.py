"""Posting and reversing live: what is accepted, what is refused, and that a refusal leaves nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from finance.kinds import KINDS, stage_allows, stage_allows_reversal
from finance.models import Account, Entry, Journal
from finance.posting import (
    AlreadyPosted,
    InsufficientFunds,
    KeyReused,
    Movement,
    NotReversible,
    UnknownEntry,
    post_entry,
    reverse_entry,
)
from finance.terms import SPENDING
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import Project, ProjectState
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Person, SecurityEvent
from tests.builders import day, make_project, moved, walked, yuan

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def movement(
    kind: str,
    source: str,
    amount: str,
    on: str,
    voucher: str,
    category: str = "",
    **texts: str,
) -> Movement:
    return Movement(kind, source, Decimal(amount), day(on), voucher, category, **texts)


def post(
    project: Project,
    *facts: str,
    key: str | None = None,
    actor: Actor = OPERATOR_ACTOR,
    **texts: str,
):
    return post_entry(
        project=project,
        movement=movement(*facts, **texts),
        key=key,
        actor=actor,
        today=TODAY,
    )


def reverse(
    project: Project,
    sequence: int,
    on: str = "2026-11-21",
    reason: str = "误记",
    key: str | None = None,
):
    return reverse_entry(
        project=project,
        sequence=sequence,
        on=day(on),
        reason=reason,
        key=key,
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )


@pytest.fixture
def project() -> Project:
    """100 arrived at the park on 1 October 2022, 60 of it with the unit on the 5th; not yet in 拨款."""
    project = make_project(milestones=False, state="approved")
    post(project, "到账园区", "省拨款", "100.00", "2022-10-01", "a1")
    post(project, "拨付单位", "省拨款", "60.00", "2022-10-05", "a2")
    return project


def balances(project: Project) -> dict[str, Decimal]:
    return dict(Account.objects.filter(project=project).values_list("name", "balance"))


def test_an_entry_moves_money_from_one_account_to_another(project):
    posted = post(
        project,
        "支出",
        "省拨款",
        "50.00",
        "2022-10-08",
        "a3",
        "设备费",
        invoice="0001",
        memo="采购",
    )

    assert posted.sequence == 3
    assert posted.shown["debit"] == "项目支出-省拨款-设备费"
    assert posted.shown["credit"] == "单位资金-省拨款"
    assert balances(project) == {
        "资金来源-省拨款": yuan("-100"),
        "园区待拨-省拨款": yuan("40"),
        "单位资金-省拨款": yuan("10"),
        "项目支出-省拨款-设备费": yuan("50"),
    }
    head = Journal.objects.get(project=project)
    assert (head.sequence, head.head_hash) == (3, posted.shown["hash"])


def test_a_posting_costs_one_statement(project, django_assert_num_queries):
    with django_assert_num_queries(1):
        post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")


def test_each_posting_is_logged_with_who_and_from_where(project):
    person = Person.objects.create_user("clerk", "x")
    post(
        project,
        "支出",
        "省拨款",
        "5.00",
        "2022-10-08",
        "a3",
        "设备费",
        actor=Actor(person, "10.0.0.9"),
    )

    event = SecurityEvent.objects.latest("id")
    assert (event.act, event.actor_name, event.address, event.subject) == (
        "post_entry",
        "clerk",
        "10.0.0.9",
        project.number,
    )
    assert event.details["amount"] == "5.00"
    assert Entry.objects.latest("id").recorder_name == "clerk"


@pytest.mark.parametrize(
    ("amount", "on", "available", "first_day"),
    [
        ("60.01", "2022-10-05", "60.00", "2022-10-05"),
        ("0.01", "2022-10-04", "0.00", "2022-10-04"),
    ],
)
def test_spending_beyond_what_was_received_is_refused_with_the_amount_available(
    project, amount, on, available, first_day
):
    before = (
        Entry.objects.count(),
        Account.objects.count(),
        SecurityEvent.objects.count(),
    )

    with pytest.raises(InsufficientFunds) as refusal:
        post(project, "支出", "省拨款", amount, on, "a3", "设备费")

    assert refusal.value.details["available"] == available
    assert refusal.value.details["first_day"] == first_day
    assert (
        Entry.objects.count(),
        Account.objects.count(),
        SecurityEvent.objects.count(),
    ) == before


def test_spending_exactly_what_was_received_is_posted(project):
    assert post(project, "支出", "省拨款", "60.00", "2022-10-05", "a3", "设备费").sequence == 3


def test_a_backdated_spending_may_not_starve_a_later_day(project):
    post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")

    with pytest.raises(InsufficientFunds) as refusal:
        post(project, "支出", "省拨款", "10.01", "2022-10-06", "a4", "设备费")

    assert refusal.value.details["available"] == "10.00"
    assert refusal.value.details["first_day"] == "2022-10-08"
    assert post(project, "支出", "省拨款", "10.00", "2022-10-06", "a4", "设备费").sequence == 4


def test_the_first_day_it_fails_may_lie_before_the_lowest(project):
    post(project, "支出", "省拨款", "20.00", "2022-10-08", "a3", "设备费")
    post(project, "支出", "省拨款", "30.00", "2022-10-20", "a4", "设备费")

    with pytest.raises(InsufficientFunds) as refusal:
        post(project, "支出", "省拨款", "45.00", "2022-10-06", "a5", "设备费")

    assert refusal.value.details["available"] == "10.00"
    assert refusal.value.details["first_day"] == "2022-10-08"


def test_the_park_may_not_pass_on_more_than_it_holds(project):
    with pytest.raises(InsufficientFunds) as refusal:
        post(project, "拨付单位", "省拨款", "40.01", "2022-10-06", "a3")
    assert refusal.value.details["holder"] == "park"
    assert post(project, "拨付单位", "省拨款", "40.00", "2022-10-06", "a3").sequence == 3


def test_the_parks_own_money_has_no_bottom(project):
    assert post(project, "拨付单位", "园区配套", "3500000.00", "2022-10-06", "a3").sequence == 3


def test_a_balance_below_zero_from_a_workbook_takes_no_more_spending():
    project = make_project(milestones=False)
    moved(project, "支出", "省拨款", "10", "2022-10-01")

    with pytest.raises(InsufficientFunds) as refusal:
        post(project, "支出", "省拨款", "0.01", "2022-10-02", "a1", "设备费")

    assert refusal.value.details["available"] == "0.00"


def test_a_key_posts_once(project):
    first = post(project, "资金到位", "单位自筹", "9.00", "2022-10-01", "b1", key="once")
    again = post(project, "资金到位", "单位自筹", "9.00", "2022-10-01", "b1", key="once")

    assert (first.repeated, again.repeated) == (False, True)
    assert again.shown == first.shown
    assert Entry.objects.filter(project=project, kind="资金到位").count() == 1


def test_a_key_with_other_facts_is_refused(project):
    post(project, "资金到位", "单位自筹", "9.00", "2022-10-01", "b1", key="once")
    with pytest.raises(KeyReused):
        post(project, "资金到位", "单位自筹", "9.01", "2022-10-01", "b1", key="once")


def test_a_key_is_each_projects_own(project):
    post(project, "资金到位", "单位自筹", "9.00", "2022-10-01", "b1", key="once")
    other = make_project(milestones=False)
    assert post(other, "资金到位", "单位自筹", "9.01", "2022-10-01", "b1", key="once").repeated is False


def test_the_same_voucher_line_is_posted_once_until_it_is_reversed(project):
    spent = post(project, "支出", "省拨款", "5.00", "2022-10-08", "a3", "设备费", invoice="77")
    with pytest.raises(AlreadyPosted) as refusal:
        post(
            project,
            "支出",
            "省拨款",
            "6.00",
            "2022-10-09",
            "a3",
            "设备费",
            invoice="77",
        )
    assert refusal.value.details["sequence"] == spent.sequence

    reverse(project, spent.sequence)
    assert (
        post(
            project,
            "支出",
            "省拨款",
            "6.00",
            "2022-10-09",
            "a3",
            "设备费",
            invoice="77",
        ).sequence
        == 5
    )


@pytest.mark.parametrize("state", ProjectState.values)
def test_pages_and_journal_know_the_same_stages(project, state):
    """Each kind of each source, tried one by one: it is refused for its stage or goes on to other conditions."""
    walked(project, state)
    taken = {}
    for kind in KINDS.values():
        for source in kind.sources:
            category = "设备费" if kind.name == SPENDING else ""
            try:
                with transaction.atomic():
                    post(project, kind.name, source, "1.00", "2022-10-08", f"{kind.name}{source}", category)
                taken[kind.name, source] = True
            except StageForbids:
                taken[kind.name, source] = False
            except InsufficientFunds:
                taken[kind.name, source] = True

    assert taken == {(kind, source): stage_allows(state, kind=kind, source=source) for kind, source in taken}


@pytest.mark.parametrize("state", ProjectState.values)
def test_pages_and_journal_know_the_same_stages_for_reversals(project, state):
    sequence = post(project, "资金到位", "单位自筹", "1.00", "2022-10-01", "b1").sequence
    walked(project, state)

    try:
        reverse_entry(
            project=project,
            sequence=sequence,
            on=TODAY,
            reason="登记错误",
            actor=OPERATOR_ACTOR,
            today=TODAY,
        )
        taken = True
    except StageForbids:
        taken = False

    assert taken is stage_allows_reversal(state)


@pytest.mark.parametrize(
    ("voucher", "invoice"), [("ａ３", "77"), ("a3", "７７"), (" a3\u3000", "77"), ("a3", "7\u200b7")]
)
def test_a_voucher_in_another_width_is_the_same_voucher(project, voucher, invoice):
    post(project, "支出", "省拨款", "5.00", "2022-10-08", "a3", "设备费", invoice="77")
    with pytest.raises(AlreadyPosted):
        post(project, "支出", "省拨款", "6.00", "2022-10-09", voucher, "设备费", invoice=invoice)


@pytest.mark.parametrize(
    ("state", "kind", "allowed"),
    [
        ("suspended", "拨付单位", False),
        ("suspended", "直接拨付", False),
        ("suspended", "支出", True),
        ("closed", "支出", False),
        ("terminated", "到账园区", False),
        ("revoked", "拨付单位", False),
        ("terminated", "退回", True),
        ("revoked", "园区退回", True),
        ("closed", "退回", True),
        ("terminated", "支出", False),
        ("revoked", "支出", False),
        ("implementing", "拨付单位", True),
    ],
)
def test_a_stage_allows_what_it_should(project, state, kind, allowed):
    walked(project, state)
    facts = (
        kind,
        "省拨款",
        "1.00",
        "2022-10-08",
        "a3",
        "设备费" if kind == "支出" else "",
    )
    if allowed:
        assert post(project, *facts).sequence == 3
    else:
        with pytest.raises(StageForbids):
            post(project, *facts)


@pytest.mark.parametrize("state", ["terminated", "revoked"])
def test_misused_money_is_reversed_and_posted_again_to_the_units_own_after_an_end(project, state):
    spent = post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")
    walked(project, state)

    reverse(project, spent.sequence)
    post(project, "资金到位", "单位自筹", "50.00", "2022-10-08", "a3")
    post(project, "支出", "单位自筹", "50.00", "2022-10-08", "a3", "设备费")
    post(project, "退回", "省拨款", "60.00", "2022-11-01", "a4")

    assert balances(project)["单位资金-省拨款"] == yuan("0")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (("拨款", "省拨款", "1.00", "2022-10-08", "a3"), "kind"),
        (("到账园区", "园区配套", "1.00", "2022-10-08", "a3"), "source"),
        (("资金到位", "省拨款", "1.00", "2022-10-08", "a3"), "source"),
        (("支出", "省拨款", "1.00", "2022-10-08", "a3"), "category"),
        (("支出", "省拨款", "1.00", "2022-10-08", "a3", "材料费"), "category"),
        (("退回", "省拨款", "1.00", "2022-10-08", "a3", "设备费"), "category"),
        (("退回", "省拨款", "0.00", "2022-10-08", "a3"), "amount"),
        (("退回", "省拨款", "-1.00", "2022-10-08", "a3"), "amount"),
        (("退回", "省拨款", "0.001", "2022-10-08", "a3"), "amount"),
        (("退回", "省拨款", "NaN", "2022-10-08", "a3"), "amount"),
        (("退回", "省拨款", "100000000000.00", "2022-10-08", "a3"), "amount"),
        (("退回", "省拨款", "1.00", "2026-11-22", "a3"), "on"),
        (("退回", "省拨款", "1.00", "1999-12-31", "a3"), "on"),
        (("退回", "省拨款", "1.00", "2022-10-08", "  "), "voucher"),
        (("退回", "省拨款", "1.00", "2022-10-08", "a" * 101), "voucher"),
        (("退回", "省拨款", "1.00", "2022-10-08", "a\x00b"), "voucher"),
        (("退回", "省拨款", "1.00", "2022-10-08", "a\x1fb"), "voucher"),
    ],
)
def test_what_can_never_be_an_entry_is_refused_at_its_field(project, facts, field):
    with pytest.raises(Invalid) as refusal:
        post(project, *facts)
    assert field in refusal.value.details


def test_every_fault_of_a_movement_is_named_at_once(project):
    with pytest.raises(Invalid) as refusal:
        post(project, "支出", "省拨款", "-1.00", "2026-11-22", "", "材料费")
    assert set(refusal.value.details) == {"category", "amount", "on", "voucher"}


def test_today_is_not_the_future(project):
    assert post(project, "支出", "省拨款", "1.00", "2026-11-21", "a3", "设备费").sequence == 3


def test_a_reversal_mirrors_its_entry_and_both_drop_out(project):
    spent = post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")
    mirror = reverse(project, spent.sequence, on="2022-12-01", reason="科目有误")

    assert mirror.shown["reverses"] == spent.sequence
    assert (mirror.shown["debit"], mirror.shown["credit"]) == (
        spent.shown["credit"],
        spent.shown["debit"],
    )
    assert balances(project)["单位资金-省拨款"] == yuan("60")
    assert [e.sequence for e in Entry.objects.filter(project=project).standing().order_by("sequence")] == [
        1,
        2,
    ]
    # The money is free again from the day of the original on, not from the reversal's.
    assert post(project, "支出", "省拨款", "60.00", "2022-10-09", "a4", "设备费").sequence == 5


def test_a_receipt_that_was_spent_is_not_reversed(project):
    post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")
    with pytest.raises(InsufficientFunds) as refusal:
        reverse(project, 2)
    assert refusal.value.details["available"] == "10.00"


def test_a_receipt_spent_and_made_good_later_is_not_reversed_either(project):
    """The pair would drop out from the 5th on, and the spending of the 8th would stand uncovered."""
    post(project, "支出", "省拨款", "50.00", "2022-10-08", "a3", "设备费")
    post(project, "直接拨付", "省拨款", "60.00", "2022-11-01", "a4")
    with pytest.raises(InsufficientFunds):
        reverse(project, 2)


@pytest.mark.parametrize(
    ("sequence", "on", "refusal"),
    [
        (9, "2026-11-21", UnknownEntry),
        (2, "2022-10-04", NotReversible),
        (2, "2026-11-22", Invalid),
    ],
)
def test_a_reversal_needs_an_entry_and_a_day_that_fit(project, sequence, on, refusal):
    with pytest.raises(refusal):
        reverse(project, sequence, on=on)


def test_an_entry_is_reversed_once_and_a_reversal_never(project):
    mirror = reverse(project, 2)
    for sequence in (2, mirror.sequence):
        with pytest.raises(NotReversible):
            reverse(project, sequence)


def test_a_reversal_needs_a_reason(project):
    with pytest.raises(Invalid) as refusal:
        reverse(project, 2, reason="  ")
    assert "reason" in refusal.value.details


def test_a_repeated_reversal_answers_the_first(project):
    first = reverse(project, 2, key="r")
    assert reverse(project, 2, key="r").shown == first.shown
    with pytest.raises(KeyReused):
        reverse(project, 2, key="r", reason="别的")


def test_a_refusal_leaves_the_transaction_usable(project):
    with pytest.raises(InsufficientFunds):
        post(project, "支出", "省拨款", "61.00", "2022-10-08", "a3", "设备费")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert post(project, "支出", "省拨款", "1.00", "2022-10-08", "a3", "设备费").sequence == 3


def test_text_that_looks_like_sql_stays_text(project):
    text = "'); DROP TABLE finance_entry; --"
    posted = post(project, "支出", "省拨款", "1.00", "2022-10-08", text, "设备费", memo=text)
    assert posted.shown["voucher"] == text == Entry.objects.get(project=project, sequence=3).memo


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x7f", "\ud800", "\ufffe"])
def test_a_sign_that_no_workbook_carries_is_refused(project, sign):
    with pytest.raises(Invalid) as refusal:
        post(project, "支出", "省拨款", "1.00", "2022-10-08", f"a{sign}4", "设备费", memo=sign)
    assert set(refusal.value.details) == {"voucher", "memo"}
    with pytest.raises(Invalid):
        reverse(project, 2, reason=f"错{sign}")
