"""Pieces of SQL that the queries of the kinds share: a project with its parties, its limits and its standing.

They say in SQL what `lifecycle.rules` and `lifecycle.facts` say in Python; tests hold the two together. Each reads
`chosen (project_id)` and the parameter %(on)s, as `lifecycle.reminders.kinds.Kind.query` does.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation

from lifecycle.rules.facts import EXTENSION
from lifecycle.rules.limits import BY_CODE
from lifecycle.rules.standing import (
    REFUSED,
    RESUMPTION,
    REVOCATION,
    SUSPENSION,
    TERMINATION,
    Standing,
)

ENDED = f"('{Standing.TERMINATED}', '{Standing.REVOKED}')"

UNDER_WAY = f"g.state <> 'closed' AND g.standing NOT IN {ENDED}"
"""The condition that something is still to be done in the project: neither closed nor broken off by the day."""

PAYABLE = f"g.state <> 'closed' AND g.standing = '{Standing.ACTIVE}'"
"""The condition that money may flow: under way, and not suspended on the day."""


def ground(*limits: str, is_with_above: bool = False) -> str:
    """What to put after FROM (as `g`): one row a chosen project.

    project_id, state, site, start_on, final_end_on, signed_on, unit_id, park_id; standing: on the day, as
    `standing_on` says; ended_on: since when it is terminated or revoked, also after the day; NULL when it is not.
    limits: codes of limits, as columns of that name: whole numbers as integer, else text; with any, awarded_on.
    is_with_above: city_id (the park's, else the unit's), place_id (the city of the unit's place, else the park's),
    province_id (the one above, else the first there is): where one is missing the next above stands for it, the park
    where nobody is above. has_city. Only what is asked for is joined, since planning a join costs more than most.
    OFFSET keeps it apart, so that it is worked out once a project, not wherever a column of it is named.
    """
    columns = "".join(f", b.{code}" for code in limits)
    batches = f"""JOIN (
            SELECT b.id, b.awarded_on{"".join(f", {_limit(code)} AS {code}" for code in limits)}
            FROM lifecycle_batch b OFFSET 0
        ) b ON b.id = c.batch_id"""
    return f"""(
        SELECT p.id AS project_id, p.state, p.site, p.start_on, p.end_on AS final_end_on,
            p.contract_signed_on AS signed_on, p.unit_id, c.park_id,
            {_STANDING} AS standing, {_ENDED_ON} AS ended_on
            {", b.awarded_on" if limits else ""}{columns}{_ABOVE if is_with_above else ""}
        FROM chosen
        JOIN lifecycle_project p ON p.id = chosen.project_id
        JOIN lifecycle_cluster c ON c.id = p.cluster_id
        {batches if limits else ""}
        {_JOINED_ABOVE if is_with_above else ""}
        LEFT JOIN {_MOVES} moves ON moves.project_id = p.id
        OFFSET 0
    )"""


def waived(rule: str) -> str:
    """The condition that an exception to the rule is in force for the project of `g` on the day."""
    return f"""EXISTS (SELECT FROM lifecycle_exemption x WHERE x.project_id = g.project_id AND x.rule = '{rule}'
            AND x.state = 'granted' AND x.granted_on <= %(on)s AND (x.until IS NULL OR x.until >= %(on)s))"""


def months_after(day: str, months: str) -> str:
    """The corresponding day `months` later, or that month's last day, as `add_months`."""
    return f"({day} + make_interval(months => {months}))::date"


def day_in_year(month_day: str, year: str) -> str:
    """The day written 11-30 in the year, or the month's last day where the year lacks it, as `MonthDay.in_year`."""
    month, day = (f"split_part({month_day}, '-', {place})::integer" for place in (1, 2))
    return f"""(make_date({year}, {month}, 1) + least({day}, extract(day FROM
            make_date({year}, {month}, 1) + interval '1 month' - interval '1 day')::integer) - 1)"""


def last_step(subject: str, row: str, state: str) -> str:
    """The business day on which the row last came into the state, by its steps; what a workbook brought has none.

    row: alias of the table; state: SQL for it. Without a step it is the day since when the row reads as it does.
    """
    return f"""coalesce(
            (SELECT max(s.day) FROM lifecycle_step s WHERE s.subject = '{subject}' AND s.subject_id = {row}.id
                AND s.to_state = {state} AND s.from_state <> s.to_state),
            ({row}.recorded_at AT TIME ZONE 'Asia/Shanghai')::date)"""


def one_line(text: str, longest: int = 60) -> str:
    """The text on one line and not too long, as `shortened`."""
    line = f"btrim(regexp_replace({text}, '[[:space:]]+', ' ', 'g'))"
    return f"CASE WHEN length({line}) <= {longest} THEN {line} ELSE left({line}, {longest - 1}) || '…' END"


def words(column: str, choices: Iterable[tuple[str, object]]) -> str:
    """The Chinese word for a code that is kept in the column."""
    with translation.override(None):
        cases = " ".join(f"WHEN '{code}' THEN '{word}'" for code, word in choices)
    return f"CASE {column} {cases} END"


ENDS = f"""(
        WITH RECURSIVE later AS (
            SELECT e.project_id, e.value, row_number() OVER (PARTITION BY e.project_id
                ORDER BY coalesce(e.decided_on, e.happened_on) DESC, e.happened_on DESC, e.id DESC) AS place
            FROM chosen
            JOIN lifecycle_datedevent e ON e.project_id = chosen.project_id AND e.kind = '{EXTENSION}'
                AND e.result <> '{REFUSED}' AND coalesce(e.decided_on, e.happened_on) > %(on)s
        ), ends (project_id, end_on, place) AS (
            SELECT p.id, p.end_on, 0::bigint FROM chosen JOIN lifecycle_project p ON p.id = chosen.project_id
            UNION ALL
            SELECT ends.project_id, CASE WHEN later.value = trunc(later.value)
                THEN (ends.end_on + 1 - make_interval(months => later.value::integer))::date - 1 END, later.place
            FROM ends JOIN later ON later.project_id = ends.project_id AND later.place = ends.place + 1
        )
        SELECT DISTINCT ON (project_id) project_id, end_on FROM ends ORDER BY project_id, place DESC
    )"""
"""What to put after FROM: the end of the term of each chosen project with the extensions approved by the day, as
`LifeFacts.end_on`; NULL where it cannot be known."""


def _limit(code: str) -> str:
    """The limit of batch `b` in force on the day, the first one before its first day, the default without any."""
    limit = BY_CODE[code]
    found = f"""(SELECT btrim(l.value) FROM lifecycle_batchlimit l WHERE l.batch_id = b.id AND l.code = '{code}'
                ORDER BY l.applies_from <= %(on)s DESC, abs(l.applies_from - %(on)s) LIMIT 1)"""
    if isinstance(limit.default, int):
        return f"coalesce({found}::integer, {limit.default})"
    return f"coalesce({found}, '{limit.write(limit.default)}')"


# OFFSET keeps these joins apart from the others, which are planned sooner without them. Parks are few.
_PARKS = """(
            SELECT park.id, city.id AS city_id, coalesce(province.id, first.id) AS province_id
            FROM (SELECT DISTINCT park_id FROM lifecycle_cluster) used
            JOIN parties_organisation park ON park.id = used.park_id
            LEFT JOIN parties_organisation city ON city.id = park.parent_id AND city.kind = 'city'
            LEFT JOIN parties_organisation province ON province.kind = 'province'
                AND province.id = CASE WHEN city.id IS NULL THEN park.parent_id ELSE city.parent_id END
            CROSS JOIN (SELECT min(o.id) AS id FROM parties_organisation o WHERE o.kind = 'province') first
            OFFSET 0
        )"""

