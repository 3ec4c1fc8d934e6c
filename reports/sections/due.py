"""应结未结项目清单: counts by competent department, and the projects. Pure. Layout: R5."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.document import Absent, Block, Cell, Column, Number, Paragraph, Section, Table, Text
from reports.facts_programme import DueFacts, DueGroup, DueListFacts
from reports.sections.cells import dated, day, place_in, share, words
from reports.sections.park import count, project_of


def due_sections(facts: DueListFacts) -> list[Section]:
    waiting = [each for each in facts.projects if each.concluded_on is None]
    done = [each for each in facts.projects if each.concluded_on is not None]
    return [
        Section(_("总体情况"), [Paragraph(_said(facts)), *_counts(facts)]),
        Section(_("尚未结题的项目"), _projects(waiting, _("尚未结题项目清单"), _("没有到期未结题的项目。"))),
        Section(
            _("本年度已结题的项目"),
            _projects(done, _("本年度已结题项目清单"), _("本年度没有应结已结的项目。")),
        ),
    ]


def _said(facts: DueListFacts) -> str:
    carried, due = count(facts.groups, "carried"), count(facts.groups, "due")
    done = count(facts.groups, "carried_done") + count(facts.groups, "due_done")
    return _(
        "截至%(on)s，%(name)s %(year)d 年度应结题验收项目 %(all)d 个，其中上年末应结未结 %(carried)d 个、"
        "本年度到期应结 %(due)d 个；"
        "已完成 %(done)d 个，尚未结题 %(left)d 个。"
    ) % {
        "on": day(facts.on),
        "name": facts.organisation.name,
        "year": facts.year,
        "all": carried + due,
        "carried": carried,
        "due": due,
        "done": done,
        "left": carried + due - done,
    }


def _counts(facts: DueListFacts) -> Sequence[Block]:
    if not facts.groups:
        return [Absent(_("没有应结题验收的项目。"))]
    carried, due = _("应结未结"), _("到期应结")
    rows = [_row(each) for each in facts.groups]
    names = ("carried", "carried_done", "due", "due_done")
    whole = DueGroup(name=_("合计"), **{name: count(facts.groups, name) for name in names})
    return [
        Table(
            _("应结题验收项目统计"),
            [
                Column(_("主管部门"), 2.4),
                Column(_("应结题验收合计"), 1.1),
                Column(_("合计"), 0.8, carried),
                Column(_("已完成"), 0.8, carried),
                Column(_("合计"), 0.8, due),
                Column(_("已完成"), 0.8, due),
                Column(_("尚未结题"), 0.9),
                Column(_("完成率"), 0.9),
            ],
            [*rows, _row(whole)],
            has_total=True,
            note=_(
                "应结未结为实施期（含经批准的延期）于本年 1 月 1 日前届满且至上年末未结题的项目；到期应结为实施期于本年度届满、"
                "且不晚于%(on)s的项目；已终止、撤销的项目不计。"
            )
            % {"on": day(facts.on)},
        )
    ]


def _row(each: DueGroup) -> list[Cell]:
    whole, done = each.carried + each.due, each.carried_done + each.due_done
    return [
        words(each.name),
        Number(whole),
        Number(each.carried),
        Number(each.carried_done),
        Number(each.due),
        Number(each.due_done),
        Number(whole - done),
        share(Decimal(done), Decimal(whole)),
    ]


def _projects(projects: Sequence[DueFacts], caption: str, otherwise: str) -> list[Block]:
    if not projects:
        return [Absent(otherwise)]
    return [
        Table(
            caption,
            [
                Column(_("序号"), 0.5),
                Column(_("主管部门"), 1.6),
                Column(_("项目编号"), 1.1),
                Column(_("项目名称"), 2.6),
                Column(_("承担单位"), 2.2),
                Column(_("实施期届满"), 1.1),
                Column(_("类别"), 0.8),
                Column(_("申请验收"), 1.1),
                Column(_("验收结论"), 0.9),
                Column(_("结论日期"), 1.1),
                Column(_("阶段"), 0.7),
                Column(_("届满天数"), 0.7),
            ],
            [
                [
                    place_in(place),
                    words(each.group),
                    Text(each.number, project_of(each.number)),
                    words(each.name),
                    words(each.unit),
                    dated(each.end_on),
                    Text(_("应结未结") if each.is_carried else _("到期应结")),
                    dated(each.applied_on),
                    words(_(each.verdict) if each.verdict else ""),
                    dated(each.concluded_on),
                    Text(_(each.stage)),
                    Number(each.days),
                ]
                for place, each in enumerate(projects, 1)
            ],
            note=_("届满天数自实施期届满次日起，计至结题之日或清单截止日。"),
        )
    ]
