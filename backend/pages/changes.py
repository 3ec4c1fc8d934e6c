"""Change requests of a project: the list, the form of each kind, and one with its way, its impact and its story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.access import Act, acting_in_turn, may_on, require_on, roles_on
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.change_forms import Editor
from backend.pages.fields import DayField
from backend.pages.forms import take
from backend.pages.paging import Order, keyset_page
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import papers, told, upload_url
from lifecycle import changes as services
from lifecycle.changes import REVIEWER, TIER
from lifecycle.changes.acts import REASON_LENGTH
from lifecycle.changes.kinds import AT_WORK_ALONE, CHANGED_IN
from lifecycle.contracts import in_force
from lifecycle.errors import Conflict, DomainError, Invalid
from lifecycle.models import (
    ChangeKind,
    ChangeRequest,
    ChangeState,
    ChangeTier,
    DocumentCategory,
    Project,
    ProjectState,
    Step,
)
from lifecycle.models.change import OPEN
from lifecycle.parties.models import Role
from reports.impact import Impact, impact_of

PAGE_SIZE = 50
EDITED = (ChangeState.DRAFT, ChangeState.RETURNED)
LOOKS = {
    ChangeState.APPROVED: "pass",
    ChangeState.REFUSED: "breach",
    ChangeState.WITHDRAWN: "not_applicable",
    ChangeState.DRAFT: "not_applicable",
}
"""How a state is marked; the others wait for somebody."""


class StepForm(forms.Form):
    on = DayField(label=gettext_lazy("日期"))


class AgreeForm(StepForm):
    comment = forms.CharField(
        label=gettext_lazy("意见"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


class TurningDownForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done to a change."""

    act: Act
    do: Callable[..., ChangeRequest]
    title: str | Promise
    said: str | Promise
    form: type[StepForm] = StepForm
    look: str = ""


DEEDS: dict[str, Deed] = {
    "hand-in": Deed(
        Act.ASK_CHANGE,
        services.hand_in,
        gettext_lazy("提交申请"),
        gettext_lazy("变更申请已提交，待高新区审核。"),
        look="primary",
    ),
    "agree": Deed(
        Act.REVIEW_CHANGE,
        services.agree,
        gettext_lazy("同意"),
        gettext_lazy("已同意，报送下一级审核。"),
        AgreeForm,
        "primary",
    ),
    "return": Deed(
        Act.REVIEW_CHANGE,
        services.give_back,
        gettext_lazy("退回修改"),
        gettext_lazy("变更申请已退回承担单位。"),
        TurningDownForm,
    ),
    "refuse": Deed(
        Act.REVIEW_CHANGE,
        services.refuse_change,
        gettext_lazy("不批准"),
        gettext_lazy("未批准这件变更申请，理由已登记。"),
        TurningDownForm,
        "danger",
    ),
    "withdraw": Deed(
        Act.ASK_CHANGE, services.withdraw, gettext_lazy("撤回申请"), gettext_lazy("变更申请已撤回。")
    ),
}
"""By their name in the address."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A step on the way of a change: done, now or ahead."""

    label: str
    look: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed that the reader may do now, with its form."""

    name: str
    deed: Deed
    form: StepForm


@require_safe
@signed_in
def changes(request: PageRequest, number: str) -> HttpResponseBase:
    """Every change of the project, the newest first, and what may be asked for now."""
    project = project_in_sight(request, number)
    rows = ChangeRequest.objects.filter(project=project).select_related("contract")
    order = Order(ChangeRequest, "id", descending=True)
    page = keyset_page(rows, order=order, query=request.GET, size=PAGE_SIZE)
    may_ask = may_on(Act.ASK_CHANGE, request.sight, project)
    return part(
        request,
        "pages/changes.html",
        project,
        here="changes",
        title=_("变更"),
        page=page,
        items=[(change, LOOKS.get(ChangeState(change.state), "warn")) for change in page.rows],
        kinds=kinds_now(project) if may_ask else [],
        may_ask=may_ask,
        is_signed=in_force(project) is not None or project.contract_signed_on is not None,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def change_new(request: PageRequest, number: str, kind: str) -> HttpResponseBase:
    """The form of a kind; saving it makes a draft, which is looked over before it is handed in."""
    project = project_in_sight(request, number)
    if kind not in ChangeKind.values:
        raise Http404
    require_on(Act.ASK_CHANGE, request.sight, project)

    def save(editor: Editor) -> ChangeRequest:
        today = timezone.localdate()
        return services.ask(
            project_id=project.pk,
            kind=kind,
            reason=editor.reason,
            wanted=editor.wanted(),
            actor=actor_on(request, Act.ASK_CHANGE, project),
            on=today,
            today=today,
        )

    return _edited(request, project, kind, save)


@require_http_methods(["GET", "POST"])
@signed_in
def change_edit(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The same form for a draft, or for one that was given back."""
    project, shown = _found(request, number, pk)
    require_on(Act.ASK_CHANGE, request.sight, project)

    def save(editor: Editor) -> ChangeRequest:
        today = timezone.localdate()
        return services.edit(
            change=shown,
            reason=editor.reason,
            wanted=editor.wanted(),
            actor=actor_on(request, Act.ASK_CHANGE, project),
            on=today,
            today=today,
        )

    return _edited(request, project, shown.kind, save, shown)


@require_safe
@signed_in
def change(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """One change: its way, what is asked for, what it would move, its papers and its story."""
    project, shown = _found(request, number, pk)
    return _page(request, project, shown)


@require_POST
@signed_in
def change_act(request: PageRequest, number: str, pk: int, name: str) -> HttpResponseBase:
    """One step along the way."""
    project, shown = _found(request, number, pk)
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    require_on(deed.act, request.sight, project)
    form = deed.form(request.POST, auto_id=f"{name}-%s")
    status = 422
    if form.is_valid():
        try:
            said = carry_out(request, project, shown, name, form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            return done(request, said, "change", project, pk=pk)
    shown.refresh_from_db()
    return _page(request, project, shown, faulty=(name, form), status=status)


def carry_out(
    request: PageRequest, project: Project, shown: ChangeRequest, name: str, said: dict[str, Any]
) -> str:
    """Do one of DEEDS in the role whose turn it is; the sentence that tells of it.

    Raises Forbidden where no role of the reader may, and what the deed's service raises.
    """
    deed = DEEDS[name]
    done_to = deed.do(
        change=shown,
        actor=acting_in_turn(
            actor_of(request), deed.act, request.sight, project, turn=REVIEWER.get(shown.state)
        ),
        today=timezone.localdate(),
        **said,
    )
    if name == "agree" and done_to.state == ChangeState.APPROVED:
        return _("变更已批准，合同和项目内容已随之更新。")
    return str(deed.said)


def kinds_now(project: Project) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be asked for in the project's stage, by tier: (tier, (kind, label) …)."""
    at_work = project.state == ProjectState.IMPLEMENTING
    allowed = [
        kind for kind in ChangeKind if project.state in CHANGED_IN and (at_work or kind not in AT_WORK_ALONE)
    ]
    return [
        (str(tier.label), [(kind.value, str(kind.label)) for kind in allowed if TIER[kind] == tier])
        for tier in ChangeTier
        if any(TIER[kind] == tier for kind in allowed)
    ]


def way_of(change: ChangeRequest, project: Project, story: list[Step]) -> list[Stop]:
    """The unit, each reviewer, and the end, each done, now or ahead; where it ended before, that is the end."""
    passed = {step.from_state: step.on for step in story if step.act in ("agree", "approve")}
    chain = services.chain_of(change, project)
    here = change.state
    unit = Stop(str(Role.UNIT.label), "now" if here in EDITED else "done", change.asked_on)
    if here in (ChangeState.REFUSED, ChangeState.WITHDRAWN):
        done_by = [_stop(state, "done", passed) for state in chain if state in passed]
        return [unit, *done_by, Stop(str(ChangeState(here).label), "halted", story[-1].on if story else None)]
    if here == ChangeState.APPROVED:
        reviewers = [_stop(state, "done", passed) for state in chain]
        return [unit, *reviewers, Stop(_("生效"), "done", change.decided_on)]
    at = chain.index(here) if here in chain else -1
    looks = ["done" if place < at else "now" if place == at else "ahead" for place in range(len(chain))]
    reviewers = [_stop(state, look, passed) for state, look in zip(chain, looks, strict=True)]
    return [unit, *reviewers, Stop(_("生效"), "ahead")]


def _stop(state: str, look: str, passed: dict[str, date]) -> Stop:
    return Stop(str(REVIEWER[state].label), look, passed.get(state) if look == "done" else None)


def _edited(
    request: PageRequest,
    project: Project,
    kind: str,
    save: Callable[[Editor], ChangeRequest],
    shown: ChangeRequest | None = None,
) -> HttpResponseBase:
    status = 200
    if request.method != "POST":
        editor = (
            Editor(kind, project)
            if shown is None
            else Editor(kind, project, reason=shown.reason, wanted=shown.wanted)
        )
    else:
        editor = Editor(kind, project, request.POST)
        if "more" in request.POST:
            editor = editor.lengthened()
        else:
            status = 422
            if editor.is_valid():
                try:
                    saved = save(editor)
                except (Invalid, Conflict) as refusal:
                    editor.take(refusal)
                    status = 409 if isinstance(refusal, Conflict) else 422
                else:
                    sentence = _("草稿已保存。请核对下面的变动和影响，再提交申请。")
                    return done(request, sentence, "change", project, pk=saved.pk)
    return part(
        request,
        "pages/change_form.html",
        project,
        here="changes",
        status=status,
        title=ChangeKind(kind).label,
        kind=kind,
        tier=TIER[kind].label,
        editor=editor,
        change=shown,
    )


def _page(
    request: PageRequest,
    project: Project,
    shown: ChangeRequest,
    *,
    faulty: tuple[str, StepForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    story = list(Step.objects.of(shown))
    is_open = shown.state in OPEN
    impact, unclear = _impact(shown, today) if is_open else (None, "")
    may_ask = may_on(Act.ASK_CHANGE, request.sight, project)
    return part(
        request,
        "pages/change.html",
        project,
        here="changes",
        status=status,
        title=shown.get_kind_display(),
        change=shown,
        look=LOOKS.get(ChangeState(shown.state), "warn"),
        way=way_of(shown, project, story),
        rows=services.asked_rows(shown, project),
        moved=services.moved_since(shown, project) if is_open and shown.former else [],
        impact=impact,
        unclear=unclear,
        papers=papers(project, ChangeRequest).get(shown.pk, []),
        papers_url=upload_url(
            project,
            shown,
            DocumentCategory.CHANGE,
            back=reverse("change", args=[project.number, shown.pk]),
        )
        if is_open and may_on(Act.FILE_DOCUMENT, request.sight, project)
        else "",
        offers=offers_of(request, project, shown, faulty, today),
        may_edit=may_ask and shown.state in EDITED,
        story=told(story),
        version=getattr(shown, "contract", None),
    )


def offers_of(
    request: PageRequest,
    project: Project,
    shown: ChangeRequest,
    faulty: tuple[str, StepForm] | None,
    today: date,
) -> list[Offer]:
    """What the reader may do now; a form that was sent and refused stays, so that it says why."""
    turn = REVIEWER.get(shown.state)
    is_turn = turn in roles_on(request.sight, project)
    is_own = may_on(Act.ASK_CHANGE, request.sight, project)
    names = []
    if is_own and shown.state in EDITED:
        names.append("hand-in")
    if is_turn:
        names += ["agree", "return", "refuse"]
    if is_own and shown.state in OPEN:
        names.append("withdraw")
    if faulty is not None and faulty[0] not in names:
        names.append(faulty[0])
    fresh: dict[str, Any] = {"on": today}
    return [
        Offer(
            name,
            DEEDS[name],
            faulty[1]
            if faulty is not None and faulty[0] == name
            else DEEDS[name].form(initial=fresh, auto_id=f"{name}-%s"),
        )
        for name in names
    ]


def _impact(shown: ChangeRequest, today: date) -> tuple[Impact | None, str]:
    """What it would move today, or why that cannot be told."""
    try:
        return impact_of(shown, on=today, today=today), ""
    except DomainError as refusal:
        return None, refusal.message


def _found(request: PageRequest, number: str, pk: int) -> tuple[Project, ChangeRequest]:
    project = project_in_sight(request, number)
    shown = project.changes.select_related("contract").filter(pk=pk).first()
    if shown is None:
        raise Http404
    return project, shown
