"""Recorded exceptions: which rules can be excepted and how they stand, asking for one, deciding it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import DayField, Select
from backend.pages.forms import take
from backend.pages.history import role_word
from backend.pages.project_parts import actor_on, done, part
from backend.pages.step_words import act_word
from lifecycle.acting import organisation_acting
from lifecycle.errors import Conflict, Invalid
from lifecycle.exemptions import (
    PAPERS,
    REASON_LENGTH,
    ask,
    grant,
    is_asker,
    refuse,
    withdraw,
)
from lifecycle.models import Document, Exemption, ExemptionState, Project, Step
from lifecycle.models.exemption import WAIVABLE
from lifecycle.models.project import BEFORE_CLOSEOUT
from lifecycle.rules.answers import Answer
from reports.judging import answers_of
from reports.watch import RULES

TITLES = {rule.code: rule.title for rule in RULES if rule.code in WAIVABLE}


def _reason_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": "3"}))


class AskForm(forms.Form):
    """Which rule, and why."""

    rule = forms.ChoiceField(widget=Select, label=gettext_lazy("规则"))
    reason = _reason_field(gettext_lazy("理由"))
    on = DayField(label=gettext_lazy("申请日期"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="ask-%s", **options)
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("请选择"))] + [(code, f"{code} {title}") for code, title in TITLES.items()]


class GrantForm(forms.Form):
    """On which paper, from when, until when."""

    document = forms.TypedChoiceField(widget=Select, label=gettext_lazy("批准文件"), coerce=int)
    on = DayField(label=gettext_lazy("批准日期"))
    until = DayField(label=gettext_lazy("截止日期"), required=False, help_text=gettext_lazy("不填则长期有效"))

    def __init__(self, data: Any = None, *, papers: list[Document], **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["document"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("请选择"))] + [
            (str(paper.pk), f"{paper.title} {paper.number}".strip()) for paper in papers
        ]


class RefuseForm(forms.Form):
    """Why not."""

    reason = _reason_field(gettext_lazy("不批准的理由"))
    on = DayField(label=gettext_lazy("决定日期"))


@dataclass(slots=True)
class Shown:
    """An exception with its story, and the forms that its reader may send."""

    exemption: Exemption
    title: str
    story: list[tuple[Step, str, str]]
    granting: GrantForm | None = None
    refusing: RefuseForm | None = None
    may_withdraw: bool = False


@require_http_methods(["GET", "POST"])
@signed_in
def exemptions(request: PageRequest, number: str) -> HttpResponseBase:
    """What was asked for and decided; asking for another (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project)
    actor = actor_on(request, Act.ASK_EXEMPTION, project)
    form = AskForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            asked = ask(project=project, actor=actor, today=timezone.localdate(), **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            return done(
                request,
                _("已申请 %(rule)s 的例外，待省科技厅决定。") % {"rule": asked.rule},
                "exemptions",
                project,
            )
    return _page(request, project, asking=form, status=status)


@require_POST
@signed_in
def exemption_grant(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The province allows it."""
    project, exemption = _found(request, number, pk)
    form = GrantForm(request.POST, papers=_papers(project), auto_id=f"grant-{pk}-%s")
    return _decide(request, project, exemption, form, grant, _("已批准 %(rule)s 的例外。"))


@require_POST
@signed_in
def exemption_refuse(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The province does not allow it."""
    project, exemption = _found(request, number, pk)
    form = RefuseForm(request.POST, auto_id=f"refuse-{pk}-%s")
    return _decide(request, project, exemption, form, refuse, _("未批准 %(rule)s 的例外，理由已登记。"))


@require_POST
@signed_in
def exemption_withdraw(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Whoever asked takes it back, as of today."""
    project, exemption = _found(request, number, pk)
    today = timezone.localdate()
    withdraw(
        exemption=exemption,
        actor=actor_on(request, Act.ASK_EXEMPTION, project),
        on=today,
        today=today,
    )
    return done(request, _("已撤回 %(rule)s 的例外申请。") % {"rule": exemption.rule}, "exemptions", project)


def _decide(
    request: PageRequest,
    project: Project,
    exemption: Exemption,
    form: GrantForm | RefuseForm,
    decide: Callable[..., Exemption],
    sentence: str,
) -> HttpResponseBase:
    actor = actor_on(request, Act.DECIDE_EXEMPTION, project)
    status = 422
    if form.is_valid():
        try:
            decide(exemption=exemption, actor=actor, today=timezone.localdate(), **form.cleaned_data)
        except Invalid as refusal:
            take(form, refusal)
        except Conflict as refusal:
            take(form, refusal)
            status = 409
        else:
            return done(request, sentence % {"rule": exemption.rule}, "exemptions", project)
    return _page(request, project, deciding=(exemption.pk, form), status=status)


def _found(request: PageRequest, number: str, pk: int) -> tuple[Project, Exemption]:
    project = project_in_sight(request, number)
    exemption = project.exemptions.filter(pk=pk).first()
    if exemption is None:
        raise Http404
    return project, exemption


def _page(
    request: PageRequest,
    project: Project,
    *,
    asking: AskForm | None = None,
    deciding: tuple[int, GrantForm | RefuseForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    is_open = project.state in BEFORE_CLOSEOUT
    if asking is None and is_open and may_on(Act.ASK_EXEMPTION, request.sight, project):
        rule = request.GET.get("rule", "")
        asking = AskForm(initial={"on": today, "rule": rule if rule in WAIVABLE else ""})
    items = _items(request, project, deciding=deciding, is_open=is_open)
    return part(
        request,
        "pages/exemptions.html",
        project,
        here="exemptions",
        status=status,
        title=_("例外"),
        items=items,
        asking=asking,
        rules=[(answer.code, TITLES[answer.code], answer) for answer in _answers(project)],
        unplaced=_unplaced(items, deciding),
    )


def _unplaced(items: list[Shown], deciding: tuple[int, GrantForm | RefuseForm] | None) -> forms.Form | None:
    """The form of a decision that its exception no longer waits for; what is wrong is said above all."""
    if deciding is None or any(deciding[1] in (item.granting, item.refusing) for item in items):
        return None
    return deciding[1]


def _answers(project: Project) -> list[Answer]:
    """How the rules that can be excepted stand today."""
    answers = answers_of([project.pk], on=timezone.localdate())[project.pk]
    return [answer for answer in answers if answer.code in WAIVABLE]


def _items(
    request: PageRequest,
    project: Project,
    *,
    deciding: tuple[int, GrantForm | RefuseForm] | None,
    is_open: bool,
) -> list[Shown]:
    """Every exception, the newest first; a fixed number of queries."""
    rows = list(project.exemptions.select_related("document").order_by("-pk"))
    stories: dict[int, list[tuple[Step, str, str]]] = {}
    for step in Step.objects.filter(project=project, subject="exemption").order_by("pk"):
        stories.setdefault(step.subject_id, []).append(
            (step, act_word("exemption", step.act), role_word(step.role))
        )
    shown = [Shown(row, str(TITLES[row.rule]), stories.get(row.pk, [])) for row in rows]
    waiting = [item for item in shown if item.exemption.state == ExemptionState.ASKED]
    if waiting and may_on(Act.DECIDE_EXEMPTION, request.sight, project):
        papers = _papers(project)
        fresh = {"on": timezone.localdate()}
        for item in waiting:
            pk = item.exemption.pk
            if is_open:
                item.granting = GrantForm(papers=papers, auto_id=f"grant-{pk}-%s", initial=fresh)
            item.refusing = RefuseForm(auto_id=f"refuse-{pk}-%s", initial=fresh)
            if deciding is not None and deciding[0] == pk:
                _put_back(item, deciding[1])
    if waiting and may_on(Act.ASK_EXEMPTION, request.sight, project):
        organisation = organisation_acting(actor_on(request, Act.ASK_EXEMPTION, project), project)
        for item in waiting:
            item.may_withdraw = is_asker(organisation, [step for step, *_words in item.story])
    return shown


def _put_back(item: Shown, form: GrantForm | RefuseForm) -> None:
    """The form as it was sent, with what is wrong with it."""
    if isinstance(form, GrantForm):
        item.granting = form
    else:
        item.refusing = form


def _papers(project: Project) -> list[Document]:
    """The papers on which an exception may be granted, the newest first."""
    return list(project.documents.filter(category__in=PAPERS).present().order_by("-pk"))  # type: ignore[attr-defined]
