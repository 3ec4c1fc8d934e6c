"""The dossier (验收材料): which papers belong to it, which are on file, and the technical report before it.

What is on file is computed from the papers and dated events, never ticked by hand. Source: domain catalogue D84, D88.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.acceptance.rounds import locked
from lifecycle.errors import Conflict, StageForbids
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import DatedEvent, Document, DocumentCategory, EventKind, Project, ProjectState
from lifecycle.models.move import ENTERED
from lifecycle.models.project import BEFORE_CLOSEOUT
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.rules.standing import REFUSED
from lifecycle.steps import take_step

REPORT_NO_LENGTH = 200
ARCHIVED = "收录"
"""The result of a technical report that was taken in."""

_UNIT_AND_PARK = (Role.UNIT.value, Role.PARK.value)


class TechnicalReportStands(Conflict):
    """A technical report is on record for that very day."""

    code = "technical_report_stands"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A paper of the dossier: on file as a document of `category`, or as a dated event of `event`.

    title: Chinese msgid. In the category 验收材料 several papers stand side by side; there the document's number
    is the code.
    """

    code: str
    title: str
    category: DocumentCategory = DocumentCategory.ACCEPTANCE
    event: EventKind | None = None
    is_required: bool = False

    @property
    def number(self) -> str:
        """What the document's number must be; empty where the category says enough."""
        return self.code if self.category is DocumentCategory.ACCEPTANCE else ""


DOSSIER: tuple[Requirement, ...] = (
    Requirement("application_form", gettext_noop("验收申请表"), is_required=True),
    Requirement("contract_copy", gettext_noop("项目合同书"), DocumentCategory.CONTRACT),
    Requirement("approval_notice", gettext_noop("立项批文")),
    Requirement("summary_report", gettext_noop("项目实施总结报告"), is_required=True),
    Requirement("settlement_table", gettext_noop("经费决算表")),
    Requirement("audit_report", gettext_noop("专项审计报告"), DocumentCategory.AUDIT, EventKind.AUDIT),
    Requirement("completion_report", gettext_noop("项目完成与应用情况报告")),
    Requirement(
        "technical_report",
        gettext_noop("科技报告收录证明"),
        DocumentCategory.TECHNICAL_REPORT,
        EventKind.TECHNICAL_REPORT,
    ),
    Requirement("results", gettext_noop("成果与知识产权证明")),
)
"""In the order in which the dossier is bound. What the gate itself demands elsewhere (audit, technical report,
settlement) is not demanded a second time."""


