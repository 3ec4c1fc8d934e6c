"""What the queries hold to be due is what the rules hold to be due: over the sample, and over whatever happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sample import PROGRAMME
from backend.workbook.importing import import_workbook
from finance.bulk import post_many
from finance.models import Refund, RefundReceipt
from finance.posting import Movement, reverse_entry
from finance.terms import (
    ARRIVAL,
    DIRECT,
    FISCAL,
    MATCHING,
    PARK_RETURN,
    PAYMENT,
    PROVINCIAL,
)
from lifecycle.errors import Conflict
from lifecycle.models import AnnualReport, DatedEvent, Finding, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.sight import OPERATOR
from lifecycle.reminders.kinds import kinds
from tests.builders import day, make_batch, make_cluster, make_project, make_tranche, set_limit
from tests.due import disagreements, due_of

FIRST = date(2024, 1, 1)

IN_THE_SAMPLE = (
    "milestone",
    "annual_report",
    "acceptance_application",
    "term_end",
    "tranche",
    "held_money",
    "park_shortfall",
)
"""Kinds of which the sample holds some on one of the days."""

DAYS = (
    "2022-10-16",
    "2023-12-26",
    "2023-12-27",
    "2024-06-30",
    "2025-03-01",
    "2025-11-30",
    "2026-03-03",
    "2026-11-22",
    "2026-12-27",
    "2027-07-01",
)


@pytest.mark.django_db
def test_over_the_sample_programme_what_is_late_is_late_by_the_rules_on_any_day() -> None:
    import_workbook(
        PROGRAMME.read_bytes(),
        actor=OPERATOR_ACTOR,
        sight=OPERATOR,
        now=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
    )
    projects = list(Project.objects.all())

    assert [said for on in DAYS for said in disagreements(projects, day(on))] == []
    found = {
        code: sum(len(due_of(code, [each.pk for each in projects], day(on))) for on in DAYS)
        for code in kinds()
    }
    assert all(found[code] for code in IN_THE_SAMPLE), found


fen = st.integers(1, 4_000).map(lambda amount: Decimal(amount) / 100)
offsets = st.integers(0, 120)
movements = st.tuples(
    st.sampled_from(
        [
            (ARRIVAL, PROVINCIAL),
            (PAYMENT, PROVINCIAL),
            (PAYMENT, MATCHING),
            (DIRECT, PROVINCIAL),
            (DIRECT, MATCHING),
            (PARK_RETURN, PROVINCIAL),
        ]
    ),
    fen,
    offsets,
)
plans = st.lists(
    st.tuples(st.sampled_from(FISCAL), st.integers(1, 5), offsets, fen),
    max_size=6,
    unique_by=lambda tranche: tranche[:2],
)
pauses = st.lists(st.tuples(st.sampled_from(["暂停", "恢复", "终止"]), offsets), max_size=3, unique=True)
back = st.lists(
    st.tuples(st.sampled_from(FISCAL), offsets, st.integers(0, 60), fen, fen, st.booleans()), max_size=3
)


@pytest.mark.django_db
@settings(max_examples=60)
@given(
    ledger=st.lists(movements, max_size=12),
    reversed_=st.lists(st.integers(1, 12), max_size=3),
    plan=plans,
    moves=pauses,
    refunds=back,
    ratio=st.sampled_from(["1:1", "0.5:1", "2:3", "1:3", "0:1"]),
    asked=st.lists(offsets, min_size=1, max_size=4),
)
def test_whatever_is_posted_planned_and_asked_back_the_queries_agree_with_the_rules(
    ledger: list[Any],
    reversed_: list[int],
    plan: list[Any],
    moves: list[Any],
    refunds: list[Any],
    ratio: str,
    asked: list[int],
) -> None:
    batch = make_batch(matching_ratio=ratio)
    set_limit(batch, "holding_days", "10", applies_from=(FIRST + timedelta(60)).isoformat())
    set_limit(batch, "holding_days", "30", applies_from=(FIRST + timedelta(20)).isoformat())
    project = make_project(cluster=make_cluster(batch=batch), milestones=False)
    post(project, ledger, reversed_)
    for source, number, after, amount in plan:
        make_tranche(
            project, number, (FIRST + timedelta(after)).isoformat(), str(amount), source, is_tail=False
        )
    for kind, after in moves:
        DatedEvent.objects.create(project=project, kind=kind, happened_on=FIRST + timedelta(after))
    for source, after, days, amount, interest, is_withdrawn in refunds:
        ask_back(project, source, FIRST + timedelta(after), days, amount, interest, is_withdrawn)

    for after in asked:
        assert disagreements([project], FIRST + timedelta(after)) == []


def post(project: Project, ledger: list[Any], reversed_: list[int]) -> None:
    post_many(
        [
            (project.pk, Movement(kind, source, amount, FIRST + timedelta(after), f"v{number}", ""))
            for number, ((kind, source), amount, after) in enumerate(ledger)
        ],
        actor=OPERATOR_ACTOR,
    )
    for sequence in set(reversed_) & set(range(1, len(ledger) + 1)):
        try:
            reverse_entry(
                project=project,
                sequence=sequence,
                on=FIRST + timedelta(130),
                reason="误记",
                actor=OPERATOR_ACTOR,
                today=FIRST + timedelta(130),
            )
        except Conflict:
            continue


def ask_back(
    project: Project,
    source: str,
    asked_on: date,
    days: int,
    amount: Decimal,
    interest: Decimal,
    is_withdrawn: bool,
) -> None:
    """A refund of the unit, with its interest received on the day after, and nothing else."""
    refund = Refund.objects.create(
        project=project,
        cause="disallowed",
        source=source,
        holder="unit",
        amount=amount,
        interest=interest,
        asked_on=asked_on,
        due_on=asked_on + timedelta(days),
        state="withdrawn" if is_withdrawn else "asked",
    )
    RefundReceipt.objects.create(
        project=project,
        refund=refund,
        received_on=asked_on + timedelta(1),
        interest=interest,
        voucher="退-1",
    )


events = st.lists(
    st.tuples(
        st.sampled_from(["中期检查", "验收申请", "延期", "暂停", "恢复", "终止", "撤销"]),
        st.integers(0, 1_600),
        st.sampled_from(["通过", "限期整改", "不通过", "不批准", "批准", ""]),
        st.sampled_from(["6", "12", "1.50", None]),
        st.one_of(st.none(), st.integers(0, 200)),
    ),
    max_size=6,
    unique_by=lambda event: event[:2],
)


@pytest.mark.django_db
@settings(max_examples=60)
@given(
    start=st.dates(date(2022, 1, 1), date(2022, 12, 31)),
    state=st.sampled_from(
        ["approved", "funding", "implementing", "acceptance", "closed", "suspended", "terminated", "revoked"]
    ),
    signed=st.one_of(st.none(), st.integers(0, 200)),
    happened=events,
    milestones=st.lists(
        st.tuples(st.integers(0, 1_500), st.one_of(st.none(), st.integers(0, 1_600)), st.booleans()),
        max_size=5,
    ),
    reports=st.lists(
        st.tuples(st.integers(2022, 2026), st.one_of(st.none(), st.integers(0, 1_600))),
        max_size=4,
        unique_by=lambda report: report[0],
    ),
    findings=st.lists(
        st.tuples(st.integers(0, 1_400), st.integers(0, 90), st.one_of(st.none(), st.integers(0, 120))),
        max_size=3,
    ),
    limits=st.sampled_from(
        [
            {},
            {"report_cutoff": "02-29", "report_due": "03-31", "report_after_months": "0"},
            {"signing_days": "0", "midterm_until_months": "15", "acceptance_months": "1"},
        ]
    ),
    asked=st.lists(st.integers(0, 1_900), min_size=2, max_size=4),
)
def test_whatever_happens_in_its_life_the_queries_agree_with_the_rules(
    start: date,
    state: str,
    signed: int | None,
    happened: list[Any],
    milestones: list[Any],
    reports: list[Any],
    findings: list[Any],
    limits: dict[str, str],
    asked: list[int],
) -> None:
    batch = make_batch(awarded_on="2022-01-10")
    for code, value in limits.items():
        set_limit(batch, code, value, applies_from="2023-07-01")
        set_limit(batch, code, str(value), applies_from="2022-03-01")
    project = make_project(
        cluster=make_cluster(batch=batch),
        milestones=False,
        state=state,
        start_on=start,
        end_on=start + timedelta(1_277),
        contract_signed_on=None if signed is None else start + timedelta(signed),
    )
    for kind, after, result, value, decided in happened:
        on = start + timedelta(after)
        DatedEvent.objects.create(
            project=project,
            kind=kind,
            happened_on=on,
            result=result,
            value=value if kind == "延期" else None,
            decided_on=on + timedelta(decided) if kind == "延期" and decided is not None else None,
        )
    for number, (after, done, is_waived) in enumerate(milestones):
        made(
            project,
            number,
            start + timedelta(after),
            None if done is None else start + timedelta(done),
            is_waived,
        )
    for year, after in reports:
        AnnualReport.objects.create(
            project=project,
            year=year,
            submitted_on=None if after is None else start + timedelta(after),
            state="draft" if after is None else "handed_in",
        )
    for after, days, closed in findings:
        found_on = start + timedelta(after)
        Finding.objects.create(
            project=project,
            severity="minor",
            text="台账不全",
            found_on=found_on,
            due_on=found_on + timedelta(days),
            closed_on=None if closed is None else found_on + timedelta(closed),
            state="open" if closed is None else "closed",
        )

    for after in asked:
        assert disagreements([project], start + timedelta(after)) == []


def made(project: Project, number: int, planned_on: date, on: date | None, is_waived: bool) -> None:
    """A milestone that was done or waived on a day, or neither."""
    Milestone.objects.create(
        project=project,
        year=planned_on.year,
        name=f"里程碑{number}",
        planned_on=planned_on,
        completed_on=None if is_waived else on,
        waived_on=on if is_waived else None,
        state="planned"
        if on is None
        else "waived"
        if is_waived
        else "handed_in"
        if number % 2
        else "verified",
    )
