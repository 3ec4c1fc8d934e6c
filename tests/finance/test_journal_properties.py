"""Whatever is posted and reversed in whatever order: entries balance, balances are sums, chains are whole."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.chain import digest, genesis, instant
from finance.funding import funding_of
from finance.kinds import KINDS
from finance.models import Account, Entry, Journal, Line
from finance.posting import Movement, post_entry, reverse_entry
from finance.terms import SPENDING
from lifecycle.errors import Conflict
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import make_project

FIRST = date(2022, 9, 1)
TODAY = FIRST + timedelta(days=40)

amounts = st.integers(1, 5_000).map(lambda fen: Decimal(fen) / 100)
days = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=8)
kinds = st.sampled_from([(kind.name, source) for kind in KINDS.values() for source in kind.posters])
posts = st.tuples(st.just("post"), kinds, amounts, days, texts)
reversals = st.tuples(st.just("reverse"), st.integers(1, 12), st.integers(0, 10))


def perform(project: Project, steps: list[tuple]) -> None:
    for number, step in enumerate(steps):
        try:
            if step[0] == "post":
                _act, (kind, source), amount, on, memo = step
                movement = Movement(
                    kind,
                    source,
                    amount,
                    on,
                    f"v{number}",
                    "设备费" if kind == SPENDING else "",
                    memo=memo,
                )
                post_entry(
                    project=project,
                    movement=movement,
                    key=f"k{number}",
                    actor=OPERATOR_ACTOR,
                    today=TODAY,
                )
            else:
                _act, sequence, later = step
                reverse_entry(
                    project=project,
                    sequence=sequence,
                    on=FIRST + timedelta(days=30 + later),
                    reason="误记",
                    actor=OPERATOR_ACTOR,
                    today=TODAY,
                )
        except Conflict:
            continue
        except Exception as refusal:
            if getattr(refusal, "code", "") != "not_found":
                raise


@pytest.mark.django_db
@settings(max_examples=40)
@given(steps=st.lists(st.one_of(posts, posts, reversals), max_size=14))
def test_any_sequence_of_postings_and_reversals_keeps_the_books(steps):
    project = make_project(milestones=False)
    perform(project, steps)
    entries = list(
        Entry.objects.filter(project=project)
        .select_related("debit", "credit", "reverses")
        .order_by("sequence")
    )

    for entry in entries:
        sums = Line.objects.filter(entry=entry).aggregate(debit=Sum("debit"), credit=Sum("credit"))
        assert sums["debit"] == sums["credit"] == entry.amount

    for account in Account.objects.filter(project=project):
        lines = Line.objects.filter(account=account).aggregate(
            debit=Sum("debit", default=0), credit=Sum("credit", default=0)
        )
        assert account.balance == lines["debit"] - lines["credit"]

    previous = genesis(project.number)
    for place, e in enumerate(entries, start=1):
        assert (e.sequence, e.previous_hash) == (place, previous)
        fields = (
            str(e.sequence),
            e.on.isoformat(),
            instant(e.recorded_at),
            e.kind,
            e.source,
            e.category,
            e.debit.name,
            e.credit.name,
            f"{e.amount:.2f}",
            e.voucher,
            e.invoice,
            e.counterparty,
            e.memo,
            str(e.reverses.sequence) if e.reverses else "",
        )
        assert e.hash == digest(fields, previous)
        previous = e.hash
    if entries:
        assert Journal.objects.get(project=project).head_hash == previous

    for offset in range((TODAY - FIRST).days + 1):
        on = FIRST + timedelta(days=offset)
        funding = funding_of([project], on=on)[project.pk]
        assert all(money.balance >= 0 and money.held_at_park >= 0 for money in funding.sources.values())
    assert funding_of([project])[project.pk].sources == funding_of([project], on=TODAY)[project.pk].sources


@pytest.mark.django_db
def test_the_books_of_a_long_history_stay_right_with_backdated_entries():
    """A posting looks at the days after its own; here every one has many."""
    project = make_project(milestones=False)
    steps = [
        (
            "post",
            ("资金到位", "单位自筹"),
            Decimal("50.00"),
            FIRST + timedelta(days=n),
            "",
        )
        for n in range(0, 30, 3)
    ]
    steps += [
        (
            "post",
            ("支出", "单位自筹"),
            Decimal("17.00"),
            FIRST + timedelta(days=(n * 7) % 30),
            "",
        )
        for n in range(30)
    ]
    perform(project, steps)
    for offset in range(31):
        funding = funding_of([project], on=FIRST + timedelta(days=offset))[project.pk]
        assert funding.sources["单位自筹"].balance >= 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM finance_entry WHERE project_id = %s AND kind = '支出'",
            [project.pk],
        )
        assert cursor.fetchone()[0] > 20
