"""Credit records (信用记录): what the province holds against or for somebody out of one project, and lifting it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.faults import day_fault, refuse_if_any, text_fault
from lifecycle.guards import Made
from lifecycle.models import CreditGrade, CreditRecord, CreditSubject, Document, Project, ReasonClass
from lifecycle.models.credit import CreditRecordQuerySet
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.steps import day_of_last_step, take_step

NAME_LENGTH = 200
BEHAVIOUR_LENGTH = 2000
REASON_LENGTH = 2000

KIND_OF = {
    CreditSubject.UNIT: OrganisationKind.UNIT,
    CreditSubject.PARK: OrganisationKind.PARK,
    CreditSubject.AUDIT_FIRM: OrganisationKind.AUDITOR,
}
"""What a subject is among the organisations we know, where it is one."""

GRADE_OF_ENDING = {"terminate": CreditGrade.MINOR, "revoke": CreditGrade.GRAVE}
"""How the unit is graded when its project is broken off by its own fault. Source: DOMAIN D107–D111."""

ENDED_BY_FAULT = {"terminate": "项目终止（责任原因）", "revoke": "项目撤销（责任原因）"}
"""What is then written down as its behaviour, before the reason."""


class NotInForce(Conflict):
    """The record was lifted or has run out."""

    code = "not_in_force"


def records_against(names: Iterable[str], on: date) -> CreditRecordQuerySet:
    """The records in force on `on` of all that bear one of the names, out of any project, the latest first.

    Whoever shows them must not name a project that its reader may not see.
    """
    return (
        CreditRecord.objects.in_force(on).filter(subject_name__in=set(names)).order_by("-recorded_on", "-pk")
    )


@transaction.atomic
def record_credit(
    *,
    project: Project,
    subject_kind: str,
    subject_name: str,
    grade: str,
    behaviour: str,
    recorded_on: date,
    until: date | None,
    actor: Actor,
    today: date,
    document_id: int | None = None,
) -> CreditRecord:
    """Write down how somebody behaved, in force from `recorded_on` to `until`, for good where None.

    document_id: of the decision, a paper of this project.

    Raises:
        Invalid: kind or grade is unknown, a text is empty or too long, a day is to come or before the award, the
            end lies before the beginning, or the paper is none of this project's.
    """
    project = _locked(project.pk)
    document = (
        None if document_id is None else Document.objects.filter(project=project, pk=document_id).first()
    )
    end = "" if until is None else day_fault(until)
    if not end and until is not None and until < recorded_on:
        end = _("截止日期不能早于认定日期。")
    refuse_if_any(
        {
            "subject_kind": "" if subject_kind in CreditSubject.values else _("没有这种对象。"),
            "subject_name": text_fault(subject_name, limit=NAME_LENGTH),
            "grade": "" if grade in CreditGrade.values else _("没有这种等级。"),
            "behaviour": text_fault(behaviour, limit=BEHAVIOUR_LENGTH),
            "recorded_on": day_fault(recorded_on, today=today, since=project.cluster.batch.awarded_on),
            "until": end,
            "document_id": "" if document_id is None or document is not None else _("该项目没有这份文件。"),
        }
    )
    return _write_down(
        CreditRecord(
            project=project,
            subject_kind=subject_kind,
            subject_name=subject_name.strip(),
            organisation=_organisation(subject_kind, subject_name.strip()),
            grade=grade,
            behaviour=behaviour.strip(),
            recorded_on=recorded_on,
            until=until,
            document=document,
        ),
        number=project.number,
        actor=actor,
    )


@transaction.atomic
def lift(*, record: CreditRecord, reason: str, on: date, actor: Actor, today: date) -> CreditRecord:
    """Let it count no longer, from the day `on`; it stays on record.

    Raises:
        Invalid: no reason, one too long, or a day to come or before it was recorded.
        NotInForce: it was lifted already, or has run out before that day.
    """
    project = _locked(record.project_id)
    record = CreditRecord.objects.get(pk=record.pk)
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH),
            "on": day_fault(on, today=today, since=day_of_last_step(record)),
        }
    )
    if record.lifted_on is not None:
        raise NotInForce(
            _("该记录已于 %(day)s 解除。") % {"day": record.lifted_on.isoformat()},
            details={"lifted_on": record.lifted_on.isoformat()},
        )
    if record.until is not None and record.until < on:
        raise NotInForce(
            _("该记录已于 %(day)s 到期。") % {"day": record.until.isoformat()},
            details={"until": record.until.isoformat()},
        )
    record.lifted_on = on
    record.save(update_fields=["lifted_on"])
    take_step(record, "lift", number=project.number, actor=actor, on=on, reason=reason.strip())
    return record


def note_ending(made: Made) -> None:
    """Hold it against the unit that its project ended by its own fault; an effect of terminate and revoke.

    Termination is minor, revocation grave; both for good, until the province lifts them. Nothing where the
    reasons were objective.
    """
    change, project = made.change, made.project
    if change.reason_class != ReasonClass.FAULT:
        return
    _write_down(
        CreditRecord(
            project=project,
            subject_kind=CreditSubject.UNIT,
            subject_name=project.unit.name,
            organisation=project.unit,
            grade=GRADE_OF_ENDING[change.move],
            behaviour=f"{ENDED_BY_FAULT[change.move]}：{change.reason}",
            recorded_on=made.on,
            until=None,
            document=change.document,
        ),
        number=project.number,
        actor=made.actor,
    )


def _write_down(record: CreditRecord, *, number: str, actor: Actor) -> CreditRecord:
    record.save()
    take_step(
        record,
        "record",
        number=number,
        actor=actor,
        on=record.recorded_on,
        subject_kind=record.subject_kind,
        subject_name=record.subject_name,
        grade=record.grade,
        until=record.until and record.until.isoformat(),
    )
    return record


def _organisation(subject_kind: str, name: str) -> Organisation | None:
    """The organisation of that kind and name, where the subject is one that we know."""
    kind = KIND_OF.get(CreditSubject(subject_kind))
    return None if kind is None else Organisation.objects.filter(kind=kind, name=name).first()


def _locked(pk: int) -> Project:
    return Project.objects.held(pk)
