"""Inspections of a project and what they found: the window of the mid-term, each check, each finding's story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on, require_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import DayField, Select
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import Paper, Told, papers, stories, told, upload_url
from lifecycle import findings, inspections
from lifecycle.errors import Conflict, Invalid
from lifecycle.facts import life_facts
from lifecycle.findings import SAID_BY_HAND, Raised, raise_finding
from lifecycle.inspections import HELD_IN, ITEMS, Checked, Window, midterm_window
from lifecycle.models import (
    DocumentCategory,
    Finding,
    FindingOrigin,
    FindingState,
    Inspection,
    InspectionKind,
    InspectionState,
    Project,
    Severity,
)
from lifecycle.models.inspection import RESULTS
from lifecycle.rules import midterm
from lifecycle.rules.facts import MIDTERM_CHECK

FINDING_ROWS = 5
LOOK_OF_SEVERITY = {Severity.MINOR: "not_applicable", Severity.MAJOR: "warn", Severity.GRAVE: "breach"}
LOOK_OF_RESULT = {"通过": "pass", "限期整改": "warn", "不通过": "breach"}

Faulty = dict[str, forms.Form]
"""Forms as they were sent and refused, by their key on the page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The term as a line of 100: the window of the mid-term on it, today, and the checks that were held."""

    opens: str
    width: str
    today: str
    held: list[str]
    end: date


@dataclass(frozen=True, slots=True)
class ShownInspection:
    """An inspection with its story; forms by name, only those that the reader may use."""

    inspection: Inspection
    late_days: int
    papers: list[Paper]
    papers_url: str
    story: list[Told]
    forms: dict[str, forms.Form] = field(default_factory=dict)

    @property
    def look(self) -> str:
        return LOOK_OF_RESULT.get(self.inspection.result, "not_applicable")


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with its proof and story. days: left until it is due, below zero once it is late."""

    finding: Finding
    days: int
    papers: list[Paper]
    papers_url: str
    story: list[Told]
    forms: dict[str, forms.Form] = field(default_factory=dict)

    @property
    def look(self) -> str:
        return LOOK_OF_SEVERITY[Severity(self.finding.severity)]

    @property
    def late_days(self) -> int:
        """Days late: of a closed one those it took too long, of another those it is behind today."""
        return max(0, -self.days)


class PlanForm(forms.Form):
    """An inspection to be planned."""

    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("检查类型"), choices=InspectionKind.choices)
    planned_on = DayField(label=gettext_lazy("计划检查日期"))
    inspector = forms.CharField(label=gettext_lazy("检查单位"), max_length=inspections.INSPECTOR_LENGTH)


