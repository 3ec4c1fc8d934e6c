"""The field's own words for money, as they are stored: sources, kinds of movement, categories. Pure.

Source: WORKBOOK.md; RULES.md 'What may be posted, and by whom'.
"""

from __future__ import annotations

from decimal import Decimal

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

THREE_CLASSES: tuple[str, ...] = ("设备费", "业务费", "劳务费", "间接费用")
CLASSIC: tuple[str, ...] = (
    "设备购置费",
    "设备试制费",
    "设备改造与租赁费",
    "材料费",
    "测试化验加工费",
    "燃料动力费",
    "差旅费",
    "会议费",
    "国际合作与交流费",
    "出版/文献/信息传播/知识产权事务费",
    "劳务费",
    "专家咨询费",
    "其他支出",
    "间接费用",
)

UNIT = "unit"
PARK = "park"
HOLDERS: dict[str, str] = {UNIT: "承担单位", PARK: "高新区管委会"}
"""Who can hold fiscal money of a project, and so has to give it back."""

RETURN_OF = {UNIT: REFUND, PARK: PARK_RETURN}
"""The movement by which each of them gives it back."""

TOO_MUCH = Decimal(100_000_000_000)
"""Yuan; an amount of a thousand 亿元 or more is a slip of the pen, and sums stay far within numeric(18,2)."""

CATEGORIES: dict[str, tuple[str, ...]] = {"三类": THREE_CLASSES, "十一类": CLASSIC}
"""Spending categories by the project's scheme, in the order people print them."""

INDIRECT = "间接费用"
EQUIPMENT_PURCHASE = {"三类": "设备费", "十一类": "设备购置费"}
"""The category that is equipment purchase, by scheme of categories."""
