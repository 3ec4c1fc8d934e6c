"""The figures of a project by plain SQL, written without a look at the code that makes reports.

Live entries are those that neither take another back nor were taken back.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

LIVE = """
    live AS (
        SELECT e.* FROM finance_entry e JOIN lifecycle_project p ON p.id = e.project_id
        WHERE p.number = %(number)s AND e.day <= %(on)s AND e.reverses_id IS NULL
            AND e.id NOT IN (SELECT r.reverses_id FROM finance_entry r WHERE r.reverses_id IS NOT NULL)
    )
"""
SOURCES = ("省拨款", "园区配套", "单位自筹", "社会资本")


def rows(sql: str, number: str, on: date, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"number": number, "on": on, **more})
        return cursor.fetchall()


def live(sql: str, number: str, on: date, **more: Any) -> list[tuple[Any, ...]]:
    return rows(f"WITH {LIVE} {sql}", number, on, **more)


def numbers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM lifecycle_project ORDER BY number")
        return [number for (number,) in cursor.fetchall()]


def amount(number: str, on: date, *kinds: str, source: str = "") -> Decimal:
    """The sum of the kinds of movement, of one source or of all."""
    ((found,),) = live(
        "SELECT coalesce(sum(amount), 0.00) FROM live"
        " WHERE kind = ANY(%(kinds)s) AND (source = %(source)s OR %(source)s = '')",
        number,
        on,
        kinds=list(kinds),
        source=source,
    )
    total: Decimal = found
    return total


def money(number: str, on: date) -> dict[str, dict[str, Decimal]]:
    """By source: committed, arrived at the park, held there, received, spent, refunded, left at the unit."""
    ((*committed,),) = rows(
        "SELECT provincial_grant, park_matching, self_raised, social_capital FROM lifecycle_project"
        " WHERE number = %(number)s",
        number,
        on,
    )
    found = {}
    for source, promised in zip(SOURCES, committed, strict=True):
        arrived = amount(number, on, "到账园区", source=source)
        passed_on = (
            amount(number, on, "拨付单位", "园区退回", source=source) if source == "省拨款" else Decimal(0)
        )
        received = amount(number, on, "拨付单位", "直接拨付", "资金到位", source=source)
        spent = amount(number, on, "支出", source=source)
        refunded = amount(number, on, "退回", source=source)
        found[source] = {
            "committed": promised,
            "arrived_at_park": arrived,
            "held_at_park": arrived - passed_on,
            "received": received,
            "spent": spent,
            "refunded": refunded,
            "balance": received - spent - refunded,
        }
    return found


def spent(number: str, on: date) -> dict[tuple[int, str, str], Decimal]:
    """Spending by year, category and source."""
    found = live(
        "SELECT date_part('year', day)::int, category, source, sum(amount) FROM live WHERE kind = '支出'"
        " GROUP BY 1, 2, 3",
        number,
        on,
    )
    return {(year, category, source): total for year, category, source, total in found}


def passed_by_the_park(number: str, on: date) -> bool:
    """Whether the province paid the unit itself, and nothing by way of the park."""
    found = live(
        """
        SELECT array_agg(DISTINCT kind) FROM live
        WHERE source = '省拨款' AND kind IN ('到账园区', '拨付单位', '直接拨付')
        """,
        number,
        on,
    )
    return bool(found[0][0] == ["直接拨付"])


def tranches(
    number: str, on: date
) -> dict[tuple[str, int], tuple[Decimal, Decimal, date | None, date | None]]:
    """By source and 期次: amount planned, paid so far, the day all of it had arrived, the day all of it was paid.

    What came fills the plan in the order of planned day, then 期次.
    """
    found = live(
        """
        , plan AS (
            SELECT t.source, t.number, t.amount,
                sum(t.amount) OVER (PARTITION BY t.source ORDER BY t.planned_on, t.number) AS upper
            FROM lifecycle_tranche t JOIN lifecycle_project p ON p.id = t.project_id WHERE p.number = %(number)s
        ), paid AS (
            SELECT source, day, sum(amount) OVER (PARTITION BY source ORDER BY day, sequence) AS total
            FROM live WHERE kind IN ('拨付单位', '直接拨付')
        ), arrived AS (
            SELECT source, day, sum(CASE kind WHEN '园区退回' THEN -amount ELSE amount END)
                OVER (PARTITION BY source ORDER BY day, sequence) AS total
            FROM live WHERE kind IN ('到账园区', '直接拨付', '园区退回') AND source = '省拨款'
        )
        SELECT plan.source, plan.number, plan.amount,
            least(plan.amount, greatest(0.00, coalesce(
                (SELECT max(total) FROM paid WHERE paid.source = plan.source), 0.00) - (plan.upper - plan.amount))),
            (SELECT min(day) FROM arrived WHERE arrived.source = plan.source AND total >= plan.upper),
            (SELECT min(day) FROM paid WHERE paid.source = plan.source AND total >= plan.upper)
        FROM plan
        """,
        number,
        on,
    )
    return {
        (source, place): (planned, paid, arrived_on, paid_on)
        for source, place, planned, paid, arrived_on, paid_on in found
    }


def milestones(number: str, on: date) -> dict[int, tuple[int, int, int]]:
    """By year: how many are planned, done by `on`, and late and undone on `on`."""
    found = rows(
        """
        SELECT m.year, count(*), count(*) FILTER (WHERE m.completed_on <= %(on)s),
            count(*) FILTER (WHERE (m.completed_on IS NULL OR m.completed_on > %(on)s)
                AND (m.waived_on IS NULL OR m.waived_on > %(on)s) AND m.planned_on < %(on)s)
        FROM lifecycle_milestone m JOIN lifecycle_project p ON p.id = m.project_id WHERE p.number = %(number)s
        GROUP BY 1
        """,
        number,
        on,
    )
    return {year: (planned, done, late) for year, planned, done, late in found}
