"""资金流水 against the ledger: what is new is posted, what is known must say the same.

The ledger is never edited, so a known movement with another amount or day is a fault of its row; another
counterparty or memo changes nothing and is reported.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.workbook.folding import folded
from backend.workbook.plan import Desk, same
from backend.workbook.tables import Key, Row, Sheetful
from finance.models import Entry
from finance.posting import Movement
from finance.terms import CATEGORIES, SPENDING
from lifecycle.models import Project
from lifecycle.wording import listed

_READ_AT_ONCE = 5_000


@dataclass
class MovementPlan:
    """The rows to be posted, each with its project, in the order in which they enter the ledger."""

    rows: list[tuple[Project, Row]] = field(default_factory=list)

    def movements(self) -> Iterator[tuple[int, Movement]]:
        """Every movement with the id of its project, which must be saved by now."""
        for project, row in self.rows:
            values = row.values
            yield (
                project.pk,
                Movement(
                    kind=values["kind"],
                    source=values["source"],
                    amount=values["amount"],
                    on=values["on"],
                    voucher=values["voucher"],
                    category=values["category"],
                    invoice=values["invoice"],
                    counterparty=values["counterparty"],
                    memo=values["memo"],
                ),
            )


def plan_movements(desk: Desk, sheet: Sheetful) -> MovementPlan:
    """Plan the movements of a file. Queries do not depend on the number of rows.

    Each project's movements are ordered by day, those of one day as they stand in the file.
    """
    column = sheet.table["project"]
    order: dict[int, int] = {}
    rows: list[tuple[int, Project, Row]] = []
    for row in sheet.rows:
        project = desk.refer(sheet, row, column)
        if project is None or row.bad:
            continue
        _check_category(desk, sheet, row, project)
        rows.append((order.setdefault(id(project), len(order)), project, row))
    known = _known(desk, sheet, rows)
    plan = MovementPlan()
    fresh = []
    for place, project, row in rows:
        if row.number in known:
            desk.count(sheet, row, added=False)
            continue
        reason = desk.scope.against_movement(project, kind=row["kind"], source=row["source"])
        if reason is not None:
            desk.fault(sheet, row, "kind", reason)
            continue
        desk.count(sheet, row, added=True)
        if row["on"] > desk.today:
            desk.warn(sheet, row, "on", _("业务日期晚于今天，到那一天才计入资金和规则；请核对"))
        fresh.append((place, row["on"], row.number, project, row))
    fresh.sort(key=lambda each: each[:3])
    plan.rows = [(project, row) for *_order, project, row in fresh]
    return plan


def _check_category(desk: Desk, sheet: Sheetful, row: Row, project: Project) -> None:
    allowed = CATEGORIES.get(project.category_scheme)
    if row["kind"] == SPENDING and row["category"] and allowed is not None and row["category"] not in allowed:
        desk.fault(
            sheet,
            row,
            "category",
            _("项目的科目体系为“%(scheme)s”，支出科目应为其中之一：%(categories)s")
            % {"scheme": project.category_scheme, "categories": listed(allowed)},
        )


def _known(desk: Desk, sheet: Sheetful, rows: list[tuple[int, Project, Row]]) -> set[int]:
    """The numbers of the rows whose movement stands in the ledger; a fault for each that says otherwise."""
    wanted: dict[Key, Row] = {}
    projects = set()
    for _place, project, row in rows:
        if project.pk is not None:
            projects.add(project.pk)
            wanted[(project.pk, *sheet.table.key_of(row.values)[1:])] = row
    found: set[int] = set()
    if not projects:
        return found
    entries = (
        Entry.objects.standing()
        .filter(project__in=projects)
        .values_list(
            "project",
            "voucher",
            "kind",
            "source",
            "category",
            "invoice",
            "on",
            "amount",
            "counterparty",
            "memo",
        )
    )
    for pk, voucher, kind, source, category, invoice, on, amount, counterparty, memo in entries.iterator(
        _READ_AT_ONCE
    ):
        key = (pk, folded(voucher), kind, source, folded(category), folded(invoice))
        if key not in wanted:
            continue
        row = wanted[key]
        found.add(row.number)
        if row["amount"] != amount:
            desk.fault(
                sheet,
                row,
                "amount",
                _("该笔流水已入账，金额为 %(amount)s 元；台账不能修改，更正请先红冲再重新登记")
                % {"amount": format(amount, "f")},
            )
        if row["on"] != on:
            desk.fault(
                sheet,
                row,
                "on",
                _("该笔流水已入账，业务日期为 %(on)s；台账不能修改，更正请先红冲再重新登记")
                % {"on": on.isoformat()},
            )
        for name, text in (("counterparty", counterparty), ("memo", memo)):
            if name in sheet.headings and not same(text, row[name]):
                desk.warn(sheet, row, name, _("该笔流水已入账；台账不能修改，此处的改动未采用"))
    return found
