"""The field's own words for money, as they are stored: sources, kinds of movement, categories. Pure.

Source: WORKBOOK.md; RULES.md 'What may be posted, and by whom'.
"""

from __future__ import annotations

# The contract's budget is by category too, so the ground names them; they are words for money all the same.
from lifecycle.categories import CATEGORIES as CATEGORIES
from lifecycle.categories import CLASSIC as CLASSIC
from lifecycle.categories import THREE_CLASSES as THREE_CLASSES
from lifecycle.categories import TOO_MUCH as TOO_MUCH

PROVINCIAL = "省拨款"
MATCHING = "园区配套"
SELF_RAISED = "单位自筹"
SOCIAL = "社会资本"
SOURCES: tuple[str, ...] = (PROVINCIAL, MATCHING, SELF_RAISED, SOCIAL)
FISCAL: tuple[str, ...] = (PROVINCIAL, MATCHING)

ARRIVAL = "到账园区"
PAYMENT = "拨付单位"
DIRECT = "直接拨付"
CONTRIBUTION = "资金到位"
SPENDING = "支出"
REFUND = "退回"
PARK_RETURN = "园区退回"
COMING_BACK = frozenset((REFUND, PARK_RETURN))
RECEIVED_KINDS = frozenset((PAYMENT, DIRECT, CONTRIBUTION))
GONE_KINDS = frozenset((SPENDING, REFUND))

UNIT = "unit"
PARK = "park"
HOLDERS: dict[str, str] = {UNIT: "承担单位", PARK: "高新区管委会"}
"""Who can hold fiscal money of a project, and so has to give it back."""

RETURN_OF = {UNIT: REFUND, PARK: PARK_RETURN}
"""The movement by which each of them gives it back."""

INDIRECT = "间接费用"
EQUIPMENT_PURCHASE = {"三类": "设备费", "十一类": "设备购置费"}
"""The category that is equipment purchase, by scheme of categories."""
