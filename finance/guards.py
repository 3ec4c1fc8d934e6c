"""What finance demands before a move, and what it does after one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.conditions_of_payment import FIRST_CONFIRMED, PLAN_ADDS_UP, TRANCHES_PAID
from finance.facts import funding_facts, repeated_invoices
from finance.funding import Funding, funding_of
from finance.holding import hold_journal
from finance.models import Settlement, SurplusUse
from finance.refunds import open_refunds
from finance.rules import (
    closing_share,
    contracted_matching,
    fiscal_share,
    grant_cap,
    held_at_park,
    matching_pace,
    overspending,
    spending_term,
)
from finance.rules import (
    repeated_invoices as repeated_invoices_rule,
)
from finance.rules.facts import ZERO, FundingFacts
from finance.self_rating import execution_of
from finance.settlement import Difference, adds_up, is_whole, spent_after
from finance.surplus import KEPT_AFTER, decision_on, surplus_in, verdict_of
from finance.terms import HOLDERS, PROVINCIAL
from lifecycle.acceptance.self_rating import file_rating
from lifecycle.guards import (
    Case,
    Guard,
    Made,
    Outcome,
    demand,
    follow,
    hold_still,
    is_not_breached,
    met,
    passes,
    stand_on,
    unmet,
)
from lifecycle.models import Acceptance, AcceptanceState, EventKind, Project
from lifecycle.parties.models import Role
from lifecycle.rules.answers import Answer, Figures, Rule

_UNIT = Role.UNIT.value
_PARK = Role.PARK.value
_PROVINCE = Role.PROVINCE.value

FIGURES = {
    "arrived_at_park": _("到账园区"),
    "held_at_park": _("园区待拨"),
    "received": _("到位"),
    "spent": _("支出"),
    "refunded": _("退回"),
    "balance": _("结存"),
}
"""What the figures of a source are called where a settlement and the ledger part; a category has its own name."""


def money(case: Case) -> FundingFacts:
    """What the rules of the project's money are judged on, loaded once a case."""
    ids = [case.project.pk]
    repeated = repeated_invoices(ids, on=case.on)
    return funding_facts({case.project.pk: case.life}, on=case.on, repeated=repeated)[case.project.pk]


def money_rule(rule: Rule[FundingFacts], *, by: Callable[[Answer], Outcome], who: tuple[str, ...]) -> Guard:
    """A rule of a project's money as a condition, judged by `passes` or `is_not_breached`."""
    return Guard(
        rule.code, rule.title, rule.basis, rule.mend, who, lambda case: by(rule.judge(case.ask(money))), by
    )


def _funding(case: Case) -> Funding:
    return funding_of([case.project], on=case.on)[case.project.pk]


def _settlement(case: Case) -> Settlement | None:
    """The latest settlement up to a day not after the case's."""
    return (
        Settlement.objects.filter(project=case.project, settled_on__lte=case.on)
        .select_related("project")
        .order_by("-number")
        .first()
    )


def _audit_is_on_file(case: Case) -> Outcome:
    facts = case.ask(money)
    grant, threshold = facts.committed[PROVINCIAL] or ZERO, facts.limits.audit_from_grant
    if grant < threshold:
        return met(
            _("合同省拨款 %(province)s 元，低于 %(cap)s 元，不要求专项审计报告。"),
            province=grant,
            cap=threshold,
        )
    days = [event.on for event in case.life.happened(EventKind.AUDIT.value)]
    days += [facts.audit.on] if facts.audit else []
    if days:
        return met(_("已有 %(audited)s 的专项审计报告。"), audited=max(days))
    return unmet(
        _("合同省拨款 %(province)s 元，达到 %(cap)s 元，应有专项审计报告，尚未登记。"),
        province=grant,
        cap=threshold,
    )


def _settlement_adds_up(case: Case) -> Outcome:
    settlement = case.ask(_settlement)
    if settlement is None:
        return unmet(_("尚未编制经费决算。"))
    return _agreeing(case, settlement, adds_up(settlement))


def _settlement_is_sealed(case: Case) -> Outcome:
    settlement = case.ask(_settlement)
    if settlement is None:
        return unmet(_("尚未编制经费决算。"))
    if not is_whole(settlement):
        return unmet(_("第 %(number)s 号决算与其校验码或台账链不符，请重新编制。"), number=settlement.number)
    return _agreeing(case, settlement, adds_up(settlement, allowing_returns=True))


