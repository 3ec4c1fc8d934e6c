"""What each kind of change may want: its shape, and what must hold of it as the project stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lifecycle.changes.checks import faults_of
from lifecycle.changes.extension import can_be_taken_off, extended_end
from lifecycle.changes.facts import facts_of, target_rows
from lifecycle.changes.reading import Reading
from lifecycle.contracts import AMOUNTS, SOURCE_OF
from lifecycle.contracts.budget import FIELD, budget_of
from lifecycle.contracts.terms import annexes_of, text_of
from lifecycle.models import ChangeKind, Milestone, Project, Site, Tranche
from lifecycle.models.milestone import UNDONE
from lifecycle.parties.models import Organisation, OrganisationKind

LONG = 4000
"""Characters of a text that is part of the contract."""

FISCAL = {"省拨款": "provincial_grant", "园区配套": "park_matching"}
"""The sources that are paid by tranches, and the amounts they add up to."""

Wanted = dict[str, Any]


def checked(kind: str, given: Any, project: Project) -> tuple[Wanted, dict[str, str]]:
    """What is wanted, as it is kept, and every fault of it as the project stands now.

    Shapes: unit {unit, site?}; leader {leader}; term {months}; targets {targets: [{id?, category, name,
    unit_of_measure, contract_value}]}, the whole list; total and source_structure {amounts: {the five},
    tranches: [{source, number, planned_on, amount, condition, is_tail}], category_budget?}; early_acceptance
    {planned_on}; partners {partners}; members {members}; technical_route {technical_route}; categories
    {category_budget: {source: {category: amount}}}; work_plan {move: [{id, year, name, planned_on}],
    add: [{year, name, planned_on}], drop: [id]}. Amounts are texts in yuan, days ISO.
    """
    reading = Reading(given)
    wanted = _SHAPES[kind](reading, project)
    reading.done()
    faults = reading.faults
    if not faults:
        faults = _unchanged(kind, wanted, project) or faults_of(kind, project, wanted)
    return wanted, faults


def _unit(reading: Reading, project: Project) -> Wanted:
    name = reading.text("unit", limit=200)
    site = reading.choice("site", Site.values, default=project.site)
    known = Organisation.objects.filter(name=name, kind=OrganisationKind.UNIT)
    if name and "unit" not in reading.faults and not known.exists():
        reading.fault("unit", _("系统中没有名为“%(name)s”的承担单位。") % {"name": name})
    return {"unit": name, "site": site}


def _leader(reading: Reading, project: Project) -> Wanted:
    return {"leader": reading.text("leader", limit=100)}


def _partners(reading: Reading, project: Project) -> Wanted:
    return {"partners": reading.text("partners", limit=LONG, required=False)}


def _members(reading: Reading, project: Project) -> Wanted:
    return {"members": reading.text("members", limit=LONG)}


def _technical_route(reading: Reading, project: Project) -> Wanted:
    return {"technical_route": reading.text("technical_route", limit=LONG)}


def _term(reading: Reading, project: Project) -> Wanted:
    months = reading.count("months", least=1, most=120)
    if months is not None and not can_be_taken_off(project, months):
        reading.fault(
            "months",
            _("延长 %(months)s 个月将止于 %(end)s，当月没有对应日，无法按月推算；请改为其他月数。")
            % {"months": months, "end": extended_end(project, months=months).isoformat()},
        )
    return {"months": months}


def _early_acceptance(reading: Reading, project: Project) -> Wanted:
    day = reading.day("planned_on")
    if day is not None and not project.start_on < day <= project.end_on:
        reading.fault(
            "planned_on",
            _("应在实施期内（%(start)s 至 %(end)s）。")
            % {"start": project.start_on.isoformat(), "end": project.end_on.isoformat()},
        )
    return {"planned_on": _iso(day)}


def _targets(reading: Reading, project: Project) -> Wanted:
    known = {row["id"]: row["name"] for row in target_rows(project)}
    by_name = {name: pk for pk, name in known.items()}
    rows: list[Wanted] = []
    names: set[str] = set()
    ids: set[int] = set()
    for row in reading.rows("targets"):
        target: Wanted = {
            "id": row.count("id", least=1, most=2**62, required=False),
            "category": row.text("category", limit=100, required=False),
            "name": row.text("name", limit=200),
            "unit_of_measure": row.text("unit_of_measure", limit=50, required=False),
            "contract_value": row.text("contract_value", limit=200),
        }
        row.done()
        if target["id"] is None:
            target["id"] = by_name.get(target["name"])
        elif target["id"] not in known:
            row.fault("id", _("本项目没有这项考核指标。"))
        if target["name"] in names or (target["id"] is not None and target["id"] in ids):
            row.fault("name", _("考核指标“%(name)s”重复。") % {"name": target["name"]})
        names.add(target["name"])
        ids |= {target["id"]} - {None}
        rows.append(target)
    if not rows:
        reading.fault("targets", _("至少应有一项考核指标。"))
    return {"targets": rows}


def _total(reading: Reading, project: Project) -> Wanted:
    wanted = _money(reading, project)
    amounts = {name: Decimal(text) for name, text in wanted["amounts"].items()}
    if amounts and amounts["total_investment"] != (total := sum(amounts[name] for name in SOURCE_OF)):
        reading.fault(
            "amounts.total_investment",
            _("应等于四项资金来源合计 %(total)s 元。") % {"total": f"{total:,.2f}"},
        )
    return wanted


def _source_structure(reading: Reading, project: Project) -> Wanted:
    wanted = _money(reading, project)
    amounts = {name: Decimal(text) for name, text in wanted["amounts"].items()}
    if not amounts:
        return wanted
    if amounts["total_investment"] != project.total_investment:
        reading.fault(
            "amounts.total_investment",
            _("总投入不变（%(total)s 元）；要调整总投入请申请“调整总投入和经费”。")
            % {"total": f"{project.total_investment:,.2f}"},
        )
    present = sum(project.committed().values(), Decimal(0))
    if (total := sum(amounts[name] for name in SOURCE_OF)) != present:
        reading.fault(
            "amounts",
            _("四项资金来源合计 %(total)s 元，应与现合同的合计 %(present)s 元相同。")
            % {"total": f"{total:,.2f}", "present": f"{present:,.2f}"},
        )
    return wanted


def _money(reading: Reading, project: Project) -> Wanted:
    """Amounts, the tranche plan that adds up to them, and the budget where there is one."""
    given = Reading(reading.take("amounts"), reading.faults, "amounts")
    found = {name: given.amount(name, below_zero=name == "self_raised") for name in AMOUNTS}
    given.done()
    amounts = {name: yuan for name, yuan in found.items() if yuan is not None}
    rows = [_tranche(row) for row in reading.rows("tranches")]
    seen: set[tuple[str, Any]] = set()
    for place, row in enumerate(rows):
        key = (row["source"], row["number"])
        if row["number"] is not None and key in seen:
            reading.fault(f"tranches.{place}.number", _("同一资金来源的期次重复。"))
        seen.add(key)
        if row["is_tail"] and _is_too_early(row, project):
            reading.fault(
                f"tranches.{place}.planned_on",
                _("尾款在验收后拨付，计划拨付日期应晚于实施结束日期 %(end)s。")
                % {"end": project.end_on.isoformat()},
            )
    budget = annexes_of(project)["category_budget"]
    if len(amounts) < len(AMOUNTS):
        amounts = {}
    elif not any(place.startswith("tranches") for place in reading.faults):
        for source, name in FISCAL.items():
            planned = sum((Decimal(row["amount"]) for row in rows if row["source"] == source), Decimal(0))
            if planned != amounts[name]:
                reading.fault(
                    "tranches",
                    _("%(source)s拨款计划合计 %(planned)s 元，应等于合同金额 %(amount)s 元。")
                    % {
                        "source": _(source),
                        "planned": f"{planned:,.2f}",
                        "amount": f"{amounts[name]:,.2f}",
                    },
                )
    wanted: Wanted = {
        "amounts": {name: text_of(yuan) for name, yuan in amounts.items()},
        "tranches": sorted(
            rows, key=lambda row: (list(FISCAL).index(row["source"] or "省拨款"), row["number"] or 0)
        ),
    }
    told = reading.take(FIELD)
    if amounts and (told is not None or budget):
        written, faults = budget_of(
            budget if told is None else told,
            scheme=project.category_scheme,
            committed={source: amounts[name] for name, source in SOURCE_OF.items()},
            needed=tuple(budget),
        )
        reading.faults.update(faults)
        wanted[FIELD] = written
    return wanted


def _is_too_early(row: Wanted, project: Project) -> bool:
    """Whether a tail is planned within the term, so that acceptance would not wait for it; one that stands so stays."""
    if row["planned_on"] is None or row["planned_on"] > project.end_on.isoformat():
        return False
    named = {name: row[name] for name in ("source", "number", "planned_on")}
    return not Tranche.objects.filter(project=project, is_tail=True, **named).exists()


def _tranche(row: Reading) -> Wanted:
    tranche: Wanted = {
        "source": row.choice("source", tuple(FISCAL)),
        "number": row.count("number", least=1, most=999),
        "planned_on": _iso(row.day("planned_on")),
        "amount": row.amount("amount"),
        "condition": row.text("condition", limit=LONG, required=False),
        "is_tail": row.flag("is_tail"),
    }
    row.done()
    if tranche["amount"] is not None and not tranche["amount"]:
        row.fault("amount", _("金额应大于零。"))
    return {**tranche, "amount": text_of(tranche["amount"] or Decimal(0))}


def _categories(reading: Reading, project: Project) -> Wanted:
    present = annexes_of(project)[FIELD]
    budget, faults = budget_of(
        reading.take(FIELD),
        scheme=project.category_scheme,
        committed=project.committed(),
        needed=tuple(present),
    )
    reading.faults.update(faults)
    return {FIELD: budget}


def _work_plan(reading: Reading, project: Project) -> Wanted:
    plan = {milestone.pk: milestone for milestone in Milestone.objects.filter(project=project).order_by("pk")}
    drop = _drop(reading, plan)
    move: list[Wanted] = []
    for row in reading.rows("move"):
        pk = row.count("id", least=1, most=2**62)
        moved = {"id": pk, **_step(row, project)}
        row.done()
        if pk is not None and (fault := _untouchable(plan.get(pk))):
            row.fault("id", fault)
        elif pk in drop or any(pk == other["id"] for other in move):
            row.fault("id", _("同一里程碑只能调整或取消一次。"))
        move.append(moved)
    add = []
    for row in reading.rows("add"):
        add.append(_step(row, project))
        row.done()
    if not move and not add and not drop:
        reading.fault("move", _("没有任何变动。"))
    if not reading.faults:
        touched = {row["id"] for row in move} | set(drop)
        names = {(each.year, each.name) for each in plan.values() if each.pk not in touched}
        for part, rows in (("move", move), ("add", add)):
            for place, row_wanted in enumerate(rows):
                key = (row_wanted["year"], row_wanted["name"])
                if key in names:
                    reading.fault(
                        f"{part}.{place}.name",
                        _("%(year)d 年度已有里程碑“%(name)s”。") % {"year": key[0], "name": key[1]},
                    )
                names.add(key)
    return {"move": move, "add": add, "drop": drop}


def _step(row: Reading, project: Project) -> Wanted:
    """Year, name and planned day of a milestone, within the term."""
    year = row.count("year", least=2000, most=2099)
    name = row.text("name", limit=200)
    day = row.day("planned_on")
    term = {"start": project.start_on.isoformat(), "end": project.end_on.isoformat()}
    if day is not None and not project.start_on <= day <= project.end_on:
        row.fault("planned_on", _("计划完成日期应在实施期内（%(start)s 至 %(end)s）。") % term)
    if year is not None and not project.start_on.year <= year <= project.end_on.year:
        row.fault("year", _("年度应在实施期内（%(start)s 至 %(end)s）。") % term)
    return {"year": year, "name": name, "planned_on": _iso(day)}


def _drop(reading: Reading, plan: dict[int, Milestone]) -> list[int]:
    told = reading.take("drop")
    if told is None:
        return []
    if not isinstance(told, list) or not all(isinstance(pk, int) and not isinstance(pk, bool) for pk in told):
        reading.fault("drop", _("应为里程碑编号的列表。"))
        return []
    for place, pk in enumerate(told):
        if fault := _untouchable(plan.get(pk)):
            reading.fault(f"drop.{place}", fault)
    return sorted(set(told))


def _untouchable(milestone: Milestone | None) -> str:
    """Why a milestone of the plan is neither moved nor dropped; '' where it may be."""
    if milestone is None:
        return _("本项目没有这个里程碑。")
    if milestone.state not in UNDONE:
        return _("里程碑“%(name)s”%(state)s，不能调整或取消。") % {
            "name": milestone.name,
            "state": milestone.get_state_display(),
        }
    return ""


def _unchanged(kind: str, wanted: Wanted, project: Project) -> dict[str, str]:
    """A fault where all that is wanted stands so already."""
    if kind in (ChangeKind.TERM, ChangeKind.EARLY_ACCEPTANCE, ChangeKind.WORK_PLAN):
        return {}
    present = facts_of(kind, project, wanted)
    if any(present.get(name) != value for name, value in wanted.items()):
        return {}
    return {next(iter(wanted)): _("与现行合同相同，没有任何变动。")}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_SHAPES: dict[str, Callable[[Reading, Project], Wanted]] = {
    ChangeKind.UNIT: _unit,
    ChangeKind.LEADER: _leader,
    ChangeKind.TERM: _term,
    ChangeKind.TARGETS: _targets,
    ChangeKind.TOTAL: _total,
    ChangeKind.EARLY_ACCEPTANCE: _early_acceptance,
    ChangeKind.PARTNERS: _partners,
    ChangeKind.SOURCE_STRUCTURE: _source_structure,
    ChangeKind.WORK_PLAN: _work_plan,
    ChangeKind.MEMBERS: _members,
    ChangeKind.TECHNICAL_ROUTE: _technical_route,
    ChangeKind.CATEGORIES: _categories,
}