class ReasonForm(forms.Form):
    """Why, and on which day."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=inspections.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    on = DayField(label=gettext_lazy("日期"))


class RaiseForm(forms.Form):
    """Something found outside the writing down of an inspection."""

    severity = forms.ChoiceField(widget=Select, label=gettext_lazy("程度"), choices=Severity.choices)
    text = forms.CharField(
        label=gettext_lazy("问题"),
        max_length=findings.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    found_on = DayField(label=gettext_lazy("发现日期"))
    due_on = DayField(label=gettext_lazy("整改期限"), help_text=gettext_lazy("登记后不能延长。"))
    origin = forms.ChoiceField(
        widget=Select, label=gettext_lazy("来源"), choices=[(o.value, o.label) for o in SAID_BY_HAND]
    )
    inspection = forms.ChoiceField(widget=Select, label=gettext_lazy("所属检查"), required=False)

    def __init__(self, data: Any = None, *, held: list[Inspection], **options: Any) -> None:
        super().__init__(data, **options)
        chooser = self.fields["inspection"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [("", _("不属于某次检查"))] + [
            (str(each.pk), f"{each.get_kind_display()} {each.held_on}") for each in held
        ]


class AnswerForm(forms.Form):
    """How a finding was mended."""

    answer = forms.CharField(
        label=gettext_lazy("整改情况"),
        max_length=findings.ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    on = DayField(label=gettext_lazy("答复日期"))


class CloseForm(forms.Form):
    """The day a finding was seen to be mended."""

    on = DayField(label=gettext_lazy("销号日期"))


class HoldForm(forms.Form):
    """How an inspection went: a checklist, a result, an opinion, and what is to be mended."""

    held_on = DayField(label=gettext_lazy("检查日期"))
    result = forms.ChoiceField(widget=Select, label=gettext_lazy("结果"))
    opinion = forms.CharField(
        label=gettext_lazy("检查意见"),
        max_length=inspections.OPINION_LENGTH,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )

    def __init__(self, data: Any = None, *, kind: str, today: date) -> None:
        super().__init__(data, initial={"held_on": today})
        is_midterm = kind == InspectionKind.MIDTERM
        result = self.fields["result"]
        assert isinstance(result, forms.ChoiceField)
        result.choices = [("", _("请选择")), *((each, _(each)) for each in RESULTS)]
        for row in range(len(ITEMS)):
            self.fields[f"met_{row}"] = forms.ChoiceField(
                widget=Select,
                label=_("是否符合"),
                required=is_midterm,
                choices=[
                    ("", _("请选择") if is_midterm else _("未检查")),
                    ("yes", _("符合")),
                    ("no", _("不符合")),
                ],
            )
            self.fields[f"seen_{row}"] = forms.CharField(
                label=_("检查情况"),
                max_length=inspections.FINDING_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )
        for row in range(1, FINDING_ROWS + 1):
            self.fields[f"text_{row}"] = forms.CharField(
                label=_("问题 %(row)d") % {"row": row},
                max_length=findings.TEXT_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )
            self.fields[f"severity_{row}"] = forms.ChoiceField(
                widget=Select,
                label=_("问题 %(row)d 的程度") % {"row": row},
                required=False,
                choices=Severity.choices,
            )
            self.fields[f"due_on_{row}"] = DayField(
                label=_("问题 %(row)d 的整改期限") % {"row": row}, required=False
            )

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows of the checklist, for the template."""
        return [
            {"item": _(item), "met": self[f"met_{row}"], "seen": self[f"seen_{row}"]}
            for row, item in enumerate(ITEMS)
        ]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of findings, for the template."""
        return [
            {
                "text": self[f"text_{row}"],
                "severity": self[f"severity_{row}"],
                "due_on": self[f"due_on_{row}"],
            }
            for row in range(1, FINDING_ROWS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """A finding has its day, and a day its finding; what was seen of an item comes with whether it is met."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for row in range(len(ITEMS)):
            if said.get(f"seen_{row}") and not said.get(f"met_{row}") and f"met_{row}" not in self.errors:
                self.add_error(f"met_{row}", _("请选择。"))
        for row in range(1, FINDING_ROWS + 1):
            text, due_on = said.get(f"text_{row}"), said.get(f"due_on_{row}")
            if text and due_on is None and f"due_on_{row}" not in self.errors:
                self.add_error(f"due_on_{row}", _("请填写。"))
            if due_on and not text and f"text_{row}" not in self.errors:
                self.add_error(f"text_{row}", _("请填写。"))
        return said

    def checklist(self) -> list[Checked]:
        """The items that were looked at."""
        said = self.cleaned_data
        return [
            Checked(item, said[f"seen_{row}"], said[f"met_{row}"] == "yes")
            for row, item in enumerate(ITEMS)
            if said[f"met_{row}"]
        ]

    def raised(self) -> list[Raised]:
        said = self.cleaned_data
        return [
            Raised(said[f"severity_{row}"], said[f"text_{row}"], said[f"due_on_{row}"])
            for row in range(1, FINDING_ROWS + 1)
            if said[f"text_{row}"]
        ]


@require_http_methods(["GET", "POST"])
@signed_in
def page(request: PageRequest, number: str) -> HttpResponseBase:
    """The page; planning an inspection (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        require_on(Act.SEE_PROJECTS, request.sight, project)
        return _page(request, project)
    actor = actor_on(request, Act.INSPECT, project)
    today = timezone.localdate()
    form = PlanForm(request.POST, auto_id="plan-%s")
    return _try(
        request,
        project,
        "plan",
        form,
        lambda said: inspections.plan_inspection(project=project, **said, on=today, actor=actor, today=today),
        _("已安排检查。"),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def hold(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Writing down how an inspection went."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.INSPECT, project)
    inspection = _one(project.inspections.all(), pk)
    today = timezone.localdate()
    form = HoldForm(request.POST if request.method == "POST" else None, kind=inspection.kind, today=today)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                inspections.hold(
                    inspection=inspection,
                    held_on=form.cleaned_data["held_on"],
                    checklist=form.checklist(),
                    result=form.cleaned_data["result"],
                    opinion=form.cleaned_data["opinion"],
                    findings=form.raised(),
                    actor=actor,
                    today=today,
                )
            except (Invalid, Conflict) as refusal:
                take(form, refusal, {"checklist": "met_0", "findings": "text_1"})
            else:
                return done(request, _("已登记检查结果。"), "inspections", project)
    else:
        inspections.refuse_unless_planned(inspection, _("登记检查结果"))
    life = life_facts([project.pk], on=today)[project.pk]
    return part(
        request,
        "pages/inspection_hold.html",
        project,
        here="inspections",
        status=status,
        title=_("登记检查结果"),
        inspection=inspection,
        window=midterm_window(project, life.limits),
        form=form,
    )


@require_POST
@signed_in
def cancel(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """It does not take place."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.INSPECT, project)
    inspection = _one(project.inspections.all(), pk)
    key = f"inspection-{pk}-cancel"
    return _try(
        request,
        project,
        key,
        ReasonForm(request.POST, auto_id=f"{key}-%s"),
        lambda said: inspections.cancel(
            inspection=inspection, **said, actor=actor, today=timezone.localdate()
        ),
        _("已取消该次检查。"),
    )


