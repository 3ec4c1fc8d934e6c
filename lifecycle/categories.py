"""Money as the ground knows it: spending categories, in the order people print them, and how much is too much.

Pure. Source: WORKBOOK.md.
"""

from __future__ import annotations

from decimal import Decimal

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

CATEGORIES: dict[str, tuple[str, ...]] = {"三类": THREE_CLASSES, "十一类": CLASSIC}
"""The categories by the project's scheme."""

TOO_MUCH = Decimal(100_000_000_000)
"""Yuan; an amount of a thousand 亿元 or more is a slip of the pen, and sums stay far within numeric(18,2)."""
