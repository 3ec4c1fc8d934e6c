"""The work itself: milestones and annual reports, to be handed in by the unit and looked over by the park."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.models.milestone import UNDONE
from lifecycle.reminders.days import REVIEW_DAYS
from lifecycle.reminders.ground import UNDER_WAY, day_in_year, ground, last_step, months_after
from lifecycle.reminders.kinds import Kind
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION

_OPEN = ", ".join(f"'{state}'" for state in (*UNDONE, "handed_in"))

# Each branch has its index: what is open now, and what was done or waived after the day.
_MILESTONES = f"""(
            SELECT o.project_id, o.id, o.year, o.name, o.planned_on, o.completed_on
            FROM chosen JOIN lifecycle_milestone o ON o.project_id = chosen.project_id
            WHERE o.state IN ({_OPEN}) AND o.planned_on <= %(until)s
            UNION ALL
            SELECT l.project_id, l.id, l.year, l.name, l.planned_on, l.completed_on
            FROM chosen JOIN lifecycle_milestone l ON l.project_id = chosen.project_id
            WHERE l.state IN ('verified', 'waived') AND l.planned_on <= %(until)s
                AND greatest(l.completed_on, l.waived_on) > %(on)s
        )"""

MILESTONE = Kind(
    code="milestone",
    title=gettext_lazy("里程碑"),
    sentence=_("里程碑“%(label)s”应不迟于 %(due_on)s 完成。"),
    query=f"""
        SELECT m.project_id, m.id AS subject, m.planned_on AS due_on, g.unit_id AS responsible_id,
            CASE WHEN m.completed_on <= %(on)s THEN g.park_id END AS waits_for_id,
            m.year || ' ' || m.name AS label,
            jsonb_build_object('year', m.year, 'milestone', m.name) AS figures
        FROM {_MILESTONES} m
        JOIN {ground()} g ON g.project_id = m.project_id
        WHERE {UNDER_WAY}
    """,
)

MILESTONE_CHECK = Kind(
    code="milestone_check",
    title=gettext_lazy("里程碑核实"),
    sentence=_("里程碑“%(label)s”已提交完成，应不迟于 %(due_on)s 核实。"),
    query=f"""
        SELECT m.project_id, m.id AS subject, handed_in.day + {REVIEW_DAYS} AS due_on,
            g.park_id AS responsible_id, NULL::bigint AS waits_for_id, m.year || ' ' || m.name AS label,
            jsonb_build_object('year', m.year, 'milestone', m.name) AS figures
        FROM chosen
        JOIN lifecycle_milestone m ON m.project_id = chosen.project_id AND m.state = 'handed_in'
            AND m.completed_on <= %(on)s
        JOIN {ground()} g ON g.project_id = m.project_id
        CROSS JOIN LATERAL (SELECT {last_step("milestone", "m", "'handed_in'")} AS day) handed_in
        WHERE {UNDER_WAY} AND handed_in.day + {REVIEW_DAYS} <= %(until)s
    """,
)

_RETURNED = last_step("annualreport", "r", "'returned'")

ANNUAL_REPORT = Kind(
    code="annual_report",
    title=gettext_lazy("年度报告"),
    sentence=_("%(year)s 年度报告应不迟于 %(due_on)s 提交。"),
    query=f"""
        SELECT g.project_id, due.year::bigint AS subject, due.due_on, g.unit_id AS responsible_id,
            CASE WHEN r.state = 'handed_in' AND r.submitted_on <= %(on)s THEN g.park_id END AS waits_for_id,
            due.year::text AS label,
            jsonb_strip_nulls(jsonb_build_object(
                'year', due.year, 'cutoff', owing.cutoff, 'returned', back.day)) AS figures
        FROM (
            SELECT p.*, {months_after("p.start_on", "p.report_after_months")} AS first_report,
                (SELECT min(e.happened_on) FROM lifecycle_datedevent e WHERE e.project_id = p.project_id
                    AND e.kind = '{ACCEPTANCE_APPLICATION}' AND e.happened_on <= %(on)s) AS applied_on
            FROM {ground("report_after_months", "report_cutoff", "report_due")} p OFFSET 0
        ) g
        CROSS JOIN LATERAL generate_series(
            extract(year FROM g.start_on)::integer, extract(year FROM %(until)s::date)::integer) years (year)
        CROSS JOIN LATERAL (SELECT {day_in_year("g.report_cutoff", "years.year")} AS cutoff) owing
        LEFT JOIN lifecycle_annualreport r ON r.project_id = g.project_id AND r.year = years.year
        CROSS JOIN LATERAL (
            SELECT CASE WHEN r.state = 'returned' AND r.submitted_on <= %(on)s THEN {_RETURNED} END AS day) back
        CROSS JOIN LATERAL (
            SELECT years.year,
                greatest({day_in_year("g.report_due", "years.year")}, back.day + {REVIEW_DAYS}) AS due_on) due
        WHERE g.state <> 'closed' AND g.first_report <= owing.cutoff
            AND (g.ended_on IS NULL OR g.ended_on > owing.cutoff)
            AND (g.applied_on IS NULL OR g.applied_on > owing.cutoff)
            AND (r.id IS NULL OR r.state <> 'accepted' OR r.submitted_on > %(on)s)
            AND due.due_on <= %(until)s
    """,
)

ANNUAL_REPORT_CHECK = Kind(
    code="annual_report_check",
    title=gettext_lazy("年度报告审核"),
    sentence=_("%(year)s 年度报告已提交，应不迟于 %(due_on)s 审核。"),
    query=f"""
        SELECT r.project_id, r.year::bigint AS subject, handed_in.day + {REVIEW_DAYS} AS due_on,
            g.park_id AS responsible_id, NULL::bigint AS waits_for_id, r.year::text AS label,
            jsonb_build_object('year', r.year) AS figures
        FROM {ground()} g
        JOIN lifecycle_annualreport r ON r.project_id = g.project_id AND r.state = 'handed_in'
            AND r.submitted_on <= %(on)s
        CROSS JOIN LATERAL (SELECT {last_step("annualreport", "r", "'handed_in'")} AS day) handed_in
        WHERE g.state <> 'closed' AND handed_in.day + {REVIEW_DAYS} <= %(until)s
    """,
)

KINDS = (MILESTONE, MILESTONE_CHECK, ANNUAL_REPORT, ANNUAL_REPORT_CHECK)
