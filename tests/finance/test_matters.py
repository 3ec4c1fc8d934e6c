"""What the money asks for: tranches, confirmations, money waiting at the park, the park's own part, refunds."""

from __future__ import annotations

import pytest
from django.utils import translation

from finance.disbursements import confirm
from finance.models import Refund, RefundReceipt
from finance.posting import Movement, post_entry, reverse_entry
from lifecycle.models import DatedEvent, Project, ProjectStamp
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.reminders.wording import title_of
from tests.builders import (
    day,
    make_batch,
    make_cluster,
    make_exemption,
    make_matter,
    make_project,
    make_tranche,
    moved,
    set_limit,
    walked,
    yuan,
)
from tests.due import due
from tests.finance.settling import TODAY, asked, paper, spent_project

pytestmark = pytest.mark.django_db

OVER = [("closed", 0), ("terminated", 0), ("revoked", 0), ("suspended", 0), ("acceptance", 1)]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def posted(project: Project, kind: str, source: str, amount: str, on: str) -> int:
    """The sequence of a movement that was entered here."""
    movement = Movement(kind, source, yuan(amount), day(on), f"记-{kind}-{on}", "")
    return post_entry(
        project=project, movement=movement, key=None, actor=OPERATOR_ACTOR, today=TODAY
    ).sequence


def reversed_on(project: Project, sequence: int, on: str) -> None:
    reverse_entry(
        project=project, sequence=sequence, on=day(on), reason="误记", actor=OPERATOR_ACTOR, today=TODAY
    )


def test_a_tranche_is_the_parks_until_all_of_it_was_received(project: Project) -> None:
    first = make_tranche(project, 1, "2023-03-31", "1000")
    make_tranche(project, 2, "2023-06-30", "500")
    [one, two] = due(project, "tranche", "2023-03-01")
    assert (one.subject, one.due_on, one.responsible) == (
        first.pk,
        day("2023-03-31"),
        project.cluster.park_id,
    )
    assert one.label == "省拨款第 1 期"
    assert one.figures == {"source": "省拨款", "number": 1, "amount": "1000.00", "short": "1000.00"}
    assert two.figures["short"] == "500.00"
    assert len(due(project, "tranche", "2023-03-01", "2023-06-29")) == 1

    moved(project, "到账园区", "省拨款", "2000", "2023-03-05")
    moved(project, "拨付单位", "省拨款", "999.99", "2023-03-10")
    assert [row.figures["short"] for row in due(project, "tranche", "2023-03-10")] == ["0.01", "500.00"]
    moved(project, "拨付单位", "省拨款", "0.01", "2023-03-11")
    assert [row.figures["number"] for row in due(project, "tranche", "2023-03-11")] == [2]
    assert len(due(project, "tranche", "2023-03-10")) == 2
    moved(project, "直接拨付", "省拨款", "500", "2023-06-01")
    assert due(project, "tranche", "2023-06-01") == []


def test_money_settles_tranches_by_planned_day_and_source_by_source(project: Project) -> None:
    make_tranche(project, 1, "2023-06-30", "100")
    make_tranche(project, 2, "2023-03-31", "100")
    make_tranche(project, 1, "2023-03-31", "100", "园区配套")
    moved(project, "直接拨付", "省拨款", "150", "2023-01-10")

    rows = due(project, "tranche", "2023-02-01")

    assert [(row.figures["source"], row.figures["number"], row.figures["short"]) for row in rows] == [
        ("园区配套", 1, "100.00"),
        ("省拨款", 1, "50.00"),
    ]


@pytest.mark.parametrize(("state", "count"), OVER)
def test_nothing_is_paid_while_the_project_stands_still(state: str, count: int) -> None:
    project = make_project(milestones=False, state=state)
    make_tranche(project, 1, "2023-03-31", "1000")
    moved(project, "到账园区", "省拨款", "100", "2023-01-10")
    moved(project, "直接拨付", "省拨款", "100", "2023-01-10")

    assert [
        len(due(project, code, "2023-02-01")) for code in ("tranche", "held_money", "park_shortfall")
    ] == [count] * 3


def test_after_a_suspension_money_is_due_again(project: Project) -> None:
    make_tranche(project, 1, "2023-03-31", "1000")
    for kind, on in (("暂停", "2023-02-01"), ("恢复", "2023-03-01")):
        DatedEvent.objects.create(project=project, kind=kind, happened_on=day(on), result="批准")

    assert [len(due(project, "tranche", on)) for on in ("2023-01-31", "2023-02-01", "2023-02-28")] == [
        1,
        0,
        0,
    ]
    assert len(due(project, "tranche", "2023-03-01")) == 1


