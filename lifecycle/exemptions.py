"""Recorded exceptions (例外): asked for by those the rule binds, granted by the province on paper.

While one is in force the rule answers `waived` where it is not met. Source: PRODUCT 'The life of a project'.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.acting import organisation_acting
from lifecycle.errors import Conflict, Forbidden, StageForbids
from lifecycle.faults import Faults
from lifecycle.models import Document, DocumentCategory, Exemption, ExemptionState, Project, Step
from lifecycle.models.exemption import WAIVABLE
from lifecycle.models.fields import LATEST
from lifecycle.models.project import BEFORE_CLOSEOUT
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation
from lifecycle.steps import take_step
from lifecycle.wording import listed

REASON_LENGTH = 2000

PAPERS = frozenset({DocumentCategory.EXEMPTION, DocumentCategory.DECISION})
"""What an exception may be granted on."""

_ASKED = gettext_lazy("申请日期")


class AlreadyAsked(Conflict):
    """An exception to the rule was asked for and is not decided, or is in force without end."""

    code = "already_asked"


class Decided(Conflict):
    """The exception was granted, refused or withdrawn already."""

    code = "already_decided"


class NotYours(Forbidden):
    """Somebody else asked for it."""

    code = "not_yours"


def ask(*, project: Project, rule: str, reason: str, actor: Actor, on: date, today: date) -> Exemption:
    """Ask the province that a rule need not hold for the project.

    Raises:
        Invalid: no rule that can be waived, no reason, or a day to come.
        StageForbids: the project has ended.
        AlreadyAsked: the province has one to decide, or granted one without end.
    """
    reason = reason.strip()
    faults = Faults()
    faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明理由。"))
    faults.day("on", on, today=today)
    if rule not in WAIVABLE:
        faults["rule"] = _("只有这些规则可以申请例外：%(rules)s。") % {"rules": listed(WAIVABLE)}
    faults.refuse()
    with transaction.atomic():
        kept = _locked(project.pk)
        _require_open(kept)
        standing = kept.exemptions.filter(
            Q(state=ExemptionState.ASKED) | Q(state=ExemptionState.GRANTED, until=None), rule=rule
        ).first()
        if standing is not None:
            raise AlreadyAsked(
                _("%(rule)s 的例外%(state)s，不能重复申请。")
                % {"rule": rule, "state": standing.get_state_display()},
                details={"exemption": standing.pk, "state": standing.state},
            )
        organisation = organisation_acting(actor, kept)
        exemption = Exemption.objects.create(
            project=kept, rule=rule, reason=reason, asked_on=on, asked_by=organisation.name
        )
        take_step(
            exemption,
            "ask",
            number=kept.number,
            actor=actor,
            on=on,
            reason=reason,
            rule=rule,
            organisation=organisation.pk,
        )
    return exemption


def grant(
    *, exemption: Exemption, document: int, on: date, until: date | None = None, actor: Actor, today: date
) -> Exemption:
    """The province allows it, in force from `on` to `until` (without end when None), both included.

    document: id of the paper by which it does, on file with the project.

    Raises:
        Invalid: no such paper, one that was replaced, or days out of order.
        StageForbids: the project has ended.
        Decided: it is decided already.
    """
    with transaction.atomic():
        project = _locked(exemption.project_id)
        kept = _undecided(exemption)
        _require_open(project)
        faults = Faults()
        faults.day("on", on, today=today, since=kept.asked_on, after=_ASKED)
        if until is not None and not on <= until < LATEST:
            faults["until"] = _("截止日期不能早于批准日期。")
        paper = project.documents.filter(pk=document, category__in=PAPERS).first()
        if paper is None:
            faults["document"] = _("请选择本项目的例外审批文件或决定文件。")
        elif Document.objects.filter(replaces=paper).exists():
            faults["document"] = _("这份文件已有新版本，请选择最新版本。")
        faults.refuse()
        kept.document = paper
        kept.granted_on, kept.until = on, until
        kept.granted_by = organisation_acting(actor, project).name
        former = kept.state
        kept.grant()
        kept.save(update_fields=["state", "document", "granted_on", "until", "granted_by"])
        take_step(
            kept,
            "grant",
            number=project.number,
            actor=actor,
            on=on,
            from_state=former,
            rule=kept.rule,
            until=until and until.isoformat(),
            document=document,
        )
    return kept


def refuse(*, exemption: Exemption, reason: str, actor: Actor, on: date, today: date) -> Exemption:
    """The province does not allow it; another may be asked for.

    Raises:
        Invalid: no reason, a day to come or before it was asked for.
        Decided: it is decided already.
    """
    reason = reason.strip()
    with transaction.atomic():
        project = _locked(exemption.project_id)
        kept = _undecided(exemption)
        faults = Faults()
        faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明理由。"))
        faults.day("on", on, today=today, since=kept.asked_on, after=_ASKED)
        faults.refuse()
        former = kept.state
        kept.refuse()
        kept.save(update_fields=["state"])
        take_step(
            kept,
            "refuse",
            number=project.number,
            actor=actor,
            on=on,
            from_state=former,
            reason=reason,
            rule=kept.rule,
        )
    return kept


def withdraw(*, exemption: Exemption, actor: Actor, on: date, today: date) -> Exemption:
    """Whoever asked takes it back.

    Raises:
        Invalid: a day to come or before it was asked for.
        NotYours: another organisation asked.
        Decided: it is decided already.
    """
    with transaction.atomic():
        project = _locked(exemption.project_id)
        kept = _undecided(exemption)
        if not is_asker(organisation_acting(actor, project), Step.objects.of(kept)):
            raise NotYours(_("这项例外由%(who)s申请，只能由其撤回。") % {"who": kept.asked_by})
        faults = Faults()
        faults.day("on", on, today=today, since=kept.asked_on, after=_ASKED)
        faults.refuse()
        former = kept.state
        kept.withdraw()
        kept.save(update_fields=["state"])
        take_step(
            kept,
            "withdraw",
            number=project.number,
            actor=actor,
            on=on,
            from_state=former,
            rule=kept.rule,
        )
    return kept


def is_asker(organisation: Organisation, story: Iterable[Step]) -> bool:
    """Whether it was this organisation that asked for the exception of the story."""
    return any(step.act == "ask" and step.details.get("organisation") == organisation.pk for step in story)


def _locked(pk: int) -> Project:
    return Project.objects.select_related("unit__parent", "cluster__park__parent__parent").held(pk)


def _undecided(exemption: Exemption) -> Exemption:
    """The exception as it stands now. Raises Decided."""
    kept = Exemption.objects.get(pk=exemption.pk)
    if kept.state != ExemptionState.ASKED:
        raise Decided(
            _("这项例外%(state)s，不能再次办理。") % {"state": kept.get_state_display()},
            details={"state": kept.state},
        )
    return kept


def _require_open(project: Project) -> None:
    if project.state not in BEFORE_CLOSEOUT:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不再受理例外。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )
