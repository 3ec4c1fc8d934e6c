"""Money and rules of all projects, beside one GROUP BY over the lines."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benchmarks.measure import Report, in_turn, peak_growth, seconds, timed
from benchmarks.place import plain_connection
from finance.funding import funding_of
from finance.posting import Movement, post_entry
from finance.terms import CONTRIBUTION, SELF_RAISED
from lifecycle.models import Project, ProjectState
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.judging import judged
from reports.kept import refresh

PAST = date(2024, 6, 30)

_GROUP_BY = """
    SELECT a.project_id, a.source, a.role, s.balance
    FROM (
        SELECT account_id, sum(debit) - sum(credit) AS balance
        FROM yard.money_line {up_to} GROUP BY account_id
    ) s
    JOIN yard.account a ON a.id = s.account_id
"""


def measure(report: Report, rounds: int) -> None:
    ids = list(Project.objects.order_by("pk").values_list("pk", flat=True))
    today = timezone.localdate()
    with plain_connection() as plain:
        found = in_turn(
            rounds,
            lines=timed(lambda: plain.execute(_GROUP_BY.format(up_to="")).fetchall()),
            ours=timed(lambda: funding_of(Project.objects.all())),
            lines_past=timed(
                lambda: plain.execute(_GROUP_BY.format(up_to="WHERE day <= %s"), [PAST]).fetchall()
            ),
            ours_past=timed(lambda: funding_of(Project.objects.all(), on=PAST)),
        )
        many = f"{len(ids):,} projects"
        report.times(
            f"money of all {many} by source",
            "GROUP BY over the plain lines",
            found["lines"],
            found["ours"],
            0.35,
        )
        report.times(
            f"the same as of {PAST}", "the same up to that day", found["lines_past"], found["ours_past"], 1.3
        )
        lines = found["lines"]
        found = in_turn(
            rounds,
            lines=timed(lambda: plain.execute(_GROUP_BY.format(up_to="")).fetchall()),
            rules=timed(lambda: _use_up(judged(ids, on=today))),
        )
        report.times(
            f"all rules of all {many}", "GROUP BY over the plain lines", found["lines"], found["rules"], 20
        )
    grown = peak_growth(lambda: _use_up(judged(ids, on=today)))
    if grown is not None:
        report.note(f"all rules: memory grows by {grown:.0f} MB")
    began = time.perf_counter()
    kept = refresh(ids, on=today)
    first = time.perf_counter() - began
    # What is fresh is fresh: these projects are judged again only when something touches them.
    _post_one(today, 0)
    refresh(ids, on=today)
    numbers = iter(range(1, 1_000))

    def after_a_change() -> float:
        _post_one(today, next(numbers))
        began = time.perf_counter()
        touched = refresh(ids, on=today)
        taken = time.perf_counter() - began
        if touched != 1:
            raise RuntimeError(f"{touched} projects were judged again after one entry")
        return taken

    again = in_turn(rounds, fresh=timed(lambda: refresh(ids, on=today)), one=after_a_change)
    report.times(
        f"kept answers of {many} after one entry: 1 judged anew",
        "GROUP BY over the plain lines",
        lines,
        again["one"],
        None,
    )
    report.note(
        f"kept answers: {kept:,} projects judged and kept in {seconds(first)};"
        f" nothing changed {seconds(again['fresh'])}; one entry later {seconds(again['one'])}"
    )


def _use_up(answers: Any) -> None:
    for _ in answers:
        pass


def _post_one(today: date, number: int) -> None:
    project = Project.objects.filter(state=ProjectState.IMPLEMENTING).order_by("pk")[0]
    post_entry(
        project=project,
        movement=Movement(
            kind=CONTRIBUTION, source=SELF_RAISED, amount=Decimal("1.00"), on=today, voucher=f"新-{number}"
        ),
        key=None,
        actor=OPERATOR_ACTOR,
        today=today,
    )
