"""What the figures of a rule's answer are called on a page, and in which order they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, shown

OF_EVERY_RULE = {
    "missing": _("缺少"),
    "waived_on": _("同意日期"),
    "waived_by": _("同意人"),
    "waived_because": _("例外理由"),
}
"""Figures that any rule may give: facts not known, and the exception by which it is waived."""

OF_RULE = {
    "FIN-01": {
        "province": _("合同省拨款（元）"),
        "park": _("合同园区配套（元）"),
        "ratio": _("配套比例"),
        "needed": _("应配套（元）"),
        "short": _("缺口（元）"),
    },
    "FIN-02": {
        "province": _("合同省拨款（元）"),
        "cap": _("上限（元）"),
        "over": _("超出（元）"),
    },
    "FIN-03": {
        "fiscal": _("省地联合资助（元）"),
        "investment": _("项目新增总投入（元）"),
        "share": _("最高占比"),
        "allowed": _("最高资助（元）"),
        "over": _("超出（元）"),
    },
    "FIN-04": {
        "province": _("省拨款到位（元）"),
        "park": _("园区配套到位（元）"),
        "ratio": _("配套比例"),
        "needed": _("应配套（元）"),
        "short": _("缺口（元）"),
        "since": _("落后起始日期"),
        "days": _("已持续（天）"),
        "allowed_days": _("宽限（天）"),
    },
    "FIN-05": {
        "held": _("园区待拨（元）"),
        "oldest": _("最早到账日期"),
        "days": _("已等待（天）"),
        "allowed_days": _("最长等待（天）"),
    },
    "FIN-06": {
        "source": _("资金来源"),
        "number": _("期次"),
        "since": _("计划日期"),
        "planned_on": _("计划日期"),
        "planned": _("累计应拨（元）"),
        "received": _("到位（元）"),
        "short": _("缺口（元）"),
        "days": _("已逾期（天）"),
        "allowed_days": _("宽限（天）"),
        "late": _("逾期各期"),
    },
    "FIN-07": {
        "sources": _("超支的资金来源"),
        "source": _("资金来源"),
        "first": _("首次超支日期"),
        "worst": _("最大超支（元）"),
        "overspent": _("各来源超支"),
    },
    "FIN-08": {
        "indirect": _("间接费用（元）"),
        "equipment": _("扣除的设备购置（元）"),
        "base": _("计算基数（元）"),
        "allowed": _("允许间接费用（元）"),
        "over": _("超出（元）"),
    },
    "FIN-09": {
        "start": _("实施期开始"),
        "early": _("开始前支出（元）"),
        "filed": _("申请验收日期"),
        "late": _("申请验收后支出（元）"),
        "first": _("最早一笔期外支出"),
        "last": _("最后一笔期外支出"),
    },
    "FIN-10": {
        "province": _("省拨款到位（元）"),
        "park": _("园区配套到位（元）"),
        "fiscal": _("省地联合资助（元）"),
        "investment": _("审定新增总投入（元）"),
        "audited": _("审计日期"),
        "share": _("最高占比"),
        "allowed": _("最高资助（元）"),
        "over": _("超出（元）"),
    },
    "FIN-11": {
        "count": _("重复票据（个）"),
        "invoice": _("票据号"),
        "invoices": _("票据号"),
        "vouchers": _("凭证号"),
        "amount": _("涉及金额（元）"),
        "elsewhere": _("其他项目凭证（张）"),
        "repeated": _("各票据"),
    },
    "FIN-12": {
        "count": _("未退清（笔）"),
        "source": _("资金来源"),
        "holder": _("应退单位"),
        "amount": _("尚欠（元）"),
        "due": _("退回期限"),
        "days": _("已逾期（天）"),
        "refunds": _("各笔应退款"),
    },
    "LC-01": {
        "start": _("实施期开始"),
        "end": _("实施期结束"),
        "months": _("规定期限（月）"),
        "extended_months": _("已批准延期（月）"),
        "expected_end": _("应结束日期"),
    },
    "LC-02": {
        "first": _("首个年度"),
        "last": _("末个年度"),
        "years": _("没有里程碑的年度"),
    },
    "LC-03": {
        "count": _("逾期里程碑（个）"),
        "milestone": _("最早逾期的里程碑"),
        "since": _("计划日期"),
        "days": _("已逾期（天）"),
        "allowed_days": _("宽限（天）"),
    },
    "LC-04": {
        "years": _("未提交的年度"),
        "due": _("提交期限"),
        "days": _("已逾期（天）"),
    },
    "LC-05": {
        "check_from": _("应开展日期"),
        "check_until": _("最迟完成日期"),
        "days": _("已逾期（天）"),
        "checked": _("检查日期"),
        "result": _("检查结果"),
    },
    "LC-06": {
        "signed": _("签订日期"),
        "award": _("下达日期"),
        "due": _("签订期限"),
        "days": _("已逾期（天）"),
    },
    "LC-07": {
        "end": _("实施期结束"),
        "due": _("申请期限"),
        "overdue_after": _("最迟时限"),
        "filed": _("申请验收日期"),
        "days": _("已逾期（天）"),
    },
    "LC-08": {
        "committed": _("承诺书日期"),
    },
    "LC-09": {
        "count": _("已批准延期（次）"),
        "allowed": _("最多延期（次）"),
        "approved": _("批准日期"),
        "asked": _("申请日期"),
        "months": _("延期（月）"),
        "allowed_months": _("单次最多（月）"),
        "end": _("原定结束日期"),
        "notice_months": _("应提前（月）"),
    },
    "LC-10": {
        "total": _("检查发现的问题（条）"),
        "pending": _("尚未销号（条）"),
        "closed_late": _("逾期销号（条）"),
        "count": _("逾期未销号（条）"),
        "finding": _("最早一条问题"),
        "severity": _("程度"),
        "due": _("整改期限"),
        "days": _("已逾期（天）"),
    },
}
"""By rule every key that it gives, with its name (msgid), in the order of the page; tests hold it complete."""


def labelled(answer: Answer) -> list[tuple[str, str]]:
    """(name, value) as a person reads them, in the same order however the figures were kept."""
    return _named(answer.figures, OF_RULE[answer.code] | OF_EVERY_RULE)


def _named(figures: Mapping[str, Any], labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(gettext(label), _text(figures[key], labels)) for key, label in labels.items() if key in figures]


def _text(value: Any, labels: dict[str, str]) -> str:
    """Details of details stand on one line."""
    if isinstance(value, Mapping):
        return gettext("，").join(f"{name} {text}" for name, text in _named(value, labels))
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        return gettext("；").join(_text(item, labels) for item in value)
    return shown(value)
