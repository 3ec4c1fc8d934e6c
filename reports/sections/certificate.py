"""验收证书: one page that says the project was accepted, by whom, and on what. Pure. Layout: F12, in short."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.document import Column, Day, Money, Number, Pairs, Paragraph, Section, Table, Text
from reports.facts_papers import CertificateFacts
from reports.sections.acceptance import duty
from reports.sections.cells import CONTRACT, WAN, ZERO, day, received_by, row, spent_by, words
from reports.sections.project import party


def certificate_section(facts: CertificateFacts) -> Section:
    project, each = facts.project, facts.round
    source = row("acceptance", each.pk)
    certified_on = each.certified_on or facts.on
    committed, received, spent = (
        sum((getattr(money, name) for money in facts.sources), ZERO)
        for name in ("committed", "received", "spent")
    )
    said = _(
        "%(unit)s承担的“%(name)s”项目，已按合同约定实施完毕。经%(organiser)s于%(meeting)s组织专家组评审，"
        "并经公示（%(start)s至%(end)s，%(objection)s），验收结论为“%(verdict)s”，特发此证。"
    ) % {
        "unit": party(facts.parties, "unit"),
        "name": project.name,
        "organiser": each.organiser or party(facts.parties, "province"),
        "meeting": day(each.meeting_on),
        "start": day(each.published_from),
        "end": day(each.published_until),
        "objection": _("异议已处理") if each.objection else _("无异议"),
        "verdict": _(each.verdict),
    }
    return Section(
        "",
        [
            Paragraph(said),
            Pairs(
                "",
                [
                    (_("证书编号"), words(each.certificate_no, source)),
                    (_("项目编号"), words(project.number)),
                    (_("所属集群"), words(project.cluster)),
                    (_("项目负责人"), words(project.leader)),
                    (_("实施期限"), words(f"{day(project.start_on)}至{day(project.end_on)}")),
                    (_("任务验收"), words(_(each.task_verdict), source)),
                    (_("财务验收"), words(_(each.finance_verdict), source)),
                    (_("专家评分"), Number(each.mean_total, places=2)),
                    (_("合同资金"), Money(committed, CONTRACT)),
                    (_("到位资金"), Money(received, received_by(certified_on))),
                    (_("支出"), Money(spent, spent_by(certified_on))),
                    (_("发证日期"), Day(each.certified_on, source)),
                ],
                WAN,
            ),
            _panel(facts),
            Paragraph(
                _("发证机关：%(name)s（盖章）") % {"name": party(facts.parties, "province")}, stands="right"
            ),
            Paragraph(day(each.certified_on), stands="right"),
        ],
    )


def _panel(facts: CertificateFacts) -> Table:
    return Table(
        "",
        [Column(_("验收专家"), 1.1), Column(_("组内职务"), 1), Column(_("工作单位"), 3)],
        [
            [words(expert.name), Text(duty(expert)), words(expert.organisation)]
            for expert in facts.round.panel
        ],
    )
