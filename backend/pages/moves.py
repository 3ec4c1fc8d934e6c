"""May it move on, and if not, why not yet: the card on a project's page, and the page that makes a move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backend.access import Act, may_on, require_on, roles_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import as_of
from backend.pages.fields import DayField, Select
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part, place_of
from lifecycle.errors import Conflict, Invalid
from lifecycle.gates import Gate, outlook_of
from lifecycle.guards import Case, Condition, conditions_of
from lifecycle.models import Document, DocumentCategory, Project, ReasonClass, Severity
from lifecycle.moves import MOVES, Move
from lifecycle.parties.models import Role
from lifecycle.transitions import FUNCTIONS, REASON_LENGTH, Said

FINDING_ROWS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A condition as a page shows it: who can mend it, and where. is_mine: whether the reader is one of them."""

    condition: Condition
    url: str
    is_mine: bool

    @property
    def who(self) -> list[str]:
        return [str(Role(role).label) for role in self.condition.guard.who]


@dataclass(frozen=True, slots=True)
class Way:
    """A move out of the present stage as a page shows it."""

    move: Move
    may: bool
    open: list[Point]
    met: list[Point]

    @property
    def who(self) -> str:
        return str(Role(self.move.role).label)

    @property
    def mine(self) -> int:
        """How many of the open points the reader can mend."""
        return sum(point.is_mine for point in self.open)


class MoveForm(forms.Form):
    """What comes with a move; only what the move needs is asked for."""

    on = DayField(label=gettext_lazy("生效日期"))
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    # Nothing is chosen beforehand: a fault is noted in the credit record, and an objective cause is not.
    reason_class = forms.ChoiceField(
        widget=Select,
        label=gettext_lazy("理由类别"),
        choices=[("", gettext_lazy("请选择")), *ReasonClass.choices],
    )
    document = forms.ChoiceField(
        widget=Select,
        label=gettext_lazy("决定文件"),
        error_messages={"required": gettext_lazy("请选择本项目“文件”中的决定文件；还没有的请先上传。")},
    )
    due_on = DayField(label=gettext_lazy("整改期限"))

    def __init__(self, data: Any = None, *, move: Move, project: Project) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        self.move = move
        if "reason_class" not in move.needs:
            del self.fields["reason_class"]
        if "document" in move.needs:
            chooser = self.fields["document"]
            assert isinstance(chooser, forms.ChoiceField)
            papers = Document.objects.filter(project=project, category=DocumentCategory.DECISION).present()
            chooser.choices = [("", _("请选择"))] + [
                (str(pk), f"{title} {number}".strip())
                for pk, title, number in papers.order_by("-pk").values_list("pk", "title", "number")
            ]
        else:
            del self.fields["document"]
        if "findings" in move.needs:
            for row in range(1, FINDING_ROWS + 1):
                self.fields[f"severity_{row}"] = forms.ChoiceField(
                    widget=Select,
                    label=_("问题 %(row)d 的程度") % {"row": row},
                    choices=Severity.choices,
                    required=False,
                )
                self.fields[f"finding_{row}"] = forms.CharField(
                    label=_("问题 %(row)d") % {"row": row},
                    max_length=REASON_LENGTH,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": "2"}),
                )
        else:
            del self.fields["due_on"]
        self.fields["reason"].required = "reason" in move.needs

    def said(self) -> Said:
        """What was typed."""
        given = self.cleaned_data
        findings = [
            {"severity": given[f"severity_{row}"], "text": given[f"finding_{row}"]}
            for row in range(1, FINDING_ROWS + 1)
            if given.get(f"finding_{row}")
        ]
        chosen = given.get("document") or ""
        return Said(
            reason=given["reason"],
            reason_class=given.get("reason_class", ""),
            document=int(chosen) if chosen else None,
            findings=findings,
            due_on=given.get("due_on"),
        )


@require_safe
@signed_in
def moves(request: PageRequest, number: str) -> HttpResponseBase:
    """Every move out of the present stage with its conditions, as of `?on=`; for htmx the card of the way forward."""
    project = project_in_sight(request, number)
    day = as_of(request)
    gates, readiness = outlook_of(project, on=day.on, today=day.today)
    ways = [_way(request, project, gate, is_past=day.is_past) for gate in gates]
    context: dict[str, Any] = {
        "project": project,
        "day": day,
        "ways": ways,
        "others": [way for way in ways[1:] if way.may],
        "is_card": bool(request.htmx),
        "readiness": readiness,
        "readiness_open": [] if readiness is None else _points(request, project, readiness.gate.unmet),
    }
    if request.htmx:
        return render(request, "pages/parts/gates.html", context)
    context.pop("project")
    return part(request, "pages/moves.html", project, here="moves", title=_("阶段变更"), **context)


@require_http_methods(["GET", "POST"])
@signed_in
def move(request: PageRequest, number: str, name: str) -> HttpResponseBase:
    """One move: its conditions before the button is pressed, and pressing it."""
    project = project_in_sight(request, number)
    if name not in MOVES:
        raise Http404
    require_on(Act(name), request.sight, project)
    chosen = MOVES[name]
    form = MoveForm(request.POST if request.method == "POST" else None, move=chosen, project=project)
    today = timezone.localdate()
    status = 200
    conditions: list[Condition] | None = None
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                FUNCTIONS[name](
                    project_id=project.pk,
                    actor=actor_on(request, Act(name), project),
                    on=form.cleaned_data["on"],
                    today=today,
                    now=timezone.now(),
                    said=form.said(),
                )
            except Invalid as refusal:
                take(form, refusal, {"findings": "finding_1"})
            except Conflict as refusal:
                form.add_error(None, refusal.message)
                status = 409
                project = project_in_sight(request, number)
            else:
                return done(
                    request,
                    _("已办理“%(move)s”。") % {"move": chosen.title},
                    "project",
                    project,
                )
    if project.state in chosen.sources:
        conditions = conditions_of(name, Case(project, today, today))
    points = _points(request, project, conditions or [])
    return part(
        request,
        "pages/move.html",
        project,
        here="moves",
        status=status,
        title=chosen.title,
        move=chosen,
        form=form,
        is_here=conditions is not None,
        unmet=[point for point in points if not point.condition.is_met],
        met=[point for point in points if point.condition.is_met],
    )


def _way(request: PageRequest, project: Project, gate: Gate, *, is_past: bool) -> Way:
    return Way(
        gate.move,
        not is_past and may_on(Act(gate.move.name), request.sight, project),
        _points(request, project, gate.unmet),
        _points(request, project, gate.met),
    )


def _points(request: PageRequest, project: Project, conditions: list[Condition]) -> list[Point]:
    held = roles_on(request.sight, project)
    return [
        Point(condition, place_of(project, condition.guard.mend), not held.isdisjoint(condition.guard.who))
        for condition in conditions
    ]
