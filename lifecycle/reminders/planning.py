"""Works out what has to be done by when, and plans what is to be said of it: rows that follow the facts.

A project is planned anew when its facts, its journal, the day, the kinds of matters or the calendar differ
from what its mark says. However many projects are, the statements are as many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction

from lifecycle.calendar import Calendar
from lifecycle.models.fields import EARLIEST
from lifecycle.parties.models import OrganisationKind
from lifecycle.reading import Projects, fetch, sql_of
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.levels import AFTER, LEVELS, RESPONSIBLE, Level

HORIZON = timedelta(days=150)
"""How far ahead matters are: what is said 60 days before is forecast 90 days ahead."""

MAPPED = timedelta(days=400)
"""How far back nominal days are brought to working days. What was to be said before that keeps its nominal day."""

VERSION = "1"
"""Changes with the SQL below, so that all is planned anew by it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one planning came to: projects planned anew, messages put on the plan or moved on it."""

    projects: int
    messages: int


def plan(
    projects: Projects,
    *,
    on: date,
    now: datetime | None = None,
    waits: bool = True,
    at_most: int | None = None,
) -> int:
    """Bring matters and messages of the projects to what the facts say on `on`; how many projects were stale.

    now: the instant that is written down, the database's when None. One query when nothing is stale.
    A page passes waits=False, so that it does not stand behind another planner (who is planning what it would),
    and at_most, so that what it does is bounded; those whose facts changed come first.
    """
    return planned(projects, on=on, now=now, waits=waits, at_most=at_most).projects


def planned(
    projects: Projects,
    *,
    on: date,
    now: datetime | None = None,
    waits: bool = True,
    at_most: int | None = None,
) -> Planned:
    """As `plan`, with the number of messages."""
    stale = _stale(projects, on=on, at_most=at_most)
    if not stale:
        return Planned(0, 0)
    _mark_all(stale)
    with transaction.atomic():
        marks = _held(stale, on=on, waits=waits)
        if not marks:
            return Planned(0, 0)
        given: dict[str, Any] = {
            "ids": [mark.project for mark in marks],
            "whole": [mark.project for mark in marks if mark.is_changed],
            "on": on,
            "now": now,
        }
        given["touched"] = _keep_matters(given)
        messages = _keep_messages(given)
        _keep_marks(marks, on=on)
        return Planned(len(marks), messages)


def rules_sql() -> str:
    """SQL for the version of all that planning rests on besides facts: kinds, steps, calendar, who stands above whom."""
    parts = [
        VERSION,
        *(f"{kind.code} {kind.before} {kind.query}" for kind in kinds().values()),
        repr(LEVELS),
        version("holidays"),
    ]
    ours = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    above = ", ".join(f"'{level.name}'" for level in LEVELS)
    return f"""left(md5(concat('{ours}',
        (SELECT string_agg(c.day || ' ' || c.is_working, ',' ORDER BY c.day) FROM lifecycle_calendarday c), ';',
        (SELECT string_agg(concat_ws(' ', o.id, o.kind, o.parent_id), ',' ORDER BY o.id)
            FROM parties_organisation o WHERE o.kind IN ({above}))
    )), 16)"""


_STALE = """(k.day, k.rules, k.stamp, k.sequence) IS DISTINCT FROM
    (%(on)s::date, {rules}, coalesce(s.stamp, 0), coalesce(j.sequence, 0))"""

_AS_IT_STANDS = """
    LEFT JOIN lifecycle_projectstamp s ON s.project_id = p.id
    LEFT JOIN finance_journal j ON j.project_id = p.id
