"""Keeps today's answers: finds those that are stale, judges them anew, and writes them set-based."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction

from finance.facts import repeated_invoices
from lifecycle.reading import Projects, fetch, ids_of, in_chunks, sql_of
from lifecycle.rules.answers import Answer, Status
from reports.judging import CHUNK, judged
from reports.models import Judgement, RuleAnswer
from reports.rule_set import RULE_SET_VERSION, RULES, worst_of

_ONE_WRITER = 7_190_411
"""Advisory lock: one process judges and writes a chunk; whoever waited finds it fresh."""


def refresh(projects: Projects, *, on: date, progress: Callable[[int, int], None] | None = None) -> int:
    """Judge anew the projects whose kept answers are not those of `on` as things stand now; how many were.

    progress: hears after each chunk how many of how many stale projects are done.

    Costs one query when nothing is stale, otherwise what is stale, a chunk at a time, each chunk in a
    transaction of its own. The marks kept with the answers were read before any of their facts, so
    what changes meanwhile makes its project stale again.
    """
    marks = {pk: (stamp, sequence) for pk, stamp, sequence in stale_projects(projects, on=on)}
    if not marks:
        return 0
    refreshed = done = 0
    repeated = repeated_invoices(list(marks), on=on)
    for chunk in in_chunks(list(marks), CHUNK):
        with transaction.atomic():
            fetch("SELECT pg_advisory_xact_lock(%(key)s)", {"key": _ONE_WRITER})
            still = [pk for pk, _, _ in stale_projects(chunk, on=on)]
            _keep(judged(still, on=on, repeated=repeated), marks, on=on)
            refreshed += len(still)
        done += len(chunk)
        if progress is not None:
            progress(done, len(marks))
    return refreshed


def stale_projects(projects: Projects, *, on: date) -> list[tuple[int, int, int]]:
    """(id, stamp of its facts, sequence of its journal) of each project to be judged anew, by id."""
    try:
        chosen, parameters = sql_of(projects)
    except EmptyResultSet:
        return []
    return fetch(
        f"""
        SELECT p.id, coalesce(s.stamp, 0), coalesce(j.sequence, 0)
        FROM lifecycle_project p
        LEFT JOIN lifecycle_projectstamp s ON s.project_id = p.id
        LEFT JOIN finance_journal j ON j.project_id = p.id
        LEFT JOIN reports_judgement k ON k.project_id = p.id
        WHERE p.id IN ({chosen}) AND (k.day, k.rule_set, k.stamp, k.sequence) IS DISTINCT FROM
            (%(on)s, %(rule_set)s, coalesce(s.stamp, 0), coalesce(j.sequence, 0))
        ORDER BY p.id
        """,
        {**parameters, "on": on, "rule_set": RULE_SET_VERSION},
    )


def judgements_of(projects: Projects, *, on: date) -> dict[int, Judgement]:
    """What each project's answers come to today, by project id, refreshed; two queries when none is stale."""
    ids = ids_of(projects)
    refresh(ids, on=on)
    return Judgement.objects.in_bulk(ids)


def kept_answers_of(projects: Projects, *, on: date) -> dict[int, tuple[Answer, ...]]:
    """As answers_of for today, from what is kept, refreshed; two queries when none is stale."""
    ids = ids_of(projects)
    refresh(ids, on=on)
    found: dict[int, list[Answer]] = {}
    for kept in RuleAnswer.objects.filter(project__in=ids).order_by("project", "rule"):
        found.setdefault(kept.project_id, []).append(kept.answer)
    return {pk: tuple(answers) for pk, answers in found.items()}


def _keep(
    answers: Iterable[tuple[int, tuple[Answer, ...]]], marks: dict[int, tuple[int, int]], *, on: date
) -> None:
    """Write the answers of one chunk, and what they were judged on; rows that say the same stay untouched."""
    judgements = []
    rows = []
    for pk, given in answers:
        statuses = [answer.status for answer in given]
        breaches, warnings = statuses.count(Status.BREACH), statuses.count(Status.WARN)
        judgements.append((pk, *marks[pk], worst_of(given).value, breaches, warnings))
        rows += [
            (pk, answer.code, answer.status.value, answer.sentence, json.dumps(answer.figures_json()))
            for answer in given
        ]
    if not judgements:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_JUDGEMENTS, [on, RULE_SET_VERSION, *_columns(judgements)])
        cursor.execute(_KEEP_ANSWERS, _columns(rows))
        cursor.execute(
            "DELETE FROM reports_ruleanswer WHERE project_id = ANY(%s) AND rule <> ALL(%s)",
            [[row[0] for row in judgements], [rule.code for rule in RULES]],
        )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


_KEEP_JUDGEMENTS = """
    INSERT INTO reports_judgement (day, rule_set, project_id, stamp, sequence, worst, breaches, warnings)
    SELECT %s, %s, * FROM unnest(
        %s::bigint[], %s::bigint[], %s::integer[], %s::text[], %s::smallint[], %s::smallint[])
    ON CONFLICT (project_id) DO UPDATE SET (day, rule_set, stamp, sequence, worst, breaches, warnings) =
        (excluded.day, excluded.rule_set, excluded.stamp, excluded.sequence, excluded.worst,
        excluded.breaches, excluded.warnings)
"""

_KEEP_ANSWERS = """
    INSERT INTO reports_ruleanswer AS kept (project_id, rule, status, sentence, figures)
    SELECT project_id, rule, status, sentence, figures::jsonb
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS fresh (project_id, rule, status, sentence, figures)
    ON CONFLICT (project_id, rule) DO UPDATE SET (status, sentence, figures) =
        (excluded.status, excluded.sentence, excluded.figures)
    WHERE (kept.status, kept.sentence, kept.figures) IS DISTINCT FROM
        (excluded.status, excluded.sentence, excluded.figures)
"""
