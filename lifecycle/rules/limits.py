"""The limits of a batch: what each is called, its default, what it rests on, and how its text is read.

A batch keeps its limits as rows of code, text value, day from which they apply and basis; the loader
picks the rows that apply on the day judged and makes one `Limits` of them. Pure.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifecycle.errors import Invalid

CENT = Decimal("0.01")


class LimitUnreadable(Invalid):
    """The text of a limit does not say a value of its kind; details hold code and value."""

    code = "limit_unreadable"


@dataclass(frozen=True, slots=True)
class Ratio:
    """`park`:`province`, as a:b of park money to provincial money."""

    park: Decimal
    province: Decimal

    def is_kept(self, *, park: Decimal, province: Decimal) -> bool:
        """Whether K × b ≥ P × a, exactly."""
        return park * self.province >= province * self.park

    def park_needed(self, province: Decimal) -> Decimal:
        """The least park money in yuan that keeps the ratio, to the fen above."""
        return (province * self.park / self.province).quantize(CENT, rounding="ROUND_UP")

    def province_allowed(self, park: Decimal) -> Decimal | None:
        """The most provincial money in yuan that keeps the ratio, to the fen below; None without end."""
        if self.park == 0:
            return None
        return (park * self.province / self.park).quantize(CENT, rounding="ROUND_DOWN")

    def __str__(self) -> str:
        return f"{self.park.normalize():f}:{self.province.normalize():f}"


@dataclass(frozen=True, slots=True)
class Share:
    """An exact part of a whole, as 1/3."""

    numerator: int
    denominator: int

    def holds(self, part: Decimal, whole: Decimal) -> bool:
        """Whether part ≤ share × whole, with no division."""
        return part * self.denominator <= whole * self.numerator

    def of(self, whole: Decimal) -> Decimal:
        """The share of `whole` in yuan, to the fen below."""
        return (whole * self.numerator / self.denominator).quantize(CENT, rounding="ROUND_DOWN")

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of every year; where the year lacks it, the month's last day."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit as it applies to one batch on one day. Amounts in yuan, percents 0–100."""

    term_months: int = 42
    grant_cap: Decimal = Decimal("5000000.00")
    matching_ratio: Ratio = Ratio(Decimal(1), Decimal(1))
    fiscal_share: Share = Share(1, 3)
    pace_days: int = 30
    holding_days: int = 30
    payment_days: int = 30
    indirect_first_up_to: Decimal = Decimal("5000000.00")
    indirect_second_up_to: Decimal = Decimal("10000000.00")
    indirect_first_percent: Decimal = Decimal(30)
    indirect_second_percent: Decimal = Decimal(25)
    indirect_third_percent: Decimal = Decimal(20)
    milestone_days: int = 30
    report_after_months: int = 3
    report_cutoff: MonthDay = MonthDay(11, 30)
    report_due: MonthDay = MonthDay(12, 26)
    midterm_from_months: int = 15
    midterm_until_months: int = 21
    signing_days: int = 30
    acceptance_months: int = 3
    acceptance_overdue_months: int = 6
    extension_count: int = 1
    extension_months: int = 12
    extension_notice_months: int = 3
    audit_from_grant: Decimal = Decimal("1000000.00")
    refund_days: int = 30
    rectification_months: int = 3
    surplus_months: int = 24
    panel_size: int = 3
    publication_days: int = 7

    @classmethod
    def from_texts(cls, values: Mapping[str, str]) -> Self:
        """The defaults, with the values that `values` gives as text by code; unknown codes are an error.

        Raises:
            LimitUnreadable: a code is unknown or a text is not a value of its kind.
        """
        return cls(**{code: parse(code, text) for code, text in values.items()})


def _read_count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 9999:
        raise ValueError
    return int(text)


def _read_number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or number < 0:
        raise ValueError
    return number


def _read_amount(text: str) -> Decimal:
    amount = _read_number(text)
    if amount != amount.quantize(CENT):
        raise ValueError
    return amount.quantize(CENT)


def _read_percent(text: str) -> Decimal:
    percent = _read_number(text)
    if percent > 100:
        raise ValueError
    return percent


def _read_ratio(text: str) -> Ratio:
    park, province = (_read_number(part.strip()) for part in text.split(":"))
    if province == 0:
        raise ValueError
    return Ratio(park, province)


def _read_share(text: str) -> Share:
    share = Fraction(text)
    if not 0 < share <= 1:
        raise ValueError
    return Share(share.numerator, share.denominator)


def _read_month_day(text: str) -> MonthDay:
    month, day = (_read_count(part) for part in text.split("-"))
    date(2000, month, day)  # a leap year, so that 29 February is a day
    return MonthDay(month, day)


def _plain_decimal(value: Decimal) -> str:
    return f"{value:f}"


@dataclass(frozen=True, slots=True)
class Limit:
    """How one field of `Limits` is called, measured, founded, read and written.

    code: the field's name, stable, under which it is stored. unit: empty for what has none.
    """

    code: str
    title: str | Promise
    unit: str | Promise
    basis: str | Promise
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str

    @property
    def default(self) -> Any:
        """The value that applies where the batch says nothing."""
        return getattr(DEFAULTS, self.code)


DEFAULTS = Limits()

