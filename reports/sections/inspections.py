"""六、检查与整改: inspections with their results, findings and how they were closed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import Block, Column, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, FindingFacts, InspectionFacts
from reports.sections.cells import dated, or_absent, row, words


def inspections_section(facts: AcceptanceFacts) -> Section:
    return Section(
        _("检查与整改"),
        sections=[
            Section(
                _("检查情况"),
                or_absent(inspections_blocks(facts.inspections), _("截至报告日，没有检查记录。")),
            ),
            Section(
                _("问题整改情况"),
                or_absent(findings_blocks(facts.findings), _("截至报告日，没有登记需要整改的问题。")),
            ),
        ],
    )


def inspections_blocks(inspections: Sequence[InspectionFacts]) -> list[Block]:
    if not inspections:
        return []
    blocks: list[Block] = [
        Table(
            _("检查情况一览"),
            [
                Column(_("类型"), 1.1),
                Column(_("检查日期"), 1.4),
                Column(_("检查单位"), 2),
                Column(_("结果"), 1),
                Column(_("意见"), 3),
            ],
            [
                [
                    Text(_(each.kind), row("inspection", each.pk)),
                    dated(each.held_on, row("inspection", each.pk)),
                    words(each.inspector),
                    words(_(each.result) if each.result else ""),
                    words(each.opinion),
                ]
                for each in inspections
            ],
        )
    ]
    unmet = [(each, line) for each in inspections for line in each.checklist if not line.is_met]
    if unmet:
        blocks.append(
            Table(
                _("检查清单中不符合的项目"),
                [Column(_("检查日期"), 1.4), Column(_("检查项目"), 2.5), Column(_("检查发现"), 3.5)],
                [
                    [dated(each.held_on, row("inspection", each.pk)), words(line.item), words(line.finding)]
                    for each, line in unmet
                ],
            )
        )
    return blocks


def findings_blocks(findings: Sequence[FindingFacts]) -> list[Block]:
    if not findings:
        return []
    closed = sum(each.closed_on is not None for each in findings)
    said = _("共登记问题 %(count)d 项，已销号 %(closed)d 项，尚未销号 %(open)d 项。") % {
        "count": len(findings),
        "closed": closed,
        "open": len(findings) - closed,
    }
    return [
        Paragraph(said),
        Table(
            _("问题整改台账"),
            [
                Column(_("来源"), 0.9),
                Column(_("程度"), 0.7),
                Column(_("问题"), 2.6),
                Column(_("发现日期"), 1.3),
                Column(_("整改期限"), 1.3),
                Column(_("整改答复"), 2.2),
                Column(_("销号日期"), 1.3),
            ],
            [
                [
                    words(_(each.origin)),
                    words(_(each.severity)),
                    words(each.text, row("finding", each.pk)),
                    dated(each.found_on),
                    dated(each.due_on),
                    words(each.answer),
                    dated(each.closed_on, row("finding", each.pk)),
                ]
                for each in findings
            ],
        ),
    ]
