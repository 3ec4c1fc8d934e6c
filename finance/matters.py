"""What a project's money asks for by a day: payments to make and to confirm, the park's own money, refunds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.facts import counts, standing
from finance.models import RefundCause
from finance.terms import ARRIVAL, DIRECT, FISCAL, MATCHING, PARK_RETURN, PAYMENT, PROVINCIAL
from lifecycle.models import Site
from lifecycle.reminders import kinds
from lifecycle.reminders.days import REVIEW_DAYS
from lifecycle.reminders.ground import PAYABLE, ground, waived, words
from lifecycle.reminders.kinds import Kind

_FISCAL = ", ".join(f"'{source}'" for source in FISCAL)


def _flows(*kinds: str) -> str:
    """What to put after FROM: the entries (as `e`) of these kinds that stand by the day, of the chosen projects.

    Kinds that the index of flows holds; it leaves out spending, by far the most entries. Each condition is said once:
    the planner takes two on one column for independent, and then expects next to nothing.
    """
    return f"""chosen
            JOIN finance_entry e ON e.project_id = chosen.project_id AND e.day <= %(on)s
                AND e.kind IN ({", ".join(f"'{kind}'" for kind in kinds)}) AND {standing("e", None)}"""


def _yuan(amount: str) -> str:
    """An amount as figures keep it: a text in yuan with two decimals."""
    return f"({amount})::numeric(18, 2)::text"


TRANCHE = Kind(
    code="tranche",
    title=gettext_lazy("拨款"),
    label=_("%(source)s第 %(number)s 期"),
    sentence=_(
        "%(source)s第 %(number)s 期应不迟于 %(due_on)s 拨付，计划 %(amount)s 元，尚有 %(short)s 元未拨。"
    ),
    query=f"""
        SELECT t.project_id, t.id AS subject, t.planned_on AS due_on, g.park_id AS responsible_id,
            NULL::bigint AS waits_for_id, t.source || '第 ' || t.number || ' 期' AS label,
            jsonb_build_object('source', t.source, 'number', t.number, 'amount', {_yuan("t.amount")},
                'short', {_yuan("least(t.amount, t.so_far - coalesce(r.received, 0))")}) AS figures
        FROM (
            SELECT t.*, sum(t.amount) OVER (
                PARTITION BY t.project_id, t.source ORDER BY t.planned_on, t.number) AS so_far
            FROM chosen JOIN lifecycle_tranche t ON t.project_id = chosen.project_id
        ) t
        JOIN {ground()} g ON g.project_id = t.project_id
        LEFT JOIN (
            SELECT e.project_id, e.source, sum(e.amount) AS received
            FROM {_flows(PAYMENT, DIRECT)}
            GROUP BY e.project_id, e.source
        ) r ON r.project_id = t.project_id AND r.source = t.source
        WHERE {PAYABLE} AND t.planned_on <= %(until)s AND t.so_far > coalesce(r.received, 0)
    """,
)

PAYMENT_CONFIRMATION = Kind(
    code="payment_confirmation",
    title=gettext_lazy("到账确认"),
    label=_("%(source)s，凭证 %(voucher)s"),
    sentence=_(
        "%(source)s %(amount)s 元已于 %(paid)s 拨付（凭证号：%(voucher)s），应不迟于 %(due_on)s 确认到账。"
    ),
    query=f"""
        SELECT e.project_id, e.id AS subject, e.day + {REVIEW_DAYS} AS due_on, g.unit_id AS responsible_id,
            NULL::bigint AS waits_for_id, e.source || ' ' || e.voucher AS label,
            jsonb_build_object('source', e.source, 'amount', {_yuan("e.amount")}, 'paid', e.day,
                'voucher', e.voucher, 'sequence', e.sequence) AS figures
        FROM {_flows(PAYMENT, DIRECT)}
        JOIN {ground()} g ON g.project_id = e.project_id
        WHERE {PAYABLE} AND (e.origin = 'live' OR g.state = 'funding')
            AND e.day + {REVIEW_DAYS} <= %(until)s
            AND NOT EXISTS (SELECT FROM finance_paymentconfirmation c
                WHERE c.entry_id = e.id AND c.confirmed_on <= %(on)s)
    """,
)

HELD_MONEY = Kind(
    code="held_money",
    title=gettext_lazy("省拨款待拨"),
    sentence=_("园区尚有省拨款 %(held)s 元待拨，最早于 %(oldest)s 到账，应不迟于 %(due_on)s 拨付承担单位。"),
    query=f"""
        SELECT g.project_id, g.project_id AS subject, h.oldest + g.holding_days AS due_on,
            g.park_id AS responsible_id, NULL::bigint AS waits_for_id, '' AS label,
            jsonb_build_object('held', {_yuan("h.held")}, 'oldest', h.oldest) AS figures
        FROM (
            SELECT d.project_id, min(d.day) FILTER (WHERE d.so_far > d.gone) AS oldest,
                max(d.so_far - d.gone) AS held
            FROM (
                SELECT e.project_id, e.day,
                    sum(sum(e.amount) FILTER (WHERE e.kind = '{ARRIVAL}')) OVER up_to_the_day AS so_far,
                    coalesce(sum(sum(e.amount) FILTER (WHERE e.kind <> '{ARRIVAL}')) OVER whole, 0) AS gone
                FROM {_flows(ARRIVAL, PAYMENT, PARK_RETURN)} AND e.source = '{PROVINCIAL}'
                GROUP BY e.project_id, e.day
                WINDOW up_to_the_day AS (PARTITION BY e.project_id ORDER BY e.day),
                    whole AS (PARTITION BY e.project_id)
            ) d
            GROUP BY d.project_id
            HAVING max(d.so_far - d.gone) > 0
        ) h
        JOIN {ground("holding_days")} g ON g.project_id = h.project_id
        WHERE {PAYABLE} AND h.oldest + g.holding_days <= %(until)s
    """,
    is_urgent=True,
    is_binding=True,
)

_SO_FAR = "coalesce(sum(sum(e.amount) FILTER (WHERE e.source = '{}')) OVER up_to_the_day, 0)"

PARK_SHORTFALL = Kind(
    code="park_shortfall",
    title=gettext_lazy("园区配套到位"),
    sentence=_("园区配套落后于省拨款 %(short)s 元（自 %(since)s 起），应不迟于 %(due_on)s 补足。"),
    query=f"""
        SELECT s.project_id, s.project_id AS subject, s.since + s.pace_days AS due_on,
            s.park_id AS responsible_id, NULL::bigint AS waits_for_id, '' AS label,
            jsonb_build_object('since', s.since, 'province', {_yuan("s.province")}, 'park', {_yuan("s.park")},
                'short', {_yuan("greatest(ceil(s.province * 100 * s.a / s.b) / 100 - s.park, 0)")}) AS figures
        FROM (
            SELECT k.project_id, k.park_id, k.pace_days, k.a, k.b, max(k.province) AS province,
                max(k.park) AS park, min(k.day) FILTER (WHERE k.kept_on IS NULL OR k.day > k.kept_on) AS since
            FROM (
                SELECT g.project_id, g.park_id, g.pace_days, ratio.a, ratio.b, d.day, d.province, d.park,
                    max(d.day) FILTER (WHERE d.park * ratio.b >= d.province * ratio.a)
                        OVER (PARTITION BY g.project_id) AS kept_on
                FROM (
                    SELECT e.project_id, e.day, {_SO_FAR.format(PROVINCIAL)} AS province,
                        {_SO_FAR.format(MATCHING)} AS park
                    FROM {_flows(PAYMENT, DIRECT)} AND e.source IN ({_FISCAL})
                    GROUP BY e.project_id, e.day
                    WINDOW up_to_the_day AS (PARTITION BY e.project_id ORDER BY e.day)
                ) d
                JOIN {ground("pace_days", "matching_ratio")} g ON g.project_id = d.project_id
                CROSS JOIN LATERAL (
                    SELECT split_part(g.matching_ratio, ':', 1)::numeric AS a,
                        split_part(g.matching_ratio, ':', 2)::numeric AS b
                ) ratio
                WHERE {PAYABLE} AND g.site <> '{Site.OUTSIDE}' AND NOT {waived("FIN-04")}
            ) k
            GROUP BY k.project_id, k.park_id, k.pace_days, k.a, k.b
        ) s
        WHERE s.since + s.pace_days <= %(until)s
    """,
    is_binding=True,
)

REFUND = Kind(
    code="refund",
    title=gettext_lazy("退款"),
    sentence=_("应退%(source)s %(amount)s 元（%(cause)s），应不迟于 %(due_on)s 退回。"),
    query=f"""
        SELECT r.project_id, r.id AS subject, r.due_on,
            CASE r.holder WHEN 'park' THEN g.park_id ELSE g.unit_id END AS responsible_id,
            NULL::bigint AS waits_for_id, r.source::text AS label,
            jsonb_build_object('source', r.source, 'amount', {_yuan("open.amount")},
                'cause', {words("r.cause", RefundCause.choices)}, 'asked', r.asked_on) AS figures
        FROM {ground()} g
        JOIN finance_refund r ON r.project_id = g.project_id AND r.state <> 'withdrawn'
            AND r.asked_on <= %(on)s
        CROSS JOIN LATERAL (
            SELECT r.amount + r.interest - coalesce(sum(c.amount + c.interest), 0) AS amount
            FROM finance_refundreceipt c
            WHERE c.refund_id = r.id AND c.received_on <= %(on)s AND {counts("c")}
        ) open
        WHERE open.amount > 0 AND r.due_on <= %(until)s
    """,
    is_urgent=True,
    is_binding=True,
)

KINDS = (TRANCHE, PAYMENT_CONFIRMATION, HELD_MONEY, PARK_SHORTFALL, REFUND)


def register() -> None:
    """Let these be planned; called once, by `AppConfig.ready()`."""
    kinds.register(KINDS)
