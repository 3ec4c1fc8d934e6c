"""Reports about many projects: a park's results, what is due, a month's compliance; with their charts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.charts.funding import Pot, funding
from reports.charts.unmet import Bar, unmet
from reports.document import Document
from reports.facts_programme import BriefFacts, DueListFacts, ParkFacts
from reports.sections.brief import brief_sections, worst_first
from reports.sections.cells import day
from reports.sections.due import due_sections
from reports.sections.park import park_sections


def park_document(facts: ParkFacts, digest: str) -> Document:
    """The report on a park's results in a batch (高新区实施成效报告)."""
    figures = {
        "funding": funding(
            [Pot(_(each.source), each.committed, each.received, each.spent) for each in facts.sources]
        ),
        "unmet": unmet(
            [Bar(f"{each.code} {_(each.title)}", each.breached, each.warned) for each in facts.rules],
            caption=_("各规则违规与提醒的项目数"),
        ),
    }
    return Document(
        kind=facts.kind,
        title=_("高新区实施成效报告"),
        subject=f"{facts.organisation.name}　{facts.batch}",
        cover=[
            (_("高新区管委会"), facts.organisation.name),
            (_("批次"), facts.batch),
            (_("下达文号"), facts.document_no or "—"),
            (_("项目数"), str(len(facts.projects))),
            (_("数据截止日"), day(facts.on)),
        ],
        sections=park_sections(facts, figures),
        on=facts.on,
        digest=digest,
        issuer=facts.organisation.name,
    )


def due_document(facts: DueListFacts, digest: str) -> Document:
    """The list of what is due to be accepted (应结未结项目清单), lying."""
    return Document(
        kind=facts.kind,
        title=_("应结未结项目清单"),
        subject=_("%(name)s　%(year)d 年度") % {"name": facts.organisation.name, "year": facts.year},
        cover=[
            (_("编制单位"), facts.organisation.name),
            (_("数据截止日"), day(facts.on)),
        ],
        sections=due_sections(facts),
        on=facts.on,
        digest=digest,
        issuer=facts.organisation.name,
        has_cover=False,
        has_contents=False,
        is_landscape=True,
    )


def brief_document(facts: BriefFacts, digest: str) -> Document:
    """The month's brief on compliance (月度合规简报)."""
    figures = {
        "rules": unmet(
            [
                Bar(f"{each.code} {_(each.title)}", each.breached, each.warned, each.breached_before)
                for each in facts.rules
            ],
            caption=_("各规则违规与提醒的项目数"),
        ),
        "parks": unmet(
            [
                Bar(each.name, each.breaching, each.warned, each.breaching_before)
                for each in worst_first(facts.parks)[:20]
            ],
            caption=_("各高新区有违规和只有提醒的项目数"),
        ),
    }
    return Document(
        kind=facts.kind,
        title=_("项目月度合规简报"),
        subject=_("%(name)s　%(year)d 年 %(month)d 月")
        % {"name": facts.organisation.name, "year": facts.on.year, "month": facts.on.month},
        cover=[
            (_("编制单位"), facts.organisation.name),
            (_("数据截止日"), day(facts.on)),
            (_("对比日期"), day(facts.before)),
        ],
        sections=brief_sections(facts, figures),
        on=facts.on,
        digest=digest,
        issuer=facts.organisation.name,
        has_cover=False,
        has_contents=False,
    )
