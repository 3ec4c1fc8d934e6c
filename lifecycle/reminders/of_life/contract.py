"""The contract to be signed, changes of it that wait for somebody, and exceptions to be decided or coming to their end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.changes.kinds import CHANGED_IN
from lifecycle.models import ChangeKind
from lifecycle.parties.models import Role
from lifecycle.reminders.days import REVIEW_DAYS
from lifecycle.reminders.ground import UNDER_WAY, ground, last_step, waived, words
from lifecycle.reminders.kinds import Kind

_TURNS = f"""(VALUES (1, '{Role.UNIT}', '{_("承担单位")}'), (2, '{Role.PARK}', '{_("高新区管委会")}'),
    (3, '{Role.PROVINCE}', '{_("省科技厅")}')) party (place, role, word)"""
"""Whose turn it is to sign: nobody's order is prescribed, so papers go upward and the province comes last."""

CONTRACT_SIGNING = Kind(
    code="contract_signing",
    title=gettext_lazy("合同签订"),
    sentence=_("合同应不迟于 %(due_on)s 签订，现待%(party)s签署。"),
    query=f"""
        SELECT g.project_id, g.project_id AS subject, g.awarded_on + g.signing_days AS due_on,
            CASE turn.role WHEN '{Role.UNIT}' THEN g.unit_id WHEN '{Role.PARK}' THEN g.park_id
                ELSE g.province_id END AS responsible_id,
            NULL::bigint AS waits_for_id, '' AS label,
            jsonb_build_object('party', turn.word, 'award', g.awarded_on) AS figures
        FROM {ground("signing_days", is_with_above=True)} g
        CROSS JOIN LATERAL (
            SELECT party.role, party.word FROM {_TURNS}
            WHERE NOT EXISTS (
                SELECT FROM lifecycle_contract d JOIN lifecycle_signature s ON s.contract_id = d.id
                WHERE d.project_id = g.project_id AND d.state = 'draft' AND s.party = party.role)
            ORDER BY party.place LIMIT 1
        ) turn
        WHERE {UNDER_WAY} AND (g.signed_on IS NULL OR g.signed_on > %(on)s)
            AND g.awarded_on + g.signing_days <= %(until)s AND NOT {waived("LC-06")}
    """,
)

_STAGES = ", ".join(f"'{stage}'" for stage in sorted(CHANGED_IN))

CHANGE_REVIEW = Kind(
    code="change_review",
    title=gettext_lazy("变更审核"),
    sentence=_("“%(change)s”申请应不迟于 %(due_on)s 审核。"),
    query=f"""
        SELECT r.project_id, r.id AS subject, handed_on.day + {REVIEW_DAYS} AS due_on,
            CASE r.state WHEN 'at_park' THEN g.park_id WHEN 'at_city' THEN g.place_id
                ELSE g.province_id END AS responsible_id,
            NULL::bigint AS waits_for_id, {words("r.kind", ChangeKind.choices)} AS label,
            jsonb_build_object('change', {words("r.kind", ChangeKind.choices)}, 'asked', r.asked_on) AS figures
        FROM {ground(is_with_above=True)} g
        JOIN lifecycle_changerequest r ON r.project_id = g.project_id
            AND r.state IN ('at_park', 'at_city', 'at_province') AND r.asked_on <= %(on)s
        CROSS JOIN LATERAL (SELECT {last_step("changerequest", "r", "r.state")} AS day) handed_on
        WHERE {UNDER_WAY} AND g.state IN ({_STAGES}) AND handed_on.day + {REVIEW_DAYS} <= %(until)s
    """,
)

EXEMPTION_DECISION = Kind(
    code="exemption_decision",
    title=gettext_lazy("例外审批"),
    sentence=_("%(rule)s 的例外申请应不迟于 %(due_on)s 作出决定。"),
    query=f"""
        SELECT x.project_id, x.id AS subject, x.asked_on + {REVIEW_DAYS} AS due_on,
            g.province_id AS responsible_id, NULL::bigint AS waits_for_id, x.rule::text AS label,
            jsonb_build_object('rule', x.rule, 'asked', x.asked_on) AS figures
        FROM {ground(is_with_above=True)} g
        JOIN lifecycle_exemption x ON x.project_id = g.project_id AND x.state = 'asked' AND x.asked_on <= %(on)s
        WHERE {UNDER_WAY} AND x.asked_on + {REVIEW_DAYS} <= %(until)s
    """,
)

EXEMPTION_END = Kind(
    code="exemption_end",
    title=gettext_lazy("例外到期"),
    sentence=_("%(rule)s 的例外至 %(due_on)s 到期，此后按规定执行；仍需例外的，请提前申请。"),
    query=f"""
        SELECT x.project_id, x.id AS subject, x.until AS due_on, g.park_id AS responsible_id,
            CASE WHEN EXISTS (SELECT FROM lifecycle_exemption n WHERE n.project_id = x.project_id
                AND n.rule = x.rule AND n.state = 'asked' AND n.asked_on <= %(on)s)
                THEN g.province_id END AS waits_for_id,
            x.rule::text AS label, jsonb_build_object('rule', x.rule, 'waived_on', x.granted_on) AS figures
        FROM {ground(is_with_above=True)} g
        JOIN lifecycle_exemption x ON x.project_id = g.project_id AND x.state = 'granted'
            AND x.granted_on <= %(on)s AND x.until BETWEEN %(on)s AND %(until)s
        WHERE {UNDER_WAY} AND NOT EXISTS (
            SELECT FROM lifecycle_exemption n WHERE n.project_id = x.project_id AND n.rule = x.rule
                AND n.state = 'granted' AND n.granted_on <= %(on)s AND n.id <> x.id
                AND (n.until IS NULL OR (n.until, n.id) > (x.until, x.id)))
    """,
)

KINDS = (CONTRACT_SIGNING, CHANGE_REVIEW, EXEMPTION_DECISION, EXEMPTION_END)
