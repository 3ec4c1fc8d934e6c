"""The page of a project's payments: the plan and how far it is, who pays first, arrivals, payments, confirmations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on, postable, require_posting
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import AsOf, as_of
from backend.pages.fields import AmountField, DayField, Select
from backend.pages.forms import take
from backend.pages.offers import Offers, note_of, offered
from backend.pages.project_parts import actor_on, done, part
from finance.disbursements import confirm, name_of, pay, record_arrival
from finance.instalments import RECEIVED, TrancheState
from finance.outlook import Prospect, pay_first_of, payments_of
from finance.posting import LENGTHS, Posted
from finance.rules.facts import ZERO
from finance.terms import ARRIVAL, DIRECT, FISCAL, PAYMENT, PROVINCIAL
from finance.tranche_plan import (
    CONDITION_LENGTH,
    LAST_NUMBER,
    add_tranche,
    change_tranche,
    may_be_written,
    remove_tranche,
)
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Project, Step, Tranche

STEPS_SHOWN = 50

LOOKS = {
    TrancheState.PLANNED: "not_applicable",
    TrancheState.DUE: "warn",
    TrancheState.ARRIVED: "warn",
    TrancheState.PAID: "waived",
    TrancheState.CONFIRMED: "pass",
}
"""The look of a state among those of answers; a tranche that is late looks like a breach."""

DONE = {
    "plan": gettext_lazy("列入计划"),
    "change": gettext_lazy("修改计划"),
    "remove": gettext_lazy("删除"),
    "arrive": gettext_lazy("登记到账"),
    "pay": gettext_lazy("拨付"),
    "confirm": gettext_lazy("单位确认到账"),
}
"""What the steps of tranches and confirmations are called."""

FIELD_OF_REFUSAL = {"more_than_left": "amount", "insufficient_funds": "amount", "already_posted": "voucher"}
"""Beside which field a refusal stands."""


class TrancheForm(forms.Form):
    """What a tranche says."""

    source = forms.ChoiceField(widget=Select, label=gettext_lazy("资金来源"))
    number = forms.IntegerField(label=gettext_lazy("期次"), min_value=1, max_value=LAST_NUMBER)
    planned_on = DayField(label=gettext_lazy("计划拨付日期"))
    amount = AmountField(label=gettext_lazy("金额（元）"))
    condition = forms.CharField(
        label=gettext_lazy("拨付条件"),
        max_length=CONDITION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=gettext_lazy("如“合同签订后”“中期检查通过”“年度报告审核通过”“验收通过后”，系统据此核对。"),
    )
    is_tail = forms.BooleanField(label=gettext_lazy("尾款（验收后拨付，不影响申请验收）"), required=False)

    def __init__(self, data: Any = None, *, tranche: Tranche | None = None) -> None:
        known = {name: getattr(tranche, name) for name in self.base_fields} if tranche else {}
        super().__init__(data, initial=known, auto_id=f"tranche-{tranche.pk if tranche else 'new'}-%s")
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(source, _(source)) for source in FISCAL]


class MoneyForm(forms.Form):
    """Money for one tranche; what is left stands in it already. kinds: those the person may post of it."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("业务类型"))
    amount = AmountField(label=gettext_lazy("金额（元）"))
    on = DayField(label=gettext_lazy("业务日期"))
    voucher = forms.CharField(
        label=gettext_lazy("凭证号"),
        max_length=LENGTHS["voucher"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    counterparty = forms.CharField(
        label=gettext_lazy("对方单位"), max_length=LENGTHS["counterparty"], required=False
    )
    memo = forms.CharField(label=gettext_lazy("摘要"), max_length=LENGTHS["memo"], required=False)

    def __init__(
        self, data: Any = None, *, act: str, tranche: Tranche, kinds: tuple[str, ...], **known: Any
    ) -> None:
        fresh = {"key": f"page:{uuid4()}", "kind": kinds[0]} | known
        super().__init__(data, initial=fresh, auto_id=f"{act}-{tranche.pk}-%s")
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind, _(kind)) for kind in kinds]
        if len(kinds) == 1:
            field.widget = forms.HiddenInput()

    def take(self, refusal: Invalid | Conflict) -> None:
        """Show the refusal beside the field it speaks of."""
        field = FIELD_OF_REFUSAL.get(refusal.code)
        if field is not None:
            self.add_error(field, refusal.message)
        else:
            take(self, refusal)


class ConfirmForm(forms.Form):
    """The day on which the unit says that a payment arrived."""

    on = DayField(label=gettext_lazy("确认日期"))


@dataclass(frozen=True, slots=True)
class Faulty:
    """A form that was refused, to be shown again where it stands. act: arrive, pay, change or add."""

    act: str
    pk: int
    form: forms.Form


@dataclass(frozen=True, slots=True)
class Row:
    """A tranche with its look, and the form to change it where the plan is still written."""

    prospect: Prospect
    look: str
    form: TrancheForm | None


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """The tranches of one source with their sums, and what is to be done next with the money.

    contract: what it promises, yuan. arrive, pay: the form for the next tranche, for whoever may; held_back:
    the next tranche to pay while its conditions are not met.
    """

    source: str
    rows: list[Row]
    contract: Decimal
    planned: Decimal
    arrived: Decimal | None
    paid: Decimal
    confirmed: Decimal
    arrive: MoneyForm | None
    arriving: Tranche | None
    pay: MoneyForm | None
    paying: Tranche | None
    held_back: Prospect | None

    @property
    def adds_up(self) -> bool:
        return self.planned == self.contract

    @property
    def passes_park(self) -> bool:
        return self.source == PROVINCIAL


@require_http_methods(["GET", "POST"])
@signed_in
def tranches(request: PageRequest, number: str) -> HttpResponseBase:
    """The payments as of today or of a past day (`?on=`); adding a tranche to the plan (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project, as_of(request))
    actor = actor_on(request, Act.PLAN_TRANCHE, project)
    form = TrancheForm(request.POST)
    if form.is_valid():
        try:
            added = add_tranche(project=project, actor=actor, today=timezone.localdate(), **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("已列入拨款计划：%(tranche)s。") % {"tranche": name_of(added)}
            return done(request, said, "tranches", project)
    return _refused(request, project, Faulty("add", 0, form))


@require_POST
@signed_in
def tranche(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Let a tranche say something else, while the plan is still written."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.PLAN_TRANCHE, project)
    found = _tranche(project, pk)
    form = TrancheForm(request.POST, tranche=found)
    if form.is_valid():
        try:
            changed = change_tranche(
                tranche=found, actor=actor, today=timezone.localdate(), **form.cleaned_data
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("已修改：%(tranche)s。") % {"tranche": name_of(changed)}
            return done(request, said, "tranches", project)
    return _refused(request, project, Faulty("change", pk, form))


@require_POST
@signed_in
def remove(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Take a tranche out of the plan, while the plan is still written."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.PLAN_TRANCHE, project)
    found = _tranche(project, pk)
    remove_tranche(tranche=found, actor=actor, today=timezone.localdate())
    return done(
        request, _("已从拨款计划中删除：%(tranche)s。") % {"tranche": name_of(found)}, "tranches", project
    )


@require_POST
@signed_in
def arrive(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Record provincial money for a tranche as it reached the park."""
    project = project_in_sight(request, number)
    found = _tranche(project, pk)
    require_posting(request.sight, project, kind=ARRIVAL, source=found.source)
    form = MoneyForm(request.POST, act="arrive", tranche=found, kinds=(ARRIVAL,))

    def act(said: dict[str, Any]) -> Posted:
        said.pop("kind")
        return record_arrival(
            tranche=found,
            actor=actor_on(request, Act.POST_ENTRY, project),
            today=timezone.localdate(),
            **said,
        )

    return _moved_on(request, project, found, "arrive", form, act, _("%(tranche)s已登记到账 %(amount)s 元。"))


@require_POST
@signed_in
def pay_out(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Pay a tranche to the unit."""
    project = project_in_sight(request, number)
    found = _tranche(project, pk)
    kind = request.POST.get("kind", PAYMENT)
    require_posting(request.sight, project, kind=kind if kind in RECEIVED else PAYMENT, source=found.source)
    kinds = _kinds(postable(request.sight, project), found.source)
    form = MoneyForm(request.POST, act="pay", tranche=found, kinds=kinds)

    def act(said: dict[str, Any]) -> Posted:
        return pay(
            tranche=found,
            actor=actor_on(request, Act.POST_ENTRY, project),
            today=timezone.localdate(),
            **said,
        )

    return _moved_on(request, project, found, "pay", form, act, _("%(tranche)s已拨付 %(amount)s 元。"))


@require_POST
@signed_in
def confirm_payment(request: PageRequest, number: str, sequence: int) -> HttpResponseBase:
    """The unit's word that a payment arrived."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.CONFIRM_PAYMENT, project)
    today = timezone.localdate()
    form = ConfirmForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("请填写确认日期。"))
        confirm(project=project, sequence=sequence, on=form.cleaned_data["on"], actor=actor, today=today)
    except (Invalid, Conflict) as refusal:
        messages.error(request, refusal.message)
        return _page(request, project, AsOf(today, today), status=422)
    said = _("已确认第 %(sequence)d 号分录的款项到账。") % {"sequence": sequence}
    return done(request, said, "tranches", project)


