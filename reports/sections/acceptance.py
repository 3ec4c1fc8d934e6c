"""十、验收组织与结论: applications, dossier, panel with scores, verdicts, certificate; and who signs. Pure. Layout: F12."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lifecycle.rules.standing import REFUSED, REVOCATION, TERMINATION
from reports.document import (
    Absent,
    Block,
    Cell,
    Column,
    Day,
    Number,
    Pairs,
    Paragraph,
    Section,
    SignatureBlock,
    Signatures,
    Table,
    Text,
)
from reports.facts import AcceptanceFacts, PanelistFacts, RoundFacts, ScoreFacts
from reports.sections.cells import day, row, told, words
from reports.sections.events import events_table
from reports.sections.project import ROLES, party

APPLICATION = "验收申请"
VERDICT = "验收结论"


def acceptance_section(facts: AcceptanceFacts) -> Section:
    title = _("验收组织与结论")
    if not facts.rounds:
        return Section(title, _from_events(facts))
    several = len(facts.rounds) > 1
    return Section(
        title,
        sections=[
            Section(_("第 %(round)d 次验收申请") % {"round": each.round} if several else heading, blocks)
            for each in facts.rounds
            for heading, blocks in _parts(each)
        ],
    )


def _from_events(facts: AcceptanceFacts) -> Sequence[Block]:
    """What dated events tell of an acceptance that came into the system with its history."""
    events = [each for each in facts.events if each.kind in (APPLICATION, VERDICT)]
    if not events:
        return [Absent(_stopped(facts) or _("截至报告日，项目尚未申请验收。"))]
    return [
        Paragraph(_("项目的验收情况由历史资料补录，系统中没有专家组评审记录。")),
        events_table(_("验收情况（历史补录）"), events, note=_("说明")),
    ]


def _stopped(facts: AcceptanceFacts) -> str:
    """That the project came to another end, where it did."""
    ends = [
        each for each in facts.events if each.kind in (TERMINATION, REVOCATION) and each.result != REFUSED
    ]
    last = ends[-1] if ends else None
    if last is None or not facts.project.is_ended:
        return ""
    return _("项目已于%(on)s%(kind)s，不再组织验收，情况见“变更与例外”。") % {
        "on": day(last.on),
        "kind": _(last.kind),
    }


def _parts(each: RoundFacts) -> list[tuple[str, Sequence[Block]]]:
    return [
        (_("申请与审核"), _application(each)),
        (_("专家组评审"), _panel(each)),
        (_("验收结论"), _verdict(each)),
    ]


def _application(each: RoundFacts) -> list[Block]:
    source = row("acceptance", each.pk)
    blocks: list[Block] = [
        Pairs(
            _("验收申请与审核情况"),
            [
                (_("申请日期"), Day(each.applied_on, source)),
                (_("设区市审核"), Day(each.city_reviewed_on, source)),
                (_("省级同意"), Day(each.agreed_on, source)),
                (_("组织单位"), words(each.organiser, source)),
            ],
        )
    ]
    if each.papers:
        blocks.append(
            Table(
                _("验收材料清单"),
                [Column(_("材料"), 3), Column(_("是否齐备"), 1)],
                [
                    [words(_(paper.title)), Text(_("齐备") if paper.is_met else _("未提交"))]
                    for paper in each.papers
                ],
            )
        )
    if each.is_returned:
        blocks.append(Paragraph(_("本次申请已退回整改。")))
    return blocks


def _panel(each: RoundFacts) -> Sequence[Block]:
    if not each.panel:
        return [Absent(_("截至报告日，验收专家组尚未组成。"))]
    source = row("acceptance", each.pk)
    blocks: list[Block] = [
        Table(
            _("验收专家组名单"),
            [
                Column(_("姓名"), 1.1),
                Column(_("组内职务"), 1.1),
                Column(_("工作单位"), 2.6),
                Column(_("专业"), 1.4),
                Column(_("签字"), 1.6),
            ],
            [
                [
                    words(expert.name),
                    Text(duty(expert)),
                    words(expert.organisation),
                    words(expert.specialty),
                    Text(""),
                ]
                for expert in each.panel
            ],
        )
    ]
    if not each.means:
        blocks.append(Absent(_("截至报告日，评审结论尚未登记，专家评分不予列示。")))
        return blocks
    blocks.append(_scores(each))
    blocks.append(
        Table(
            _("专家意见"),
            [
                Column(_("姓名"), 1),
                Column(_("任务验收"), 1.2),
                Column(_("财务验收"), 1.2),
                Column(_("意见"), 4),
            ],
            [
                [
                    words(expert.name, source),
                    words(_(expert.task_verdict) if expert.task_verdict else ""),
                    words(_(expert.finance_verdict) if expert.finance_verdict else ""),
                    words(expert.opinion),
                ]
                for expert in each.panel
            ],
        )
    )
    return blocks


def duty(expert: PanelistFacts) -> str:
    if expert.is_chair:
        return _("组长")
    return _("财务专家") if expert.is_finance else _("成员")


def _scores(each: RoundFacts) -> Table:
    """A line for each item of the sheet, a column for each expert, then the mean."""
    source = row("acceptance", each.pk)
    judged = [expert for expert in each.panel if expert.total is not None]
    rows: list[list[Cell]] = [
        [
            words(_(mean.group)),
            words(_(mean.item)),
            Number(mean.most),
            *(Number(_points(expert.scores, mean), source=source) for expert in judged),
            Number(mean.points, places=2, source=source),
        ]
        for mean in each.means
    ]
    rows.append(
        [
            Text(_("合计")),
            Text(""),
            Number(sum(mean.most for mean in each.means)),
            *(Number(expert.total, source=source) for expert in judged),
            Number(each.mean_total, places=2, source=source),
        ]
    )
    return Table(
        _("专家评分汇总表"),
        [
            Column(_("类别"), 1.2),
            Column(_("评分项"), 1.6),
            Column(_("满分"), 0.7),
            *(Column(expert.name, 0.9) for expert in judged),
            Column(_("平均"), 0.9),
        ],
        rows,
        has_total=True,
    )


def _points(scores: Sequence[ScoreFacts], line: ScoreFacts) -> int | None:
    return next(
        (int(score.points) for score in scores if score.item == line.item and score.group == line.group), None
    )


def _verdict(each: RoundFacts) -> Sequence[Block]:
    if not each.verdict:
        return [Absent(_("截至报告日，验收结论尚未登记。"))]
    source = row("acceptance", each.pk)
    published = (
        _("%(start)s至%(end)s") % {"start": day(each.published_from), "end": day(each.published_until)}
        if each.published_from is not None
        else ""
    )
    return [
        Pairs(
            _("验收结论"),
            [
                (_("评审日期"), Day(each.meeting_on, source)),
                (_("任务验收"), words(_(each.task_verdict), source)),
                (_("财务验收"), words(_(each.finance_verdict), source)),
                (_("验收结论"), words(_(each.verdict), source)),
                (_("公示期"), words(published)),
                (_("公示异议"), words(each.objection)),
                (_("证书编号"), words(each.certificate_no, source)),
                (_("发证日期"), Day(each.certified_on, source)),
                (_("档案号"), words(each.archive_no, source)),
                (_("归档日期"), Day(each.archived_on, source)),
            ],
        ),
        Paragraph(_("专家组意见：")),
        *told(each.opinion),
    ]


def signatures_section(facts: AcceptanceFacts) -> Section:
    """十一、意见与签章: a block for everybody who has to sign."""
    last = facts.rounds[-1] if facts.rounds else None
    return Section(
        _("意见与签章"),
        [
            Signatures(
                [
                    SignatureBlock(
                        _("承担单位意见"),
                        signers=[_("项目负责人（签字）"), _("单位负责人（签字）"), _stamp(facts, "unit")],
                    ),
                    SignatureBlock(
                        _("高新区管委会意见"),
                        signers=[_("负责人（签字）"), _stamp(facts, "park")],
                    ),
                    SignatureBlock(
                        _("设区市科技主管部门意见"),
                        opinion=last.city_opinion if last else "",
                        signers=[_("负责人（签字）"), _stamp(facts, "city")],
                        day=last.city_reviewed_on if last else None,
                    ),
                    SignatureBlock(
                        _("验收专家组意见"),
                        opinion=last.opinion if last else "",
                        signers=[_("组长（签字）"), _("成员（签字）")],
                        day=last.meeting_on if last else None,
                    ),
                    SignatureBlock(
                        _("省科技主管部门意见"),
                        opinion=_("验收结论：%(verdict)s。") % {"verdict": _(last.verdict)}
                        if last and last.verdict
                        else "",
                        signers=[_("负责人（签字）"), _stamp(facts, "province")],
                    ),
                ]
            )
        ],
    )


def _stamp(facts: AcceptanceFacts, role: str) -> str:
    return _("%(name)s（盖章）") % {"name": party(facts.parties, role) or ROLES[role]}
