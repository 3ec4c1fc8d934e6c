"""The mid-term to be held, and what was found: to be mended by the unit and closed by who inspects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.inspections import HELD_IN
from lifecycle.reminders.days import REVIEW_DAYS
from lifecycle.reminders.ground import ENDED, ground, months_after, one_line, words
from lifecycle.reminders.kinds import Kind
from lifecycle.rules.facts import MIDTERM_CHECK, SEVERITIES
from lifecycle.rules.midterm import PASSED
from lifecycle.rules.standing import Standing

_STAGES = ", ".join(f"'{stage}'" for stage in HELD_IN)

MID_TERM = Kind(
    code="mid_term",
    title=gettext_lazy("中期检查"),
    sentence=_("中期检查应不迟于 %(due_on)s 开展并登记结果；此前结果不是“通过”的，应在期限内复查。"),
    query=f"""
        SELECT g.project_id, g.project_id AS subject, due.due_on, g.city_id AS responsible_id,
            NULL::bigint AS waits_for_id, '' AS label,
            jsonb_strip_nulls(jsonb_build_object('check_from', g.check_from, 'check_until', g.check_until,
                'checked', last.happened_on, 'result', last.result)) AS figures
        FROM (
            SELECT p.*, {months_after("p.start_on", "p.midterm_from_months")} AS check_from,
                {months_after("p.start_on", "p.midterm_until_months")} AS check_until
            FROM {ground("midterm_from_months", "midterm_until_months", is_with_above=True)} p
        ) g
        LEFT JOIN LATERAL (
            SELECT e.happened_on, e.result FROM lifecycle_datedevent e
            WHERE e.project_id = g.project_id AND e.kind = '{MIDTERM_CHECK}' AND e.result <> ''
                AND e.happened_on <= %(on)s
            ORDER BY e.happened_on DESC, e.id DESC LIMIT 1
        ) last ON true
        CROSS JOIN LATERAL (
            SELECT greatest(g.check_until, {REVIEW_DAYS} + coalesce((
                SELECT max(f.due_on) FROM lifecycle_inspection i
                JOIN lifecycle_finding f ON f.inspection_id = i.id AND f.found_on <= %(on)s
                WHERE i.project_id = g.project_id AND i.kind = 'midterm' AND i.held_on = last.happened_on
            ), last.happened_on)) AS due_on
        ) due
        WHERE g.state IN ({_STAGES}) AND g.standing = '{Standing.ACTIVE}' AND g.check_from <= %(on)s
            AND last.result IS DISTINCT FROM '{PASSED}' AND due.due_on <= %(until)s
    """,
)

# The organisation of the project that is called like who inspected; what acceptance found, the province sent back.
_INSPECTOR = """CASE f.origin WHEN 'acceptance' THEN g.province_id ELSE coalesce((
                SELECT o.id FROM lifecycle_inspection i JOIN parties_organisation o ON o.name = i.inspector
                WHERE i.id = f.inspection_id AND o.id IN (g.province_id, g.city_id, g.place_id)
            ), g.city_id) END"""

_ANSWERED = "f.state IN ('answered', 'closed') AND f.answered_on <= %(on)s"

_FINDINGS = f"""{ground(is_with_above=True)} g
        JOIN lifecycle_finding f ON f.project_id = g.project_id AND f.found_on <= %(on)s
            AND (f.closed_on IS NULL OR f.closed_on > %(on)s)"""

_FIGURES = f"""jsonb_build_object(
                'finding', {one_line("f.text")}, 'severity', {words("f.severity", SEVERITIES.items())})"""

FINDING = Kind(
    code="finding",
    title=gettext_lazy("整改"),
    sentence=_("问题“%(label)s”应不迟于 %(due_on)s 整改销号。"),
    query=f"""
        SELECT f.project_id, f.id AS subject, f.due_on, g.unit_id AS responsible_id,
            CASE WHEN {_ANSWERED} THEN {_INSPECTOR} END AS waits_for_id,
            {one_line("f.text")} AS label, {_FIGURES} AS figures
        FROM {_FINDINGS}
        WHERE g.standing NOT IN {ENDED} AND f.due_on <= %(until)s
    """,
    is_urgent=True,
    is_binding=True,
)

FINDING_CHECK = Kind(
    code="finding_check",
    title=gettext_lazy("整改复核"),
    sentence=_("问题“%(label)s”的整改答复已提交，应不迟于 %(due_on)s 复核。"),
    query=f"""
        SELECT f.project_id, f.id AS subject, f.answered_on + {REVIEW_DAYS} AS due_on,
            {_INSPECTOR} AS responsible_id, NULL::bigint AS waits_for_id,
            {one_line("f.text")} AS label, {_FIGURES} AS figures
        FROM {_FINDINGS}
        WHERE g.standing NOT IN {ENDED} AND {_ANSWERED} AND f.answered_on + {REVIEW_DAYS} <= %(until)s
    """,
)

KINDS = (MID_TERM, FINDING, FINDING_CHECK)
