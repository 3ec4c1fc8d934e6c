"""What the figures of a rule's answer are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import shown

LABELS = {
    "allowed": _("允许值"),
    "allowed_days": _("宽限天数"),
    "allowed_months": _("允许月数"),
    "amount": _("涉及金额（元）"),
    "approved": _("批准日期"),
    "asked": _("申请日期"),
    "award": _("下达日期"),
    "base": _("计算基数（元）"),
    "cap": _("上限（元）"),
    "check_from": _("应开展日期"),
    "check_until": _("最迟完成日期"),
    "checked": _("检查日期"),
    "committed": _("承诺书日期"),
    "count": _("数量"),
    "days": _("天数"),
    "due": _("期限"),
    "early": _("开始前支出（元）"),
    "elsewhere": _("其他项目凭证数"),
    "end": _("结束日期"),
    "equipment": _("设备购置（元）"),
    "expected_end": _("应结束日期"),
    "extended_months": _("已批准延期（月）"),
    "filed": _("申请验收日期"),
    "first": _("最早"),
    "fiscal": _("省地联合资助（元）"),
    "held": _("园区待拨（元）"),
    "indirect": _("间接费用（元）"),
    "investment": _("项目新增总投入（元）"),
    "invoice": _("票据号"),
    "invoices": _("票据号"),
    "last": _("最后"),
    "late": _("逾期明细"),
    "milestone": _("里程碑"),
    "missing": _("缺少"),
    "months": _("月数"),
    "needed": _("应配套（元）"),
    "notice_months": _("应提前（月）"),
    "number": _("期次"),
    "oldest": _("最早到账"),
    "over": _("超出（元）"),
    "overdue_after": _("最迟时限"),
    "overspent": _("超支明细"),
    "park": _("园区配套（元）"),
    "planned": _("累计应拨（元）"),
    "planned_on": _("计划日期"),
    "province": _("省拨款（元）"),
    "ratio": _("配套比例"),
    "received": _("单位实收（元）"),
    "repeated": _("重复明细"),
    "result": _("结果"),
    "share": _("最高占比"),
    "short": _("缺口（元）"),
    "signed": _("签订日期"),
    "since": _("起始日期"),
    "source": _("资金来源"),
    "sources": _("资金来源"),
    "start": _("开始日期"),
    "vouchers": _("凭证号"),
    "waived_because": _("豁免理由"),
    "waived_by": _("同意人"),
    "waived_on": _("同意日期"),
    "worst": _("最大超支（元）"),
    "years": _("年度"),
}
"""Every key that a rule gives, with its name in Chinese (msgid); a test holds the list complete."""


def labelled(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) as a person reads them, in the rule's order; details of details on one line."""
    return [(gettext(LABELS.get(key, key)), _text(value)) for key, value in figures.items()]


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return gettext("，").join(f"{name} {text}" for name, text in labelled(value))
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        return gettext("；").join(_text(item) for item in value)
    return shown(value)
