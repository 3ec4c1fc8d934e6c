"""The contract of a project: what it says, who signed, its versions and in what they differ; drafting and signing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.access import Act, acting_in_turn, may, may_on, require_on, roles_on
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.budget_form import BudgetForm
from backend.pages.fields import DayField, Select
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import told
from lifecycle.contracts import (
    Row,
    difference,
    draft_contract,
    parties_left,
    rows_of,
    sign,
    terms_of,
    withdraw_draft,
)
from lifecycle.contracts.terms import ANNEXES
from lifecycle.contracts.versions import ANNEX_LENGTH, REASON_LENGTH, SIGNATORY_LENGTH, organisation_of
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import (
    Contract,
    ContractState,
    Document,
    DocumentCategory,
    Project,
    ProjectState,
    Signature,
    Step,
)
from lifecycle.models.contract import PARTIES
from lifecycle.parties.models import Organisation, Role

SECTIONS = {
    "contract": gettext_lazy("基本内容"),
    "targets": gettext_lazy("考核指标"),
    "tranches": gettext_lazy("拨款计划"),
    "milestones": gettext_lazy("年度工作计划"),
    "category_budget": gettext_lazy("科目预算"),
}
"""What the parts of the terms are called."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party with its organisation, and its signature where it has given one."""

    label: str
    organisation: Organisation
    signature: Signature | None


class DraftForm(forms.Form):
    """The annexes of a draft."""

    on = DayField(label=gettext_lazy("拟定日期"))
    members = forms.CharField(
        label=gettext_lazy("项目组成员"),
        max_length=ANNEX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    technical_route = forms.CharField(
        label=gettext_lazy("技术路线"),
        max_length=ANNEX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )


class SigningForm(forms.Form):
    """Who signs, for which party, on which day and paper."""

    party = forms.ChoiceField(widget=Select, label=gettext_lazy("签约方"))
    signatory = forms.CharField(label=gettext_lazy("签署人"), max_length=SIGNATORY_LENGTH)
    on = DayField(label=gettext_lazy("签署日期"))
    document = forms.TypedChoiceField(
        widget=Select,
        label=gettext_lazy("签署页"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("先在“文件”中上传盖章扫描件，再在此选择。"),
    )

    def __init__(self, data: Any = None, *, project: Project, parties: list[str], today: date) -> None:
        super().__init__(data, initial={"on": today}, auto_id="sign-%s")
        chooser, papers = self.fields["party"], self.fields["document"]
        assert isinstance(chooser, forms.ChoiceField)
        assert isinstance(papers, forms.ChoiceField)
        chooser.choices = [(party, Role(party).label) for party in parties]
        on_file = Document.objects.filter(project=project, category=DocumentCategory.CONTRACT).present()
        papers.choices = [("", _("暂无文件"))] + [
            (str(pk), f"{title} {number}".strip())
            for pk, title, number in on_file.order_by("-pk").values_list("pk", "title", "number")
        ]


class WithdrawalForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("作废原因"), max_length=REASON_LENGTH)


@require_safe
@signed_in
def contract(request: PageRequest, number: str) -> HttpResponseBase:
    """What the contract says now, who signed, and its versions."""
    return _page(request, project_in_sight(request, number))


@require_http_methods(["GET", "POST"])
@signed_in
def contract_draft(request: PageRequest, number: str) -> HttpResponseBase:
    """Drafting: what is frozen is shown, the annexes are filled in."""
    project = project_in_sight(request, number)
    require_on(Act.DRAFT_CONTRACT, request.sight, project)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = DraftForm(data, initial={"on": today})
    budget = BudgetForm(data, scheme=project.category_scheme, committed=project.committed())
    status = 200
    if data is not None:
        status = 422
        if all([form.is_valid(), budget.is_valid()]):
            try:
                drafted = draft_contract(
                    project_id=project.pk,
                    category_budget=budget.wanted(),
                    actor=actor_on(request, Act.DRAFT_CONTRACT, project),
                    today=today,
                    **form.cleaned_data,
                )
            except Invalid as refusal:
                for field, sentence in refusal.details.items():
                    if field in form.fields:
                        form.add_error(field, sentence)
                    else:
                        budget.take(field, sentence)
            except Conflict as refusal:
                take(form, refusal)
                status = 409
            else:
                sentence = _("已拟定合同第 %(version)d 版，待各方签署。") % {"version": drafted.version}
                return done(request, sentence, "contract", project)
    return part(
        request,
        "pages/contract_draft.html",
        project,
        here="contract",
        status=status,
        title=_("拟定合同"),
        form=form,
        budget=budget,
        sections=sections_of(terms_of(project)),
    )


@require_safe
@signed_in
def contract_version(request: PageRequest, number: str, version: int) -> HttpResponseBase:
    """One version, and in what it differs from the one before, or from the one named (`?against=`)."""
    project = project_in_sight(request, number)
    versions = {each.version: each for each in project.contracts.order_by("version")}
    shown = versions.get(version)
    if shown is None:
        raise Http404
    before = [
        each for each in versions.values() if each.version < version and each.state != ContractState.WITHDRAWN
    ]
    against = before[-1] if before else None
    asked = request.GET.get("against", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 6:
        against = versions.get(int(asked), against)
    return part(
        request,
        "pages/contract_version.html",
        project,
        here="contract",
        title=_("合同第 %(version)d 版") % {"version": version},
        contract=shown,
        against=against,
        others=[each for each in versions.values() if each.version != version],
        differences=difference(against.terms, shown.terms) if against is not None else [],
        sections=sections_of(shown.terms),
        parties=parties_of(shown, project),
        story=told(Step.objects.of(shown)),
    )


@require_POST
@signed_in
def contract_sign(request: PageRequest, number: str, version: int) -> HttpResponseBase:
    """A party's signature under the draft."""
    project, shown = _found(request, number, version)
    require_on(Act.SIGN_CONTRACT, request.sight, project)
    today = timezone.localdate()
    parties = [party.value for party in PARTIES if party.value in roles_on(request.sight, project)]
    form = SigningForm(request.POST, project=project, parties=parties, today=today)
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            signed = sign(
                contract=shown,
                signatory=said["signatory"],
                document_id=said["document"],
                actor=acting_in_turn(
                    actor_of(request), Act.SIGN_CONTRACT, request.sight, project, turn=said["party"]
                ),
                on=said["on"],
                today=today,
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            sentence = _("%(party)s已签署。") % {"party": Role(said["party"]).label}
            if signed.state == ContractState.IN_FORCE:
                sentence = _("各方均已签署，合同自 %(on)s 起生效。") % {"on": signed.in_force_on}
            return done(request, sentence, "contract", project)
    return _page(request, project, signing=form, status=status)


@require_POST
@signed_in
def contract_withdraw(request: PageRequest, number: str, version: int) -> HttpResponseBase:
    """Give a draft up."""
    project, shown = _found(request, number, version)
    actor = actor_on(request, Act.DRAFT_CONTRACT, project)
    today = timezone.localdate()
    form = WithdrawalForm(request.POST, auto_id="withdraw-%s")
    status = 422
    if form.is_valid():
        try:
            withdraw_draft(contract=shown, actor=actor, on=today, today=today, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            return done(
                request, _("合同第 %(version)d 版已作废。") % {"version": version}, "contract", project
            )
    return _page(request, project, withdrawing=form, status=status)


def sections_of(terms: dict[str, Any]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What the terms say, part by part: (title, (label, value) …); parts that say nothing are left out."""
    rows = [(part_name, label, value) for (part_name, label), value in rows_of(terms) if value]
    return [
        (SECTIONS[name], [(label, value) for _part, label, value in found])
        for name, found in groupby(rows, key=lambda row: row[0])
    ]


def parties_of(contract: Contract, project: Project) -> list[Party]:
    """The parties in the order of the contract, with who signed."""
    given = {each.party: each for each in contract.signatures.select_related("organisation", "document")}
    return [
        Party(
            str(Role(party).label),
            given[party].organisation if party in given else organisation_of(party, project),
            given.get(party),
        )
        for party in PARTIES
    ]


def _page(
    request: PageRequest,
    project: Project,
    *,
    signing: SigningForm | None = None,
    withdrawing: WithdrawalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    versions = list(project.contracts.select_related("change").order_by("-version"))
    draft = next((each for each in versions if each.state == ContractState.DRAFT), None)
    standing = next((each for each in versions if each.state == ContractState.IN_FORCE), None)
    shown = draft or standing
    today = timezone.localdate()
    may_draft = project.state == ProjectState.APPROVED and may_on(Act.DRAFT_CONTRACT, request.sight, project)
    moved: list[Row] = []
    if draft is not None:
        present = {**terms_of(project), **{name: draft.terms[name] for name in ANNEXES}}
        moved = difference(draft.terms, present)
        own = [party for party in parties_left(draft) if party in roles_on(request.sight, project)]
        if signing is None and own and not moved and project.state == ProjectState.APPROVED:
            signing = SigningForm(project=project, parties=own, today=today)
        if withdrawing is None and may_draft:
            withdrawing = WithdrawalForm(auto_id="withdraw-%s")
    return part(
        request,
        "pages/contract.html",
        project,
        here="contract",
        status=status,
        title=_("合同"),
        contract=shown,
        draft=draft,
        moved=moved,
        parties=[] if shown is None else parties_of(shown, project),
        sections=sections_of(terms_of(project) if shown is None else shown.terms),
        versions=versions,
        signing=signing,
        withdrawing=withdrawing,
        may_draft=may_draft and shown is None and project.contract_signed_on is None,
        may_import=may(Act.IMPORT_WORKBOOK, request.sight),
        may_change=standing is not None or project.contract_signed_on is not None,
        story=told(Step.objects.of(shown)) if shown is not None else [],
    )


def _found(request: PageRequest, number: str, version: int) -> tuple[Project, Contract]:
    project = project_in_sight(request, number)
    shown = project.contracts.filter(version=version).first()
    if shown is None:
        raise Http404
    return project, shown
