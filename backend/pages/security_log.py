"""The security log, for its reader: who did what, from where, when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.access import Act, require
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import DayField, Select
from backend.pages.paging import Order, keyset_page
from lifecycle.parties.models import SecurityEvent

PAGE_SIZE = 100
ACTS = {
    "sign_in": _("登录"),
    "sign_in_refused": _("登录被拒"),
    "sign_in_throttled": _("登录被限制"),
    "sign_out": _("退出"),
    "confirm_password": _("验证密码"),
    "change_password": _("修改密码"),
    "reset_password": _("重置密码"),
    "create_person": _("建立账号"),
    "switch_on": _("启用账号"),
    "switch_off": _("停用账号"),
    "join": _("赋予角色"),
    "leave": _("收回角色"),
    "issue_token": _("发放令牌"),
    "add_organisation": _("登记单位"),
    "open_scope": _("设定审计范围"),
    "close_scope": _("收回审计范围"),
    "add_limit": _("设定管理参数"),
    "import_workbook": _("导入工作簿"),
    "load_sample": _("载入示范数据"),
    "post_entry": _("登记资金"),
    "reverse_entry": _("红冲"),
    "log_milestone": _("登记里程碑进展"),
    "add_milestone": _("增加里程碑"),
    "tranche_plan": _("增加拨款计划"),
    "tranche_change": _("修改拨款计划"),
    "tranche_remove": _("删除拨款计划"),
    "tranche_arrive": _("登记某期到账"),
    "tranche_pay": _("拨付某期"),
    "paymentconfirmation_confirm": _("确认到账"),
}
"""What the acts of the log are called; one that is not here is shown by its own word."""


class FilterForm(forms.Form):
    actor = forms.CharField(label=_("用户名"), required=False, max_length=100)
    act = forms.ChoiceField(
        widget=Select, label=_("动作"), required=False, choices=[("", _("全部")), *ACTS.items()]
    )
    address = forms.CharField(label=_("来源地址"), required=False, max_length=64)
    since = DayField(label=_("自"), required=False)
    until = DayField(label=_("至"), required=False)


@require_safe
@signed_in
def security_log(request: PageRequest) -> HttpResponseBase:
    """The log, newest first."""
    require(Act.READ_LOG, request.sight)
    form = FilterForm(request.GET)
    events = SecurityEvent.objects.all()
    if form.is_valid():
        paths = {
            "actor": "actor_name",
            "act": "act",
            "address": "address",
            "since": "at__date__gte",
            "until": "at__date__lte",
        }
        chosen: dict[str, Any] = {
            path: form.cleaned_data[name] for name, path in paths.items() if form.cleaned_data[name]
        }
        events = events.filter(**chosen)
    else:
        events = events.none()
    order = Order(SecurityEvent, "at", descending=True)
    page = keyset_page(events, order=order, query=request.GET, size=PAGE_SIZE)
    return render(request, "pages/security_log.html", {"form": form, "page": page, "acts": ACTS})
