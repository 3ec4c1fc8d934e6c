"""Arrivals, payments and confirmations of tranches: what is posted once, what is refused, what a refusal leaves."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import DjangoAssertNumQueries

from finance.disbursements import (
    AlreadyConfirmed,
    EarlierTrancheOpen,
    MoreThanLeft,
    NotConfirmable,
    NotReleased,
    NotThroughPark,
    TrancheGone,
    TrancheSettled,
    confirm,
    instalments_of,
    pay,
    record_arrival,
    release_facts,
)
from finance.models import Entry, PaymentConfirmation
from finance.posting import (
    AlreadyPosted,
    InsufficientFunds,
    KeyReused,
    Posted,
    UnknownEntry,
    reverse_entry,
)
from lifecycle.errors import Conflict, Invalid, StageForbids
from lifecycle.models import AnnualReport, DatedEvent, Project, Step, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_project, make_tranche, moved, yuan
from tests.finance.settling import accepted

TODAY = date(2026, 11, 21)


@pytest.fixture
def project(db: None) -> Project:
    return make_project(milestones=False)


@pytest.fixture
def first(project: Project) -> Tranche:
    return make_tranche(project)


@pytest.fixture
def second(project: Project, first: Tranche) -> Tranche:
    return make_tranche(project, 2, "2024-05-01", "600", condition="中期检查通过")


@pytest.fixture
def of_park(project: Project) -> Tranche:
    return make_tranche(project, source="园区配套", condition="合同签订后")


def arrive(tranche: Tranche, *, on: str = "2022-11-01", voucher: str = "收-1", **facts: Any) -> Posted:
    values = {"key": None, "actor": OPERATOR_ACTOR, "today": TODAY} | facts
    return record_arrival(tranche=tranche, on=day(on), voucher=voucher, **values)


def pays(tranche: Tranche, *, on: str = "2022-11-05", voucher: str = "付-1", **facts: Any) -> Posted:
    values = {"key": None, "actor": OPERATOR_ACTOR, "today": TODAY} | facts
    return pay(tranche=tranche, on=day(on), voucher=voucher, **values)


def confirms(project: Project, sequence: int, *, on: str = "2022-11-08") -> PaymentConfirmation:
    return confirm(project=project, sequence=sequence, on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def state_of(tranche: Tranche, on: date = TODAY) -> str:
    return next(
        each.state.value for each in instalments_of(tranche.project, on=on) if each.tranche == tranche
    )


def refuses(kind: type[Exception], act: Any) -> Any:
    """The refusal of `act`, which must leave the database as it was."""
    before = as_it_stands()
    with pytest.raises(kind) as refusal:
        act()
    assert as_it_stands() == before
    return refusal.value


def as_it_stands() -> list[Any]:
    tables = (Entry, PaymentConfirmation, Step, SecurityEvent, Tranche)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_tranche_goes_from_planned_to_confirmed(project: Project, first: Tranche):
    stages = [state_of(first, day("2022-10-30")), state_of(first, day("2022-10-31"))]
    arrive(first)
    stages.append(state_of(first))
    posted = pays(first)
    stages.append(state_of(first))
    confirms(project, posted.sequence)
    stages.append(state_of(first))

    assert stages == ["planned", "due", "arrived", "paid", "confirmed"]


def test_an_arrival_is_posted_for_all_that_is_still_to_arrive(project: Project, first: Tranche):
    arrive(first, amount=yuan("400"))

    posted = arrive(first, voucher="收-2")

    entry = Entry.objects.get(sequence=posted.sequence)
    assert (entry.kind, entry.source, entry.amount, entry.on, entry.memo) == (
        "到账园区",
        "省拨款",
        yuan("600"),
        day("2022-11-01"),
        "省拨款第 1 期",
    )


def test_what_was_done_for_a_tranche_is_its_story(project: Project, first: Tranche):
    arrive(first)
    posted = pays(first, memo="首期", counterparty="某单位")

    steps = list(Step.objects.of(first).values_list("act", "on", "details__sequence", "details__amount"))
    assert steps == [
        ("arrive", day("2022-11-01"), 1, "1000.00"),
        ("pay", day("2022-11-05"), 2, "1000.00"),
    ]
    assert SecurityEvent.objects.get(act="tranche_pay").details["sequence"] == posted.sequence
    entry = Entry.objects.get(sequence=2)
    assert (entry.memo, entry.counterparty) == ("首期", "某单位")


@pytest.mark.parametrize("amount", [None, "1000"])
def test_a_repeat_of_the_key_posts_once(project: Project, first: Tranche, amount: str | None):
    said = {"key": "k-1", "amount": amount and yuan(amount)}
    posted = arrive(first, **said)

    again = arrive(first, **said)

    assert (posted.repeated, again.repeated, again.shown) == (False, True, posted.shown)
    assert (Entry.objects.count(), Step.objects.count()) == (1, 1)


def test_a_payment_repeated_after_it_settled_the_tranche_is_the_same_payment(first: Tranche):
    arrive(first)
    posted = pays(first, key="k-2")

    assert pays(first, key="k-2").sequence == posted.sequence


def test_a_key_with_other_facts_or_for_another_tranche_is_refused(first: Tranche, of_park: Tranche):
    arrive(first, key="k-1", amount=yuan("500"))
    pays(of_park, key="k-2")

    refuses(KeyReused, lambda: arrive(first, key="k-1", amount=yuan("400")))
    refuses(KeyReused, lambda: arrive(first, key="k-1", amount=yuan("500"), voucher="收-9"))
    refuses(KeyReused, lambda: pays(first, key="k-1"))
    refuses(KeyReused, lambda: pays(first, key="k-2"))


def test_only_provincial_money_arrives_at_the_park(of_park: Tranche):
    refuses(NotThroughPark, lambda: arrive(of_park))


def test_what_arrived_in_full_does_not_arrive_again(first: Tranche):
    arrive(first)

    refuses(TrancheSettled, lambda: arrive(first, voucher="收-2"))


@pytest.mark.parametrize("amount", ["600.01", "9999"])
def test_no_more_arrives_than_is_left(first: Tranche, amount: str):
    arrive(first, amount=yuan("400"))

    refusal = refuses(MoreThanLeft, lambda: arrive(first, voucher="收-2", amount=yuan(amount)))

    assert (refusal.code, refusal.details) == (
        "more_than_left",
        {"left": "600.00", "wanted": f"{yuan(amount)}"},
    )
    arrive(first, voucher="收-2", amount=yuan("600"))


def test_an_arrival_waits_for_the_earlier_tranche(first: Tranche, second: Tranche):
    arrive(first, amount=yuan("999.99"))

    refusal = refuses(EarlierTrancheOpen, lambda: arrive(second, voucher="收-2", on="2022-11-02"))

    assert (refusal.details, "省拨款第 1 期" in refusal.message) == ({"tranches": [1]}, True)
    arrive(first, voucher="收-3", on="2022-11-03")
    refuses(EarlierTrancheOpen, lambda: arrive(second, voucher="收-2", on="2022-11-02"))
    arrive(second, voucher="收-2", on="2022-11-03")


def test_a_tranche_of_the_park_is_paid_out_of_its_own_fund(of_park: Tranche):
    posted = pays(of_park)

    assert (posted.shown["kind"], posted.shown["source"], posted.shown["amount"]) == (
        "拨付单位",
        "园区配套",
        "1000.00",
    )
    assert state_of(of_park) == "paid"


def test_a_tranche_is_paid_directly_where_that_is_said(first: Tranche):
    posted = pays(first, kind="直接拨付")

    assert (posted.shown["kind"], state_of(first)) == ("直接拨付", "paid")


def test_a_tranche_is_paid_in_parts_and_then_what_is_left(first: Tranche):
    arrive(first)
    pays(first, amount=yuan("300"))

    assert state_of(first) == "arrived"
    assert pays(first, voucher="付-2").shown["amount"] == "700.00"
    refuses(TrancheSettled, lambda: pays(first, voucher="付-3"))


def test_no_more_is_paid_than_is_left(of_park: Tranche):
    pays(of_park, amount=yuan("300"))

    refuses(MoreThanLeft, lambda: pays(of_park, voucher="付-2", amount=yuan("700.01")))
    pays(of_park, voucher="付-2", amount=yuan("700"))


def test_what_was_paid_on_a_later_day_is_not_paid_twice_on_an_earlier_one(of_park: Tranche):
    pays(of_park, on="2023-01-10")

    refuses(TrancheSettled, lambda: pays(of_park, on="2022-12-01", voucher="付-2"))


def test_provincial_money_that_is_not_at_the_park_is_not_passed_on(first: Tranche):
    refuses(InsufficientFunds, lambda: pays(first))


def test_a_payment_waits_for_the_earlier_tranche(first: Tranche, second: Tranche):
    DatedEvent.objects.create(
        project=first.project, kind="中期检查", happened_on=day("2024-03-01"), result="通过"
    )
    arrive(first)
    pays(first, amount=yuan("999.99"))

    refusal = refuses(
        EarlierTrancheOpen, lambda: pays(second, on="2024-05-02", kind="直接拨付", voucher="付-2")
    )

    assert refusal.details == {"tranches": [1]}
    pays(first, voucher="付-3", on="2024-05-03")
    refuses(EarlierTrancheOpen, lambda: pays(second, on="2024-05-02", kind="直接拨付", voucher="付-2"))
    pays(second, on="2024-05-03", kind="直接拨付", voucher="付-2")


def test_every_unmet_condition_is_told_at_once(project: Project):
    tranche = make_tranche(project, condition="合同签订、中期检查通过、年度报告审核通过、验收通过后")
    Project.objects.update(contract_signed_on=None)

    refusal = refuses(NotReleased, lambda: pays(tranche, kind="直接拨付"))

    assert [each["code"] for each in refusal.details["conditions"]] == [
        "contract_signed",
        "midterm_passed",
        "annual_report_checked",
        "acceptance_passed",
    ]
    assert all(each["message"] in refusal.message for each in refusal.details["conditions"])


def test_a_condition_is_judged_on_the_day_of_the_payment(project: Project):
    tranche = make_tranche(project, condition="中期检查通过")
    DatedEvent.objects.create(project=project, kind="中期检查", happened_on=day("2024-03-01"), result="通过")

    refuses(NotReleased, lambda: pays(tranche, kind="直接拨付", on="2024-02-29"))
    pays(tranche, kind="直接拨付", on="2024-03-01")


def test_a_report_reviewed_by_the_day_releases(project: Project):
    tranche = make_tranche(project, condition="年度报告审核通过")
    AnnualReport.objects.create(
        project=project,
        year=2022,
        submitted_on=day("2022-12-20"),
        reviewed_on=day("2023-01-05"),
        state="accepted",
    )

    refuses(NotReleased, lambda: pays(tranche, kind="直接拨付", on="2023-01-04"))
    pays(tranche, kind="直接拨付", on="2023-01-05")


def test_words_that_people_judge_hold_nothing_back(project: Project):
    pays(make_tranche(project, condition="按工程进度"), kind="直接拨付")


@pytest.mark.parametrize("state", ["suspended", "closed", "terminated", "revoked"])
def test_nothing_is_paid_while_suspended_or_after_an_end(state: str, db: None):
    project = make_project(milestones=False, state=state)
    tranche = make_tranche(project, source="园区配套")

    refuses(StageForbids, lambda: pays(tranche))


def test_nothing_is_paid_on_a_day_of_a_suspension_that_is_over(of_park: Tranche):
    for kind, on in (("暂停", "2023-03-01"), ("恢复", "2023-06-01")):
        DatedEvent.objects.create(project=of_park.project, kind=kind, happened_on=day(on), result="批准")

    refuses(StageForbids, lambda: pays(of_park, on="2023-05-31"))
    pays(of_park, on="2023-06-01")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": "2026-11-22"}, "on"),
        ({"voucher": " "}, "voucher"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("0")}, "amount"),
        ({"memo": "\x00"}, "memo"),
        ({"kind": "到账园区"}, "kind"),
    ],
)
def test_a_wrong_payment_is_refused(of_park: Tranche, facts: dict[str, Any], field: str):
    assert set(refuses(Invalid, lambda: pays(of_park, **facts)).details) == {field}


def test_the_same_voucher_is_not_posted_twice(of_park: Tranche):
    pays(of_park, amount=yuan("300"))

    refuses(AlreadyPosted, lambda: pays(of_park, amount=yuan("300")))


def test_a_tranche_deleted_meanwhile_is_gone(of_park: Tranche):
    Tranche.objects.all().delete()

    refuses(TrancheGone, lambda: pays(of_park))


def test_a_reversed_payment_leaves_its_tranche_unpaid(project: Project, of_park: Tranche):
    posted = pays(of_park)
    confirms(project, posted.sequence)
    reverse_entry(
        project=project,
        sequence=posted.sequence,
        on=TODAY,
        reason="误付",
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )

    assert state_of(of_park) == "due"
    pays(of_park)
    assert state_of(of_park) == "paid"


def test_the_unit_confirms_a_payment_once(project: Project, of_park: Tranche):
    posted = pays(of_park)

    confirmation = confirms(project, posted.sequence)

    assert (confirmation.confirmed_on, confirmation.actor_name) == (day("2022-11-08"), "operator")
    step = Step.objects.of(confirmation).get()
    assert (step.act, step.details["sequence"], step.details["amount"]) == (
        "confirm",
        posted.sequence,
        "1000.00",
    )
    refusal = refuses(AlreadyConfirmed, lambda: confirms(project, posted.sequence, on="2022-11-09"))
    assert refusal.details == {"confirmed_on": "2022-11-08"}


@pytest.mark.parametrize("on", ["2022-11-05", "2026-11-21"])
def test_a_payment_is_confirmed_from_its_day_to_today(project: Project, of_park: Tranche, on: str):
    assert confirms(project, pays(of_park).sequence, on=on).confirmed_on == day(on)


@pytest.mark.parametrize("on", ["2022-11-04", "2026-11-22"])
def test_a_payment_is_confirmed_neither_before_its_day_nor_on_one_to_come(
    project: Project, of_park: Tranche, on: str
):
    sequence = pays(of_park).sequence

    assert set(refuses(Invalid, lambda: confirms(project, sequence, on=on)).details) == {"on"}


def test_what_is_no_payment_or_does_not_count_is_not_confirmed(project: Project, of_park: Tranche):
    moved(project, "资金到位", "单位自筹", "10", "2022-11-01")
    posted = pays(of_park)
    reversal = reverse_entry(
        project=project,
        sequence=posted.sequence,
        on=TODAY,
        reason="误付",
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )

    refuses(NotConfirmable, lambda: confirms(project, 1))
    refuses(NotConfirmable, lambda: confirms(project, posted.sequence))
    refuses(NotConfirmable, lambda: confirms(project, reversal.sequence))
    refuses(UnknownEntry, lambda: confirms(project, 99))


def test_what_came_in_by_a_workbook_is_confirmed_too(project: Project):
    moved(project, "拨付单位", "园区配套", "10", "2022-11-01")

    assert confirms(project, 1).project == project


def test_it_takes_a_constant_number_of_queries(
    project: Project, first: Tranche, second: Tranche, django_assert_num_queries: DjangoAssertNumQueries
):
    arrive(first)
    confirms(project, pays(first).sequence)

    with django_assert_num_queries(2):
        instalments_of(project, on=TODAY)
    with django_assert_num_queries(10):
        release_facts(project, on=TODAY)


def test_two_who_pay_the_same_tranche_at_once_pay_it_once(committed_db: str):
    tranche = make_tranche(make_project(milestones=False), source="园区配套")
    started = threading.Barrier(2)
    found: list[str] = []

    def work(name: str) -> None:
        try:
            started.wait()
            pays(tranche, voucher=name)
            found.append("paid")
        except Conflict as refusal:
            found.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"付-{number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == ["paid", "tranche_settled"]
    assert Entry.objects.count() == 1


def test_a_confirmation_is_never_changed_or_taken_back(project: Project, of_park: Tranche):
    confirmation = confirms(project, pays(of_park).sequence)

    for act in (
        lambda: PaymentConfirmation.objects.update(confirmed_on=TODAY),
        confirmation.delete,
        lambda: connection.cursor().execute("DELETE FROM finance_paymentconfirmation"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert PaymentConfirmation.objects.get().confirmed_on == day("2022-11-08")


@pytest.mark.parametrize(
    ("state", "verdict", "on", "is_paid"),
    [
        ("reviewed", "通过验收", "2026-05-19", False),
        ("reviewed", "通过验收", "2026-05-20", True),
        ("reviewed", "结题", "2026-05-20", False),
        ("returned", "通过验收", "2026-05-20", False),
    ],
)
def test_a_tail_is_paid_once_the_panel_has_passed_the_project(
    state: str, verdict: str, on: str, is_paid: bool, db: None
):
    """Before the project is closed: from then on nothing but what comes back is posted."""
    project = make_project(state="acceptance", milestones=False)
    accepted(project, verdict)
    project.acceptances.update(state=state)
    tail = make_tranche(project, 1, "2026-06-01", "600", condition="验收通过后", is_tail=True)
    arrive(tail, on="2026-05-18")
    if is_paid:
        pays(tail, on=on)
        assert state_of(tail) == "paid"
        return
    refusal = refuses(NotReleased, lambda: pays(tail, on=on))
    assert [each["code"] for each in refusal.details["conditions"]] == ["acceptance_passed"]