_MONTHS = _("个月")
_DAYS = _("天")
_YUAN = _("元")
_PERCENT = "%"
_GUIDE_35 = _("申报指引 三.5")
_GUIDE_37 = _("申报指引 三.7")
_PLEDGE_5 = _("承诺书 5“按时足额”")
_FUND = _("省科技成果转化专项资金项目管理惯例")
_BANDS = _(
    "间接费用分段比例：扣除设备购置费后的直接费用，500 万元以下 30%，500 万至 1 000 万元 25%，以上 20%"
)
_REPORTS = _("设区市年度执行情况报告惯例")
_MIDTERM = _("省级科技计划项目中期检查惯例")
_PANEL = _("科技计划项目验收专家组惯例：单数、含财务专家")
_PUBLICATION = _("外省科技计划项目验收公示惯例：7 天")

ALL: tuple[Limit, ...] = (
    Limit("term_months", _("实施期"), _MONTHS, _GUIDE_37, _read_count),
    Limit("grant_cap", _("单个项目省拨款上限"), _YUAN, _GUIDE_35, _read_amount, _plain_decimal),
    Limit(
        "matching_ratio",
        _("园区配套最低比例（园区：省）"),
        "",
        _("申报指引 三.5；承诺书 3"),
        _read_ratio,
    ),
    Limit("fiscal_share", _("财政资助最高占比"), "", _GUIDE_35, _read_share),
    Limit(
        "pace_days",
        _("配套滞后于省拨款的宽限期"),
        _DAYS,
        _("申报指引 三.5；承诺书 3、5"),
        _read_count,
    ),
    Limit(
        "holding_days",
        _("省拨款在园区停留的期限"),
        _DAYS,
        _("承诺书 5；国家 30 日内拨付惯例"),
        _read_count,
    ),
    Limit("payment_days", _("拨付逾期的宽限期"), _DAYS, _PLEDGE_5, _read_count),
    Limit("indirect_first_up_to", _("间接费用第一档上限"), _YUAN, _BANDS, _read_amount, _plain_decimal),
    Limit("indirect_second_up_to", _("间接费用第二档上限"), _YUAN, _BANDS, _read_amount, _plain_decimal),
    Limit("indirect_first_percent", _("间接费用第一档比例"), _PERCENT, _BANDS, _read_percent, _plain_decimal),
    Limit(
        "indirect_second_percent",
        _("间接费用第二档比例"),
        _PERCENT,
        _BANDS,
        _read_percent,
        _plain_decimal,
    ),
    Limit("indirect_third_percent", _("间接费用第三档比例"), _PERCENT, _BANDS, _read_percent, _plain_decimal),
    Limit("milestone_days", _("里程碑逾期的宽限期"), _DAYS, _("年度工作计划"), _read_count),
    Limit("report_after_months", _("首次年度报告前的最短实施时间"), _MONTHS, _REPORTS, _read_count),
    Limit("report_cutoff", _("年度报告截止统计日"), "", _REPORTS, _read_month_day),
    Limit("report_due", _("年度报告最迟提交日"), "", _REPORTS, _read_month_day),
    Limit("midterm_from_months", _("应开展中期检查的时点（实施满）"), _MONTHS, _MIDTERM, _read_count),
    Limit("midterm_until_months", _("最迟完成中期检查的时点（实施满）"), _MONTHS, _MIDTERM, _read_count),
    Limit(
        "signing_days",
        _("立项下达后签订合同的期限"),
        _DAYS,
        _("国家科技计划项目合同签订惯例"),
        _read_count,
    ),
    Limit("acceptance_months", _("期满后提出验收申请的期限"), _MONTHS, _FUND, _read_count),
    Limit("acceptance_overdue_months", _("期满后验收申请最迟时限"), _MONTHS, _FUND, _read_count),
    Limit("extension_count", _("延期次数上限"), _("次"), _FUND, _read_count),
    Limit("extension_months", _("单次延期上限"), _MONTHS, _FUND, _read_count),
    Limit("extension_notice_months", _("延期申请距期满的最短时间"), _MONTHS, _FUND, _read_count),
    Limit(
        "audit_from_grant",
        _("须提交专项审计报告的省拨款起点"),
        _YUAN,
        _("省科技计划项目验收经费审计要求：省拨款100万元及以上"),
        _read_amount,
        _plain_decimal,
    ),
    Limit("refund_days", _("退款通知后退回的期限"), _DAYS, _FUND, _read_count),
    Limit("rectification_months", _("验收退回整改的期限"), _MONTHS, _FUND, _read_count),
    Limit("surplus_months", _("结余经费留用的期限"), _MONTHS, _FUND, _read_count),
    Limit("panel_size", _("验收专家组最少人数"), _("人"), _PANEL, _read_count),
    Limit("publication_days", _("验收结论公示的最短时间"), _DAYS, _PUBLICATION, _read_count),
)
"""Every limit, in the order in which a batch shows them."""

BY_CODE = {limit.code: limit for limit in ALL}


def parse(code: str, text: str) -> Any:
    """The value that `text` says for the limit `code`: 42, 5000000, 1:1, 1/3, 11-30.

    Raises:
        LimitUnreadable: the code is unknown, or the text is no value of its kind.
    """
    limit = BY_CODE.get(code)
    details = {"code": code, "value": text}
    if limit is None:
        raise LimitUnreadable(gettext("没有名为“%(code)s”的管理参数。") % details, details=details)
    try:
        return limit.read(text.strip())
    except (ValueError, ArithmeticError, InvalidOperation):
        named = {"title": limit.title, "value": text}
        raise LimitUnreadable(
            gettext("“%(title)s”的取值“%(value)s”无法识别。") % named, details=details
        ) from None


def format_value(code: str, value: Any) -> str:
    """The text under which `value` of the limit `code` is stored; `parse` reads it back unchanged."""
    return BY_CODE[code].write(value)
