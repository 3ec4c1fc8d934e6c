"""The contract's versions: drafting and signing the first, taking in one that was signed elsewhere, amending."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lifecycle.contracts.budget import budget_of
from lifecycle.contracts.differences import difference
from lifecycle.contracts.terms import ANNEXES, Terms, digest_of, in_force, terms_of
from lifecycle.errors import Conflict, Forbidden, StageForbids
from lifecycle.faults import day_fault, refuse_if_any, text_fault
from lifecycle.models import (
    ChangeRequest,
    Contract,
    ContractState,
    Document,
    Project,
    ProjectState,
    Signature,
)
from lifecycle.models.contract import PARTIES
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, OrganisationKind, Role
from lifecycle.steps import take_step

ANNEX_LENGTH = 4000
SIGNATORY_LENGTH = 100
REASON_LENGTH = 2000


class ContractStands(Conflict):
    """A contract stands in the way: signed already, or another draft; details: version, state."""

    code = "contract_stands"


class NotADraft(Conflict):
    """The version waits for no signature any more; details: version, state."""

    code = "not_a_draft"


class AlreadySigned(Conflict):
    """The party has signed this version; details: party, signed_on."""

    code = "already_signed"


class TermsMoved(Conflict):
    """The draft no longer says what the project's facts say; details: moved, rows as {part, label, before, after}."""

    code = "terms_moved"


@transaction.atomic
def draft_contract(
    *,
    project_id: int,
    members: str = "",
    technical_route: str = "",
    category_budget: Any = None,
    actor: Actor,
    on: date,
    today: date,
) -> Contract:
    """The project's facts and the annexes, frozen as a version that waits for its signatures.

    category_budget: {source: {category: yuan}}, see `lifecycle.contracts.budget`. on: the day it was drafted.

    Raises:
        Invalid: an annex is too long or does not add up, or the day is to come or before the award.
        StageForbids: the project is past 立项. ContractStands: it has a contract or a draft already.
    """
    project = _locked(project_id)
    _require_approved(project)
    standing = Contract.objects.filter(project=project).exclude(state=ContractState.WITHDRAWN).first()
    if standing is not None:
        raise ContractStands(
            _("合同第 %(version)d 版%(state)s，不能另行拟定。")
            % {"version": standing.version, "state": standing.get_state_display()},
            details={"version": standing.version, "state": standing.state},
        )
    if project.contract_signed_on is not None:
        raise ContractStands(
            _("合同已于 %(signed)s 签订，不能另行拟定。")
            % {"signed": project.contract_signed_on.isoformat()},
            details={"version": None, "state": ContractState.IN_FORCE.value},
        )
    budget, faults = budget_of(
        {} if category_budget is None else category_budget,
        scheme=project.category_scheme,
        committed=project.committed(),
    )
    refuse_if_any(
        {
            "members": text_fault(members, limit=ANNEX_LENGTH, is_required=False),
            "technical_route": text_fault(technical_route, limit=ANNEX_LENGTH, is_required=False),
            "on": day_fault(on, today=today, since=project.cluster.batch.awarded_on),
            **faults,
        }
    )
    annexes = {
        "members": members.strip(),
        "technical_route": technical_route.strip(),
        "category_budget": budget,
    }
    contract = _version(project, {**terms_of(project), **annexes}, on=on)
    contract.save()
    take_step(
        contract,
        "draft",
        number=project.number,
        actor=actor,
        on=on,
        version=contract.version,
        digest=contract.digest,
    )
    return contract


@transaction.atomic
def withdraw_draft(*, contract: Contract, actor: Actor, on: date, today: date, reason: str = "") -> Contract:
    """Give the draft up, signatures or not; what was wrong is put right and drafted again.

    Raises:
        NotADraft: it is in force, superseded or withdrawn. Invalid: the day or the reason cannot stand.
    """
    project = _locked(contract.project_id)
    draft = _draft(contract)
    signed = draft.signatures.aggregate(last=Max("signed_on"))["last"]
    refuse_if_any(
        {
            "on": day_fault(on, today=today, since=signed or draft.drafted_on),
            "reason": text_fault(reason, limit=REASON_LENGTH, is_required=False),
        }
    )
    former = draft.state
    draft.withdraw()
    draft.save(update_fields=["state"])
    take_step(
        draft,
        "withdraw",
        number=project.number,
        actor=actor,
        on=on,
        from_state=former,
        reason=reason.strip(),
        version=draft.version,
    )
    return draft


