"""Audits and refunds as facts for the rules: of a day, and as they were known at an instant."""

from __future__ import annotations

from datetime import datetime

import pytest

from finance.facts import funding_facts
from finance.models import Audit
from finance.posting import reverse_entry
from finance.receipts import record_receipt
from finance.refunds import withdraw_refund
from finance.rules.facts import FundingFacts, Refund
from lifecycle.facts import life_facts
from lifecycle.models import Project
from tests.builders import day, instant, yuan
from tests.finance.settling import PARK, PROVINCE, TODAY, asked, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def facts_of(project: Project, on: str = "2026-06-30", known_at: datetime | None = None) -> FundingFacts:
    life = life_facts([project.pk], on=day(on), known_at=known_at)
    return funding_facts(life, on=day(on), known_at=known_at, repeated={})[project.pk]


def fact(received: str) -> Refund:
    return Refund("省拨款", "unit", day("2026-06-01"), day("2026-07-01"), yuan("32"), yuan(received))


def receive(refund: object, amount: str, interest: str, on: str) -> None:
    record_receipt(
        refund=refund,  # type: ignore[arg-type]
        on=day(on),
        amount=yuan(amount),
        interest=yuan(interest),
        voucher=f"收-{on}",
        actor=PROVINCE,
        today=TODAY,
    )


def test_audits_come_up_to_the_day(project: Project) -> None:
    for on, investment in (("2026-03-01", "1.00"), ("2026-05-01", "2.00")):
        Audit.objects.create(
            project=project,
            audited_on=day(on),
            firm="所",
            report_no="1",
            opinion="保留意见",
            audited_investment=yuan(investment),
        )

    assert facts_of(project, "2026-02-28").audit is None
    assert facts_of(project, "2026-04-30").audit == (day("2026-03-01"), yuan("1.00"))
    assert facts_of(project, "2026-05-01").audit == (day("2026-05-01"), yuan("2.00"))


def test_refunds_come_with_what_was_received_by_the_day(project: Project) -> None:
    refund = asked(project, interest=yuan("2.00"))
    receive(refund, "10.00", "0", "2026-06-10")
    receive(refund, "20.00", "2.00", "2026-06-20")

    assert facts_of(project, "2026-05-31").refunds == []
    assert facts_of(project, "2026-06-09").refunds == [fact("0")]
    assert facts_of(project, "2026-06-10").refunds == [fact("10")]
    assert facts_of(project, "2026-06-20").refunds == [fact("32")]
    assert facts_of(project, "2026-06-20").open_refunds == []


def test_a_receipt_counts_while_its_entry_stands_as_known(project: Project) -> None:
    before = instant()
    refund = asked(project, interest=yuan("2.00"))
    after_asking = instant()
    receive(refund, "30.00", "2.00", "2026-06-10")
    after_receiving = instant()
    reverse_entry(project=project, sequence=8, on=TODAY, reason="误记", actor=PARK, today=TODAY)
    after_reversing = instant()

    assert facts_of(project, known_at=before).refunds == []
    assert facts_of(project, known_at=after_asking).refunds == [fact("0")]
    assert facts_of(project, known_at=after_receiving).refunds == [fact("32")]
    assert facts_of(project, known_at=after_reversing).refunds == [fact("0")]
    assert facts_of(project).refunds == [fact("0")]


def test_a_refund_taken_back_was_asked_for_until_then(project: Project) -> None:
    refund = asked(project, interest=yuan("2.00"))
    before = instant()
    withdraw_refund(refund=refund, on=TODAY, reason="误发", actor=PROVINCE, today=TODAY)

    assert facts_of(project).refunds == []
    assert facts_of(project, known_at=before).refunds == [fact("0")]
