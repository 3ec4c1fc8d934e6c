"""Builds reports: collect the facts, freeze them, compose the document out of what was frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from lifecycle.models import Project
from reports.collect import (
    collect_acceptance,
    collect_annual,
    collect_certificate,
    collect_disbursements,
    collect_midterm,
    collect_refund,
    collect_settlement,
    collect_spending,
)
from reports.document import Document
from reports.documents.ledgers import disbursements_document, spending_document
from reports.documents.papers import (
    annual_document,
    certificate_document,
    midterm_document,
    refund_document,
)
from reports.errors import NothingToReport
from reports.facts import AcceptanceFacts, SettlementFacts, decode, digest_of, encode
from reports.facts_ledgers import DisbursementsFacts, SpendingLedgerFacts
from reports.facts_papers import AnnualReportFacts, CertificateFacts, MidtermFacts, RefundNoticeFacts
from reports.figures import figures_of
from reports.models import ReportKind
from reports.sections.acceptance import acceptance_section, signatures_section
from reports.sections.annexes import annexes
from reports.sections.benefits import benefits_section
from reports.sections.cells import day
from reports.sections.changes import changes_section
from reports.sections.inspections import inspections_section
from reports.sections.money import money_section
from reports.sections.plan import plan_section
from reports.sections.project import party, project_section
from reports.sections.rating import rating_section
from reports.sections.rules import rules_section
from reports.sections.settlement import settlement_section
from reports.sections.targets import targets_section


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of report comes about: from a project to facts, from facts to a document.

    has_several: a project can have several of it, told apart by `which`.
    """

    shape: type[Any]
    collect: Callable[..., Any]
    compose: Callable[[Any, str], Document]
    has_several: bool = False


def build(kind: str, project: Project, *, on: date, today: date, which: str = "") -> tuple[bytes, Document]:
    """The frozen facts of a project as of the end of `on`, and the document that says them; a draft, unnumbered.

    today: bounds `on`. kind: one of KINDS. which: the year, the day of the check (20240305), the place of the refund
    or the round, of a kind that has several; see `reports.available`. The document is made of the bytes alone, so
    that the same facts always give the same document.

    Raises KeyError where there is no such kind, NothingToReport where the project has no such thing.
    """
    found = KINDS[kind]
    if which and not found.has_several:
        raise NothingToReport(_("“%(kind)s”一个项目只有一份。") % {"kind": ReportKind(kind).label})
    several = {"which": which} if found.has_several else {}
    content = encode(found.collect(project, on=min(on, today), today=today, **several))
    return content, document_of(kind, content)


def document_of(kind: str, content: bytes) -> Document:
    """The document that these frozen facts make.

    Raises KeyError where there is no such kind, msgspec.ValidationError where they are no facts of it.
    """
    found = KINDS[kind]
    with translation.override(settings.LANGUAGE_CODE):
        return found.compose(decode(content, found.shape), digest_of(content))


def acceptance_document(facts: AcceptanceFacts, digest: str) -> Document:
    """The acceptance report (验收报告), with its charts."""
    drawn = figures_of(facts)
    project = facts.project
    return Document(
        kind=facts.kind,
        title=_("项目验收报告"),
        subject=f"{project.number} {project.name}",
        cover=[
            (_("项目编号"), project.number),
            (_("项目名称"), project.name),
            (_("所属集群"), project.cluster),
            (_("承担单位"), party(facts.parties, "unit")),
            (_("项目负责人"), project.leader),
            (_("高新区管委会"), party(facts.parties, "park")),
            (_("设区市科技主管部门"), party(facts.parties, "city")),
            (_("省科技主管部门"), party(facts.parties, "province")),
            (_("实施期限"), f"{day(project.start_on)}至{day(project.end_on)}"),
            (_("数据截止日"), day(facts.on)),
        ],
        sections=[
            project_section(facts),
            targets_section(facts, drawn),
            plan_section(facts, drawn),
            money_section(facts, drawn),
            changes_section(facts),
            inspections_section(facts),
            rules_section(facts),
            benefits_section(facts),
            rating_section(facts),
            acceptance_section(facts),
            signatures_section(facts),
        ],
        annexes=annexes(facts, digest=digest),
        on=facts.on,
        digest=digest,
        issuer=party(facts.parties, "unit"),
    )


def settlement_document(facts: SettlementFacts, digest: str) -> Document:
    """The settlement table (经费决算表), one page to be signed."""
    project = facts.project
    return Document(
        kind=facts.kind,
        title=_("项目经费决算表"),
        subject=f"{project.number} {project.name}",
        cover=[(_("承担单位"), party(facts.parties, "unit")), (_("数据截止日"), day(facts.on))],
        sections=[settlement_section(facts)],
        on=facts.on,
        digest=digest,
        issuer=party(facts.parties, "unit"),
        has_cover=False,
        has_contents=False,
    )


KINDS: dict[str, _Kind] = {
    "acceptance": _Kind(AcceptanceFacts, collect_acceptance, acceptance_document),
    "settlement": _Kind(SettlementFacts, collect_settlement, settlement_document),
    "disbursements": _Kind(DisbursementsFacts, collect_disbursements, disbursements_document),
    "spending": _Kind(SpendingLedgerFacts, collect_spending, spending_document),
    "annual": _Kind(AnnualReportFacts, collect_annual, annual_document, has_several=True),
    "midterm": _Kind(MidtermFacts, collect_midterm, midterm_document, has_several=True),
    "refund": _Kind(RefundNoticeFacts, collect_refund, refund_document, has_several=True),
    "certificate": _Kind(CertificateFacts, collect_certificate, certificate_document, has_several=True),
}
"""The reports on one project, by the name under which they are asked for."""
