"""高新区实施成效报告: a park's projects of one batch, their money, milestones, rules and benefits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.document import (
    Absent,
    Block,
    Cell,
    Column,
    Day,
    Money,
    Number,
    Pairs,
    Paragraph,
    Section,
    SignatureBlock,
    Signatures,
    Source,
    Table,
    Text,
)
from reports.facts_programme import ParkFacts, ResultFacts, RuleCount
from reports.sections.cells import WAN, ZERO, Figures, chart, dated, day, share, wan, words

_EXPORT_UNIT = Decimal(10_000)


def park_sections(facts: ParkFacts, figures: Figures) -> list[Section]:
    return [
        Section(_("总体情况"), _opening(facts)),
        Section(_("项目一览"), [_list(facts)]),
        Section(_("资金到位与使用"), [*_money(facts), *chart(figures, "funding"), _by_project(facts)]),
        Section(_("里程碑完成情况"), [*_milestones(facts)]),
        Section(_("合规情况"), [*rules_blocks(facts.rules), *chart(figures, "unmet"), *_unmet(facts)]),
        Section(_("经济社会效益"), _benefits(facts)),
        Section(_("意见与签章"), [_signatures(facts)]),
    ]


def project_of(number: str) -> Source:
    """The page of a project."""
    return Source("project", (("number", number),))


def total(rows: Iterable[object], name: str) -> Decimal:
    return sum((getattr(each, name) for each in rows), ZERO)


def count(rows: Iterable[object], name: str) -> int:
    return sum(getattr(each, name) for each in rows)


def _opening(facts: ParkFacts) -> list[Block]:
    projects = facts.projects
    planned, done = count(projects, "planned"), count(projects, "done")
    said = _(
        "%(park)s在%(batch)s共有项目 %(count)d 个，涉及集群 %(clusters)d 个，合同资金 %(committed)s，其中省拨款 %(grant)s、"
        "园区配套 %(matching)s。截至%(on)s，到位资金 %(received)s，支出 %(spent)s；"
        "计划里程碑 %(planned)d 个，已完成 %(done)d 个；已结题项目 %(accepted)d 个。"
    ) % {
        "park": facts.organisation.name,
        "batch": facts.batch,
        "count": len(projects),
        "clusters": len(facts.clusters),
        "committed": wan(total(projects, "committed")),
        "grant": wan(total(projects, "grant")),
        "matching": wan(total(projects, "matching")),
        "on": day(facts.on),
        "received": wan(total(projects, "received")),
        "spent": wan(total(projects, "spent")),
        "planned": planned,
        "done": done,
        "accepted": sum(each.is_accepted for each in projects),
    }
    return [
        Paragraph(said),
        Pairs(
            _("批次与集群"),
            [
                (_("批次"), words(facts.batch)),
                (_("下达文号"), words(facts.document_no)),
                (_("下达日期"), Day(facts.awarded_on)),
                (_("项目数"), Number(len(projects))),
                (_("集群"), words(_("、").join(facts.clusters))),
            ],
        ),
    ]


def _list(facts: ParkFacts) -> Table:
    return Table(
        _("项目一览表"),
        [
            Column(_("项目编号"), 1.2),
            Column(_("项目名称"), 2.6),
            Column(_("承担单位"), 2.2),
            Column(_("负责人"), 0.8),
            Column(_("开始日期"), 1.1),
            Column(_("结束日期"), 1.1),
            Column(_("阶段"), 0.8),
        ],
        [
            [
                Text(each.number, project_of(each.number)),
                words(each.name),
                words(each.unit),
                words(each.leader),
                dated(each.start_on),
                dated(each.end_on),
                Text(_(each.stage)),
            ]
            for each in facts.projects
        ],
    )


def _money(facts: ParkFacts) -> list[Block]:
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.committed),
            Money(each.received),
            share(each.received, each.committed),
            Money(each.spent),
            share(each.spent, each.received),
            Money(each.refunded),
            Money(each.balance),
        ]
        for each in facts.sources
    ]
    of = {
        name: total(facts.sources, name) for name in ("committed", "received", "spent", "refunded", "balance")
    }
    rows.append(
        [
            Text(_("合计")),
            Money(of["committed"]),
            Money(of["received"]),
            share(of["received"], of["committed"]),
            Money(of["spent"]),
            share(of["spent"], of["received"]),
            Money(of["refunded"]),
            Money(of["balance"]),
        ]
    )
    blocks: list[Block] = [
        Table(
            _("资金到位与使用情况"),
            [
                Column(_("资金来源"), 1.2),
                Column(_("合同数"), 1.2),
                Column(_("到位数"), 1.2),
                Column(_("到位率")),
                Column(_("支出数"), 1.2),
                Column(_("支出率")),
                Column(_("退回数")),
                Column(_("结存数"), 1.2),
            ],
            rows,
            unit=WAN,
            has_total=True,
        )
    ]
    held = total(facts.sources, "held_at_park")
    if held:
        blocks.append(Paragraph(_("园区待拨省拨款 %(held)s。") % {"held": wan(held)}))
    return blocks


def _by_project(facts: ParkFacts) -> Table:
    owing = [each for each in facts.projects if not each.is_outside_park]
    rows: list[list[Cell]] = [
        [
            Text(each.number, project_of(each.number)),
            Money(each.grant),
            Money(each.grant_received),
            Money(each.matching),
            Money(each.matching_received),
            share(each.matching_received, each.grant_received if not each.is_outside_park else ZERO),
            Money(each.committed),
            Money(each.received),
            Money(each.spent),
        ]
        for each in facts.projects
    ]
    rows.append(
        [
            Text(_("合计")),
            *(
                Money(total(facts.projects, name))
                for name in ("grant", "grant_received", "matching", "matching_received")
            ),
            share(total(owing, "matching_received"), total(owing, "grant_received")),
            *(Money(total(facts.projects, name)) for name in ("committed", "received", "spent")),
        ]
    )
    grant, matching, whole = _("省拨款"), _("园区配套"), _("全部资金")
    return Table(
        _("分项目资金情况"),
        [
            Column(_("项目编号"), 1.3),
            Column(_("合同"), 1, grant),
            Column(_("到位"), 1, grant),
            Column(_("合同"), 1, matching),
            Column(_("到位"), 1, matching),
            Column(_("与省拨款之比"), 1.1, matching),
            Column(_("合同"), 1, whole),
            Column(_("到位"), 1, whole),
            Column(_("支出"), 1, whole),
        ],
        rows,
        unit=WAN,
        has_total=True,
        note=_("在高新区外的项目不要求园区配套，不计与省拨款之比，合计的比例也不含。")
        if len(owing) < len(facts.projects)
        else "",
    )


def _milestones(facts: ParkFacts) -> Sequence[Block]:
    if not count(facts.projects, "planned"):
        return [Absent(_("各项目年度计划均未登记里程碑。"))]
    names = ("planned", "done", "late", "waived")
    rows: list[list[Cell]] = [
        [
            Text(each.number, project_of(each.number)),
            words(each.name),
            *(Number(getattr(each, name)) for name in names),
            share(Decimal(each.done), Decimal(each.planned)),
        ]
        for each in facts.projects
    ]
    planned, done = count(facts.projects, "planned"), count(facts.projects, "done")
    rows.append(
        [
            Text(_("合计")),
            Text(""),
            *(Number(count(facts.projects, name)) for name in names),
            share(Decimal(done), Decimal(planned)),
        ]
    )
    return [
        Table(
            _("里程碑完成情况"),
            [
                Column(_("项目编号"), 1.2),
                Column(_("项目名称"), 2.8),
                Column(_("计划"), 0.7),
                Column(_("完成"), 0.7),
                Column(_("逾期未完成"), 0.9),
                Column(_("免除"), 0.7),
                Column(_("完成率"), 0.9),
            ],
            rows,
            has_total=True,
        )
    ]


def rules_blocks(rules: Sequence[RuleCount]) -> list[Block]:
    """How many projects answer each rule in which way."""
    return [
        Table(
            _("规则核查结果（项目数）"),
            [
                Column(_("编号"), 0.9),
                Column(_("规则"), 2),
                Column(_("违规"), 0.8),
                Column(_("提醒"), 0.8),
                Column(_("通过"), 0.8),
                Column(_("豁免"), 0.8),
                Column(_("不适用"), 0.8),
            ],
            [
                [
                    Text(each.code),
                    words(_(each.title)),
                    Number(each.breached),
                    Number(each.warned),
                    Number(each.passed),
                    Number(each.waived),
                    Number(each.not_applicable),
                ]
                for each in rules
            ],
        )
    ]


def _unmet(facts: ParkFacts) -> Sequence[Block]:
    found = [each for each in facts.projects if each.breaches or each.warnings]
    if not found:
        return [Paragraph(_("各项目均没有违规和提醒。"))]
    return [
        Table(
            _("有违规或提醒的项目"),
            [
                Column(_("项目编号"), 1.2),
                Column(_("项目名称"), 3),
                Column(_("违规（项）"), 0.9),
                Column(_("提醒（项）"), 0.9),
            ],
            [
                [
                    Text(each.number, project_of(each.number)),
                    words(each.name),
                    Number(each.breaches),
                    Number(each.warnings),
                ]
                for each in sorted(found, key=lambda each: (-each.breaches, -each.warnings, each.number))
            ],
        )
    ]


_BENEFITS = ("sales", "tax", "export", "patents", "standards", "new_jobs")


def _benefits(facts: ParkFacts) -> list[Block]:
    told = [each for each in facts.projects if each.benefits is not None]
    if not told:
        return [Absent(_("各项目已提交的年度报告均未填报经济社会效益数据。"))]
    rows: list[list[Cell]] = [
        [
            Text(each.number, project_of(each.number)),
            Text(_("%(year)d 年") % {"year": each.reported_year}),
            *_benefit_cells([_benefit(each, name) for name in _BENEFITS]),
        ]
        for each in told
    ]
    rows.append(
        [
            Text(_("合计")),
            Text(""),
            *_benefit_cells(
                [sum((_benefit(each, name) or ZERO for each in told), ZERO) for name in _BENEFITS]
            ),
        ]
    )
    said = _(
        "%(told)d 个项目在年度报告中填报了效益数据，以下为各项目最近一次填报的自实施以来累计数；"
        "另有 %(rest)d 个项目未填报。"
    ) % {
        "told": len(told),
        "rest": len(facts.projects) - len(told),
    }
    return [
        Paragraph(said),
        Table(
            _("经济社会效益情况"),
            [
                Column(_("项目编号"), 1.3),
                Column(_("报告年度"), 0.9),
                Column(_("销售收入"), 1.2),
                Column(_("上缴税金"), 1.1),
                Column(_("出口创汇（万美元）"), 1.2),
                Column(_("授权专利（件）"), 0.9),
                Column(_("制定标准（项）"), 0.9),
                Column(_("新增就业（人）"), 0.9),
            ],
            rows,
            unit=WAN,
            has_total=True,
        ),
    ]


def _benefit(each: ResultFacts, name: str) -> Decimal | None:
    value = getattr(each.benefits, name)
    return None if value is None else Decimal(value)


def _benefit_cells(values: Sequence[Decimal | None]) -> list[Cell]:
    sales, tax, export, *counts = values
    return [
        Money(sales),
        Money(tax),
        Number(None if export is None else export / _EXPORT_UNIT, places=2),
        *(Number(each) for each in counts),
    ]


def _signatures(facts: ParkFacts) -> Signatures:
    return Signatures(
        [
            SignatureBlock(
                _("高新区管委会意见"),
                signers=[_("负责人（签字）"), _("%(name)s（盖章）") % {"name": facts.organisation.name}],
            ),
            *(
                SignatureBlock(
                    _("设区市科技主管部门意见") if each.role == "city" else _("省科技主管部门意见"),
                    signers=[_("负责人（签字）"), _("%(name)s（盖章）") % {"name": each.name}],
                )
                for each in facts.above
            ),
        ]
    )
