"""一、项目基本情况: what the project is, who takes part, what the contract says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.document import Block, Column, Day, Money, Pairs, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, ContractFacts, PartyFacts
from reports.sections.cells import CONTRACT, WAN, ZERO, dated, day, wan, words

ROLES = {
    "unit": gettext_lazy("承担单位"),
    "park": gettext_lazy("高新区管委会"),
    "city": gettext_lazy("设区市科技主管部门"),
    "province": gettext_lazy("省科技主管部门"),
}


def party(parties: Sequence[PartyFacts], role: str) -> str:
    """The name of the party in a role; empty where none is known."""
    return next((each.name for each in parties if each.role == role), "")


def project_section(facts: AcceptanceFacts) -> Section:
    return Section(
        _("项目基本情况"),
        sections=[
            Section(_("项目概况"), [_opening(facts), _profile(facts)]),
            Section(_("参与各方"), [_parties(facts)]),
            Section(_("合同签订"), _contract(facts)),
        ],
    )


def _opening(facts: AcceptanceFacts) -> Paragraph:
    project = facts.project
    return Paragraph(
        _(
            "“%(name)s”（项目编号 %(number)s）为%(batch)s项目，由%(unit)s承担，列入“%(cluster)s”，"
            "实施期自%(start)s至%(end)s。截至%(on)s，项目处于“%(stage)s”阶段。"
        )
        % {
            "name": project.name,
            "number": project.number,
            "batch": project.batch,
            "unit": party(facts.parties, "unit"),
            "cluster": project.cluster,
            "start": day(project.start_on),
            "end": day(project.end_on),
            "on": day(facts.on),
            "stage": _(project.stage),
        }
    )


def _profile(facts: AcceptanceFacts) -> Pairs:
    project = facts.project
    return Pairs(
        _("项目基本信息"),
        [
            (_("项目名称"), words(project.name)),
            (_("项目编号"), words(project.number)),
            (_("所属批次"), words(project.batch)),
            (_("下达文号"), words(project.award_document)),
            (_("下达日期"), Day(project.awarded_on)),
            (_("所属集群"), words(project.cluster)),
            (_("产业领域"), words(project.industry_field)),
            (_("产品群类型"), words(project.product_group)),
            (_("目标产品"), words(project.target_product)),
            (_("产业链环节"), words(project.chain_link)),
            (_("技术来源"), words(project.technology_source)),
            (_("预期水平"), words(project.expected_level)),
            (_("项目负责人"), words(project.leader)),
            (_("所在地"), words(_(project.site))),
            (_("开始日期"), Day(project.start_on, CONTRACT)),
            (_("结束日期"), Day(project.end_on, CONTRACT)),
        ],
    )


def _parties(facts: AcceptanceFacts) -> Table:
    rows = [
        [Text(str(ROLES[each.role])), words(each.name), words(each.credit_code)] for each in facts.parties
    ]
    partners = [name for name in facts.project.partners.replace("；", "、").split("、") if name.strip()]
    rows += [[Text(_("参与单位")), words(name.strip()), words("")] for name in partners]
    return Table(
        _("项目参与各方"),
        [Column(_("角色"), 1.7), Column(_("单位名称"), 3), Column(_("统一社会信用代码"), 1.8)],
        rows,
    )


def _contract(facts: AcceptanceFacts) -> list[Block]:
    contract = facts.contract
    blocks: list[Block] = [
        Paragraph(_standing(contract)),
        Pairs(
            _("合同约定的投入"),
            [
                (_("新增总投入"), Money(contract.total_investment, CONTRACT)),
                *((_(each.source), Money(each.committed, CONTRACT)) for each in facts.sources),
            ],
            WAN,
        ),
    ]
    promised = sum((each.committed for each in facts.sources), ZERO)
    if promised != contract.total_investment:
        said = _("各来源合计 %(promised)s，与新增总投入 %(total)s 不一致。")
        blocks.append(Paragraph(said % {"promised": wan(promised), "total": wan(contract.total_investment)}))
    if contract.signatures:
        blocks.append(
            Table(
                _("合同签署情况"),
                [
                    Column(_("签约方")),
                    Column(_("单位"), 2.4),
                    Column(_("签署人")),
                    Column(_("签署日期"), 1.4),
                ],
                [
                    [
                        words(_(each.party)),
                        words(each.organisation),
                        words(each.signatory),
                        dated(each.signed_on),
                    ]
                    for each in contract.signatures
                ],
            )
        )
    return blocks


def _standing(contract: ContractFacts) -> str:
    if contract.version and contract.in_force_on is not None:
        return _(
            "现行合同为第 %(version)d 版，自%(day)s起生效，约定新增总投入 %(total)s。合同文本的校验值为 %(digest)s。"
        ) % {
            "version": contract.version,
            "day": day(contract.in_force_on),
            "total": wan(contract.total_investment),
            "digest": contract.digest,
        }
    if contract.signed_on is not None:
        return _("合同于%(day)s签订，约定新增总投入 %(total)s；本系统未存有合同文本。") % {
            "day": day(contract.signed_on),
            "total": wan(contract.total_investment),
        }
    return _("截至报告日未登记合同签订日期，以下为项目登记的投入。")
