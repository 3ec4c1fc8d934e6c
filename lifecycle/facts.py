"""Gathers what the rules of a project's life are judged on, for many projects at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from lifecycle.models import Site
from lifecycle.reading import fetch, fetch_grouped, rows_of
from lifecycle.rules.facts import Event, Finding, LifeFacts, Milestone, Waiver
from lifecycle.rules.limits import Limits


def life_facts(ids: Sequence[int], *, on: date, known_at: datetime | None = None) -> dict[int, LifeFacts]:
    """Facts as of the day `on`, by project id; eight queries however many projects.

    known_at: from what had been recorded by that instant; a project recorded later is left out.
    A batch's limit is the one in force on `on`; before its first day the first one, and the default
    where the batch says nothing. Memory grows with the ids: ask in chunks.

    Raises LimitUnreadable when a batch's limit is no value of its kind.
    """
    at: dict[str, Any] = {"projects": list(ids), "on": on, "known_at": known_at}
    projects = fetch(
        f"""
        SELECT p.id, p.state, p.site, p.start_on, p.end_on, p.contract_signed_on,
            c.commitment_letter_on, c.batch_id, b.awarded_on
        FROM {rows_of("lifecycle_project", known_at)} p
        JOIN {rows_of("lifecycle_cluster", known_at)} c ON c.id = p.cluster_id
        JOIN {rows_of("lifecycle_batch", known_at)} b ON b.id = c.batch_id
        WHERE p.id = ANY(%(projects)s)
        """,
        at,
    )
    limits = _limits({row[7] for row in projects}, on=on, known_at=known_at)
    years = dict(
        fetch(
            f"""
            SELECT m.project_id, array_agg(DISTINCT m.year)
            FROM {rows_of("lifecycle_milestone", known_at)} m
            WHERE m.project_id = ANY(%(projects)s) GROUP BY m.project_id
            """,
            at,
        )
    )
    late = fetch_grouped(
        f"""
        SELECT m.project_id, m.planned_on, m.completed_on, m.name
        FROM {rows_of("lifecycle_milestone", known_at)} m
        WHERE m.project_id = ANY(%(projects)s) AND m.planned_on < %(on)s
            AND (m.completed_on IS NULL OR m.completed_on > %(on)s)
            AND (m.waived_on IS NULL OR m.waived_on > %(on)s)
        """,
        at,
    )
    reports = fetch_grouped(
        f"""
        SELECT r.project_id, r.year, r.submitted_on
        FROM {rows_of("lifecycle_annualreport", known_at)} r WHERE r.project_id = ANY(%(projects)s)
        """,
        at,
    )
    events = fetch_grouped(
        f"""
        SELECT e.project_id, e.kind, e.happened_on, e.result, e.value, e.decided_on
        FROM {rows_of("lifecycle_datedevent", known_at)} e WHERE e.project_id = ANY(%(projects)s)
        ORDER BY e.happened_on, e.id
        """,
        at,
    )
    waivers = fetch_grouped(
        f"""
        SELECT x.project_id, x.rule, x.reason, x.granted_by, x.granted_on, x.until
        FROM {rows_of("lifecycle_exemption", known_at)} x
        WHERE x.project_id = ANY(%(projects)s) AND x.state = 'granted'
        ORDER BY x.granted_on, x.id
        """,
        at,
    )
    findings = fetch_grouped(
        f"""
        SELECT f.project_id, f.found_on, f.due_on, f.closed_on, f.severity, f.text
        FROM {rows_of("lifecycle_finding", known_at)} f
        WHERE f.project_id = ANY(%(projects)s) AND f.found_on <= %(on)s
        ORDER BY f.due_on, f.id
        """,
        at,
    )
    return {
        pk: LifeFacts(
            on=on,
            limits=limits[batch],
            state=state,
            outside_park=site == Site.OUTSIDE,
            start_on=start_on,
            final_end_on=end_on,
            award_on=award_on,
            signed_on=signed_on,
            commitment_on=commitment_on,
            milestone_years=years.get(pk, ()),
            milestones=[Milestone._make(row) for row in late.get(pk, ())],
            reports=reports.get(pk, ()),
            events=[Event(*row) for row in events.get(pk, ())],
            waivers=[Waiver._make(row) for row in waivers.get(pk, ())],
            findings=[Finding._make(row) for row in findings.get(pk, ())],
        )
        for pk, state, site, start_on, end_on, signed_on, commitment_on, batch, award_on in projects
    }


def limits_on(batch: int, *, on: date) -> Limits:
    """The limits of one batch that apply on a day, as known now; one query."""
    return _limits([batch], on=on, known_at=None)[batch]


def _limits(batches: Iterable[int], *, on: date, known_at: datetime | None) -> dict[int, Limits]:
    """The limits by batch. Of those in force the nearest to `on` is the latest, of the others the first."""
    texts: dict[int, dict[str, str]] = {batch: {} for batch in batches}
    rows = fetch(
        f"""
        SELECT DISTINCT ON (l.batch_id, l.code) l.batch_id, l.code, l.value
        FROM {rows_of("lifecycle_batchlimit", known_at)} l
        WHERE l.batch_id = ANY(%(batches)s)
        ORDER BY l.batch_id, l.code, l.applies_from <= %(on)s DESC, abs(l.applies_from - %(on)s)
        """,
        {"batches": list(texts), "on": on, "known_at": known_at},
    )
    for batch, code, value in rows:
        texts[batch][code] = value
    return {batch: Limits.from_texts(values) for batch, values in texts.items()}
