"""月度合规简报: counts by rule, park and batch, what changed since the month before, late money, the worst ten. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.document import Absent, Block, Cell, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts_programme import BriefFacts, PlaceChange
from reports.sections.cells import WAN, Figures, chart, dated, day, place_in, share, wan, words
from reports.sections.park import count, project_of


def brief_sections(facts: BriefFacts, figures: Figures) -> list[Section]:
    return [
        Section(_("总体情况"), [Paragraph(_said(facts)), *_stages(facts)]),
        Section(_("按规则统计"), [*_rules(facts), *chart(figures, "rules")]),
        Section(
            _("按高新区统计"),
            [
                *_places(worst_first(facts.parks), _("各高新区违规与提醒情况"), _("高新区")),
                *chart(figures, "parks"),
            ],
        ),
        Section(_("按批次统计"), _places(facts.batches, _("各批次违规与提醒情况"), _("批次"))),
        Section(_("本月新增违规"), _new(facts)),
        Section(_("省拨款滞留"), _late(facts)),
        Section(_("问题最多的项目"), _worst(facts)),
    ]


def _moved(now: int, before: int) -> str:
    if now == before:
        return _("与上月末持平")
    return (_("比上月末增加 %(count)d 个") if now > before else _("比上月末减少 %(count)d 个")) % {
        "count": abs(now - before)
    }


def _said(facts: BriefFacts) -> str:
    return _(
        "截至%(on)s，全省在册项目 %(projects)d 个，有违规的 %(breaching)d 个（%(moved)s），"
        "只有提醒的 %(warned)d 个，其余 %(rest)d 个均符合规定。"
        "与%(before)s相比，新增违规 %(new)d 项，消除违规 %(mended)d 项。"
    ) % {
        "on": day(facts.on),
        "projects": facts.projects,
        "breaching": facts.breaching,
        "moved": _moved(facts.breaching, facts.breaching_before),
        "warned": facts.warned,
        "rest": facts.projects - facts.breaching - facts.warned,
        "before": day(facts.before),
        "new": facts.new_count,
        "mended": facts.mended_count,
    }


def _stages(facts: BriefFacts) -> Sequence[Block]:
    if not facts.stages:
        return []
    counts = [
        _("%(stage)s %(count)d 个") % {"stage": _(each.stage), "count": each.projects}
        for each in facts.stages
    ]
    return [Paragraph(_("按阶段分：%(stages)s。") % {"stages": _("、").join(counts)})]


def _difference(now: int, before: int) -> Number:
    """+3, −2 or a dash."""
    return Number(now - before, form="signed")


def _rules(facts: BriefFacts) -> list[Block]:
    breach, warn = _("违规（项目数）"), _("提醒（项目数）")
    rows: list[list[Cell]] = [
        [
            Text(each.code),
            words(_(each.title)),
            Number(each.breached),
            Number(each.breached_before),
            _difference(each.breached, each.breached_before),
            Number(each.warned),
            Number(each.warned_before),
            _difference(each.warned, each.warned_before),
        ]
        for each in facts.rules
    ]
    sums = [count(facts.rules, name) for name in ("breached", "breached_before", "warned", "warned_before")]
    rows.append(
        [
            Text(_("合计")),
            Text(_("项次")),
            Number(sums[0]),
            Number(sums[1]),
            _difference(sums[0], sums[1]),
            Number(sums[2]),
            Number(sums[3]),
            _difference(sums[2], sums[3]),
        ]
    )
    return [
        Table(
            _("各规则违规与提醒情况"),
            [
                Column(_("编号"), 0.9),
                Column(_("规则"), 2),
                Column(_("本期"), 0.8, breach),
                Column(_("上月末"), 0.8, breach),
                Column(_("增减"), 0.8, breach),
                Column(_("本期"), 0.8, warn),
                Column(_("上月末"), 0.8, warn),
                Column(_("增减"), 0.8, warn),
            ],
            rows,
            has_total=True,
            note=_("上月末指%(before)s；两日的结果均按目前登记的数据判定。") % {"before": day(facts.before)},
        )
    ]


def worst_first(places: Sequence[PlaceChange]) -> list[PlaceChange]:
    """In the order of the chart beside the table."""
    return sorted(places, key=lambda each: (-each.breaching, -each.warned))


def _places(places: Sequence[PlaceChange], caption: str, of: str) -> list[Block]:
    if not places:
        return [Absent(_("没有项目。"))]

    def cells(each: PlaceChange) -> list[Cell]:
        return [
            words(each.name),
            Number(each.projects),
            Number(each.breaching),
            share(Decimal(each.breaching), Decimal(each.projects)),
            _difference(each.breaching, each.breaching_before),
            Number(each.warned),
            Number(each.breaches),
        ]

    names = ("projects", "breaching", "warned", "breaches", "breaching_before")
    whole = PlaceChange(name=_("合计"), **{name: count(places, name) for name in names})
    return [
        Table(
            caption,
            [
                Column(of, 3),
                Column(_("项目数"), 0.8),
                Column(_("有违规"), 0.8),
                Column(_("占比"), 0.9),
                Column(_("比上月末"), 0.9),
                Column(_("只有提醒"), 0.9),
                Column(_("违规项次"), 0.9),
            ],
            [*map(cells, places), cells(whole)],
            has_total=True,
        )
    ]


def _new(facts: BriefFacts) -> list[Block]:
    if not facts.new_breaches:
        return [Absent(_("与上月末相比没有新增违规。"))]
    note = ""
    if facts.new_count > len(facts.new_breaches):
        note = _("共 %(all)d 项，列示前 %(shown)d 项，其余见系统合规页。") % {
            "all": facts.new_count,
            "shown": len(facts.new_breaches),
        }
    return [
        Table(
            _("新增违规清单"),
            [
                Column(_("项目编号"), 1.1),
                Column(_("高新区"), 1.6),
                Column(_("规则"), 1.4),
                Column(_("说明"), 4.4),
            ],
            [
                [
                    Text(each.number, project_of(each.number)),
                    words(each.park),
                    words(f"{each.code} {_(each.title)}"),
                    words(each.sentence),
                ]
                for each in facts.new_breaches
            ],
            note=note,
        )
    ]


def _late(facts: BriefFacts) -> list[Block]:
    if not facts.late:
        return [Absent(_("没有超过规定天数仍滞留在园区的省拨款。"))]
    said = _("共 %(count)d 个项目的省拨款在园区滞留超过规定天数，合计 %(sum)s，最长 %(days)d 天。") % {
        "count": facts.late_count,
        "sum": wan(facts.late_sum),
        "days": facts.late[0].days,
    }
    note = ""
    if facts.late_count > len(facts.late):
        note = _("列示滞留最久的 %(shown)d 个。") % {"shown": len(facts.late)}
    return [
        Paragraph(said),
        Table(
            _("省拨款滞留清单"),
            [
                Column(_("项目编号"), 1.1),
                Column(_("承担单位"), 2.4),
                Column(_("高新区"), 2),
                Column(_("滞留金额"), 1.1),
                Column(_("最早到账"), 1.1),
                Column(_("天数"), 0.7),
            ],
            [
                [
                    Text(each.number, project_of(each.number)),
                    words(each.unit),
                    words(each.park),
                    Money(each.held),
                    dated(each.oldest),
                    Number(each.days),
                ]
                for each in facts.late
            ],
            unit=WAN,
            note=note,
        ),
    ]


def _worst(facts: BriefFacts) -> list[Block]:
    if not facts.worst:
        return [Absent(_("没有违规和提醒。"))]
    return [
        Table(
            _("违规和提醒最多的项目"),
            [
                Column(_("序号"), 0.5),
                Column(_("项目编号"), 1.1),
                Column(_("承担单位"), 2.4),
                Column(_("高新区"), 1.8),
                Column(_("违规"), 0.6),
                Column(_("提醒"), 0.6),
                Column(_("违规的规则"), 2),
            ],
            [
                [
                    place_in(place),
                    Text(each.number, project_of(each.number)),
                    words(each.unit),
                    words(each.park),
                    Number(each.breaches),
                    Number(each.warnings),
                    words(_("、").join(each.codes)),
                ]
                for place, each in enumerate(facts.worst, 1)
            ],
        )
    ]
