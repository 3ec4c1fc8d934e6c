"""退款通知书: to whom, why, how much of what, until when. A letter; the account is left to the office. Pure."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reports.capitals import in_capitals
from reports.document import Block, Cell, Column, Money, Paragraph, Section, Source, Table, Text
from reports.facts_papers import RefundNoticeFacts
from reports.sections.cells import YUAN, day
from reports.sections.project import party
from reports.shown import shown

_CAUSES = {
    "termination": gettext_noop("鉴于该项目已终止实施，未使用及不合规使用的财政资金应予退回"),
    "revocation": gettext_noop("鉴于该项目已被撤销，已拨付的财政资金应予退回"),
    "surplus": gettext_noop("经结算，该项目财政资金尚有结余，按规定应予交回"),
    "disallowed": gettext_noop("经核查，该项目部分财政资金支出不符合规定，应予追回"),
}
"""Why, as the letter says it."""


def refund_section(facts: RefundNoticeFacts) -> Section:
    total = facts.amount + facts.interest
    blocks: list[Block] = []
    if facts.notice_no:
        blocks.append(Paragraph(facts.notice_no, stands="right"))
    blocks += [
        Paragraph(_("%(holder)s：") % {"holder": facts.holder}, stands="flush"),
        Paragraph(_why(facts)),
        Paragraph(
            _("现通知你单位退回下列资金，合计 %(total)s 元（%(capitals)s）：")
            % {"total": shown(Money(total)), "capitals": in_capitals(total)}
        ),
        _amounts(facts, total),
        Paragraph(
            _(
                "请于%(due)s前将上述资金足额退至下列账户，注明“%(number)s 项目退款”，并将付款凭证报送我单位。"
                "逾期未退回的，按有关规定处理并记入信用记录。"
            )
            % {"due": day(facts.due_on), "number": facts.project.number}
        ),
        _account(),
        *_enclosed(facts),
        Paragraph(party(facts.parties, "province"), stands="right"),
        Paragraph(day(facts.asked_on), stands="right"),
    ]
    return Section("", blocks)


def _why(facts: RefundNoticeFacts) -> str:
    project = facts.project
    said = _(
        "%(whose)s“%(name)s”项目（项目编号 %(number)s，%(batch)s%(document)s）实施期自%(start)s至%(end)s。"
    ) % {
        "whose": _("你单位归口管理的") if facts.is_park else _("你单位承担的"),
        "name": project.name,
        "number": project.number,
        "batch": project.batch,
        "document": _("，下达文号 %(number)s") % {"number": project.award_document}
        if project.award_document
        else "",
        "start": day(project.start_on),
        "end": day(project.end_on),
    }
    said += _(_CAUSES[facts.cause]) + "。"
    if facts.reason:
        said += _("具体情况：%(reason)s") % {"reason": facts.reason}
        said += "" if facts.reason.endswith(("。", "！", "；", ".")) else "。"
    if facts.entries:
        said += _("涉及台账第 %(entries)s 号分录。") % {
            "entries": _("、").join(str(sequence) for sequence in facts.entries)
        }
    return said


def _amounts(facts: RefundNoticeFacts, total: Decimal) -> Table:
    source = Source("refund", (("id", str(facts.pk)),))
    return Table(
        "",
        [
            Column(_("资金来源"), 1.4),
            Column(_("应退本金"), 1.4),
            Column(_("应退利息"), 1.2),
            Column(_("合计"), 1.4),
        ],
        [
            [
                Text(_(facts.source)),
                Money(facts.amount, source),
                Money(facts.interest, source),
                Money(total, source),
            ]
        ],
        unit=YUAN,
    )


def _enclosed(facts: RefundNoticeFacts) -> list[Block]:
    return [Paragraph(_("附件：测算依据"))] if facts.workings is not None else []


def workings_annexes(facts: RefundNoticeFacts) -> list[Section]:
    """How the principal follows from the ledger; where the province asked for another amount it says so."""
    worked = facts.workings
    if worked is None:
        return []
    parts: list[tuple[str, Decimal]] = [
        (_("到账") if facts.is_park else _("到位"), worked.received),
        (_("已拨付") if facts.is_park else _("已支出"), worked.spent),
        (_("此前已退回"), worked.refunded),
        (_("未用"), worked.unspent),
        (_("不合规支出"), worked.misused),
        (_("此前已通知未退"), worked.asked),
        (_("按台账应退本金"), worked.amount),
    ]
    note = "" if worked.amount == facts.amount else _("应退本金由省科技主管部门核定。")
    if worked.rate is not None:
        note += _("利息按逐日占用额、年利率 %(rate)s%%、一年 365 天计算。") % {
            "rate": f"{worked.rate.normalize():f}"
        }
    cells: list[Cell] = [Money(amount) for _label, amount in parts]
    said = _("按项目台账截至%(on)s的登记测算如下。") % {"on": day(facts.asked_on)}
    table = Table(
        _("应退本金测算"), [Column(label) for label, _amount in parts], [cells], unit=YUAN, note=note
    )
    return [Section(_("测算依据"), [Paragraph(said), table])]


def _account() -> Table:
    """To be filled in by the office that sends it; the system keeps no accounts."""
    return Table(
        "",
        [Column(_("收款户名"), 1.6), Column(_("开户银行"), 1.6), Column(_("账号"), 1.6)],
        [[Text("　\n　"), Text(""), Text("")]],
    )