"""


def _stale(projects: Projects, *, on: date, at_most: int | None) -> list[int]:
    """The projects to be planned anew, by id; of at_most, those first whose facts changed."""
    try:
        chosen, parameters = sql_of(projects)
    except EmptyResultSet:
        return []
    order = (
        "p.id"
        if at_most is None
        else "(k.stamp, k.sequence) IS DISTINCT FROM (coalesce(s.stamp, 0), coalesce(j.sequence, 0)) DESC, p.id"
    )
    rows = fetch(
        f"""
        SELECT p.id FROM lifecycle_project p {_AS_IT_STANDS}
        LEFT JOIN lifecycle_planmark k ON k.project_id = p.id
        WHERE p.id IN ({chosen}) AND {_STALE.format(rules=rules_sql())}
        ORDER BY {order} LIMIT %(at_most)s
        """,
        {**parameters, "on": on, "at_most": at_most},
    )
    return sorted(row[0] for row in rows)


def _mark_all(ids: list[int]) -> None:
    """A mark for each that has none yet, so that there is something to hold. It says that nothing was planned."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO lifecycle_planmark (project_id, day, stamp, sequence, rules)
            SELECT id, %(earliest)s, -1, -1, '' FROM unnest(%(ids)s::bigint[]) AS id
            WHERE NOT EXISTS (SELECT FROM lifecycle_planmark k WHERE k.project_id = id)
            ORDER BY id
            ON CONFLICT DO NOTHING
            """,
            {"ids": ids, "earliest": EARLIEST},
        )


@dataclass(frozen=True, slots=True)
class _Mark:
    """On what a project is planned now. is_changed: more than the day differs from the last time."""

    project: int
    stamp: int
    sequence: int
    rules: str
    is_changed: bool


def _held(ids: list[int], *, on: date, waits: bool) -> list[_Mark]:
    """Those still stale, their marks locked: one planner a project.

    What they are planned on is read after this, so a fact that changes meanwhile makes them stale again.
    """
    rows = fetch(
        f"""
        SELECT p.id, coalesce(s.stamp, 0), coalesce(j.sequence, 0), {rules_sql()},
            (k.rules, k.stamp, k.sequence) IS DISTINCT FROM
                ({rules_sql()}, coalesce(s.stamp, 0), coalesce(j.sequence, 0))
        FROM lifecycle_planmark k JOIN lifecycle_project p ON p.id = k.project_id {_AS_IT_STANDS}
        WHERE k.project_id = ANY(%(ids)s::bigint[]) AND {_STALE.format(rules=rules_sql())}
        ORDER BY k.project_id FOR NO KEY UPDATE OF k {"" if waits else "SKIP LOCKED"}
        """,
        {"ids": ids, "on": on},
    )
    return [_Mark(*row) for row in rows]


def _keep_matters(given: dict[str, Any]) -> list[int]:
    """Matters as the kinds find them; those found no longer are done, and so is what stands of them in lists.

    Gives what was touched of projects that are not looked at as a whole, by id.
    """
    rows = fetch(
        f"""
        WITH chosen AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS project_id),
        whole AS MATERIALIZED (SELECT unnest(%(whole)s::bigint[]) AS project_id),
        found AS MATERIALIZED ({_found()}),
        kept AS (
            INSERT INTO lifecycle_matter AS former (project_id, kind, subject, due_on, responsible_id,
                waits_for_id, label, figures, state, opened_on)
            SELECT f.project_id, f.kind, f.subject, f.due_on, f.responsible_id, f.waits_for_id, f.label,
                f.figures, f.state, %(on)s
            FROM found f
            LEFT JOIN lifecycle_matter m USING (project_id, kind, subject)
            WHERE (m.due_on, m.responsible_id, m.waits_for_id, m.label, m.figures, m.state) IS DISTINCT FROM
                (f.due_on, f.responsible_id, f.waits_for_id, f.label, f.figures, f.state)
            ON CONFLICT (project_id, kind, subject) DO UPDATE SET
                (due_on, responsible_id, waits_for_id, label, figures, state, opened_on, done_on) =
                (excluded.due_on, excluded.responsible_id, excluded.waits_for_id, excluded.label,
                excluded.figures, excluded.state,
                CASE WHEN former.state = 'done' THEN excluded.opened_on ELSE former.opened_on END, NULL)
            RETURNING id, project_id
        ),
        closed AS (
            UPDATE lifecycle_matter m SET state = 'done', done_on = %(on)s
            FROM chosen c
            WHERE m.project_id = c.project_id AND m.state <> 'done' AND NOT EXISTS (
                SELECT FROM found f
                WHERE (f.project_id, f.kind, f.subject) = (m.project_id, m.kind, m.subject))
            RETURNING m.id, m.project_id
        ),
        worked_off AS (
            UPDATE lifecycle_delivery d SET done_at = coalesce(%(now)s, clock_timestamp())
            FROM closed c JOIN lifecycle_message g ON g.matter_id = c.id
            WHERE d.message_id = g.id AND d.done_at IS NULL
        )
        SELECT t.id FROM (SELECT * FROM kept UNION ALL SELECT * FROM closed) t
        WHERE NOT EXISTS (SELECT FROM whole w WHERE w.project_id = t.project_id)
        """,
        {**given, "until": given["on"] + HORIZON},
    )
    return [row[0] for row in rows]


def _found() -> str:
    """What every kind finds within the horizon, as one query; nothing where there are no kinds."""
    of_kinds = [
        f"""
        SELECT '{kind.code}'::text AS kind, q.project_id::bigint, q.subject::bigint, q.due_on::date,
            q.responsible_id::bigint, q.waits_for_id::bigint, left(q.label, 300)::text AS label, q.figures::jsonb,
            CASE WHEN q.waits_for_id IS NULL THEN 'open' ELSE 'answered' END AS state
        FROM ({kind.query}) AS q (project_id, subject, due_on, responsible_id, waits_for_id, label, figures)
        WHERE q.due_on <= %(until)s AND q.responsible_id IS NOT NULL
        """
        for kind in kinds().values()
    ]
    return "\nUNION ALL\n".join(of_kinds or [_NOTHING])


_NOTHING = """
    SELECT kind, project_id, subject, due_on, responsible_id, waits_for_id, label, figures, state
    FROM lifecycle_matter WHERE false
