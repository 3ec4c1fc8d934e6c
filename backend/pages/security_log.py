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
    "change_email": _("修改电子邮箱"),
    "make_calendar_link": _("生成日历订阅地址"),
    "revoke_calendar_link": _("停用日历订阅地址"),
    "calendar_refused": _("日历订阅地址无效"),
    "add_webhook": _("登记群机器人"),
    "test_webhook": _("发送群机器人测试消息"),
    "pause_webhook": _("暂停群机器人"),
    "resume_webhook": _("恢复群机器人"),
    "delete_webhook": _("删除群机器人"),
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
    "set_calendar_days": _("登记工作日历"),
    "remove_calendar_day": _("删除日历登记"),
    "confirm_calendar_notice": _("确认放假通知"),
    "withdraw_calendar_notice": _("收回放假通知确认"),
    "import_workbook": _("导入工作簿"),
    "load_sample": _("载入示范数据"),
    "cancel_job": _("取消任务"),
    "post_entry": _("登记资金"),
    "reverse_entry": _("红冲"),
    "log_milestone": _("登记里程碑进展（旧）"),
    "add_milestone": _("增加里程碑（旧）"),
    "milestone_add": _("增加里程碑"),
    "milestone_log_progress": _("登记里程碑进展"),
    "milestone_hand_in": _("提交里程碑完成"),
    "milestone_take_back": _("撤回里程碑提交"),
    "milestone_verify": _("核实里程碑"),
    "milestone_give_back": _("退回里程碑"),
    "milestone_waive": _("免除里程碑"),
    "annualreport_draft": _("起草年度报告"),
    "annualreport_save_draft": _("修改年度报告"),
    "annualreport_hand_in": _("提交年度报告"),
    "annualreport_give_back": _("退回年度报告"),
    "annualreport_accept": _("审核通过年度报告"),
    "contract_draft": _("拟定合同"),
    "contract_sign": _("签署合同"),
    "contract_withdraw": _("作废合同草案"),
    "contract_enter": _("补录合同"),
    "contract_supersede": _("合同被新版替代"),
    "contract_amend": _("合同变更生效"),
    "changerequest_ask": _("起草变更申请"),
    "changerequest_edit": _("修改变更申请"),
    "changerequest_hand_in": _("提交变更申请"),
    "changerequest_agree": _("同意并报送变更申请"),
    "changerequest_approve": _("批准变更"),
    "changerequest_give_back": _("退回变更申请"),
    "changerequest_refuse": _("不批准变更"),
    "changerequest_withdraw": _("撤回变更申请"),
    "document_file": _("上传文件"),
    "download_document": _("下载文件"),
    "exemption_ask": _("申请例外"),
    "exemption_grant": _("批准例外"),
    "exemption_refuse": _("不批准例外"),
    "exemption_withdraw": _("撤回例外申请"),
    "inspection_plan": _("安排检查"),
    "inspection_hold": _("登记检查结果"),
    "inspection_cancel": _("取消检查"),
    "finding_raise": _("登记问题"),
    "finding_reply": _("答复整改"),
    "finding_give_back": _("退回整改答复"),
    "finding_shut": _("问题销号"),
    "creditrecord_record": _("登记信用记录"),
    "creditrecord_lift": _("解除信用记录"),
    "datedevent_technical_report": _("登记科技报告"),
    "target_record_result": _("填报考核指标完成情况"),
    "yearbenefits_record": _("补报年度效益"),
    "yearbenefits_take_away": _("撤销补报的年度效益"),
    "selfrating_save": _("填报绩效自评"),
    "selfrating_file": _("随验收申请提交绩效自评"),
    "acceptance_file": _("申请验收"),
    "acceptance_city_review": _("设区市审核验收申请"),
    "acceptance_agree": _("同意验收申请"),
    "acceptance_hand_over": _("改由他方组织验收"),
    "acceptance_invite": _("邀请验收专家"),
    "acceptance_drop": _("移出验收专家"),
    "acceptance_send_link": _("生成专家评审链接"),
    "acceptance_withdraw_link": _("停用专家评审链接"),
    "acceptance_submit_scores": _("专家提交评审意见"),
    "acceptance_record_verdict": _("登记验收结论"),
    "acceptance_publish": _("登记验收公示"),
    "acceptance_certify": _("登记验收证书"),
    "acceptance_archive": _("登记验收归档"),
    "acceptance_conclude": _("验收结题"),
    "acceptance_give_back": _("验收退回整改"),
    "audit_record": _("登记专项审计"),
    "settlement_freeze": _("封存经费决算"),
    "surplusdecision_decide": _("处理结余"),
    "refund_ask": _("通知退款"),
    "refund_charge": _("核定退款利息"),
    "refund_receive": _("登记退款到账"),
    "refund_reopen": _("退款到账被红冲"),
    "refund_withdraw": _("撤回退款通知"),
    "tranche_plan": _("增加拨款计划"),
    "tranche_change": _("修改拨款计划"),
    "tranche_remove": _("删除拨款计划"),
    "tranche_arrive": _("登记拨款到账"),
    "tranche_pay": _("拨付到单位"),
    "paymentconfirmation_confirm": _("确认到账"),
    "caretaker_set": _("指定经办人"),
    "caretaker_clear": _("取消经办人"),
    "caretaker_hand_over": _("移交经办项目"),
    "hand_over": _("工作交接"),
    "set_reminders": _("设定提醒事项"),
    "download_late": _("下载逾期清单"),
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
