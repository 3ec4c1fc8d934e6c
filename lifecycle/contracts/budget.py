"""The budget by source and category that a contract may carry in its annex."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lifecycle.categories import CATEGORIES, TOO_MUCH
from lifecycle.contracts.terms import SOURCE_OF, text_of
from lifecycle.wording import listed

Budget = dict[str, dict[str, str]]
"""{source: {category: yuan as text}}; a category without money is left out."""

FIELD = "category_budget"
_CENT = Decimal("0.01")


def budget_of(
    given: Any, *, scheme: str, committed: Mapping[str, Decimal], needed: tuple[str, ...] = ()
) -> tuple[Budget, dict[str, str]]:
    """The budget as the terms keep it, and what is wrong with it.

    given: {source: {category: amount}}, amounts as texts or exact numbers. Each source that has any money here
    must come to what the contract promises of it (`committed`, yuan by source); sources may be left out, but
    for `needed`.
    """
    faults: dict[str, str] = {}
    budget: Budget = {}
    if not isinstance(given, Mapping):
        return {}, {FIELD: _("应为按资金来源、支出科目列出的金额。")}
    for source, categories in given.items():
        if source not in SOURCE_OF.values() or not isinstance(categories, Mapping):
            faults[FIELD] = _("资金来源应为：%(sources)s。") % {"sources": _named(SOURCE_OF.values())}
            continue
        row = {}
        for category, amount in categories.items():
            place = f"{FIELD}.{source}.{category}"
            if category not in CATEGORIES[scheme]:
                faults[place[:100]] = _("支出科目应为：%(categories)s。") % {
                    "categories": _named(CATEGORIES[scheme])
                }
                continue
            yuan = _read(amount)
            if yuan is None:
                faults[place] = _("应为不小于零、最多两位小数的金额（元）。")
            elif yuan:
                row[category] = text_of(yuan)
        if row:
            in_order = [category for category in CATEGORIES[scheme] if category in row]
            budget[source] = {category: row[category] for category in in_order}
    if not faults:
        faults = _sums(budget, committed, needed)
    return {source: budget[source] for source in SOURCE_OF.values() if source in budget}, faults


def _sums(budget: Budget, committed: Mapping[str, Decimal], needed: tuple[str, ...]) -> dict[str, str]:
    faults: dict[str, str] = {}
    for source in SOURCE_OF.values():
        total = sum((Decimal(amount) for amount in budget.get(source, {}).values()), Decimal(0))
        if (source in budget or source in needed) and total != committed[source]:
            faults[f"{FIELD}.{source}"] = _(
                "%(source)s各科目合计 %(total)s 元，应等于合同金额 %(committed)s 元。"
            ) % {"source": _(source), "total": f"{total:,.2f}", "committed": f"{committed[source]:,.2f}"}
    return faults


def _read(amount: Any) -> Decimal | None:
    """Yuan, not below zero; None for what is none. Nothing said is no money."""
    if amount in ("", None):
        return Decimal("0.00")
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        return None
    try:
        yuan = Decimal(amount.strip() if isinstance(amount, str) else amount)
        sound = yuan.is_finite() and 0 <= yuan < TOO_MUCH and yuan == yuan.quantize(_CENT)
    except InvalidOperation:
        return None
    return yuan if sound else None


def _named(words: Any) -> str:
    return listed(_(word) for word in words)
