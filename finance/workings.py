"""What has to come back, worked out of the ledger: by cause, source and holder."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from finance.facts import counts, standing
from finance.models import RefundCause
from finance.terms import (
    ARRIVAL,
    DIRECT,
    FISCAL,
    HOLDERS,
    PARK,
    PARK_RETURN,
    PAYMENT,
    PROVINCIAL,
    REFUND,
    SPENDING,
    UNIT,
)
from lifecycle.models import DatedEvent, EventKind, Project
from lifecycle.models.fields import ZERO
from lifecycle.reading import fetch
from lifecycle.rules.limits import CENT

DAYS_OF_A_YEAR = 365

FORMULAS = {
    RefundCause.TERMINATION: "unspent + misused - asked",
    RefundCause.REVOCATION: "received - refunded - asked",
    RefundCause.SURPLUS: "unspent - asked",
    RefundCause.DISALLOWED: "misused - asked",
}
"""How the principal follows from the other figures, below zero taken as zero; the park has nothing misused."""

INTEREST_FORMULA = "sum(balance at each day's end * rate_percent / 100 / 365)"


@dataclass(frozen=True, slots=True)
class Working:
    """What one holder has to give back of one source, in yuan.

    received: of the unit what was paid to it, of the park what arrived there. spent: by the unit, or passed on
    by the park. refunded: sent back before the day of the notice. unspent: what is left, zero at least.
    misused: fiscal spending outside the term, and what the province names or has named in a notice that is taken
    off in `asked`. asked: notified before and not yet back. interest: on what was received, where a rate is given.
    """

    cause: str
    source: str
    holder: str
    received: Decimal
    spent: Decimal
    refunded: Decimal
    misused: Decimal
    asked: Decimal
    interest: Decimal = ZERO
    rate_percent: Decimal | None = None

    @property
    def holder_word(self) -> str:
        """Who has to give it back, in words."""
        return HOLDERS[self.holder]

    @property
    def unspent(self) -> Decimal:
        return max(self.received - self.spent - self.refunded, ZERO)

    @property
    def amount(self) -> Decimal:
        """The principal."""
        match RefundCause(self.cause):
            case RefundCause.TERMINATION:
                due = self.unspent + self.misused
            case RefundCause.REVOCATION:
                due = self.received - self.refunded
                if self.holder == PARK:
                    due = self.unspent
            case RefundCause.SURPLUS:
                due = self.unspent
            case _:
                due = self.misused
        return max(due - self.asked, ZERO)

    @property
    def formula(self) -> str:
        """How the principal follows: of the park, whose revocation leaves only what it holds, as of a surplus."""
        if self.holder == PARK and self.cause == RefundCause.REVOCATION:
            return FORMULAS[RefundCause.SURPLUS]
        return FORMULAS[RefundCause(self.cause)]

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the refund: amounts as texts with two decimals, and the formulas."""
        shown: dict[str, Any] = {
            name: f"{getattr(self, name):.2f}"
            for name in ("received", "spent", "refunded", "unspent", "misused", "asked", "amount", "interest")
        }
        shown["formula"] = self.formula
        if self.rate_percent is not None:
            shown |= {"rate_percent": f"{self.rate_percent:f}", "interest_formula": INTEREST_FORMULA}
        return {"cause": self.cause, "source": self.source, "holder": self.holder, **shown}


def refund_workings(
    project: Project,
    *,
    cause: str,
    on: date,
    until: date | None = None,
    rate_percent: Decimal | None = None,
    named: Collection[int] = (),
) -> list[Working]:
    """Who has to give back what, from a notice of the day `on`: the unit of each fiscal source, then the park.

    Termination: fiscal money unspent at the unit or held at the park, and what was misused. Revocation: all
    fiscal money received, spent or not, less what was sent back. Surplus: what is unspent. Disallowed: what was
    misused. What was notified before is taken off: for termination and revocation all that is open, for the
    others what is open for the same cause. Disallowed spending that a notice names and that was posted again to
    the unit's own money since lies unspent at the unit until it is sent back; it is taken off of a surplus, and no
    longer of what is misused.

    Spending counts up to the end of `on`; what was sent back, before `on`, since from that day on it counts as
    received for the refund. What was paid in counts up to `until` (the day it really is, where a move is
    written down later than it takes effect; else `on`). Misused is fiscal spending before the start of the term
    or after the latest application for acceptance, and the entries whose sequences are `named`, here or by a notice
    that is taken off.

    rate_percent: a year's simple interest on what was received, for revocation: each day's balance (paid in
    less sent back; at the park, arrived less passed on) × rate ÷ 100 ÷ 365, from the day after the payment
    to `on`, to the fen, half up. Three queries, four with a rate, for a surplus or what is disallowed up to five.
    Source: DOMAIN D75–D77.
    """
    last = last_day_of_spending(project, on=on) or date.max
    sums = _sums(project, cause=cause, on=on, until=until or on, last=last, named=list(named))
    asked = _asked(project, causes=_taken_off(cause), on=on)
    if cause in (RefundCause.SURPLUS, RefundCause.DISALLOWED):
        asked = _with_posted_again(project, asked, cause=cause, on=on, last=last)
    parts = [(source, UNIT) for source in FISCAL] + [(PROVINCIAL, PARK)]
    flows = _flows(project, on=on) if rate_percent is not None and cause == RefundCause.REVOCATION else None
    return [
        Working(
            cause,
            source,
            holder,
            *sums.get((source, holder), (ZERO, ZERO, ZERO, ZERO)),
            asked=asked.get((source, holder), ZERO),
            interest=ZERO
            if flows is None
            else simple_interest(flows.get((source, holder), ()), rate_percent=rate_percent or ZERO, on=on),
            rate_percent=None if flows is None else rate_percent,
        )
        for source, holder in parts
    ]


