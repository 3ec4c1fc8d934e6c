"""Audit and settlement of a project: what was audited, the settlement table, its freezing, and the surplus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import AsOf, as_of
from backend.pages.fields import AmountField, DayField, Select
from backend.pages.forms import take
from backend.pages.paper_field import PaperField, papers_of
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import told
from finance.audits import AUDITED_IN, FIRM_LENGTH, NUMBER_LENGTH, record_audit
from finance.guards import FIGURES
from finance.models import Audit, AuditOpinion, Settlement, SurplusUse
from finance.settlement import (
    SETTLED_IN,
    Difference,
    SettlementTable,
    adds_up,
    freeze,
    is_whole,
    settlement_of,
)
from finance.surplus import DECIDED_IN, REASON_LENGTH, Surplus, decide_surplus, surplus_in
from finance.terms import INDIRECT, SOURCES
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import DocumentCategory, Project, Step

SETTLING = ("audit", "settlement", "surplusdecision")
"""What the page tells the story of, by the names of the models."""


class AuditForm(forms.Form):
    """A special audit, as the report says it."""

    on = DayField(label=gettext_lazy("审计日期"))
    firm = forms.CharField(label=gettext_lazy("审计机构"), max_length=FIRM_LENGTH)
    report_no = forms.CharField(label=gettext_lazy("报告文号"), max_length=NUMBER_LENGTH)
    opinion = forms.ChoiceField(
        widget=Select,
        label=gettext_lazy("审计意见"),
        choices=[("", gettext_lazy("请选择")), *AuditOpinion.choices],
    )
    audited_investment = AmountField(label=gettext_lazy("审定新增总投入（元）"))
    document = PaperField(label=gettext_lazy("审计报告文件"))

    def __init__(self, data: Any = None, *, project: Project) -> None:
        super().__init__(data, auto_id="audit-%s")
        document = self.fields["document"]
        assert isinstance(document, PaperField)
        document.offer(papers_of(project, DocumentCategory.AUDIT))


class FreezeForm(forms.Form):
    on = DayField(
        label=gettext_lazy("决算截止日"), help_text=gettext_lazy("一般为提出验收申请之日；截止后不再列支。")
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id="freeze-%s")


class SurplusForm(forms.Form):
    use = forms.ChoiceField(
        widget=Select,
        label=gettext_lazy("处理方式"),
        choices=[("", gettext_lazy("请选择")), *SurplusUse.choices],
    )
    on = DayField(label=gettext_lazy("决定日期"))
    kept_until = DayField(
        label=gettext_lazy("留用期限"),
        required=False,
        help_text=gettext_lazy("不填的，按批次规定的月数计算。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": "2"})
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id="surplus-%s")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of spending: a category, or what several come to (`is_sum`), by source and together."""

    name: str
    amounts: list[Any]
    total: Any
    is_sum: bool = False

    @property
    def by_source(self) -> list[tuple[str, Any]]:
        return list(zip(SOURCES, self.amounts, strict=True))


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A settlement table as officials know it: money in by source, spending by category, what is left."""

    table: SettlementTable

    @property
    def rows(self) -> list[Row]:
        """Direct costs, their sum, indirect costs."""
        direct = [category for category in self.table.spent if category != INDIRECT]
        lines = [self._row(category) for category in direct]
        lines.append(self._sum(_("直接费用小计"), direct))
        return [*lines, *(self._row(category) for category in self.table.spent if category == INDIRECT)]

    @property
    def total(self) -> Row:
        return self._sum(_("支出合计"), list(self.table.spent))

    def _row(self, category: str) -> Row:
        amounts = self.table.spent[category]
        return Row(_(category), [amounts[source] for source in SOURCES], self.table.spent_on(category))

    def _sum(self, name: str, categories: list[str]) -> Row:
        sums = [sum(self.table.spent[category][source] for category in categories) for source in SOURCES]
        return Row(name, sums, sum(sums), is_sum=True)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen settlement with its table. differences: of the latest alone, None of the others."""

    settlement: Settlement
    shown: ShownTable
    is_whole: bool
    differences: list[tuple[Difference, str]] | None