def _agreeing(case: Case, settlement: Settlement, differences: list[Difference]) -> Outcome:
    """Whether the settlement says what the ledger says, and nothing was spent after it."""
    figures = {"number": settlement.number, "settled": settlement.settled_on}
    if differences:
        first = differences[0]
        return unmet(
            _(
                "第 %(number)s 号决算（截至 %(settled)s）与台账不符：%(source)s“%(item)s”决算 %(frozen)s 元，"
                "台账 %(in_ledger)s 元，共 %(count)s 处；请重新编制。"
            ),
            **figures,
            source=first.source,
            item=FIGURES.get(first.item, first.item),
            frozen=first.frozen,
            in_ledger=first.in_ledger,
            count=len(differences),
        )
    late = spent_after(settlement, on=case.on)
    if late:
        return unmet(
            _("第 %(number)s 号决算截至 %(settled)s，此后又有支出 %(late)s 元；请重新编制。"),
            **figures,
            late=late,
        )
    return met(_("第 %(number)s 号决算（截至 %(settled)s）与台账一致。"), **figures)


def _surplus_is_settled(case: Case) -> Outcome:
    left = surplus_in(case.ask(_funding))
    figures: Figures = {"balance": left.total - left.at_park, "held": left.at_park}
    if left.is_nothing:
        return met(_("单位没有结余的财政资金，园区没有待拨的省拨款。"), **figures)
    decision = decision_on(case.project, on=case.on)
    if decision is None:
        return unmet(_("单位结余财政资金 %(balance)s 元，园区待拨省拨款 %(held)s 元，尚未处理。"), **figures)
    figures |= {"amount": decision.amount, "decided": decision.decided_on}
    if decision.use == SurplusUse.RETURNED:
        return unmet(
            _("结余已于 %(decided)s 决定交回，单位尚有 %(balance)s 元、园区尚有 %(held)s 元未退。"), **figures
        )
    accepted = verdict_of(case.project)
    if accepted is None or accepted.verdict != KEPT_AFTER:
        return unmet(_("验收结论不是“通过验收”，结余 %(balance)s 元不能留用。"), **figures)
    if left.at_park or decision.amount != left.total:
        return unmet(
            _(
                "%(decided)s 同意留用的结余是 %(amount)s 元，现在单位结余 %(balance)s 元、园区待拨 %(held)s 元，"
                "应重新处理。"
            ),
            **figures,
        )
    assert decision.kept_until is not None
    figures["due"] = decision.kept_until
    if decision.kept_until < case.on:
        return unmet(_("结余 %(balance)s 元的留用期限 %(due)s 已过，应交回。"), **figures)
    return met(_("结余 %(balance)s 元已于 %(decided)s 同意留用至 %(due)s。"), **figures)


def _refunds_are_settled(case: Case) -> Outcome:
    waiting = case.ask(money).open_refunds
    if not waiting:
        return met(_("没有未退清的应退款。"))
    return unmet(
        _("有 %(count)s 笔应退款未退清，共 %(amount)s 元（%(holders)s）。"),
        count=len(waiting),
        amount=sum((refund.open for refund in waiting), ZERO),
        holders=list(dict.fromkeys(HOLDERS[refund.holder] for refund in waiting)),
    )


AUDIT_ON_FILE = Guard(
    "audit_on_file",
    gettext_lazy("专项审计"),
    gettext_lazy("省科技计划项目验收经费审计要求：省拨款100万元及以上"),
    "settlement",
    (_UNIT, _PARK),
    _audit_is_on_file,
)

SETTLEMENT_ADDS_UP = Guard(
    "settlement_adds_up",
    gettext_lazy("经费决算与台账一致"),
    gettext_lazy("江苏省科技计划项目经费决算表：决算截至验收申请，此后不再列支"),
    "settlement",
    (_UNIT, _PARK),
    _settlement_adds_up,
)

SETTLEMENT_SEALED = Guard(
    "settlement_sealed",
    gettext_lazy("经费决算已封存"),
    gettext_lazy("申报指引 四.2：纸质材料与网上填报内容一致；决算封存后不再改动"),
    "settlement",
    (_UNIT, _PARK),
    _settlement_is_sealed,
)

