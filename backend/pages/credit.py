"""Credit records of a project: recorded and lifted by the province, shown to whoever sees the project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on, require_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import DayField, Select
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import Told, stories, told
from lifecycle import credit
from lifecycle.credit import BEHAVIOUR_LENGTH, NAME_LENGTH, REASON_LENGTH, record_credit, records_against
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import (
    CreditGrade,
    CreditRecord,
    CreditSubject,
    Document,
    DocumentCategory,
    Project,
)

LOOK_OF_GRADE = {CreditGrade.GOOD: "pass", CreditGrade.MINOR: "warn", CreditGrade.GRAVE: "breach"}

Faulty = dict[str, forms.Form]
"""Forms as they were sent and refused, by their key on the page."""


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record with its story; the form that lifts it where the reader may."""

    record: CreditRecord
    is_in_force: bool
    story: list[Told]
    lift_form: forms.Form | None

    @property
    def look(self) -> str:
        return LOOK_OF_GRADE[CreditGrade(self.record.grade)]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A record in force out of another project; that project only where the reader sees it, else None.

    What was done there is told with the project alone, since it may name it.
    """

    record: CreditRecord
    project: Project | None

    @property
    def look(self) -> str:
        return LOOK_OF_GRADE[CreditGrade(self.record.grade)]


class CreditForm(forms.Form):
    """A record to be made."""

    subject_kind = forms.ChoiceField(
        widget=Select, label=gettext_lazy("对象类型"), choices=CreditSubject.choices
    )
    subject_name = forms.CharField(label=gettext_lazy("对象"), max_length=NAME_LENGTH)
    grade = forms.ChoiceField(widget=Select, label=gettext_lazy("等级"), choices=CreditGrade.choices)
    behaviour = forms.CharField(
        label=gettext_lazy("行为"),
        max_length=BEHAVIOUR_LENGTH,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    recorded_on = DayField(label=gettext_lazy("认定日期"))
    until = DayField(
        label=gettext_lazy("截止日期"), required=False, help_text=gettext_lazy("不填为长期有效。")
    )
    document_id = forms.ChoiceField(widget=Select, label=gettext_lazy("决定文件"), required=False)

    def __init__(self, data: Any = None, *, project: Project, **options: Any) -> None:
        super().__init__(data, auto_id="credit-%s", **options)
        chooser = self.fields["document_id"]
        assert isinstance(chooser, forms.ChoiceField)
        papers = Document.objects.filter(project=project, category=DocumentCategory.DECISION).present()
        chooser.choices = [("", _("无"))] + [
            (str(pk), f"{title} {number}".strip())
            for pk, title, number in papers.order_by("-pk").values_list("pk", "title", "number")
        ]


class LiftForm(forms.Form):
    """Why a record counts no longer, and from which day."""

    reason = forms.CharField(
        label=gettext_lazy("解除原因"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    on = DayField(label=gettext_lazy("解除日期"))


@require_http_methods(["GET", "POST"])
@signed_in
def page(request: PageRequest, number: str) -> HttpResponseBase:
    """The records on a page of their own; making one (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        require_on(Act.SEE_PROJECTS, request.sight, project)
        return _page(request, project)
    actor = actor_on(request, Act.RECORD_CREDIT, project)

    def run(said: dict[str, Any]) -> None:
        paper = said.pop("document_id")
        record_credit(
            project=project,
            **said,
            document_id=int(paper) if paper else None,
            actor=actor,
            today=timezone.localdate(),
        )

    form = CreditForm(request.POST, project=project)
    return _try(request, project, "record", form, run, _("已登记信用记录。"))


@require_POST
@signed_in
def lift(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """A record counts no longer."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.RECORD_CREDIT, project)
    record = project.credit_records.filter(pk=pk).first()
    if record is None:
        raise Http404
    return _try(
        request,
        project,
        f"lift-{pk}",
        LiftForm(request.POST, auto_id=f"lift-{pk}-%s"),
        lambda said: credit.lift(record=record, **said, actor=actor, today=timezone.localdate()),
        _("已解除该信用记录。"),
    )


def credit_context(request: PageRequest, project: Project, faulty: Faulty | None = None) -> dict[str, Any]:
    """All that `pages/parts/credit.html` shows; five queries however many records there are.

    credit_records: those of this project, the latest first. credit_elsewhere: those in force against its unit
    out of other projects. credit_form: where the reader may record one.
    """
    today = timezone.localdate()
    faulty = faulty or {}
    may = may_on(Act.RECORD_CREDIT, request.sight, project)
    stories_of = stories(project, CreditRecord)
    fresh = {"recorded_on": today, "subject_name": project.unit.name}
    return {
        "credit_records": [
            ShownRecord(
                record,
                record.is_in_force(today),
                told(stories_of.get(record.pk, [])),
                faulty.get(f"lift-{record.pk}")
                or (_lift_form(record, today) if may and record.is_in_force(today) else None),
            )
            for record in project.credit_records.select_related("document").order_by("-recorded_on", "-pk")
        ],
        "credit_elsewhere": _elsewhere(request, project, today),
        "credit_form": (faulty.get("record") or CreditForm(project=project, initial=fresh)) if may else None,
    }


def grave_records(project: Project, on: date) -> list[CreditRecord]:
    """The grave records in force on `on` against the project's unit, out of any project; one query."""
    return list(records_against([project.unit.name], on).filter(grade=CreditGrade.GRAVE))


def _elsewhere(request: PageRequest, project: Project, today: date) -> list[Elsewhere]:
    records = list(records_against([project.unit.name], today).exclude(project=project))
    seen = (
        Project.objects.visible_to(request.sight).in_bulk({record.project_id for record in records})
        if records
        else {}
    )
    return [Elsewhere(record, seen.get(record.project_id)) for record in records]


def _lift_form(record: CreditRecord, today: date) -> LiftForm:
    return LiftForm(auto_id=f"lift-{record.pk}-%s", initial={"on": today})


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
            run(dict(form.cleaned_data))
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, said, "credit", project)
    return _page(request, project, status=422, faulty={key: form})


def _page(
    request: PageRequest, project: Project, *, status: int = 200, faulty: Faulty | None = None
) -> HttpResponse:
    return part(
        request,
        "pages/credit.html",
        project,
        here="refunds",
        status=status,
        title=_("信用记录"),
        **credit_context(request, project, faulty),
    )
