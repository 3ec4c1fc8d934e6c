"""中期检查记录: the checklist, what was found, the result, and where the project stood that day. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import (
    Absent,
    Block,
    Cell,
    Column,
    Day,
    Money,
    Pairs,
    Paragraph,
    Section,
    SignatureBlock,
    Signatures,
    Table,
    Text,
)
from reports.facts_papers import MidtermFacts
from reports.sections.cells import (
    CONTRACT,
    WAN,
    ZERO,
    day,
    or_absent,
    place_in,
    received_by,
    row,
    share,
    spent_by,
    told,
    words,
)
from reports.sections.inspections import findings_blocks
from reports.sections.plan import milestones_summary
from reports.sections.project import ROLES, party


def midterm_sections(facts: MidtermFacts) -> list[Section]:
    return [
        Section(_("检查情况"), _check(facts)),
        Section(_("检查日项目情况"), _standing(facts)),
        Section(_("检查清单"), _checklist(facts)),
        Section(
            _("发现的问题及整改"),
            or_absent(findings_blocks(facts.findings), _("本次检查没有登记需要整改的问题。")),
        ),
        Section(_("检查结论"), _conclusion(facts)),
        Section(_("意见与签章"), [_signatures(facts)]),
    ]


def _check(facts: MidtermFacts) -> list[Block]:
    check, project = facts.inspection, facts.project
    source = row("inspection", check.pk)
    late = (check.held_on - facts.closes_on).days
    in_time = _("在规定期内") if late <= 0 else _("晚于规定期 %(days)d 天") % {"days": late}
    if check.held_on < facts.opens_on:
        in_time = _("早于规定期")
    return [
        Pairs(
            _("检查基本情况"),
            [
                (_("项目编号"), words(project.number)),
                (_("承担单位"), words(party(facts.parties, "unit"))),
                (_("所属集群"), words(project.cluster)),
                (_("项目负责人"), words(project.leader)),
                (_("实施期限"), words(_("%(start)s至%(end)s") % _term(facts))),
                (_("规定检查期"), words(_("%(start)s至%(end)s") % _window(facts))),
                (_("检查日期"), Day(check.held_on, source)),
                (_("是否按期"), words(in_time)),
                (_("检查单位"), words(check.inspector, source)),
                (_("检查结果"), words(_(check.result) if check.result else "", source)),
            ],
        )
    ]


def _term(facts: MidtermFacts) -> dict[str, str]:
    return {"start": day(facts.project.start_on), "end": day(facts.project.end_on)}


def _window(facts: MidtermFacts) -> dict[str, str]:
    return {"start": day(facts.opens_on), "end": day(facts.closes_on)}


def _standing(facts: MidtermFacts) -> list[Block]:
    on = facts.inspection.held_on
    blocks: list[Block] = [
        Paragraph(milestones_summary(facts.milestones) if facts.milestones else _("年度计划未登记里程碑。"))
    ]
    committed, received, spent = (
        sum((getattr(each, name) for each in facts.sources), ZERO)
        for name in ("committed", "received", "spent")
    )
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.committed, CONTRACT),
            Money(each.received, received_by(on, each.source)),
            share(each.received, each.committed),
            Money(each.spent, spent_by(on, each.source)),
            share(each.spent, each.received),
        ]
        for each in facts.sources
    ]
    rows.append(
        [
            Text(_("合计")),
            Money(committed, CONTRACT),
            Money(received, received_by(on)),
            share(received, committed),
            Money(spent, spent_by(on)),
            share(spent, received),
        ]
    )
    blocks.append(
        Table(
            _("截至检查日资金到位与使用情况"),
            [
                Column(_("资金来源"), 1.2),
                Column(_("合同数"), 1.2),
                Column(_("到位数"), 1.2),
                Column(_("到位率")),
                Column(_("支出数"), 1.2),
                Column(_("支出率")),
            ],
            rows,
            unit=WAN,
            has_total=True,
        )
    )
    return blocks


def _checklist(facts: MidtermFacts) -> Sequence[Block]:
    lines = facts.inspection.checklist
    if not lines:
        return [Absent(_("本次检查由历史资料补录，系统中没有检查清单。"))]
    return [
        Table(
            _("检查清单"),
            [
                Column(_("序号"), 0.5),
                Column(_("检查项目"), 2.4),
                Column(_("是否符合"), 0.9),
                Column(_("检查发现"), 3.4),
            ],
            [
                [
                    place_in(place),
                    words(_(line.item)),
                    Text(_("符合") if line.is_met else _("不符合")),
                    words(line.finding),
                ]
                for place, line in enumerate(lines, 1)
            ],
        )
    ]


def _conclusion(facts: MidtermFacts) -> list[Block]:
    check = facts.inspection
    result = _(check.result) if check.result else _("未登记")
    return [Paragraph(_("检查结果：%(result)s。") % {"result": result}), *_opinion(check.opinion)]


def _opinion(opinion: str) -> Sequence[Block]:
    return told(_("检查意见：%(opinion)s") % {"opinion": opinion.strip()}) if opinion.strip() else []


def _signatures(facts: MidtermFacts) -> Signatures:
    def stamp(role: str) -> str:
        return _("%(name)s（盖章）") % {"name": party(facts.parties, role) or ROLES[role]}

    return Signatures(
        [
            SignatureBlock(
                _("检查组"),
                signers=[_("组长（签字）"), _("成员（签字）")],
                day=facts.inspection.held_on,
            ),
            SignatureBlock(_("承担单位意见"), signers=[_("项目负责人（签字）"), stamp("unit")]),
            SignatureBlock(_("高新区管委会意见"), signers=[_("负责人（签字）"), stamp("park")]),
        ]
    )
