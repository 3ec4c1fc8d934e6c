"""The special audit (专项审计) before acceptance, as the unit or the park records it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from finance.holding import hold_project, require_stage
from finance.models import Audit, AuditOpinion
from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import DatedEvent, Document, DocumentCategory, EventKind, Project, ProjectState
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step

AUDITED_IN = frozenset({ProjectState.IMPLEMENTING, ProjectState.ACCEPTANCE})
"""Stages in which an audit is put on file; before there is nothing to audit, after the record stands."""

FIRM_LENGTH = 200
NUMBER_LENGTH = 200


class AuditExists(Conflict):
    """That day has an audit already, or a dated event that names another report."""

    code = "audit_exists"


@transaction.atomic
def record_audit(
    *,
    project: Project,
    on: date,
    firm: str,
    report_no: str,
    opinion: str,
    audited_investment: Decimal,
    actor: Actor,
    today: date,
    document: Document | None = None,
) -> Audit:
    """Put an audit on file, and its dated event with it, so that it reads as one brought in by a workbook.

    on: the day of the report, from the start of the term on. opinion: one of AuditOpinion.
    audited_investment: 审定新增总投入 in yuan. document: the report itself, a paper of the project. A wrong
    audit is not changed: a later one counts in its place.

    Raises:
        Invalid: details name the fields.
        StageForbids: the project is neither in implementation nor in acceptance.
        AuditExists: nothing is written.
    Source: 省科技计划项目验收经费审计要求.
    """
    project = hold_project(project)
    firm, report_no = firm.strip(), report_no.strip()
    faults = Faults()
    faults.text("firm", firm, limit=FIRM_LENGTH, needed=_("请填写审计机构。"))
    faults.text("report_no", report_no, limit=NUMBER_LENGTH, needed=_("请填写报告文号。"))
    if opinion not in AuditOpinion.values:
        faults["opinion"] = _("请选择审计意见。")
    faults.amount("audited_investment", audited_investment)
    faults.day("on", on, today=today, since=project.start_on)
    faults.document("document", document, project=project, category=DocumentCategory.AUDIT)
    faults.refuse()
    require_stage(project, AUDITED_IN, _("登记专项审计"))
    if project.audits.filter(audited_on=on).exists():
        raise AuditExists(
            _("%(day)s 已登记过专项审计。") % {"day": on.isoformat()}, details={"on": on.isoformat()}
        )
    _tell_event(project, on=on, opinion=opinion, report_no=report_no)
    audit = Audit.objects.create(
        project=project,
        audited_on=on,
        firm=firm,
        report_no=report_no,
        opinion=opinion,
        audited_investment=audited_investment,
        document=document,
    )
    take_step(
        audit,
        "record",
        number=project.number,
        actor=actor,
        on=on,
        report_no=report_no,
        opinion=opinion,
        audited_investment=f"{audited_investment:.2f}",
    )
    return audit


def _tell_event(project: Project, *, on: date, opinion: str, report_no: str) -> None:
    """The dated event of the audit; one that a workbook brought is completed, unless it names another report."""
    event, is_new = DatedEvent.objects.get_or_create(
        project=project,
        kind=EventKind.AUDIT,
        happened_on=on,
        defaults={"result": opinion, "document_no": report_no},
    )
    if is_new:
        return
    if event.document_no not in ("", report_no):
        raise AuditExists(
            _("%(day)s 的专项审计记录的文号是“%(number)s”，与所填不符。")
            % {"day": on.isoformat(), "number": event.document_no},
            details={"on": on.isoformat(), "document_no": event.document_no},
        )
    event.document_no, event.result = report_no, opinion
    event.save(update_fields=["document_no", "result"])