@require_safe
@signed_in
def settlement(request: PageRequest, number: str) -> HttpResponseBase:
    """The page; the settlement table as of today or of `?on=`."""
    project = project_in_sight(request, number)
    return _page(request, project, as_of(request))


@require_POST
@signed_in
def audit(request: PageRequest, number: str) -> HttpResponseBase:
    """Put a special audit on file."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.RECORD_AUDIT, project)
    form = AuditForm(request.POST, project=project)
    if form.is_valid():
        try:
            record_audit(project=project, actor=actor, today=timezone.localdate(), **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, _("专项审计已登记。"), "settlement", project)
    return _page(request, project, _today(), audit_form=form)


@require_POST
@signed_in
def freezing(request: PageRequest, number: str) -> HttpResponseBase:
    """Freeze the settlement up to a day."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.SETTLE, project)
    today = timezone.localdate()
    form = FreezeForm(request.POST, today=today)
    if form.is_valid():
        try:
            frozen = freeze(project=project, on=form.cleaned_data["on"], actor=actor, today=today)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("第 %(number)s 号经费决算已封存。") % {"number": frozen.number}
            return done(request, said, "settlement", project)
    return _page(request, project, _today(), freeze_form=form)


@require_POST
@signed_in
def surplus(request: PageRequest, number: str) -> HttpResponseBase:
    """Decide what becomes of the surplus."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.DECIDE_SURPLUS, project)
    today = timezone.localdate()
    form = SurplusForm(request.POST, today=today)
    if form.is_valid():
        try:
            decision = decide_surplus(project=project, actor=actor, today=today, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            kept = decision.use == SurplusUse.KEPT
            said = _("结余留用已登记。") if kept else _("结余交回已登记，退款通知见“退款与信用”。")
            return done(request, said, "settlement", project)
    return _page(request, project, _today(), surplus_form=form)


def _today() -> AsOf:
    today = timezone.localdate()
    return AsOf(today, today)


def _page(request: PageRequest, project: Project, day: AsOf, **faulty: forms.Form) -> HttpResponseBase:
    """The page with the forms that the reader may use; `faulty` takes the place of an empty one."""
    table = settlement_of(project, on=day.on)
    sight = request.sight
    fresh: dict[str, forms.Form] = {}
    if project.state in AUDITED_IN and may_on(Act.RECORD_AUDIT, sight, project):
        fresh["audit_form"] = AuditForm(project=project)
    if project.state in SETTLED_IN and may_on(Act.SETTLE, sight, project):
        fresh["freeze_form"] = FreezeForm(today=day.today)
    if project.state in DECIDED_IN and may_on(Act.DECIDE_SURPLUS, sight, project):
        fresh["surplus_form"] = SurplusForm(today=day.today)
    left: Surplus = surplus_in(table.funding)
    return part(
        request,
        "pages/settlement.html",
        project,
        here="settlement",
        status=422 if faulty else 200,
        title=_("审计与决算"),
        day=day,
        audits=Audit.objects.filter(project=project).select_related("document").order_by("-audited_on"),
        live=ShownTable(table),
        sources=SOURCES,
        frozen=_frozen(project),
        left=left,
        decisions=project.surplus_decisions.order_by("-decided_on", "-pk"),
        story=told(Step.objects.filter(project=project, subject__in=SETTLING).order_by("pk")),
        faulty=list(faulty),
        **(fresh | faulty),
    )


def _frozen(project: Project) -> list[Frozen]:
    """The frozen settlements, the latest first."""
    settlements = list(project.settlements.select_related("project").order_by("-number"))
    return [
        Frozen(
            each,
            ShownTable(SettlementTable.from_json(each.settled_on, each.content)),
            is_whole(each),
            None
            if each is not settlements[0]
            else [(parted, _(FIGURES.get(parted.item, parted.item))) for parted in adds_up(each)],
        )
        for each in settlements
    ]