_PLACE = """LATERAL (
            SELECT near.id FROM parties_organisation unit
            JOIN parties_organisation near ON near.id = unit.parent_id AND near.kind = 'city'
            WHERE unit.id = p.unit_id OFFSET 0
        )"""

_JOINED_ABOVE = f"JOIN {_PARKS} parks ON parks.id = c.park_id LEFT JOIN {_PLACE} place ON true"

_ABOVE = """,
            coalesce(parks.city_id, place.id, parks.province_id, c.park_id) AS city_id,
            coalesce(place.id, parks.city_id, parks.province_id, c.park_id) AS place_id,
            coalesce(parks.city_id, place.id) IS NOT NULL AS has_city,
            coalesce(parks.province_id, parks.city_id, place.id, c.park_id) AS province_id"""

_MOVES = f"""(
            SELECT e.project_id,
                bool_or(e.kind = '{REVOCATION}') AS ever_revoked,
                bool_or(e.kind = '{REVOCATION}' AND e.happened_on <= %(on)s) AS revoked,
                bool_or(e.kind = '{TERMINATION}') AS ever_terminated,
                bool_or(e.kind = '{TERMINATION}' AND e.happened_on <= %(on)s) AS terminated,
                min(e.happened_on) FILTER (WHERE e.kind IN ('{TERMINATION}', '{REVOCATION}')) AS ended_on,
                (array_agg(e.kind ORDER BY e.happened_on, e.id))[1] AS first,
                (array_agg(e.kind ORDER BY e.happened_on DESC, e.id DESC)
                    FILTER (WHERE e.kind IN ('{SUSPENSION}', '{RESUMPTION}')))[1] AS ever_paused,
                (array_agg(e.kind ORDER BY e.happened_on DESC, e.id DESC) FILTER (
                    WHERE e.kind IN ('{SUSPENSION}', '{RESUMPTION}') AND e.happened_on <= %(on)s))[1] AS paused
            FROM chosen
            JOIN lifecycle_datedevent e ON e.project_id = chosen.project_id AND e.result <> '{REFUSED}'
                AND e.kind IN ('{SUSPENSION}', '{RESUMPTION}', '{TERMINATION}', '{REVOCATION}')
            GROUP BY e.project_id
        )"""

_BROKEN_OFF = f"p.state IN ('{Standing.TERMINATED}', '{Standing.REVOKED}')"

# A present stage that the dated moves do not lead to has no dated event and counts from the start.
_UNDATED = f"""(moves.project_id IS NULL OR p.state IN ('{Standing.SUSPENDED}', '{Standing.TERMINATED}',
                '{Standing.REVOKED}') AND p.state <> CASE
                    WHEN moves.ever_revoked THEN '{Standing.REVOKED}'
                    WHEN moves.ever_terminated THEN '{Standing.TERMINATED}'
                    WHEN moves.ever_paused = '{SUSPENSION}' THEN '{Standing.SUSPENDED}'
                    ELSE '{Standing.ACTIVE}' END)"""

_STANDING = f"""CASE
                WHEN {_UNDATED} THEN CASE WHEN p.state IN ('{Standing.SUSPENDED}', '{Standing.TERMINATED}',
                    '{Standing.REVOKED}') THEN p.state ELSE '{Standing.ACTIVE}' END
                WHEN moves.revoked THEN '{Standing.REVOKED}'
                WHEN moves.terminated THEN '{Standing.TERMINATED}'
                WHEN coalesce(moves.paused, CASE moves.first WHEN '{RESUMPTION}' THEN '{SUSPENSION}' END)
                    = '{SUSPENSION}' THEN '{Standing.SUSPENDED}'
                ELSE '{Standing.ACTIVE}' END"""

_ENDED_ON = f"""CASE WHEN {_UNDATED} THEN CASE WHEN {_BROKEN_OFF} THEN '-infinity'::date END
                ELSE moves.ended_on END"""
