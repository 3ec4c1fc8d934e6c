"""What payment demands before a project moves on: a plan that adds up, first tranches confirmed, all paid."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.disbursements import instalments_of
from finance.instalments import Instalment
from finance.rules.facts import ZERO
from finance.terms import FISCAL, MATCHING, PROVINCIAL
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import Tranche
from lifecycle.parties.models import Role


def _instalments(case: Case) -> list[Instalment[Tranche]]:
    return instalments_of(case.project, on=case.on)


def _by_source(case: Case) -> dict[str, list[Instalment[Tranche]]]:
    """Both fiscal sources with their tranches in the order of settling."""
    found: dict[str, list[Instalment[Tranche]]] = {source: [] for source in FISCAL}
    for each in case.ask(_instalments):
        found[each.tranche.source].append(each)
    return found


def _plan_adds_up(case: Case) -> Outcome:
    contract = case.project.committed()
    planned = {
        source: sum((each.tranche.amount for each in plan), ZERO) for source, plan in _by_source(case).items()
    }
    figures: dict[str, Decimal] = {
        "province": contract[PROVINCIAL],
        "park": contract[MATCHING],
        "province_planned": planned[PROVINCIAL],
        "park_planned": planned[MATCHING],
    }
    wrong = [source for source in FISCAL if planned[source] != contract[source]]
    if not wrong:
        return met(
            _("拨款计划与合同一致：省拨款 %(province)s 元，园区配套 %(park)s 元。"),
            **figures,
        )
    return unmet(
        _(
            "%(sources)s的拨款计划与合同不一致：省拨款计划合计 %(province_planned)s 元、合同 %(province)s 元，"
            "园区配套计划合计 %(park_planned)s 元、合同 %(park)s 元。"
        ),
        sources=wrong,
        **figures,
    )


def _first_confirmed(case: Case) -> Outcome:
    """Every source with a plan or with money in the contract; of an outside project without park money the
    province's alone.
    """
    project = case.project
    contract = project.committed()
    firsts = {source: plan[0] if plan else None for source, plan in _by_source(case).items()}
    wanted = [source for source in FISCAL if firsts[source] is not None or contract[source] > 0]
    if project.is_outside_park and contract[MATCHING] == 0:
        wanted = [PROVINCIAL]
    missing, unpaid, unconfirmed = [], [], []
    for source in wanted:
        first = firsts[source]
        if first is None:
            missing.append(source)
        elif not first.is_paid:
            unpaid.append(source)
        elif not first.is_confirmed:
            unconfirmed.append(source)
    if missing or not wanted:
        return unmet(_("没有登记%(missing)s的拨款计划，无法判断首期款。"), missing=missing or list(FISCAL))
    if unpaid and unconfirmed:
        return unmet(
            _("%(unpaid)s首期款尚未足额拨付；%(unconfirmed)s首期款已拨付，尚待单位确认到账。"),
            unpaid=unpaid,
            unconfirmed=unconfirmed,
        )
    if unpaid:
        return unmet(_("%(unpaid)s首期款尚未足额拨付，拨付后由单位确认到账。"), unpaid=unpaid)
    if unconfirmed:
        return unmet(_("%(unconfirmed)s首期款已拨付，尚待单位确认到账。"), unconfirmed=unconfirmed)
    return met(_("%(sources)s首期款已足额拨付，单位已确认到账。"), sources=wanted)


def _tranches_paid(case: Case) -> Outcome:
    plan = case.ask(_instalments)
    if not plan:
        return unmet(_("没有登记拨款计划，无法判断是否足额拨付。"))
    open_ones = [each for each in plan if not each.tranche.is_tail and not each.is_paid]
    of_province, of_park = (
        [each.tranche.number for each in open_ones if each.tranche.source == source]
        for source in (PROVINCIAL, MATCHING)
    )
    figures = {
        "of_province": of_province,
        "of_park": of_park,
        "short": sum((each.left for each in open_ones), ZERO),
    }
    if of_province and of_park:
        return unmet(
            _("省拨款第 %(of_province)s 期、园区配套第 %(of_park)s 期尚未足额拨付，合计少 %(short)s 元。"),
            **figures,
        )
    if of_province:
        return unmet(_("省拨款第 %(of_province)s 期尚未足额拨付，合计少 %(short)s 元。"), **figures)
    if of_park:
        return unmet(_("园区配套第 %(of_park)s 期尚未足额拨付，合计少 %(short)s 元。"), **figures)
    return met(_("除尾款外，各期均已足额拨付。"))


PLAN_ADDS_UP = Guard(
    code="tranche_plan_complete",
    title=gettext_lazy("拨款计划完整"),
    basis=gettext_lazy("项目合同书；承诺书 5：按时足额拨付"),
    mend="tranches",
    who=(Role.PARK.value, Role.PROVINCE.value),
    look=_plan_adds_up,
)
"""Before 拨款: the tranches add up to the contract, per source."""

FIRST_CONFIRMED = Guard(
    code="first_tranche_confirmed",
    title=gettext_lazy("首期款到账确认"),
    basis=gettext_lazy("承诺书 5：省财政资助经费和高新区资助经费按时足额拨付"),
    mend="tranches",
    who=(Role.PARK.value, Role.UNIT.value),
    look=_first_confirmed,
)
"""Before 实施: the unit has the first tranche of every source, and says so."""

TRANCHES_PAID = Guard(
    code="tranches_paid",
    title=gettext_lazy("各期拨款到位"),
    basis=gettext_lazy("承诺书 5：省财政资助经费和高新区资助经费按时足额拨付"),
    mend="tranches",
    who=(Role.PARK.value, Role.PROVINCE.value),
    look=_tranches_paid,
)
"""Before 验收: every tranche but a tail is paid."""