class Paper(NamedTuple):
    """A document on file, its latest version."""

    pk: int
    category: str
    number: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the checklist. document: id of the latest paper that meets it; None where an event does."""

    requirement: Requirement
    is_met: bool
    document: int | None

    @property
    def title(self) -> str:
        """In the active language."""
        return _(self.requirement.title)

    def as_json(self) -> dict[str, str | bool | int | None]:
        """As it is frozen with an application."""
        return {"code": self.requirement.code, "is_met": self.is_met, "document": self.document}


def checklist(papers: Sequence[Paper], events: Collection[str]) -> list[Row]:
    """A row for each paper of the dossier, in its order. Pure.

    papers: in any order; of several that fit the one recorded last counts. events: kinds that have happened.
    """
    rows = []
    for requirement in DOSSIER:
        fitting = [
            paper.pk
            for paper in papers
            if paper.category == requirement.category
            and (not requirement.number or paper.number == requirement.number)
        ]
        document = max(fitting, default=None)
        has_event = requirement.event is not None and requirement.event in events
        rows.append(Row(requirement, document is not None or has_event, document))
    return rows


def checklist_of(project: Project, *, on: date) -> list[Row]:
    """The project's checklist; two queries.

    Events count from their day on. A paper has no day of business: it counts once it is on file.
    """
    categories = {requirement.category for requirement in DOSSIER}
    papers = (
        Document.objects.filter(project=project, category__in=categories)
        .present()
        .values_list("pk", "category", "number")
    )
    events = DatedEvent.objects.filter(
        project=project,
        kind__in=[requirement.event for requirement in DOSSIER if requirement.event],
        happened_on__lte=on,
    ).exclude(result=REFUSED)
    return checklist([Paper(*paper) for paper in papers], set(events.values_list("kind", flat=True)))


def record_technical_report(
    *, project: Project, document_no: str, on: date, document: int | None, actor: Actor, today: date
) -> DatedEvent:
    """Record that the technical report (科技报告) was taken in on the day `on`, with its number.

    document: id of the certificate among the project's documents; None where there is none yet.

    Raises:
        StageForbids: the project is not in implementation.
        Invalid: no number, a day to come or before the project's start, or a document that is none of it.
        TechnicalReportStands: one is on record for that day.
    """
    with transaction.atomic():
        kept = locked(project)
        if kept.state != ProjectState.IMPLEMENTING:
            raise StageForbids(
                _("项目处于“%(state)s”阶段，不能登记科技报告。") % {"state": kept.get_state_display()},
                details={"state": kept.state},
            )
        faults = Faults()
        number = faults.text("document_no", document_no, limit=REPORT_NO_LENGTH)
        faults.day("on", on, today=today, since=kept.start_on, after=gettext_lazy("实施开始日期"))
        reports = kept.documents.filter(category=DocumentCategory.TECHNICAL_REPORT)
        if document is not None and not reports.filter(pk=document).exists():
            faults.say("document", _("本项目没有这份科技报告文件。"))
        faults.refuse()
        try:
            with transaction.atomic():
                event = DatedEvent.objects.create(
                    project=kept,
                    kind=EventKind.TECHNICAL_REPORT,
                    happened_on=on,
                    result=ARCHIVED,
                    document_no=number,
                )
        except IntegrityError as error:
            raise TechnicalReportStands(
                _("%(day)s 已登记过科技报告。") % {"day": on.isoformat()}, details={"on": on.isoformat()}
            ) from error
        take_step(
            event,
            "technical_report",
            number=kept.number,
            actor=actor,
            on=on,
            document_no=number,
            document=document,
        )
    return event


def _technical_report(case: Case) -> Outcome:
    filed = [event for event in case.life.happened(EventKind.TECHNICAL_REPORT) if event.result != REFUSED]
    if filed:
        return met(gettext_noop("科技报告已于 %(filed)s 收录。"), filed=filed[-1].on)
    return unmet(gettext_noop("尚未登记科技报告的收录。"))


TECHNICAL_REPORT_FILED = Guard(
    "technical_report_filed",
    gettext_lazy("科技报告"),
    gettext_lazy("省科技计划项目验收要求：科技报告收录后方可申请验收"),
    "acceptance",
    _UNIT_AND_PARK,
    _technical_report,
)


def is_demanded(project: Project) -> bool:
    """Whether the papers are asked for: not of a project that came in at 验收, nor of one that has ended. One query
    at most.
    """
    return project.state in BEFORE_CLOSEOUT and not _came_in_at_acceptance(project)


def _came_in_at_acceptance(project: Project) -> bool:
    return project.state_changes.filter(move=ENTERED, to_state=ProjectState.ACCEPTANCE).exists()


def _complete(case: Case) -> Outcome:
    if _came_in_at_acceptance(case.project):
        return met(gettext_noop("项目带验收阶段的历史补录，不再要求提交验收材料。"))
    rows = checklist_of(case.project, on=case.on)
    missing = [row.requirement.title for row in rows if row.requirement.is_required and not row.is_met]
    if missing:
        return unmet(gettext_noop("验收材料缺少：%(missing)s。"), missing=missing)
    return met(
        gettext_noop("必备的验收材料已齐，清单 %(count)s 项中已有 %(present)s 项。"),
        count=len(rows),
        present=sum(row.is_met for row in rows),
    )


DOSSIER_COMPLETE = Guard(
    "dossier_complete",
    gettext_lazy("验收材料"),
    gettext_lazy("省科技计划项目验收要求：验收材料清单"),
    "acceptance",
    _UNIT_AND_PARK,
    _complete,
)
