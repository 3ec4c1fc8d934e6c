"""In what two versions of a contract differ, row by row, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.categories import CLASSIC, THREE_CLASSES
from lifecycle.contracts.terms import AMOUNTS, SOURCE_OF, Terms
from lifecycle.wording import about

LABELS: dict[str, str | Promise] = {
    "total_investment": gettext_lazy("项目新增总投入（元）"),
    "provincial_grant": gettext_lazy("省拨款（元）"),
    "park_matching": gettext_lazy("园区配套（元）"),
    "self_raised": gettext_lazy("单位自筹（元）"),
    "social_capital": gettext_lazy("社会资本（元）"),
    "start_on": gettext_lazy("实施开始日期"),
    "end_on": gettext_lazy("实施结束日期"),
    "unit": gettext_lazy("承担单位"),
    "leader": gettext_lazy("项目负责人"),
    "partners": gettext_lazy("参与单位"),
    "site": gettext_lazy("所在地"),
    "category_scheme": gettext_lazy("支出科目体系"),
    "members": gettext_lazy("项目组成员"),
    "technical_route": gettext_lazy("技术路线"),
}
"""What the plain parts of the terms are called, in the order of the contract."""


TITLES: dict[str, str | Promise] = {
    "targets": gettext_lazy("考核指标"),
    "tranches": gettext_lazy("拨款计划"),
    "milestones": gettext_lazy("里程碑"),
    "category_budget": gettext_lazy("科目预算"),
}
"""What the lists among the terms are called, before the name of one of their rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that differs. part: contract, targets, tranches, milestones or category_budget.

    before, after: as a person reads them; empty where it did not stand there, or stands there no more.
    """

    part: str
    label: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        return {"part": self.part, "label": self.label, "before": self.before, "after": self.after}


def difference(former: Terms, present: Terms) -> list[Row]:
    """Every row in which `present` differs from `former`, in the order of the contract; empty when none does.

    Labels and words are in the active language.
    """
    before, after = dict(rows_of(former)), dict(rows_of(present))
    keys = [*before, *(key for key in after if key not in before)]
    order = list(_PARTS)
    return [
        Row(
            part,
            about(TITLES[part], label) if part in TITLES else label,
            before.get((part, label), ""),
            after.get((part, label), ""),
        )
        for part, label in sorted(keys, key=lambda key: order.index(key[0]))
        if before.get((part, label)) != after.get((part, label))
    ]


def rows_of(terms: Terms) -> Iterator[tuple[tuple[str, str], str]]:
    """((part, label), value as a person reads it) of all that the terms say."""
    for part, write in _PARTS.items():
        for label, value in write(terms):
            yield (part, label), value


def _plain(terms: Terms) -> Iterator[tuple[str, str]]:
    for name, label in LABELS.items():
        value = terms.get(name, "")
        if name in AMOUNTS and value:
            value = _yuan(value)
        elif name in ("site", "category_scheme") and value:
            value = _(value)
        yield str(label), value


def _targets(terms: Terms) -> Iterator[tuple[str, str]]:
    for row in terms.get("targets", ()):
        value = f"{row['contract_value']} {row['unit_of_measure']}".strip()
        if row["category"]:
            value = _("%(value)s（%(category)s）") % {"value": value, "category": row["category"]}
        yield row["name"], value


def _tranches(terms: Terms) -> Iterator[tuple[str, str]]:
    for row in terms.get("tranches", ()):
        label = _("%(source)s第 %(number)s 期") % {"source": _(row["source"]), "number": row["number"]}
        value = _("%(planned_on)s 拨付 %(amount)s 元") % {
            "planned_on": row["planned_on"],
            "amount": _yuan(row["amount"]),
        }
        tail = [_("尾款")] if row["is_tail"] else []
        condition = [row["condition"]] if row["condition"] else []
        yield label, " · ".join([value, *tail, *condition])


def _milestones(terms: Terms) -> Iterator[tuple[str, str]]:
    for row in terms.get("milestones", ()):
        label = _("%(year)s 年度 %(name)s") % {"year": row["year"], "name": row["name"]}
        yield label, row["planned_on"]


def _budget(terms: Terms) -> Iterator[tuple[str, str]]:
    budget: Mapping[str, Mapping[str, str]] = terms.get("category_budget", {})
    # A JSON column keeps no order; people print categories in the order of their scheme.
    for source in (source for source in SOURCE_OF.values() if source in budget):
        for category in THREE_CLASSES if set(budget[source]) <= set(THREE_CLASSES) else CLASSIC:
            if category in budget[source]:
                yield f"{_(source)} · {_(category)}", _yuan(budget[source][category])


def _yuan(text: str) -> str:
    return f"{Decimal(text):,.2f}"


_PARTS = {
    "contract": _plain,
    "targets": _targets,
    "tranches": _tranches,
    "milestones": _milestones,
    "category_budget": _budget,
}
