"""What is due by the queries of the kinds, and in what it differs from the rules: used by tests of both packages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from finance.facts import funding_facts
from finance.rules.facts import FundingFacts
from finance.rules.held_at_park import park_passes_grant_on
from finance.rules.late_payment import late_tranches
from finance.rules.matching_pace import park_keeps_pace
from finance.rules.refunds_due import refunds_come_back_in_time
from lifecycle.facts import life_facts
from lifecycle.models import Project
from lifecycle.reading import fetch
from lifecycle.reminders.kinds import kinds
from lifecycle.rules.acceptance_application import acceptance_is_applied_for
from lifecycle.rules.annual_reports import years_owing
from lifecycle.rules.answers import Answer, Status
from lifecycle.rules.facts import LifeFacts
from lifecycle.rules.findings import findings_are_mended
from lifecycle.rules.midterm import midterm_is_passed
from lifecycle.rules.signing import contract_is_signed
from lifecycle.rules.standing import Standing
from tests.builders import day

FAR = timedelta(days=150)


class Due(NamedTuple):
    """One row of a kind's query."""

    project: int
    subject: int
    due_on: date
    responsible: int
    waits_for: int | None
    label: str
    figures: dict[str, Any]

    def is_late(self, on: date) -> bool:
        return self.due_on < on


def due_of(code: str, ids: Iterable[int], on: date, until: date | None = None) -> list[Due]:
    """What the query of the kind gives for the projects, the soonest first."""
    rows = fetch(
        f"""
        WITH chosen AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS project_id)
        SELECT m.project_id, m.subject, m.due_on, m.responsible_id, m.waits_for_id, m.label, m.figures::text
        FROM ({kinds()[code].query}) m ORDER BY m.due_on, m.project_id, m.subject
        """,
        {"ids": list(ids), "on": on, "until": until or on + FAR},
    )
    return [Due(*row[:6], json.loads(row[6])) for row in rows]


def due(project: Project, code: str, on: str, until: str | None = None) -> list[Due]:
    """The same for one project; days as ISO texts, `until` 150 days ahead unless said."""
    return due_of(code, [project.pk], day(on), until and day(until))


def disagreements(projects: Iterable[Project], on: date) -> list[str]:
    """Where what is late by the queries is not what is late by the rules on the day; empty when all agree."""
    stage = {project.pk: project.state for project in projects}
    life = life_facts(list(stage), on=on)
    money = funding_facts(life, on=on, repeated={})
    found: dict[str, dict[int, list[Due]]] = {}
    for code in kinds():
        for row in due_of(code, stage, on):
            found.setdefault(code, {}).setdefault(row.project, []).append(row)
    said = []
    for pk, state in stage.items():
        rows = {code: found.get(code, {}).get(pk, []) for code in kinds()}
        wanted = _of_life(life[pk], state) | _of_money(money[pk], state)
        given = _given(rows, on)
        said += [
            f"{code} of {pk} ({state}) on {on}: rule {wanted[code]}, query {given[code]}"
            for code in wanted
            if wanted[code] != given[code]
        ]
    return said


def _given(rows: dict[str, list[Due]], on: date) -> dict[str, Any]:
    late = {code: [row for row in found if row.is_late(on)] for code, found in rows.items()}
    return {
        "milestone": sorted(
            (row.due_on, row.figures["milestone"]) for row in late["milestone"] if row.waits_for is None
        ),
        "annual_report": [
            row.subject
            for row in rows["annual_report"]
            if row.waits_for is None
            and "returned" not in row.figures
            and date.fromisoformat(row.figures["cutoff"]) <= on
        ],
        # After a check that was not passed the rule no longer asks for one by a day; what is due has tests of its own.
        "mid_term": any("checked" not in row.figures for row in late["mid_term"]),
        "contract_signing": bool(late["contract_signing"]),
        "acceptance_application": bool(late["acceptance_application"]),
        "finding": len(late["finding"]),
        "tranche": [
            (row.figures["source"], row.figures["number"], row.due_on)
            for row in sorted(late["tranche"], key=lambda row: (row.due_on, row.figures["number"]))
        ],
        "held_money": [
            (row.figures["held"], row.figures["oldest"], row.is_late(on)) for row in rows["held_money"]
        ],
        "park_shortfall": [
            (row.figures["short"], row.figures["since"], row.is_late(on)) for row in rows["park_shortfall"]
        ],
        "refund": sorted((row.due_on.isoformat(), row.figures["amount"]) for row in late["refund"]),
    }


def _of_life(facts: LifeFacts, state: str) -> dict[str, Any]:
    """What the rules of life hold to be late, of what can still be done in the project."""
    on, is_closed = facts.on, state == "closed"
    is_over = is_closed or facts.standing.is_ended
    owing = [] if is_closed else years_owing(facts, since=facts.start_on.year if facts.start_on else 0)
    midterm, filing = midterm_is_passed(facts), acceptance_is_applied_for(facts)
    handed_in = {year for year, submitted_on in facts.reports if submitted_on and submitted_on <= on}
    findings = findings_are_mended(facts)
    return {
        "milestone": []
        if is_over
        else sorted((due_on, name) for due_on, completed_on, name in facts.milestones),
        "annual_report": [year for year in owing if year not in handed_in],
        "mid_term": state == "implementing"
        and facts.standing is Standing.ACTIVE
        and midterm.status is Status.BREACH
        and "checked" not in midterm.figures,
        "contract_signing": not is_over and contract_is_signed(facts).status is Status.BREACH,
        "acceptance_application": not is_over
        and not filing.status.is_met
        and not {"filed", "missing"} & set(filing.figures)
        and not (state == "acceptance" and not any(e.kind == "验收申请" for e in facts.events)),
        "finding": 0 if facts.standing.is_ended else findings.figures.get("count", 0),
    }


def _of_money(facts: FundingFacts, state: str) -> dict[str, Any]:
    """What the rules of money hold to be late, or held, or short."""
    is_payable = state != "closed" and facts.project.standing is Standing.ACTIVE
    held, short = park_passes_grant_on(facts), park_keeps_pace(facts)
    refunds = refunds_come_back_in_time(facts)
    return {
        "tranche": [(row["source"], row["number"], row["planned_on"]) for row in late_tranches(facts)]
        if is_payable
        else [],
        "held_money": _held(held) if is_payable and "oldest" in held.figures else [],
        "park_shortfall": _short(short)
        if is_payable and short.status in (Status.WARN, Status.BREACH)
        else [],
        "refund": sorted(
            (row["due"].isoformat(), f"{row['amount']:.2f}") for row in refunds.figures.get("refunds", ())
        )
        if refunds.status is Status.BREACH
        else [],
    }


def _held(answer: Answer) -> list[tuple[str, str, bool]]:
    figures = answer.figures_json()
    return [(figures["held"], figures["oldest"], answer.status is Status.BREACH)]


def _short(answer: Answer) -> list[tuple[str, str, bool]]:
    figures = answer.figures_json()
    return [(figures["short"], figures["since"], answer.status is Status.BREACH)]