def test_a_payment_entered_here_is_to_be_confirmed_within_fifteen_days(project: Project) -> None:
    posted(project, "到账园区", "省拨款", "100", "2023-01-05")
    sequence = posted(project, "拨付单位", "省拨款", "100", "2023-01-10")

    [row] = due(project, "payment_confirmation", "2023-01-10")
    assert (row.responsible, row.due_on) == (project.unit_id, day("2023-01-25"))
    assert row.figures == {
        "source": "省拨款",
        "amount": "100.00",
        "paid": "2023-01-10",
        "voucher": "记-拨付单位-2023-01-10",
        "sequence": sequence,
    }
    assert due(project, "payment_confirmation", "2023-01-09") == []
    assert due(project, "payment_confirmation", "2023-01-10", "2023-01-24") == []

    before = ProjectStamp.objects.get(project_id=project.pk).stamp
    confirm(project=project, sequence=sequence, on=day("2023-01-12"), actor=OPERATOR_ACTOR, today=TODAY)
    assert ProjectStamp.objects.get(project_id=project.pk).stamp > before
    assert due(project, "payment_confirmation", "2023-01-12") == []
    assert len(due(project, "payment_confirmation", "2023-01-11")) == 1


def test_a_payment_that_was_reversed_is_not_to_be_confirmed(project: Project) -> None:
    sequence = posted(project, "拨付单位", "园区配套", "100", "2023-01-10")
    reversed_on(project, sequence, "2023-01-11")

    assert due(project, "payment_confirmation", "2023-01-12") == []


@pytest.mark.parametrize(("state", "count"), [("funding", 1), ("implementing", 0)])
def test_what_a_workbook_brought_is_confirmed_only_where_a_move_waits_for_it(state: str, count: int) -> None:
    project = make_project(milestones=False, state=state)
    moved(project, "直接拨付", "省拨款", "100", "2023-01-10")
    moved(project, "资金到位", "单位自筹", "100", "2023-01-10")

    assert len(due(project, "payment_confirmation", "2023-01-10")) == count


def test_money_waiting_at_the_park_is_due_thirty_days_after_the_oldest_arrival(project: Project) -> None:
    """RULES: arrivals 100 on 1 June and 100 on 20 June, 120 passed on 25 June: 80 held, oldest 20 June."""
    moved(project, "到账园区", "省拨款", "100", "2024-06-01")
    moved(project, "到账园区", "省拨款", "100", "2024-06-20")
    [row] = due(project, "held_money", "2024-06-24")
    assert (row.due_on, row.figures) == (day("2024-07-01"), {"held": "200.00", "oldest": "2024-06-01"})

    moved(project, "拨付单位", "省拨款", "120", "2024-06-25")
    [row] = due(project, "held_money", "2024-06-25")
    assert (row.responsible, row.subject) == (project.cluster.park_id, project.pk)
    assert (row.due_on, row.figures) == (day("2024-07-20"), {"held": "80.00", "oldest": "2024-06-20"})
    assert due(project, "held_money", "2024-06-25", "2024-07-19") == []
    moved(project, "园区退回", "省拨款", "80", "2024-07-01")
    assert due(project, "held_money", "2024-07-01") == []


def test_what_was_paid_before_it_arrived_is_carried_forward(project: Project) -> None:
    moved(project, "拨付单位", "省拨款", "60", "2024-05-20")
    moved(project, "拨付单位", "园区配套", "500", "2024-05-20")
    moved(project, "到账园区", "省拨款", "50", "2024-06-01")
    assert due(project, "held_money", "2024-06-01") == []
    moved(project, "到账园区", "省拨款", "50", "2024-06-10")

    [row] = due(project, "held_money", "2024-06-10")

    assert row.figures == {"held": "40.00", "oldest": "2024-06-10"}


def test_the_days_money_may_wait_are_the_batchs_on_the_day() -> None:
    batch = make_batch(holding_days="30")
    set_limit(batch, "holding_days", "10", applies_from="2024-07-01")
    project = make_project(cluster=make_cluster(batch=batch), milestones=False)
    moved(project, "到账园区", "省拨款", "100", "2024-06-01")

    assert [row.due_on for row in due(project, "held_money", "2024-06-30")] == [day("2024-07-01")]
    assert [row.due_on for row in due(project, "held_money", "2024-07-01")] == [day("2024-06-11")]


def test_a_reversed_arrival_never_waited(project: Project) -> None:
    sequence = posted(project, "到账园区", "省拨款", "100", "2024-06-01")
    assert len(due(project, "held_money", "2024-06-01")) == 1

    reversed_on(project, sequence, "2024-07-01")
    assert due(project, "held_money", "2024-06-01") == []


def test_a_shortfall_is_due_thirty_days_after_the_present_one_began(project: Project) -> None:
    moved(project, "直接拨付", "省拨款", "100", "2024-01-10")
    moved(project, "拨付单位", "园区配套", "100", "2024-02-10")
    assert [row.due_on for row in due(project, "park_shortfall", "2024-02-09")] == [day("2024-02-09")]
    assert due(project, "park_shortfall", "2024-02-10") == []

    moved(project, "直接拨付", "省拨款", "300", "2024-03-01")
    moved(project, "拨付单位", "园区配套", "50", "2024-03-20")
    [row] = due(project, "park_shortfall", "2024-03-20")
    assert (row.responsible, row.due_on) == (project.cluster.park_id, day("2024-03-31"))
    assert row.figures == {"since": "2024-03-01", "province": "400.00", "park": "150.00", "short": "250.00"}
    assert due(project, "park_shortfall", "2024-03-20", "2024-03-30") == []


def test_a_shortfall_is_judged_at_the_end_of_the_day(project: Project) -> None:
    moved(project, "直接拨付", "省拨款", "100", "2024-01-10")
    moved(project, "拨付单位", "园区配套", "100", "2024-01-10")

    assert due(project, "park_shortfall", "2024-01-10") == []


def test_the_ratio_is_the_batchs_and_what_is_short_is_rounded_up() -> None:
    project = make_project(cluster=make_cluster(batch=make_batch(matching_ratio="1:3")), milestones=False)
    moved(project, "直接拨付", "省拨款", "100", "2024-01-10")
    moved(project, "拨付单位", "园区配套", "33.33", "2024-01-10")

    assert [row.figures["short"] for row in due(project, "park_shortfall", "2024-01-10")] == ["0.01"]


def test_a_unit_outside_the_park_and_one_excepted_have_no_shortfall() -> None:
    outside = make_project(milestones=False, site="本高新区外")
    excepted = make_project(milestones=False)
    for project in (outside, excepted):
        moved(project, "直接拨付", "省拨款", "100", "2024-01-10")
    make_exemption(
        excepted,
        state="granted",
        granted_on=day("2024-01-12"),
        until=day("2024-02-12"),
        granted_by="省科技厅",
        document=paper(excepted, "exemption"),
    )

    assert due(outside, "park_shortfall", "2024-01-20") == []
    assert [
        len(due(excepted, "park_shortfall", on)) for on in ("2024-01-11", "2024-01-12", "2024-02-13")
    ] == [
        1,
        0,
        1,
    ]


def receive(refund: Refund, amount: str, on: str, interest: str = "0") -> None:
    """So much of it came back on the day."""
    sequence = posted(refund.project, "退回", "省拨款", amount, on)
    RefundReceipt.objects.create(
        project=refund.project,
        refund=refund,
        entry=refund.project.entries.get(sequence=sequence),
        received_on=day(on),
        amount=yuan(amount),
        interest=yuan(interest),
        voucher="退-1",
    )


def test_a_refund_is_due_from_whoever_holds_the_money_with_what_is_open(project: Project) -> None:
    project = spent_project()
    refund = asked(project, "30.00", on="2026-06-01")
    [row] = due(project, "refund", "2026-06-01")
    assert (row.subject, row.responsible, row.due_on) == (refund.pk, project.unit_id, day("2026-07-01"))
    assert row.figures == {
        "source": "省拨款",
        "amount": "30.00",
        "cause": "违规支出追回",
        "asked": "2026-06-01",
    }
    assert due(project, "refund", "2026-05-31") == []
    assert due(project, "refund", "2026-06-01", "2026-06-30") == []

    receive(refund, "12.50", "2026-06-10")
    assert [row.figures["amount"] for row in due(project, "refund", "2026-06-09")] == ["30.00"]
    assert [row.figures["amount"] for row in due(project, "refund", "2026-06-10")] == ["17.50"]
    receive(refund, "17.50", "2026-06-11")
    assert due(project, "refund", "2026-06-11") == []
    reversed_on(project, project.journal.sequence, "2026-06-12")
    assert [row.figures["amount"] for row in due(project, "refund", "2026-06-12")] == ["17.50"]


def test_the_parks_refund_is_the_parks_and_interest_is_part_of_what_is_open() -> None:
    project = spent_project()
    refund = asked(project, "20.00", holder="park")
    Refund.objects.filter(pk=refund.pk).update(interest=yuan("1.25"))

    [row] = due(project, "refund", "2026-06-01")

    assert (row.responsible, row.figures["amount"]) == (project.cluster.park_id, "21.25")


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked", "suspended"])
def test_a_refund_is_due_whatever_became_of_the_project(state: str) -> None:
    project = make_project(milestones=False, state="acceptance" if state == "closed" else "implementing")
    Refund.objects.create(
        project=project,
        cause="surplus",
        source="省拨款",
        holder="unit",
        amount=yuan("10"),
        asked_on=day("2026-06-01"),
        due_on=day("2026-07-01"),
    )
    walked(project, state)

    assert len(due(project, "refund", "2026-06-01")) == 1


def test_a_refund_taken_back_is_due_no_more() -> None:
    project = spent_project()
    refund = asked(project, "20.00")
    Refund.objects.filter(pk=refund.pk).update(state="withdrawn")

    assert due(project, "refund", "2026-06-01") == []


def test_words_of_the_field_in_a_name_are_in_the_language_of_the_reader():
    figures = {"source": "省拨款", "number": 2, "amount": "1.00", "short": "1.00"}
    matter = make_matter(make_project(), "tranche", label="省拨款第 2 期", figures=figures)

    assert title_of(matter) == "拨款：省拨款第 2 期"
    with translation.override("en"):
        assert title_of(matter) == "Funding: Provincial grant, tranche 2"
