"""五、变更与例外: what was asked for, what it moved, and the exceptions that were granted. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lifecycle.rules.standing import MOVES, REFUSED
from reports.document import Block, Cell, Column, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, ChangeFacts
from reports.sections.cells import dated, day, or_absent, place_in, row, words
from reports.sections.events import events_table


def changes_section(facts: AcceptanceFacts) -> Section:
    standing = _standing(facts)
    return Section(
        _("变更与例外"),
        sections=[
            *([Section(_("暂停、终止与撤销"), standing)] if standing else []),
            Section(
                _("变更情况"),
                or_absent(changes_blocks(facts.changes), _("截至报告日，项目未申请变更或延期。")),
            ),
            Section(_("例外情况"), or_absent(_exemptions(facts), _("截至报告日，没有经批准的例外。"))),
        ],
    )


def _standing(facts: AcceptanceFacts) -> list[Block]:
    """Events by which the project stands still, goes on, or ends before its time."""
    events = [each for each in facts.events if each.kind in MOVES]
    if not events:
        return []
    counted = [each for each in events if each.result != REFUSED]
    said = _("截至报告日，项目的暂停、终止或撤销均未获批准。")
    if counted:
        said = _("项目于%(on)s%(kind)s。") % {"on": day(counted[-1].on), "kind": _(counted[-1].kind)}
    return [
        Paragraph(said),
        events_table(_("暂停、终止与撤销情况"), events, note=_("理由")),
    ]


def changes_blocks(changes: Sequence[ChangeFacts]) -> list[Block]:
    if not changes:
        return []
    numbers = {id(each): place for place, each in enumerate(changes, 1)}
    moved: list[list[Cell]] = [
        [
            place_in(numbers[id(each)]),
            Text(_(each.kind), row("change", each.pk)),
            words(moved.label),
            words(moved.before),
            words(moved.after),
        ]
        for each in changes
        for moved in each.rows
    ]
    said = _("项目共申请变更 %(count)d 件，其中已批准 %(approved)d 件。") % {
        "count": len(changes),
        "approved": sum(each.is_approved for each in changes),
    }
    blocks: list[Block] = [
        Paragraph(said),
        Table(
            _("变更申请与批准情况"),
            [
                Column(_("序号"), 0.6),
                Column(_("变更事项"), 1.5),
                Column(_("级别"), 1.1),
                Column(_("申请日期"), 1.4),
                Column(_("决定日期"), 1.4),
                Column(_("结果"), 1),
                Column(_("理由"), 2.4),
            ],
            [
                [
                    place_in(numbers[id(each)]),
                    Text(_(each.kind), row("change", each.pk)),
                    words(_(each.tier)),
                    dated(each.asked_on),
                    dated(each.decided_on),
                    words(_(each.state)),
                    words(each.reason),
                ]
                for each in changes
            ],
        ),
    ]
    if moved:
        blocks.append(
            Table(
                _("变更前后对照表"),
                [
                    Column(_("序号"), 0.6),
                    Column(_("变更事项"), 1.4),
                    Column(_("内容"), 1.8),
                    Column(_("变更前"), 2.2),
                    Column(_("变更后"), 2.2),
                ],
                moved,
            )
        )
    return blocks


def _exemptions(facts: AcceptanceFacts) -> list[Block]:
    if not facts.exemptions:
        return []
    titles = {each.code: each.title for each in facts.answers}
    return [
        Table(
            _("经批准的例外"),
            [
                Column(_("规则"), 1.8),
                Column(_("理由"), 3),
                Column(_("批准单位"), 1.6),
                Column(_("批准日期"), 1.3),
                Column(_("截止日期"), 1.3),
            ],
            [
                [
                    words(f"{each.rule} {_(titles.get(each.rule, ''))}".strip()),
                    words(each.reason),
                    words(each.granted_by),
                    dated(each.granted_on),
                    dated(each.until),
                ]
                for each in facts.exemptions
            ],
            note=_("没有截止日期的，长期有效。"),
        )
    ]