SURPLUS_SETTLED = Guard(
    "surplus_settled",
    gettext_lazy("结余已处理"),
    gettext_lazy("省科技成果转化专项资金项目管理惯例：结余经批准留用或按原渠道交回"),
    "settlement",
    (_PROVINCE,),
    _surplus_is_settled,
)

REFUNDS_SETTLED = Guard(
    "refunds_settled",
    gettext_lazy("应退款已退清"),
    gettext_lazy("省科技成果转化专项资金项目管理惯例：应退资金按通知期限退回"),
    "refunds",
    (_UNIT, _PARK, _PROVINCE),
    _refunds_are_settled,
)

MATCHING_IN_CONTRACT = money_rule(contracted_matching.RULE, by=passes, who=(_PARK, _PROVINCE))
GRANT_CAP = money_rule(grant_cap.RULE, by=passes, who=(_PROVINCE,))
FISCAL_SHARE = money_rule(fiscal_share.RULE, by=passes, who=(_UNIT, _PROVINCE))
MATCHING_PACE = money_rule(matching_pace.RULE, by=is_not_breached, who=(_PARK,))
NOT_HELD_AT_PARK = money_rule(held_at_park.RULE, by=is_not_breached, who=(_PARK,))
NOT_OVERSPENT = money_rule(overspending.RULE, by=is_not_breached, who=(_UNIT, _PARK))
SPENT_IN_TERM = money_rule(spending_term.RULE, by=is_not_breached, who=(_UNIT, _PARK))
CLOSING_SHARE = money_rule(closing_share.RULE, by=passes, who=(_UNIT, _PARK))
NO_INVOICE_TWICE = money_rule(repeated_invoices_rule.RULE, by=is_not_breached, who=(_UNIT, _PARK))


def _hold_journal(project: Project) -> None:
    """No posting comes between the conditions of a move and the move."""
    hold_journal(project)


def _name_settlement(made: Made) -> None:
    """Let the application that was just filed bear the digest of the settlement it was filed with."""
    settlement = (
        Settlement.objects.filter(project=made.project, settled_on__lte=made.on).order_by("-number").first()
    )
    if settlement is not None:
        Acceptance.objects.filter(project=made.project, state=AcceptanceState.FILED).update(
            settlement_digest=settlement.digest
        )


def _file_self_rating(made: Made) -> None:
    """Let the unit's rating stand with the application, with the score that the ledger gives by its day."""
    file_rating(made, execution=execution_of(made.project, on=made.on))


def register() -> None:
    """Let finance's conditions stand before the moves, and the refunds follow where a project is broken off.

    Called once, when the application is ready; asks nothing of the database. Source: PRODUCT 'The life of a
    project'.
    """
    hold_still(_hold_journal)
    demand("start_funding", MATCHING_IN_CONTRACT, GRANT_CAP, FISCAL_SHARE, PLAN_ADDS_UP)
    demand("start_implementation", FIRST_CONFIRMED, MATCHING_PACE, NOT_HELD_AT_PARK)
    demand(
        "apply_for_acceptance",
        TRANCHES_PAID,
        AUDIT_ON_FILE,
        MATCHING_PACE,
        NOT_HELD_AT_PARK,
        NOT_OVERSPENT,
        SPENT_IN_TERM,
        NO_INVOICE_TWICE,
        SETTLEMENT_ADDS_UP,
    )
    demand("close", CLOSING_SHARE, SURPLUS_SETTLED, REFUNDS_SETTLED, SETTLEMENT_SEALED)
    follow("apply_for_acceptance", _name_settlement)
    follow("apply_for_acceptance", _file_self_rating)
    for move in ("terminate", "revoke"):
        follow(move, open_refunds)
    here = Path(__file__).parent
    stand_on(here.joinpath("rules").glob("*.py"))
    stand_on(
        here / name
        for name in (
            "conditions_of_payment.py",
            "disbursements.py",
            "facts.py",
            "funding.py",
            "guards.py",
            "instalments.py",
            "refunds.py",
            "settlement.py",
            "surplus.py",
            "workings.py",
        )
    )
