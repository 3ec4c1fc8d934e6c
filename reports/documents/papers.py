"""Papers on one matter of a project: the report on a year, a mid-term check, a notice of refund, a certificate."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from reports.document import Document
from reports.facts import ProjectReportFacts
from reports.facts_papers import AnnualReportFacts, CertificateFacts, MidtermFacts, RefundNoticeFacts
from reports.sections.annual import annual_sections
from reports.sections.cells import day
from reports.sections.certificate import certificate_section
from reports.sections.midterm import midterm_sections
from reports.sections.project import party
from reports.sections.refund import refund_section, workings_annexes


def annual_document(facts: AnnualReportFacts, digest: str) -> Document:
    """The report on a year (年度执行情况报告), with a cover."""
    title = _("项目年度执行情况报告")
    year = _("%(year)d 年度") % {"year": facts.year}
    return replace(
        _paper(facts, digest, f"{title}（{year}）", issuer="unit"),
        cover=[
            (_("项目编号"), facts.project.number),
            (_("项目名称"), facts.project.name),
            (_("报告年度"), _("%(year)d 年") % {"year": facts.year}),
            (_("承担单位"), party(facts.parties, "unit")),
            (_("项目负责人"), facts.project.leader),
            (_("高新区管委会"), party(facts.parties, "park")),
            (_("数据截止日"), day(facts.until)),
        ],
        sections=annual_sections(facts),
        has_cover=True,
    )


def midterm_document(facts: MidtermFacts, digest: str) -> Document:
    """The record of a mid-term check (中期检查记录)."""
    return replace(
        _paper(facts, digest, _("项目中期检查记录"), issuer="city"), sections=midterm_sections(facts)
    )


def refund_document(facts: RefundNoticeFacts, digest: str) -> Document:
    """The notice of refund (退款通知书), a letter."""
    paper = _paper(facts, digest, _("退款通知书"), issuer="province")
    return replace(paper, subject="", sections=[refund_section(facts)], annexes=workings_annexes(facts))


def certificate_document(facts: CertificateFacts, digest: str) -> Document:
    """The certificate of acceptance (验收证书), on one page."""
    paper = _paper(facts, digest, _("项目验收证书"), issuer="province")
    return replace(paper, sections=[certificate_section(facts)])


def _paper(facts: ProjectReportFacts, digest: str, title: str, *, issuer: str) -> Document:
    return Document(
        kind=facts.kind,
        title=title,
        subject=f"{facts.project.number} {facts.project.name}",
        cover=[],
        sections=[],
        on=facts.on,
        digest=digest,
        issuer=party(facts.parties, issuer),
        has_cover=False,
        has_contents=False,
    )
