"""The ledgers on paper: of payments, of spending. They lie across, and have no cover."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.document import Document, Section
from reports.facts import ProjectReportFacts
from reports.facts_ledgers import DisbursementsFacts, SpendingLedgerFacts
from reports.sections.cells import day
from reports.sections.disbursements import disbursements_section
from reports.sections.project import party
from reports.sections.spending import spending_section


def disbursements_document(facts: DisbursementsFacts, digest: str) -> Document:
    """The ledger of payments (拨款台账)."""
    return _ledger(facts, digest, _("拨款台账"), disbursements_section(facts), issuer="park")


def spending_document(facts: SpendingLedgerFacts, digest: str) -> Document:
    """The ledger of spending (支出台账)."""
    return _ledger(facts, digest, _("支出台账"), spending_section(facts), issuer="unit")


def _ledger(facts: ProjectReportFacts, digest: str, title: str, section: Section, *, issuer: str) -> Document:
    project = facts.project
    return Document(
        kind=facts.kind,
        title=title,
        subject=f"{project.number} {project.name}",
        cover=[
            (_("承担单位"), party(facts.parties, "unit")),
            (_("高新区管委会"), party(facts.parties, "park")),
            (_("下达文号"), project.award_document or "—"),
            (_("数据截止日"), day(facts.on)),
        ],
        sections=[section],
        on=facts.on,
        digest=digest,
        issuer=party(facts.parties, issuer),
        has_cover=False,
        has_contents=False,
        is_landscape=True,
    )