def simple_interest(flows: Iterable[tuple[date, Decimal]], *, rate_percent: Decimal, on: date) -> Decimal:
    """Interest in yuan on (day, yuan in or, below zero, out) up to `on`: Σ amount × days × rate ÷ 100 ÷ 365.

    A movement counts from the day after its own. Zero at least, to the fen, half up.
    """
    money_days = sum((amount * (on - day).days for day, amount in flows if day < on), ZERO)
    interest = money_days * rate_percent / 100 / DAYS_OF_A_YEAR
    return max(interest, ZERO).quantize(CENT, rounding=ROUND_HALF_UP)


def last_day_of_spending(project: Project, *, on: date) -> date | None:
    """The day of the latest application for acceptance by `on`; until one is filed there is no last day."""
    return (
        DatedEvent.objects.filter(project=project, kind=EventKind.ACCEPTANCE_APPLICATION, happened_on__lte=on)
        .order_by("-happened_on")
        .values_list("happened_on", flat=True)
        .first()
    )


def _taken_off(cause: str) -> list[str]:
    """The causes whose open notices are taken off of what this one asks for."""
    if cause in (RefundCause.TERMINATION, RefundCause.REVOCATION):
        return list(RefundCause.values)
    return [str(cause)]


def _sums(
    project: Project, *, cause: str, on: date, until: date, last: date, named: list[int]
) -> dict[tuple[str, str], tuple[Decimal, Decimal, Decimal, Decimal]]:
    """By source and holder: received, spent, refunded, misused."""
    rows = fetch(
        f"""
        SELECT e.source,
            coalesce(sum(e.amount) FILTER (WHERE e.kind IN (%(payment)s, %(direct)s)), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(spending)s AND e.day <= %(on)s), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(refund)s AND e.day < %(on)s), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(spending)s AND e.day <= %(on)s
                AND (e.day < %(start)s OR e.day > %(last)s OR e.sequence = ANY(%(named)s) OR EXISTS (
                    SELECT FROM finance_refund r
                    WHERE r.project_id = e.project_id AND r.source = e.source AND r.holder = %(unit)s
                        AND r.state = 'asked' AND r.cause = ANY(%(causes)s)
                        AND r.workings -> 'entries' @> to_jsonb(e.sequence)
                ))), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(arrival)s), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(payment)s), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(park_return)s AND e.day < %(on)s), 0.00)
        FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.source = ANY(%(fiscal)s) AND e.day <= %(until)s
            AND {standing("e", None)}
        GROUP BY e.source
        """,
        {
            "project": project.pk,
            "fiscal": list(FISCAL),
            "on": on,
            "until": max(on, until),
            "start": project.start_on,
            "last": last,
            "named": named,
            "unit": UNIT,
            "causes": _taken_off(cause),
            "payment": PAYMENT,
            "direct": DIRECT,
            "spending": SPENDING,
            "refund": REFUND,
            "arrival": ARRIVAL,
            "park_return": PARK_RETURN,
        },
    )
    found: dict[tuple[str, str], tuple[Decimal, Decimal, Decimal, Decimal]] = {}
    for source, received, spent, refunded, misused, arrived, passed_on, returned in rows:
        found[source, UNIT] = (received, spent, refunded, misused)
        if source == PROVINCIAL:
            found[source, PARK] = (arrived, passed_on, returned, ZERO)
    return found


def _asked(project: Project, *, causes: list[str], on: date) -> dict[tuple[str, str], Decimal]:
    """By source and holder: principal notified before for any of the causes and still open, less what was sent back
    since and not linked to a refund yet.
    """
    rows = fetch(
        f"""
        WITH open AS (
            SELECT r.source, r.holder, min(r.asked_on) AS since,
                sum(r.amount - coalesce(came.amount, 0.00)) AS amount
            FROM finance_refund r
            LEFT JOIN LATERAL (
                SELECT sum(c.amount) AS amount FROM finance_refundreceipt c
                WHERE c.refund_id = r.id AND {counts("c")}
            ) came ON true
            WHERE r.project_id = %(project)s AND r.state = 'asked' AND r.cause = ANY(%(causes)s)
            GROUP BY r.source, r.holder
        )
        SELECT open.source, open.holder, open.amount - coalesce(unlinked.amount, 0.00)
        FROM open
        LEFT JOIN LATERAL (
            SELECT sum(e.amount) - coalesce(sum(linked.amount), 0.00) AS amount
            FROM finance_entry e
            LEFT JOIN LATERAL (
                SELECT sum(c.amount) AS amount FROM finance_refundreceipt c
                JOIN finance_refund r ON r.id = c.refund_id
                WHERE c.entry_id = e.id AND r.state <> 'withdrawn'
            ) linked ON true
            WHERE e.project_id = %(project)s AND e.source = open.source
                AND e.kind = CASE open.holder WHEN %(park)s THEN %(park_return)s ELSE %(refund)s END
                AND e.day >= open.since AND e.day < %(on)s AND {standing("e", None)}
        ) unlinked ON true
        """,
        {
            "project": project.pk,
            "causes": causes,
            "on": on,
            "park": PARK,
            "refund": REFUND,
            "park_return": PARK_RETURN,
        },
    )
    return {(source, holder): max(amount, ZERO) for source, holder, amount in rows}


def _with_posted_again(
    project: Project, asked: dict[tuple[str, str], Decimal], *, cause: str, on: date, last: date
) -> dict[tuple[str, str], Decimal]:
    """`asked` of a surplus with, of what is disallowed without, the disallowed spending that was posted again to the
    unit's own money and is not sent back yet. A notice that names no entry is taken not to be posted again.
    """
    is_surplus = cause == RefundCause.SURPLUS
    disallowed = _asked(project, causes=[RefundCause.DISALLOWED.value], on=on) if is_surplus else asked
    found = dict(asked)
    for source, amount in _posted_again(project, on=on, last=last):
        again = min(amount, disallowed.get((source, UNIT), ZERO))
        found[source, UNIT] = found.get((source, UNIT), ZERO) + (again if is_surplus else -again)
    return found


def _posted_again(project: Project, *, on: date, last: date) -> list[tuple[str, Decimal]]:
    """By source: of open notices for disallowed spending that name entries, what no standing spending answers to."""
    rows = fetch(
        f"""
        SELECT r.source, sum(greatest(r.amount - coalesce(came.amount, 0.00) - coalesce(spent.amount, 0.00), 0.00))
        FROM finance_refund r
        LEFT JOIN LATERAL (
            SELECT sum(c.amount) AS amount FROM finance_refundreceipt c
            WHERE c.refund_id = r.id AND {counts("c")}
        ) came ON true
        LEFT JOIN LATERAL (
            SELECT sum(e.amount) AS amount FROM finance_entry e
            WHERE e.project_id = r.project_id AND e.source = r.source AND e.kind = %(spending)s
                AND e.day <= %(on)s AND {standing("e", None)}
                AND (e.day < %(start)s OR e.day > %(last)s OR r.workings -> 'entries' @> to_jsonb(e.sequence))
        ) spent ON true
        WHERE r.project_id = %(project)s AND r.holder = %(unit)s AND r.state = 'asked' AND r.cause = %(cause)s
            AND r.workings ? 'entries'
        GROUP BY r.source
        """,
        {
            "project": project.pk,
            "unit": UNIT,
            "cause": RefundCause.DISALLOWED.value,
            "spending": SPENDING,
            "on": on,
            "start": project.start_on,
            "last": last,
        },
    )
    return [(source, amount) for source, amount in rows]


def _flows(project: Project, *, on: date) -> dict[tuple[str, str], list[tuple[date, Decimal]]]:
    """By source and holder: each day's money in (above zero) and out, by the end of `on`."""
    rows = fetch(
        f"""
        SELECT e.day, e.source, e.kind, sum(e.amount) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.source = ANY(%(fiscal)s) AND e.day <= %(on)s
            AND e.kind <> %(spending)s AND {standing("e", None)}
        GROUP BY 1, 2, 3 ORDER BY 1
        """,
        {"project": project.pk, "fiscal": list(FISCAL), "on": on, "spending": SPENDING},
    )
    found: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
    for day, source, kind, amount in rows:
        if kind in (PAYMENT, DIRECT, REFUND):
            found.setdefault((source, UNIT), []).append((day, -amount if kind == REFUND else amount))
        if source == PROVINCIAL and kind in (ARRIVAL, PAYMENT, PARK_RETURN):
            found.setdefault((source, PARK), []).append((day, amount if kind == ARRIVAL else -amount))
    return found
