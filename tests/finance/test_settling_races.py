"""Two connections at once over the end of the money: nobody waits in a circle, nothing is received twice."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from finance.holding import hold_journal
from finance.models import Entry, Refund, RefundReceipt, Settlement
from finance.posting import Movement, post_entry
from finance.receipts import MoreThanAsked, Recorded, record_receipt
from finance.refunds import RefundClosed
from finance.settlement import freeze
from lifecycle.models import Document, Project
from lifecycle.transitions import Said, terminate
from tests.builders import day, moved, yuan
from tests.finance.settling import PARK, PROVINCE, TODAY, asked, paper, spent_project
from tests.finance.test_journal_races import at_once
from tests.people import now

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def project() -> Project:
    return spent_project()


def receive(refund: Refund, **more: Any) -> Recorded:
    return record_receipt(
        refund=refund,
        on=day("2026-06-10"),
        amount=yuan("30.00"),
        interest=yuan("0"),
        actor=PROVINCE,
        today=TODAY,
        **more,
    )


def stop(project: Project, document: Document) -> object:
    said = Said(reason="无法继续", reason_class="objective", document=document.pk)
    return terminate(
        project_id=project.pk, actor=PROVINCE, on=day("2026-06-15"), today=TODAY, now=now(), said=said
    )


def test_a_termination_and_a_posting_that_opens_an_account_both_get_through(project: Project) -> None:
    document = paper(project, "decision")
    answers: list[object] = []
    stopping = threading.Thread(target=lambda: (answers.append(stop(project, document)), connection.close()))

    with transaction.atomic():
        hold_journal(project)
        stopping.start()
        stopping.join(1)  # it holds the project now, and waits for the journal
        assert stopping.is_alive()
        movement = Movement("支出", "省拨款", yuan("7.00"), day("2026-06-01"), "记-新", "间接费用")
        post_entry(project=project, movement=movement, key=None, actor=PARK, today=TODAY)
    stopping.join(60)

    assert len(answers) == 1
    unit = Refund.objects.get(project=project, source="省拨款", holder="unit")
    assert (unit.amount, unit.workings["spent"]) == (yuan("23.00"), "57.00")


def test_of_two_receipts_one_settles_the_refund(project: Project) -> None:
    refund = asked(project)

    answers = at_once(partial(receive, refund, voucher="收-1"), partial(receive, refund, voucher="收-2"))

    assert sorted(type(answer).__name__ for answer in answers) == ["Recorded", "RefundClosed"]
    assert any(isinstance(answer, RefundClosed) for answer in answers)
    assert Entry.objects.filter(project=project, kind="退回").count() == 1


def test_one_key_records_once(project: Project) -> None:
    refund = asked(project)
    act = partial(receive, refund, voucher="收-1", key="k-1")

    answers = at_once(act, act)

    assert sorted(answer.repeated for answer in answers if isinstance(answer, Recorded)) == [False, True]
    assert RefundReceipt.objects.count() == 1


def test_one_return_serves_one_of_two_refunds(project: Project) -> None:
    moved(project, "退回", "省拨款", "30.00", "2026-06-05")
    first, second = asked(project, "30.00", on="2026-06-05"), asked(project, "30.00", on="2026-06-05")

    answers = at_once(
        partial(receive, first, voucher="收-1", sequence=8),
        partial(receive, second, voucher="收-2", sequence=8),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["MoreThanAsked", "Recorded"]
    assert any(isinstance(answer, MoreThanAsked) for answer in answers)


def test_a_settlement_frozen_twice_at_once_is_one(project: Project) -> None:
    act = partial(freeze, project=project, on=day("2026-03-01"), actor=PARK, today=TODAY)

    first, second = at_once(act, act)

    assert first == second
    assert Settlement.objects.count() == 1
