"""The plan of a project year by year: each milestone with its evidence and its story, and what may be done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import AmountField, DayField
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import Paper, Told, papers, stories, told, upload_url
from lifecycle import milestones as services
from lifecycle.errors import Conflict, Invalid
from lifecycle.milestones import (
    NAME_LENGTH,
    OWNER_LENGTH,
    PLANNED_IN,
    PROGRESS_LENGTH,
    REASON_LENGTH,
    WHOLE,
)
from lifecycle.models import DocumentCategory, Milestone, MilestoneState, Project, Step
from lifecycle.models.milestone import UNDONE
from lifecycle.parties.log import Actor
from lifecycle.reporting import HAND_IN, LOGGED_IN
from reports.overview import PlannedStep
from reports.years import PlanYear, plan_of

_HANDED_IN = frozenset({MilestoneState.HANDED_IN})
_OPEN = frozenset(UNDONE)


def _text(label: Any, length: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.Textarea(attrs={"rows": "2"})
    )


class ProgressForm(forms.Form):
    progress = _text(gettext_lazy("完成情况"), PROGRESS_LENGTH, required=False)


class HandInForm(forms.Form):
    completed_on = DayField(label=gettext_lazy("实际完成日期"))
    statement = _text(gettext_lazy("完成情况说明"), PROGRESS_LENGTH)


class ReturnForm(forms.Form):
    reason = _text(gettext_lazy("退回理由"), REASON_LENGTH)


class WaiverForm(forms.Form):
    reason = _text(gettext_lazy("免除理由"), REASON_LENGTH)
    on = DayField(label=gettext_lazy("免除日期"))


class AddForm(forms.Form):
    """A milestone to be added to the plan."""

    year = forms.IntegerField(
        label=gettext_lazy("年度"),
        min_value=2000,
        max_value=2099,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("里程碑名称"), max_length=NAME_LENGTH)
    planned_on = DayField(label=gettext_lazy("计划完成日期"))
    owner = forms.CharField(label=gettext_lazy("责任人"), max_length=OWNER_LENGTH, required=False)
    weight = forms.IntegerField(
        label=gettext_lazy("权重（1–100）"),
        min_value=1,
        max_value=WHOLE,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    planned_spend = AmountField(label=gettext_lazy("计划支出（元）"), required=False)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done to a milestone. by_day: whether the service wants the business day of it."""

    act: Act
    states: frozenset[str]
    do: Callable[..., Milestone]
    title: str | Promise
    said: str | Promise
    form: type[forms.Form] = forms.Form
    look: str = ""
    by_day: bool = False


DEEDS: dict[str, Deed] = {
    "progress": Deed(
        Act.LOG_MILESTONE,
        _OPEN,
        services.log_progress,
        gettext_lazy("保存进展"),
        gettext_lazy("里程碑“%(name)s”的进展已保存。"),
        ProgressForm,
    ),
    "hand-in": Deed(
        Act.HAND_IN_MILESTONE,
        _OPEN,
        services.hand_in,
        gettext_lazy("提交完成"),
        gettext_lazy("里程碑“%(name)s”已提交，待高新区核实。"),
        HandInForm,
        "primary",
    ),
    "take-back": Deed(
        Act.HAND_IN_MILESTONE,
        _HANDED_IN,
        services.take_back,
        gettext_lazy("撤回提交"),
        gettext_lazy("里程碑“%(name)s”的提交已撤回。"),
    ),
    "verify": Deed(
        Act.VERIFY_MILESTONE,
        _HANDED_IN,
        services.verify,
        gettext_lazy("核实完成"),
        gettext_lazy("里程碑“%(name)s”已核实。"),
        look="primary",
        by_day=True,
    ),
    "return": Deed(
        Act.VERIFY_MILESTONE,
        _HANDED_IN,
        services.give_back,
        gettext_lazy("退回"),
        gettext_lazy("里程碑“%(name)s”已退回。"),
        ReturnForm,
        by_day=True,
    ),
    "waive": Deed(
        Act.WAIVE_MILESTONE,
        _OPEN,
        services.waive,
        gettext_lazy("免除"),
        gettext_lazy("里程碑“%(name)s”已免除。"),
        WaiverForm,
        "danger",
    ),
}
"""By the last word of their address, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed offered to the reader, with its form."""

    name: str
    deed: Deed
    form: forms.Form


@dataclass(frozen=True, slots=True)
class Shown:
    """A milestone as the page shows it. is_open: unfolded, since a form in it has faults."""

    step: PlannedStep
    papers: list[Paper]
    story: list[Told]
    offers: list[Offer]
    upload_url: str
    is_open: bool


@dataclass(slots=True)
class Faulty:
    """A form that was refused, and which one."""

    pk: int = 0
    name: str = ""
    form: forms.Form = field(default_factory=forms.Form)