"""


def _keep_messages(given: dict[str, Any]) -> int:
    """Plan what is to be said and withdraw what is not any more; how many messages were planned or moved.

    Of the steps whose day has come only the latest is planned: the earlier ones were said, or are past saying.
    Where only the day is another, matters that were not touched have their messages already.
    """
    if not given["whole"] and not given["touched"]:
        return 0
    on: date = given["on"]
    first, last = on - MAPPED, on + HORIZON + timedelta(days=max(AFTER))
    mapping = list(Calendar.load(first, last).around(first, last))
    steps = list(_steps())
    rows = fetch(
        f"""
        WITH mine AS MATERIALIZED (
            SELECT m.* FROM lifecycle_matter m WHERE m.project_id = ANY(%(whole)s::bigint[])
            UNION ALL SELECT m.* FROM lifecycle_matter m WHERE m.id = ANY(%(touched)s::bigint[])
        ),
        days AS MATERIALIZED (
            SELECT * FROM unnest(%(days)s::date[], %(before)s::date[], %(after)s::date[]) AS d (day, before, after)
        ),
        steps AS MATERIALIZED (
            SELECT * FROM unnest(%(step_kind)s::text[], %(step)s::integer[], %(level)s::text[])
                AS s (kind, step, level)
        ),
        told AS MATERIALIZED ({_TOLD}),
        wanted AS MATERIALIZED (
            SELECT m.id AS matter_id, t.organisation_id, m.due_on, s.step, coalesce(
                CASE WHEN s.step > 0 THEN d.after ELSE d.before END, m.due_on + s.step) AS send_on
            FROM mine m
            JOIN told t ON t.matter_id = m.id
            JOIN steps s ON s.kind = m.kind AND s.level = t.level
            LEFT JOIN days d ON d.day = m.due_on + s.step
        ),
        goal AS (
            SELECT * FROM wanted WHERE send_on > %(on)s
            UNION ALL (
                SELECT DISTINCT ON (matter_id, organisation_id) * FROM wanted WHERE send_on <= %(on)s
                ORDER BY matter_id, organisation_id, step DESC)
        ),
        withdrawn AS (
            UPDATE lifecycle_message g SET state = 'withdrawn', ended_at = coalesce(%(now)s, clock_timestamp())
            FROM mine m
            WHERE g.matter_id = m.id AND g.state = 'planned' AND NOT EXISTS (
                SELECT FROM wanted w WHERE (w.matter_id, w.organisation_id, w.due_on, w.step)
                    = (g.matter_id, g.organisation_id, g.due_on, g.step))
        ),
        kept AS (
            INSERT INTO lifecycle_message AS former
                (matter_id, organisation_id, due_on, step, send_on, state, planned_at)
            SELECT w.matter_id, w.organisation_id, w.due_on, w.step, w.send_on, 'planned',
                coalesce(%(now)s, clock_timestamp())
            FROM goal w
            LEFT JOIN lifecycle_message g USING (matter_id, organisation_id, due_on, step)
            WHERE g.id IS NULL OR g.state = 'withdrawn'
                OR (g.state = 'planned' AND g.send_on <> w.send_on AND greatest(g.send_on, w.send_on) > %(on)s)
            ORDER BY w.matter_id, w.organisation_id
            ON CONFLICT (matter_id, organisation_id, due_on, step) DO UPDATE SET
                (send_on, state, planned_at, ended_at) = (excluded.send_on, 'planned',
                    CASE WHEN former.state = 'planned' THEN former.planned_at ELSE excluded.planned_at END, NULL)
            WHERE former.state IN ('planned', 'withdrawn')
            RETURNING id
        )
        SELECT count(*) FROM kept
        """,
        {
            **given,
            "days": [each[0] for each in mapping],
            "before": [each[1] for each in mapping],
            "after": [each[2] for each in mapping],
            "step_kind": [each[0] for each in steps],
            "step": [each[1] for each in steps],
            "level": [each[2] for each in steps],
        },
    )
    return int(rows[0][0])


def _steps() -> Iterator[tuple[str, int, str]]:
    """(kind, step, level) of whatever is said: to whoever is responsible at each step, to a level at its own."""
    for kind in kinds().values():
        yield from ((kind.code, step, RESPONSIBLE) for step in (*kind.before, *AFTER))
        yield from ((kind.code, level.step, level.name) for level in LEVELS)


def _above(level: Level) -> str:
    """SQL that gives who is told as this level, where it stands above whoever is responsible."""
    below = ", ".join(f"'{each}'" for each in level.below)
    return f"""
        UNION ALL SELECT o.matter_id, '{level.name}', o.{level.name} FROM open_matter o
        WHERE o.{level.name} IS NOT NULL AND o.responsible_kind IN ({below})
    """


_TOLD = f"""
    WITH open_matter AS (
        SELECT m.id AS matter_id, m.responsible_id, r.kind AS responsible_kind, park.id AS park,
            CASE WHEN city.kind = '{OrganisationKind.CITY}' THEN city.id END AS city,
            coalesce(CASE WHEN top.kind = '{OrganisationKind.PROVINCE}' THEN top.id
                WHEN city.kind = '{OrganisationKind.PROVINCE}' THEN city.id END, sole.id) AS province
        FROM mine m
        JOIN lifecycle_project p ON p.id = m.project_id
        JOIN lifecycle_cluster l ON l.id = p.cluster_id
        JOIN parties_organisation park ON park.id = l.park_id
        JOIN parties_organisation r ON r.id = m.responsible_id
        LEFT JOIN parties_organisation city ON city.id = park.parent_id
        LEFT JOIN parties_organisation top ON top.id = city.parent_id
        LEFT JOIN (
            SELECT min(id) AS id FROM parties_organisation WHERE kind = '{OrganisationKind.PROVINCE}'
            HAVING count(*) = 1
        ) sole ON true
        WHERE m.state <> 'done'
    )
    SELECT o.matter_id, '{RESPONSIBLE}' AS level, o.responsible_id AS organisation_id FROM open_matter o
    {"".join(_above(level) for level in LEVELS)}
"""


def _keep_marks(marks: list[_Mark], *, on: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE lifecycle_planmark k SET (day, stamp, sequence, rules) = (%s, f.stamp, f.sequence, f.rules)
            FROM unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::text[])
                AS f (project_id, stamp, sequence, rules)
            WHERE k.project_id = f.project_id
            """,
            [
                on,
                [mark.project for mark in marks],
                [mark.stamp for mark in marks],
                [mark.sequence for mark in marks],
                [mark.rules for mark in marks],
            ],
        )
