"""The end of the term, the application for acceptance, and what each does until the project is closed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.reminders.days import ACCEPTANCE_DAYS, REVIEW_DAYS
from lifecycle.reminders.ground import ENDED, ENDS, UNDER_WAY, ground, months_after, waived
from lifecycle.reminders.kinds import Kind
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION

_EVENT = f"""lifecycle_datedevent e
                WHERE e.project_id = g.project_id AND e.kind = '{ACCEPTANCE_APPLICATION}'"""

# At 验收 without a day on record something is missing from the record, and nothing is left to apply for.
_NOT_FILED = f"""NOT EXISTS (SELECT FROM {_EVENT} AND e.happened_on <= %(on)s)
            AND (g.state <> 'acceptance' OR EXISTS (SELECT FROM {_EVENT}))"""

TERM_END = Kind(
    code="term_end",
    title=gettext_lazy("实施期届满"),
    sentence=_("实施期至 %(due_on)s 届满，应按期完成合同任务；确需延期的，请尽早申请。"),
    query=f"""
        SELECT g.project_id, g.project_id AS subject, ends.end_on AS due_on, g.unit_id AS responsible_id,
            NULL::bigint AS waits_for_id, '' AS label, jsonb_build_object('start', g.start_on) AS figures
        FROM {ground()} g
        JOIN {ENDS} ends ON ends.project_id = g.project_id
        WHERE {UNDER_WAY} AND ends.end_on BETWEEN %(on)s AND %(until)s AND {_NOT_FILED}
    """,
)

ACCEPTANCE_FILING = Kind(
    code="acceptance_application",
    title=gettext_lazy("验收申请"),
    sentence=_("实施期 %(end)s 结束，应不迟于 %(due_on)s 提出验收申请。"),
    query=f"""
        SELECT g.project_id, g.project_id AS subject, due.due_on, g.park_id AS responsible_id,
            (SELECT CASE r.state WHEN 'at_park' THEN g.park_id WHEN 'at_city' THEN g.place_id
                ELSE g.province_id END
            FROM lifecycle_changerequest r WHERE r.project_id = g.project_id
                AND r.kind IN ('term', 'early_acceptance') AND r.state IN ('at_park', 'at_city', 'at_province')
                AND r.asked_on <= %(on)s ORDER BY r.id LIMIT 1) AS waits_for_id,
            '' AS label, jsonb_build_object('end', ends.end_on, 'overdue_after',
                {months_after("ends.end_on", "g.acceptance_overdue_months")}) AS figures
        FROM {ground("acceptance_months", "acceptance_overdue_months", is_with_above=True)} g
        JOIN {ENDS} ends ON ends.project_id = g.project_id
        CROSS JOIN LATERAL (SELECT {months_after("ends.end_on", "g.acceptance_months")} AS due_on) due
        WHERE {UNDER_WAY} AND due.due_on <= %(until)s AND {_NOT_FILED} AND NOT {waived("LC-07")}
    """,
    is_binding=True,
)

_TASKS = f"""(VALUES ('city', '{_("出具设区市审核意见")}'), ('consent', '{_("审核申请并确定组织单位")}'),
    ('panel', '{_("组织评审并登记验收结论")}'), ('closing', '{_("公示结论并办理结题")}')) task (turn, word)"""
"""What has to be done of an acceptance, by whose turn it is."""

ACCEPTANCE_REVIEW = Kind(
    code="acceptance_review",
    title=gettext_lazy("验收办理"),
    sentence=_("第 %(round)s 轮验收应不迟于 %(due_on)s %(task)s。"),
    query=f"""
        SELECT s.project_id, s.round AS subject, due.due_on,
            CASE s.turn WHEN 'panel' THEN s.organiser_id WHEN 'city' THEN s.place_id
                ELSE s.province_id END AS responsible_id,
            NULL::bigint AS waits_for_id, task.word AS label,
            jsonb_build_object('round', s.round, 'task', task.word, 'filed', s.filed_on) AS figures
        FROM (
            SELECT g.*, a.organiser_id, a.city_reviewed_on, a.agreed_on, a.meeting_on, a.published_until,
                coalesce(a.applied_on,
                    (SELECT max(e.happened_on) FROM {_EVENT} AND e.happened_on <= %(on)s)) AS filed_on,
                coalesce(a.round::bigint, (SELECT count(*) + 1 FROM lifecycle_acceptance b
                    WHERE b.project_id = g.project_id)) AS round,
                CASE WHEN a.state = 'agreed' THEN 'panel' WHEN a.state = 'reviewed' THEN 'closing'
                    WHEN g.has_city AND a.city_reviewed_on IS NULL THEN 'city' ELSE 'consent' END AS turn
            FROM {ground(is_with_above=True)} g
            LEFT JOIN lifecycle_acceptance a ON a.project_id = g.project_id
                AND a.state IN ('filed', 'agreed', 'reviewed')
            WHERE g.state = 'acceptance' AND g.standing NOT IN {ENDED}
        ) s
        JOIN {_TASKS} ON task.turn = s.turn
        CROSS JOIN LATERAL (
            SELECT CASE s.turn WHEN 'panel' THEN s.agreed_on + {ACCEPTANCE_DAYS}
                WHEN 'closing' THEN coalesce(s.published_until, s.meeting_on) + {ACCEPTANCE_DAYS}
                ELSE coalesce(s.city_reviewed_on, s.filed_on) + {REVIEW_DAYS} END AS due_on
        ) due
        WHERE s.filed_on <= %(on)s AND due.due_on <= %(until)s
    """,
)

EXPERT_LINK = Kind(
    code="expert_link",
    title=gettext_lazy("专家评审链接"),
    sentence=_(
        "有 %(count)s 条专家评审链接尚未使用，最早于 %(due_on)s 失效，请提醒专家按时评审或重新发送链接。"
    ),
    query=f"""
        SELECT a.project_id, a.round::bigint AS subject, unused.due_on, a.organiser_id AS responsible_id,
            NULL::bigint AS waits_for_id, '' AS label,
            jsonb_build_object('count', unused.count, 'round', a.round) AS figures
        FROM {ground()} g
        JOIN lifecycle_acceptance a ON a.project_id = g.project_id AND a.state = 'agreed'
        CROSS JOIN LATERAL (
            SELECT count(*) AS count, ((min(x.expires_at) - interval '1 microsecond')
                AT TIME ZONE 'Asia/Shanghai')::date AS due_on
            FROM lifecycle_panelist x
            WHERE x.acceptance_id = a.id AND x.token_digest <> '' AND x.submitted_at IS NULL
        ) unused
        WHERE g.state = 'acceptance' AND g.standing NOT IN {ENDED} AND unused.due_on <= %(until)s
    """,
    before=(-3, -1, 0),
    is_urgent=True,
)

KINDS = (TERM_END, ACCEPTANCE_FILING, ACCEPTANCE_REVIEW, EXPERT_LINK)
