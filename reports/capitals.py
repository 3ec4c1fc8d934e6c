"""Amounts written out in capital numerals, as money papers write them (人民币大写). Pure.

Source: 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》.
"""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Decimal) -> str:
    """Yuan, zero or more and two places, as 人民币叁佰伍拾万元整; 整 where no 分 follows.

    Raises ValueError below zero, with parts of a 分, or from 10 000 万亿 on.
    """
    cents = amount * 100
    if amount < 0 or cents != cents.to_integral_value() or amount >= Decimal(10) ** 16:
        raise ValueError(f"no amount to be written out: {amount}")
    yuan, rest = divmod(int(cents), 100)
    tenths, hundredths = divmod(rest, 10)
    said = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"人民币{said or '零元'}整"
    if tenths:
        said += f"{_DIGITS[tenths]}角"
    elif yuan:
        said += "零"
    return f"人民币{said}" + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        gap = said and (group < 1000 or not groups[place + 1] % 10)
        said += ("零" if gap else "") + _group(group) + _GROUPS[place]
    return said


def _group(number: int) -> str:
    """1–9999: zeros between digits are said once, at the end not at all."""
    said, is_gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if is_gap and said else "") + _DIGITS[digit] + _PLACES[place]
        is_gap = not digit
    return said