@transaction.atomic
def sign(
    *,
    contract: Contract,
    signatory: str,
    document_id: int | None = None,
    actor: Actor,
    on: date,
    today: date,
) -> Contract:
    """Put a party's signature under the draft; the actor's role says for which party.

    signatory: who signed by hand. document_id: of a paper of the project that shows it. When the last party
    signs the contract is in force, on the latest signing day, which becomes the project's 合同签订日期.

    Raises:
        Forbidden: the role is none of a party's. NotADraft, AlreadySigned.
        StageForbids: the project is past 立项.
        TermsMoved: the project's facts changed since it was drafted; withdraw it and draft again.
        Invalid: no name, no such paper, or the day is to come or before it was drafted.
    """
    project = _locked(contract.project_id)
    draft = _draft(contract)
    _require_approved(project)
    if actor.role not in PARTIES:
        raise Forbidden(_("合同由省科技厅、高新区管委会和承担单位签署。"))
    given = draft.signatures.filter(party=actor.role).first()
    if given is not None:
        raise AlreadySigned(
            _("%(party)s已于 %(signed)s 签署。")
            % {"party": Role(actor.role).label, "signed": given.signed_on.isoformat()},
            details={"party": actor.role, "signed_on": given.signed_on.isoformat()},
        )
    present = {**terms_of(project), **{name: draft.terms[name] for name in ANNEXES}}
    if present != draft.terms:
        moved = difference(draft.terms, present)
        raise TermsMoved(
            _("拟定合同后项目情况有变动，请作废后重新拟定：%(what)s")
            % {"what": " ".join(f"{row.label} {row.before or '–'} → {row.after or '–'}" for row in moved)},
            details={"moved": [row.as_json() for row in moved]},
        )
    document = None
    if document_id is not None:
        document = Document.objects.filter(project=project, pk=document_id).first()
    refuse_if_any(
        {
            "signatory": text_fault(signatory, limit=SIGNATORY_LENGTH),
            "document": _("本项目没有这份文件。") if document_id is not None and document is None else "",
            "on": day_fault(on, today=today, since=draft.drafted_on),
        }
    )
    former = draft.state
    Signature.objects.create(
        contract=draft,
        party=actor.role,
        organisation=organisation_of(actor.role, project),
        signatory=signatory.strip(),
        signed_on=on,
        document=document,
        actor_id=actor.pk,
        actor_name=actor.name,
    )
    if not parties_left(draft):
        days = [signature.signed_on for signature in draft.signatures.all()]
        draft.in_force_on = max(days)
        draft.come_into_force()
        draft.save(update_fields=["state", "in_force_on"])
        project.contract_signed_on = draft.in_force_on
        project.save(update_fields=["contract_signed_on"])
    take_step(
        draft,
        "sign",
        number=project.number,
        actor=actor,
        on=on,
        from_state=former,
        version=draft.version,
        party=actor.role,
        signatory=signatory.strip(),
    )
    return draft


def parties_left(contract: Contract) -> list[str]:
    """The parties that have not signed this version yet, in the order of the contract."""
    signed = {signature.party for signature in contract.signatures.all()}
    return [party.value for party in PARTIES if party.value not in signed]


def organisation_of(party: str, project: Project) -> Organisation:
    """The organisation that signs as the party. Raises ContractStands when no province is registered."""
    if party == Role.UNIT:
        return project.unit
    if party == Role.PARK:
        return project.cluster.park
    city = project.cluster.park.parent
    above = city.parent if city is not None else None
    if above is not None and above.kind == OrganisationKind.PROVINCE:
        return above
    province = Organisation.objects.filter(kind=OrganisationKind.PROVINCE).order_by("pk").first()
    if province is None:
        raise ContractStands(_("系统中还没有登记省科技厅。"))
    return province


def enter_signed(project: Project) -> Contract | None:
    """The contract that was signed before the project came in (补录), as its first version, in force.

    It says what the project's facts say now. None where a version is in force, or where nothing says that a
    contract was signed. Call with the project locked; whoever calls writes the step.
    """
    if in_force(project) is not None or project.contract_signed_on is None:
        return None
    entered = _version(project, terms_of(project), on=project.contract_signed_on)
    entered.in_force_on = project.contract_signed_on
    entered.come_into_force()
    entered.save()
    return entered


def amend(project: Project, *, terms: Terms, change: ChangeRequest, on: date) -> Contract:
    """The next version, in force from `on` by an approved change; the former one is superseded.

    Call with the project locked and a version in force; whoever calls writes the steps.
    """
    former = in_force(project)
    assert former is not None
    former.supersede()
    former.save(update_fields=["state"])
    amended = _version(project, terms, on=on)
    amended.change = change
    amended.in_force_on = on
    amended.come_into_force()
    amended.save()
    return amended


def _version(project: Project, terms: Terms, *, on: date) -> Contract:
    last = Contract.objects.filter(project=project).aggregate(last=Max("version"))["last"] or 0
    return Contract(project=project, version=last + 1, terms=terms, digest=digest_of(terms), drafted_on=on)


def _locked(project_id: int) -> Project:
    return Project.objects.held(project_id)


def _draft(contract: Contract) -> Contract:
    kept = Contract.objects.get(pk=contract.pk)
    if kept.state != ContractState.DRAFT:
        raise NotADraft(
            _("合同第 %(version)d 版%(state)s，不在待签署状态。")
            % {"version": kept.version, "state": kept.get_state_display()},
            details={"version": kept.version, "state": kept.state},
        )
    return kept


def _require_approved(project: Project) -> None:
    if project.state != ProjectState.APPROVED:
        raise StageForbids(
            _("项目处于“%(state)s”阶段；合同在立项阶段拟定和签署。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )
