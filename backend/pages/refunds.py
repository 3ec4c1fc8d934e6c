"""Refunds of a project: what the ledger says is due, what was asked for, what came, and putting misuse right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Prefetch
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, may_on, require_posting, roles_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import AmountField, DayField, Select
from backend.pages.forms import take
from backend.pages.paper_field import PaperField, papers_of
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import Told, stories, told
from finance.disallowing import disallow
from finance.kinds import KINDS, stage_allows_reversal
from finance.models import Refund, RefundCause, RefundReceipt, RefundState
from finance.posting import LENGTHS, UnknownEntry
from finance.receipts import record_receipt
from finance.refunds import (
    CAUSE_OF_STAGE,
    HIGHEST_RATE,
    NOTICE_LENGTH,
    REASON_LENGTH,
    ask_refund,
    charge_interest,
    withdraw_refund,
    workings_of,
)
from finance.terms import FISCAL, HOLDERS, PARK, SELF_RAISED, SPENDING
from finance.workings import Working
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.models.fields import ZERO


def optional_amount(label: Any, help_text: Any = "") -> AmountField:
    """Yuan, zero or nothing too."""
    return AmountField(may_be_zero=True, required=False, label=label, help_text=help_text)


class RateField(forms.DecimalField):
    """A year's rate of interest in percent."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("年利率（%）"),
            required=False,
            min_value=0,
            max_value=HIGHEST_RATE,
            max_digits=6,
            decimal_places=4,
            help_text=gettext_lazy("只用于撤销：按单位逐日占用额乘年利率除以 365 计算。"),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )


class WorkingsForm(forms.Form):
    """For which cause and day the ledger is asked."""

    cause = forms.ChoiceField(widget=Select, label=gettext_lazy("退款原因"), choices=RefundCause.choices)
    on = DayField(label=gettext_lazy("截至"))
    rate_percent = RateField()


class AskForm(forms.Form):
    """A notice; what is left empty follows from the ledger."""

    cause = forms.ChoiceField(widget=Select, label=gettext_lazy("退款原因"))
    part = forms.ChoiceField(widget=Select, label=gettext_lazy("应退单位和资金来源"))
    amount = optional_amount(gettext_lazy("本金（元）"), gettext_lazy("不填的，按台账测算。"))
    interest = optional_amount(gettext_lazy("利息（元）"))
    on = DayField(label=gettext_lazy("通知日期"))
    due_on = DayField(
        label=gettext_lazy("退回期限"), required=False, help_text=gettext_lazy("不填的，按批次规定的天数。")
    )
    notice_no = forms.CharField(label=gettext_lazy("通知文号"), max_length=NOTICE_LENGTH, required=False)
    entries = forms.CharField(
        label=gettext_lazy("违规支出的分录序号"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("只用于违规支出追回，如 12、15。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(self, data: Any = None, *, project: Project, today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id="ask-%s")
        causes, parts = self.fields["cause"], self.fields["part"]
        assert isinstance(causes, forms.ChoiceField) and isinstance(parts, forms.ChoiceField)
        causes.choices = [
            (cause.value, cause.label)
            for cause in RefundCause
            if CAUSE_OF_STAGE.get(cause, project.state) == project.state
        ]
        parts.choices = [
            (f"{holder}:{source}", f"{_(HOLDERS[holder])} · {_(source)}")
            for holder in HOLDERS
            for source in (FISCAL[:1] if holder == PARK else FISCAL)
        ]

    def clean_entries(self) -> list[int]:
        """The sequences typed, parted by anything that is no digit."""
        text = "".join(
            sign if sign.isdigit() and sign.isascii() else " " for sign in self.cleaned_data["entries"]
        )
        return [int(number[:9]) for number in text.split()]

    def asked(self) -> dict[str, Any]:
        """What was typed, as `ask_refund` takes it."""
        given = dict(self.cleaned_data)
        given["holder"], given["source"] = given.pop("part").split(":")
        return given


class ReceiptForm(forms.Form):
    """What came back of a refund."""

    on = DayField(label=gettext_lazy("到账日期"))
    amount = optional_amount(gettext_lazy("本金（元）"))
    interest = optional_amount(gettext_lazy("利息（元）"))
    voucher = forms.CharField(label=gettext_lazy("凭证号"), max_length=LENGTHS["voucher"])
    sequence = forms.IntegerField(
        label=gettext_lazy("台账分录序号"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=gettext_lazy("单位或园区已登记退回的，填其序号；不填则同时登记单位退回。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    document = PaperField(label=gettext_lazy("退款凭证"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, data: Any = None, *, refund: Refund, papers: Iterable[Document], today: date) -> None:
        fresh = {
            "on": today,
            "amount": refund.open_amount or None,
            "interest": refund.open_interest or None,
            "key": f"page:{uuid4()}",
        }
        super().__init__(data, initial=fresh, auto_id=f"receipt-{refund.pk}-%s")
        document = self.fields["document"]
        assert isinstance(document, PaperField)
        document.offer(papers)


class InterestForm(forms.Form):
    """The interest a refund bears; an amount wins over a rate."""

    interest = optional_amount(gettext_lazy("利息（元）"))
    rate_percent = RateField()
    on = DayField(label=gettext_lazy("计算至"))
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=REASON_LENGTH, required=False)

    def __init__(self, data: Any = None, *, refund: Refund, today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id=f"interest-{refund.pk}-%s")
        if refund.cause != RefundCause.REVOCATION:
            del self.fields["rate_percent"]


class WithdrawForm(forms.Form):
    on = DayField(label=gettext_lazy("撤回日期"))
    reason = forms.CharField(label=gettext_lazy("撤回理由"), max_length=REASON_LENGTH)

    def __init__(self, data: Any = None, *, refund: Refund, today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id=f"withdraw-{refund.pk}-%s")


class DisallowForm(forms.Form):
    """Which 支出 is disallowed, and why."""

    sequence = forms.IntegerField(
        label=gettext_lazy("支出分录序号"),
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    on = DayField(label=gettext_lazy("红冲日期"))
    spent_on = DayField(
        label=gettext_lazy("改列日期"),
        required=False,
        help_text=gettext_lazy("不填的，用原支出日期；自筹资金后来才到位的，填到位后的日期。"),
    )
    voucher = forms.CharField(
        label=gettext_lazy("改列凭证号"),
        max_length=LENGTHS["voucher"],
        required=False,
        help_text=gettext_lazy("不填的，用原凭证号。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=LENGTHS["memo"], widget=forms.Textarea(attrs={"rows": "2"})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today, "key": f"page:{uuid4()}"}, auto_id="disallow-%s")


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund with its story, how many days it is late, and the forms that the reader may use."""

    refund: Refund
    story: list[Told]
    late_days: int
    receipt_form: ReceiptForm | None
    interest_form: InterestForm | None
    withdraw_form: WithdrawForm | None
    is_faulty: bool

    @property
    def look(self) -> str:
        """The look of its status."""
        if self.refund.state == RefundState.WITHDRAWN:
            return "not_applicable"
        if self.refund.state == RefundState.RECEIVED:
            return "pass"
        return "breach" if self.late_days else "warn"

    @property
    def holder(self) -> str:
        return HOLDERS[self.refund.holder]


Faulty = tuple[str, int, forms.Form]
"""Which form was refused, of which refund (0 for none), with what is wrong."""


@require_safe
@signed_in
def refunds(request: PageRequest, number: str) -> HttpResponseBase:
    """The page; with `?cause=` what the ledger says is due."""
    return _page(request, project_in_sight(request, number))


@require_POST
@signed_in
def ask(request: PageRequest, number: str) -> HttpResponseBase:
    """Ask money back."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.ASK_REFUND, project)
    today = timezone.localdate()
    form = AskForm(request.POST, project=project, today=today)
    if form.is_valid():
        try:
            ask_refund(project=project, actor=actor, today=today, **form.asked())
        except (Invalid, Conflict) as refusal:
            take(form, refusal, {"holder": "part", "source": "part"})
        else:
            return done(request, _("退款通知已登记。"), "refunds", project)
    return _page(request, project, ("ask", 0, form))


@require_POST
@signed_in
def receipt(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Record what came back of a refund."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.RECORD_RECEIPT, project)
    refund = _refund(project, pk)
    today = timezone.localdate()
    papers = papers_of(project, DocumentCategory.REFUND)
    form = ReceiptForm(request.POST, refund=refund, papers=papers, today=today)
    if form.is_valid():
        given = form.cleaned_data
        try:
            recorded = record_receipt(
                refund=refund,
                actor=actor,
                today=today,
                **(given | {"amount": given["amount"] or ZERO, "interest": given["interest"] or ZERO}),
            )
        except UnknownEntry as refusal:
            form.add_error("sequence", refusal.message)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            settled = recorded.refund.state == RefundState.RECEIVED
            said = _("退款已全部到账。") if settled else _("退款到账已登记。")
            return done(request, said, "refunds", project)
    return _page(request, project, ("receipt", pk, form))


@require_POST
@signed_in
def interest(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Say what interest a refund bears."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.ASK_REFUND, project)
    refund = _refund(project, pk)
    today = timezone.localdate()
    form = InterestForm(request.POST, refund=refund, today=today)
    if form.is_valid():
        try:
            charge_interest(refund=refund, actor=actor, today=today, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, _("退款利息已核定。"), "refunds", project)
    return _page(request, project, ("interest", pk, form))


@require_POST
@signed_in
def withdraw(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Take a refund back."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.ASK_REFUND, project)
    refund = _refund(project, pk)
    today = timezone.localdate()
    form = WithdrawForm(request.POST, refund=refund, today=today)
    if form.is_valid():
        try:
            withdraw_refund(refund=refund, actor=actor, today=today, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, _("退款通知已撤回。"), "refunds", project)
    return _page(request, project, ("withdraw", pk, form))


@require_POST
@signed_in
def disallowed(request: PageRequest, number: str) -> HttpResponseBase:
    """Put misused spending right."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.REVERSE_ENTRY, project)
    require_posting(request.sight, project, kind=SPENDING, source=SELF_RAISED)
    today = timezone.localdate()
    form = DisallowForm(request.POST, today=today)
    if form.is_valid():
        try:
            put_right = disallow(project=project, actor=actor, today=today, **form.cleaned_data)
        except UnknownEntry as refusal:
            form.add_error("sequence", refusal.message)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("已红冲并改在单位自筹列支（第 %(reversal)d、%(spending)d 号分录）。") % {
                "reversal": put_right.reversal.sequence,
                "spending": put_right.spending.sequence,
            }
            return done(request, said, "refunds", project)
    return _page(request, project, ("disallow", 0, form))


def _refund(project: Project, pk: int) -> Refund:
    refund = Refund.objects.with_receipts().filter(project=project, pk=pk).select_related("project").first()
    if refund is None:
        raise Http404
    return refund


def _page(request: PageRequest, project: Project, faulty: Faulty | None = None) -> HttpResponseBase:
    today = timezone.localdate()
    return part(
        request,
        "pages/refunds.html",
        project,
        here="refunds",
        status=422 if faulty else 200,
        title=_("退款与信用"),
        **refunds_context(request, project, today, faulty),
    )


def refunds_context(
    request: PageRequest, project: Project, today: date, faulty: Faulty | None = None
) -> dict[str, Any]:
    """What parts/refunds.html shows. The queries do not grow with the refunds."""
    name, _pk, form = faulty or ("", 0, None)
    may_ask = may_on(Act.ASK_REFUND, request.sight, project)
    may_put_right = stage_allows_reversal(project.state) and not roles_on(request.sight, project).isdisjoint(
        KINDS[SPENDING].posters[SELF_RAISED]
    )
    asking = WorkingsForm(request.GET if "cause" in request.GET else None, initial={"on": today})
    return {
        "today": today,
        "refunds": _shown(request, project, today, faulty),
        "workings_form": asking,
        "workings": _workings(project, asking, today),
        "rate": asking.is_bound and asking.is_valid() and asking.cleaned_data["rate_percent"] is not None,
        "ask_form": form if name == "ask" else AskForm(project=project, today=today) if may_ask else None,
        "disallow_form": form if name == "disallow" else DisallowForm(today=today) if may_put_right else None,
        "faulty": name,
    }


def _workings(project: Project, form: WorkingsForm, today: date) -> list[Working]:
    """What the ledger says for what was asked; nothing where that was not asked rightly."""
    if not form.is_bound or not form.is_valid():
        return []
    try:
        return workings_of(project, today=today, **form.cleaned_data)
    except Invalid as refusal:
        take(form, refusal)
        return []


def _shown(request: PageRequest, project: Project, today: date, faulty: Faulty | None) -> list[ShownRefund]:
    """The refunds: those still open first, the earliest due before the others."""
    receipts = RefundReceipt.objects.with_standing().select_related("entry", "document").order_by("pk")
    rows = (
        Refund.objects.filter(project=project)
        .with_receipts()
        .prefetch_related(Prefetch("receipts", queryset=receipts))
        .order_by("due_on", "pk")
    )
    steps = stories(project, Refund)
    may_ask = may_on(Act.ASK_REFUND, request.sight, project)
    may_receive = may_on(Act.RECORD_RECEIPT, request.sight, project)
    papers = papers_of(project, DocumentCategory.REFUND) if may_receive else []
    name, pk, form = faulty or ("", 0, None)
    shown = []
    for refund in sorted(rows, key=lambda row: row.state != RefundState.ASKED):
        is_open = refund.state == RefundState.ASKED
        made: dict[str, Any] = {
            "receipt": ReceiptForm(refund=refund, papers=papers, today=today)
            if is_open and may_receive
            else None,
            "interest": InterestForm(refund=refund, today=today) if is_open and may_ask else None,
            "withdraw": WithdrawForm(refund=refund, today=today) if is_open and may_ask else None,
        }
        if refund.pk == pk and name in made:
            made[name] = form
        shown.append(
            ShownRefund(
                refund,
                told(steps.get(refund.pk, [])),
                max((today - refund.due_on).days, 0) if is_open else 0,
                made["receipt"],
                made["interest"],
                made["withdraw"],
                is_faulty=refund.pk == pk,
            )
        )
    return shown