@require_POST
@signed_in
def find(request: PageRequest, number: str) -> HttpResponseBase:
    """Writing down something found."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.INSPECT, project)
    held = list(project.inspections.filter(state=InspectionState.HELD).order_by("-held_on", "-pk"))

    def run(said: dict[str, Any]) -> None:
        raise_finding(
            project=project,
            found=Raised(said["severity"], said["text"], said["due_on"]),
            on=said["found_on"],
            origin=said["origin"],
            inspection=next((each for each in held if str(each.pk) == said["inspection"]), None),
            actor=actor,
            today=timezone.localdate(),
        )

    form = RaiseForm(request.POST, held=held, auto_id="raise-%s")
    return _try(request, project, "raise", form, run, _("已登记问题。"))


@require_POST
@signed_in
def reply(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The unit or the park says how it was mended."""
    return _on_finding(request, number, pk, "reply")


@require_POST
@signed_in
def give_back(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The answer does not do."""
    return _on_finding(request, number, pk, "return")


@require_POST
@signed_in
def shut(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """It is mended."""
    return _on_finding(request, number, pk, "close")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done to a finding."""

    act: Act
    form: type[forms.Form]
    do: Callable[..., Finding]
    title: str | Promise
    said: str | Promise
    look: str = "primary"


FINDING_DEEDS: dict[str, Deed] = {
    "reply": Deed(
        Act.ANSWER_FINDING,
        AnswerForm,
        findings.reply,
        gettext_lazy("提交整改答复"),
        gettext_lazy("已提交整改答复。"),
    ),
    "close": Deed(
        Act.INSPECT, CloseForm, findings.shut, gettext_lazy("复核销号"), gettext_lazy("该问题已销号。")
    ),
    "return": Deed(
        Act.INSPECT,
        ReasonForm,
        findings.give_back,
        gettext_lazy("退回整改答复"),
        gettext_lazy("已退回整改答复。"),
        "danger",
    ),
}
"""By the last word of their address, in the order in which they are offered."""


def _on_finding(request: PageRequest, number: str, pk: int, name: str) -> HttpResponseBase:
    project = project_in_sight(request, number)
    deed = FINDING_DEEDS[name]
    actor = actor_on(request, deed.act, project)
    finding = _one(project.findings.all(), pk)
    key = f"finding-{pk}-{name}"
    return _try(
        request,
        project,
        key,
        deed.form(request.POST, auto_id=f"{key}-%s"),
        lambda given: deed.do(finding=finding, **given, actor=actor, today=timezone.localdate()),
        str(deed.said),
    )


def _one(rows: Any, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _try(
    request: PageRequest,
    project: Project,
    key: str,
    form: forms.Form,
    run: Callable[[dict[str, Any]], object],
    said: str,
) -> HttpResponseBase:
    """Do what the form asks for and go back to the page; or show the page with what is wrong."""
    if form.is_valid():
        try:
            run(form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, said, "inspections", project)
    return _page(request, project_in_sight(request, project.number), status=422, faulty={key: form})


def _page(
    request: PageRequest, project: Project, *, status: int = 200, faulty: Faulty | None = None
) -> HttpResponse:
    today = timezone.localdate()
    life = life_facts([project.pk], on=today)[project.pk]
    window = midterm_window(project, life.limits)
    checks = [event.on for event in life.happened(MIDTERM_CHECK) if event.result]
    shown = list(project.inspections.order_by("-planned_on", "-pk"))
    found = list(project.findings.order_by("due_on", "pk"))
    stories_of = {kind: stories(project, kind) for kind in (Inspection, Finding)}
    papers_of = {kind: papers(project, kind) for kind in (Inspection, Finding)}
    desk = Desk(request, project, today, faulty or {})
    held = sorted(
        (each for each in shown if each.state == InspectionState.HELD),
        key=lambda each: (each.held_on or today, each.pk),
        reverse=True,
    )
    first = min(checks, default=None)
    return part(
        request,
        "pages/inspections.html",
        project,
        here="inspections",
        status=status,
        title=_("检查与整改"),
        today=today,
        window=window,
        picture=_picture(project, window, today, checks),
        days_to_open=(window.opens_on - today).days,
        days_to_close=(window.closes_on - today).days,
        window_late_days=window.late_days(today),
        is_checked=bool(checks),
        first_check=first,
        first_late_days=0 if first is None else window.late_days(first),
        midterm=midterm.RULE.judge(life),
        inspections=[
            ShownInspection(
                each,
                window.late_days(each.held_on) if each.held_on and each.held_on == first else 0,
                papers_of[Inspection].get(each.pk, []),
                desk.upload_url(each, DocumentCategory.INSPECTION),
                told(stories_of[Inspection].get(each.pk, [])),
                desk.of_inspection(each),
            )
            for each in shown
        ],
        findings=[
            ShownFinding(
                each,
                (each.due_on - (each.closed_on or today)).days,
                papers_of[Finding].get(each.pk, []),
                desk.upload_url(each, DocumentCategory.RECTIFICATION),
                told(stories_of[Finding].get(each.pk, [])),
                desk.of_finding(each),
            )
            for each in sorted(found, key=lambda each: each.state == FindingState.CLOSED)
        ],
        open_count=sum(each.state != FindingState.CLOSED for each in found),
        plan_form=desk.plan_form(),
        raise_form=desk.raise_form(held),
    )


def _picture(project: Project, window: Window, today: date, checks: list[date]) -> Picture:
    start, end = project.start_on, max(project.end_on, today, window.closes_on)
    whole = max(1, (end - start).days)

    def at(day: date) -> float:
        return min(100.0, max(0.0, (day - start).days * 100 / whole))

    return Picture(
        opens=f"{at(window.opens_on):.2f}",
        width=f"{at(window.closes_on) - at(window.opens_on):.2f}",
        today=f"{min(at(today), 99.4):.2f}",
        held=[f"{min(at(day), 99.2):.2f}" for day in checks],
        end=end,
    )


class Desk:
    """The forms that the reader may use, each by its key, those that were refused as they were sent."""

    def __init__(self, request: PageRequest, project: Project, today: date, faulty: Faulty) -> None:
        self._project, self._today, self._faulty = project, today, faulty
        self._may_inspect = may_on(Act.INSPECT, request.sight, project)
        self._may_answer = may_on(Act.ANSWER_FINDING, request.sight, project)
        self._may_file = may_on(Act.FILE_DOCUMENT, request.sight, project)

    def plan_form(self) -> forms.Form | None:
        return self._form("plan", self._may_inspect and self._project.state in HELD_IN, PlanForm)

    def raise_form(self, held: list[Inspection]) -> forms.Form | None:
        may = self._may_inspect and self._project.state in findings.RAISED_IN
        initial = {"found_on": self._today, "origin": FindingOrigin.INSPECTION}
        return self._form("raise", may, RaiseForm, held=held, initial=initial)

    def of_inspection(self, inspection: Inspection) -> dict[str, forms.Form]:
        may = self._may_inspect and inspection.state == InspectionState.PLANNED
        return self._forms(f"inspection-{inspection.pk}", {"cancel": (may, ReasonForm, {})})

    def of_finding(self, finding: Finding) -> dict[str, forms.Form]:
        is_answered = finding.state == FindingState.ANSWERED
        return self._forms(
            f"finding-{finding.pk}",
            {
                "reply": (
                    self._may_answer and finding.state == FindingState.OPEN,
                    AnswerForm,
                    {"answer": finding.answer},
                ),
                "close": (self._may_inspect and is_answered, CloseForm, {}),
                "return": (self._may_inspect and is_answered, ReasonForm, {}),
            },
        )

    def upload_url(self, thing: Inspection | Finding, category: str) -> str:
        """Where a paper is attached to the thing; empty where the reader files none."""
        if not self._may_file:
            return ""
        place = f"{reverse('inspections', args=[self._project.number])}#{thing._meta.model_name}-{thing.pk}"
        return upload_url(self._project, thing, category, back=place)

    def _forms(
        self, key: str, wanted: dict[str, tuple[bool, type[forms.Form], dict[str, Any]]]
    ) -> dict[str, forms.Form]:
        made = {
            name: self._form(f"{key}-{name}", may, kind, initial={"on": self._today, **initial})
            for name, (may, kind, initial) in wanted.items()
        }
        return {name: form for name, form in made.items() if form is not None}

    def _form(self, key: str, may: bool, kind: type[forms.Form], **options: Any) -> forms.Form | None:
        if key in self._faulty:
            return self._faulty[key]
        return kind(auto_id=f"{key}-%s", **options) if may else None
