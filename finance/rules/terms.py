"""The field's words for money, as they are stored: sources, kinds of movement, categories. Pure."""

from __future__ import annotations

PROVINCE = "省拨款"
PARK = "园区配套"
OWN = "单位自筹"
SOCIAL = "社会资本"
SOURCES = (PROVINCE, PARK, OWN, SOCIAL)
FISCAL = frozenset((PROVINCE, PARK))

ARRIVED = "到账园区"
PAID = "拨付单位"
PAID_DIRECTLY = "直接拨付"
BROUGHT_IN = "资金到位"
SPENT = "支出"
REFUNDED = "退回"
RETURNED_BY_PARK = "园区退回"
RECEIVED_KINDS = frozenset((PAID, PAID_DIRECTLY, BROUGHT_IN))
GONE_KINDS = frozenset((SPENT, REFUNDED))

INDIRECT = "间接费用"
EQUIPMENT_PURCHASE = {"三类": "设备费", "十一类": "设备购置费"}
"""The category that is equipment purchase, by scheme of categories."""