@require_http_methods(["GET", "POST"])
@signed_in
def milestones(request: PageRequest, number: str) -> HttpResponseBase:
    """The page (GET); a milestone added to the plan (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project)
    actor = actor_on(request, Act.PLAN_MILESTONE, project)
    form = AddForm(request.POST, auto_id="add-%s")
    if form.is_valid():
        try:
            added = services.add_milestone(
                project=project, actor=actor, today=timezone.localdate(), **form.cleaned_data
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("已增加里程碑“%(name)s”。") % {"name": added.name}
            return done(request, said, "milestones", project)
    return _page(request, project, add_form=form, status=422)


@require_POST
@signed_in
def act(request: PageRequest, number: str, pk: int, name: str) -> HttpResponseBase:
    """Do one of DEEDS to a milestone."""
    project = project_in_sight(request, number)
    deed = DEEDS.get(name)
    milestone = project.milestones.filter(pk=pk).first()
    if deed is None or milestone is None:
        raise Http404
    actor = actor_on(request, deed.act, project)
    form = deed.form(request.POST, auto_id=_ids(pk, name))
    if form.is_valid():
        try:
            said = carry_out(deed, milestone, form.cleaned_data, actor)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            messages.success(request, said)
            return redirect(f"{reverse('milestones', args=[project.number])}#milestone-{pk}")
    return _page(request, project, faulty=Faulty(pk, name, form), status=422)


def carry_out(deed: Deed, milestone: Milestone, said: dict[str, Any], actor: Actor) -> str:
    """Do it today; the sentence that tells of it. Raises what the deed's service raises."""
    today = timezone.localdate()
    by_day: dict[str, Any] = {"on": today} if deed.by_day else {}
    deed.do(milestone=milestone, actor=actor, today=today, **by_day, **said)
    return str(deed.said) % {"name": milestone.name}


def _ids(pk: int, name: str) -> str:
    return f"milestone-{pk}-{name}-%s"


def _page(
    request: PageRequest,
    project: Project,
    *,
    faulty: Faulty | None = None,
    add_form: AddForm | None = None,
    status: int = 200,
) -> HttpResponse:
    plan = plan_of(project, on=timezone.localdate())
    may_add = project.state in PLANNED_IN and may_on(Act.PLAN_MILESTONE, request.sight, project)
    fresh = AddForm(auto_id="add-%s", initial={"year": plan.on.year})
    return part(
        request,
        "pages/milestones.html",
        project,
        here="milestones",
        status=status,
        title=_("里程碑"),
        plan=plan,
        years=list(zip(plan.years, _shown(request, project, plan.years, faulty or Faulty()), strict=True)),
        faulty=faulty,
        add_form=(add_form or fresh) if may_add else None,
        add_is_open=add_form is not None,
    )


def _shown(
    request: PageRequest, project: Project, years: list[PlanYear], faulty: Faulty
) -> list[list[Shown]]:
    """The milestones of each year; two queries."""
    attached = papers(project, Milestone)
    steps = stories(project, Milestone)
    allowed = _allowed(request, project)
    may_file = may_on(Act.FILE_DOCUMENT, request.sight, project)

    def show(step: PlannedStep) -> Shown:
        milestone = step.milestone
        story = steps.get(milestone.pk, [])
        return Shown(
            step,
            attached.get(milestone.pk, []),
            told(story),
            _offers(request, milestone, story, allowed, faulty),
            upload_url(
                project,
                milestone,
                DocumentCategory.MILESTONE,
                back=f"{reverse('milestones', args=[project.number])}#milestone-{milestone.pk}",
            )
            if may_file and milestone.is_undone
            else "",
            milestone.pk == faulty.pk,
        )

    return [[show(step) for step in year.steps] for year in years]


def offers_of(request: PageRequest, project: Project, milestone: Milestone, story: list[Step]) -> list[Offer]:
    """What the reader may do to the milestone, each with its form. story: its steps."""
    return _offers(request, milestone, story, _allowed(request, project), Faulty())


def _offers(
    request: PageRequest, milestone: Milestone, story: list[Step], allowed: dict[str, Deed], faulty: Faulty
) -> list[Offer]:
    handed_in = [each for each in story if each.act == HAND_IN]
    is_own = bool(handed_in) and handed_in[-1].actor_id == request.user.pk
    return [
        Offer(name, deed, _form(name, deed, milestone, faulty))
        for name, deed in allowed.items()
        if milestone.state in deed.states and _fits(name, is_own=is_own)
    ]


def _allowed(request: PageRequest, project: Project) -> dict[str, Deed]:
    """The deeds that the reader may do at this stage of the project."""
    if project.state not in LOGGED_IN:
        return {}
    return {name: deed for name, deed in DEEDS.items() if may_on(deed.act, request.sight, project)}


def _fits(name: str, *, is_own: bool) -> bool:
    """Whether it is for this reader: one's own hand-in is taken back, that of others is verified."""
    return is_own if name == "take-back" else not (is_own and name == "verify")


def _form(name: str, deed: Deed, milestone: Milestone, faulty: Faulty) -> forms.Form:
    if (milestone.pk, name) == (faulty.pk, faulty.name):
        return faulty.form
    known = {
        "progress": milestone.progress,
        "statement": milestone.progress,
        "completed_on": timezone.localdate(),
        "on": timezone.localdate(),
    }
    return deed.form(initial=known, auto_id=_ids(milestone.pk, name))