def _tranche(project: Project, pk: int) -> Tranche:
    found = Tranche.objects.filter(project=project, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _moved_on(
    request: PageRequest,
    project: Project,
    found: Tranche,
    act: str,
    form: MoneyForm,
    post: Any,
    sentence: str,
) -> HttpResponseBase:
    """What follows an arrival or a payment that was sent: the page anew, or the form with its faults."""
    if form.is_valid():
        try:
            posted = post(dict(form.cleaned_data))
        except (Invalid, Conflict) as refusal:
            form.take(refusal)
        else:
            said = sentence % {
                "tranche": name_of(found),
                "amount": f"{Decimal(posted.shown['amount']):,.2f}",
            }
            if posted.repeated:
                said = _("这笔业务已登记为第 %(sequence)d 号分录，没有重复登记。") % {
                    "sequence": posted.sequence
                }
            return done(request, said, "tranches", project)
    return _refused(request, project, Faulty(act, found.pk, form))


def _refused(request: PageRequest, project: Project, faulty: Faulty) -> HttpResponse:
    today = timezone.localdate()
    return _page(request, project, AsOf(today, today), faulty=faulty, status=422)


def _page(
    request: PageRequest, project: Project, day: AsOf, *, faulty: Faulty | None = None, status: int = 200
) -> HttpResponse:
    payments = payments_of(project, on=day.on)
    may_post = {} if day.is_past else postable(request.sight, project)
    is_settled = not may_be_written(project)
    is_written = not is_settled and not day.is_past and may_on(Act.PLAN_TRANCHE, request.sight, project)
    offers = offered(project, may_post)
    contract = project.committed()
    plans = [
        _plan_of(
            source,
            prospects,
            contract=contract[source],
            offers=offers,
            project=project,
            today=day.today,
            is_written=is_written,
            faulty=faulty,
        )
        for source, prospects in payments.sources.items()
        if prospects or contract[source]
    ]
    shown = {plan.paying.pk for plan in plans if plan.paying and plan.pay} | {
        plan.arriving.pk for plan in plans if plan.arriving and plan.arrive
    }
    return part(
        request,
        "pages/tranches.html",
        project,
        "tranches",
        status,
        title=_("拨付"),
        day=day,
        plans=plans,
        pay_first=pay_first_of(project, on=day.on, life=payments.life),
        unconfirmed=payments.unconfirmed,
        may_confirm=not day.is_past and may_on(Act.CONFIRM_PAYMENT, request.sight, project),
        is_settled=is_settled,
        is_written=is_written,
        add_form=faulty.form if faulty and faulty.act == "add" else TrancheForm(),
        changing=faulty.pk if faulty and faulty.act == "change" else None,
        # A form that was refused stands where it was, unless its place is gone by now.
        lost=faulty.form if faulty and faulty.act in ("arrive", "pay") and faulty.pk not in shown else None,
        stage_note=note_of(project, may_post) if _pays(may_post) else "",
        steps=_steps(project),
    )


def _plan_of(
    source: str,
    prospects: list[Prospect],
    *,
    contract: Decimal,
    offers: Offers,
    project: Project,
    today: date,
    is_written: bool,
    faulty: Faulty | None,
) -> SourcePlan:
    arriving = next((each for each in prospects if each.is_next_to_arrive), None)
    paying = next((each for each in prospects if each.is_next_to_pay), None)
    kinds = _kinds(offers, source)
    arrive_form = pay_form = None
    if arriving is not None and source in offers.get(ARRIVAL, ()):
        arrive_form = _form_again(faulty, "arrive", arriving) or MoneyForm(
            act="arrive",
            tranche=arriving.tranche,
            kinds=(ARRIVAL,),
            amount=arriving.instalment.to_arrive,
            on=today,
        )
    if paying is not None and kinds and not paying.unmet:
        pay_form = _form_again(faulty, "pay", paying) or MoneyForm(
            act="pay",
            tranche=paying.tranche,
            kinds=kinds,
            amount=paying.instalment.left,
            on=today,
            counterparty=project.unit.name,
        )
    instalments = [each.instalment for each in prospects]
    return SourcePlan(
        source=source,
        rows=[_row(each, is_written=is_written, faulty=faulty) for each in prospects],
        contract=contract,
        planned=sum((each.tranche.amount for each in instalments), ZERO),
        arrived=sum((each.arrived or ZERO for each in instalments), ZERO),
        paid=sum((each.paid for each in instalments), ZERO),
        confirmed=sum((each.confirmed for each in instalments), ZERO),
        arrive=arrive_form,
        arriving=arriving.tranche if arriving else None,
        pay=pay_form,
        paying=paying.tranche if paying else None,
        held_back=paying if paying is not None and kinds and paying.unmet else None,
    )


def _form_again(faulty: Faulty | None, act: str, prospect: Prospect) -> MoneyForm | None:
    if faulty is None or (faulty.act, faulty.pk) != (act, prospect.tranche.pk):
        return None
    assert isinstance(faulty.form, MoneyForm)
    return faulty.form


def _row(prospect: Prospect, *, is_written: bool, faulty: Faulty | None) -> Row:
    form = None
    if is_written:
        form = TrancheForm(tranche=prospect.tranche)
        if faulty and faulty.act == "change" and faulty.pk == prospect.tranche.pk:
            assert isinstance(faulty.form, TrancheForm)
            form = faulty.form
    look = "breach" if prospect.instalment.late_days else LOOKS[prospect.instalment.state]
    return Row(prospect, look, form)


def _kinds(offers: Offers, source: str) -> tuple[str, ...]:
    """The kinds by which the source may be paid to the unit, the usual one first."""
    return tuple(kind for kind in (PAYMENT, DIRECT) if source in offers.get(kind, ()))


def _pays(offers: Offers) -> bool:
    """Whether the person pays tranches at all, stage aside."""
    return any(kind in offers for kind in (ARRIVAL, *RECEIVED))


def _steps(project: Project) -> list[dict[str, Any]]:
    """The latest steps of the plan and its payments, newest first."""
    rows = Step.objects.filter(project=project, subject__in=("tranche", "paymentconfirmation"))
    return [
        {
            "step": step,
            "word": DONE.get(step.act, step.act),
            "amount": f"{Decimal(step.details['amount']):,.2f}",
        }
        for step in rows.order_by("-pk")[:STEPS_SHOWN]
    ]
