"""The system into a workbook: the same ten sheets, filled, so that they can be edited and brought back.

Rows are streamed from the database into the file, so memory does not grow with them. Amounts are in the unit
of their header, days are Excel days; text that Excel would run as a formula goes out behind one apostrophe.
Reversed movements and their reversals are left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.db.models import QuerySet

from backend.workbook.cells import UNITS
from backend.workbook.folding import guarded, trimmed
from backend.workbook.limits import exact, first_limits, written
from backend.workbook.sheets import INSTRUCTIONS, TABLES
from backend.workbook.sheets.batches import LIMITS
from backend.workbook.tables import Column, Table
from finance.models import Entry
from lifecycle.models import AnnualReport, Batch, Cluster, DatedEvent, Milestone, Project, Target, Tranche
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.parties.sight import Sight

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
"""Rows leave memory as they are written, and text stays text."""

_READ_AT_ONCE = 2_000
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{0,5}[1-9])?", re.ASCII)
_MOST_DIGITS = 15
_FIELDS = {
    "project": "project__number",
    "cluster": "cluster__name",
    "unit": "unit__name",
    "parent": "parent__name",
}
_FIELDS |= {"batch": "batch__name", "park": "park__name"}
# Columns whose text is a number as often as not; the others keep a number they are given as text.
_NUMBERS_AS_SUCH = ("contract_value", "achieved_value")

# The workbook is a fixed format in Chinese, whatever language its reader has chosen.
_TITLE = "创新型产业集群培育试点项目台账"
_NOTES = (
    "各表首行为表头，列顺序不限；标 * 的列必填；金额单位见表头括号；日期填年-月-日。",
    "改好后可原样导回：已入账的资金流水、已有项目的当前阶段和合同金额不能通过导入改变；删去的行不产生任何影响。",
)


@dataclass(frozen=True)
class _Chosen:
    """What goes out, a queryset a sheet."""

    organisations: QuerySet[Organisation]
    batches: QuerySet[Batch]
    clusters: QuerySet[Cluster]
    projects: QuerySet[Project]


def export_workbook(
    target: BinaryIO, *, sight: Sight, park: Organisation | None = None, batch: Batch | None = None
) -> None:
    """Write the workbook of everything in `sight`, or of one park or batch of it.

    With a park or a batch, only organisations go out that their projects need, and those below the park.
    The number of queries is the same for any number of rows.
    """
    chosen = _choose(sight, park, batch)
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        _write_instructions(book)
        formats = Formats(book)
        for table in TABLES:
            write_sheet(book, formats, table, _rows(table, chosen))


def _choose(sight: Sight, park: Organisation | None, batch: Batch | None) -> _Chosen:
    projects = Project.objects.visible_to(sight)
    clusters = Cluster.objects.visible_to(sight)
    organisations = Organisation.objects.exclude(kind=OrganisationKind.AUDITOR)
    if not sight.everything:
        organisations = organisations.filter(
            pk__in=Organisation.objects.filter(sight.organisations()).values("pk")
        )
    batches = Batch.objects.all()
    if park is not None:
        projects, clusters = projects.filter(cluster__park=park), clusters.filter(park=park)
    if batch is not None:
        projects, clusters = projects.filter(cluster__batch=batch), clusters.filter(batch=batch)
        batches = batches.filter(pk=batch.pk)
    if park is not None or not sight.everything:
        batches = batches.filter(clusters__in=clusters.values("pk")).distinct()
    if park is not None or batch is not None:
        organisations = organisations.filter(pk__in=_needed(projects, clusters, park))
    return _Chosen(organisations, batches, clusters, projects)


def _needed(projects: QuerySet[Project], clusters: QuerySet[Cluster], park: Organisation | None) -> set[int]:
    """Units and parks of what goes out, what stands below `park`, and everything above them in the tree."""
    above: dict[int, int | None] = dict(Organisation.objects.values_list("pk", "parent"))
    needed = set(projects.values_list("unit", flat=True)) | set(clusters.values_list("park", flat=True))
    if park is not None:
        needed |= {park.pk, *(pk for pk, parent in above.items() if parent == park.pk)}
    for pk in list(needed):
        parent = above.get(pk)
        while parent is not None and parent not in needed:
            needed.add(parent)
            parent = above.get(parent)
    return needed


def _rows(table: Table, chosen: _Chosen) -> Iterator[dict[str, Any]]:
    """The rows of a sheet as values by column name."""
    of_chosen = {"project__in": chosen.projects.values("pk")}
    querysets: dict[str, QuerySet[Any]] = {
        "单位": chosen.organisations.order_by("pk"),
        "批次": chosen.batches.order_by("pk"),
        "集群": chosen.clusters.order_by("pk"),
        "项目": chosen.projects.order_by("number"),
        "考核指标": Target.objects.filter(**of_chosen).order_by("project__number", "pk"),
        "拨款计划": Tranche.objects.filter(**of_chosen).order_by("project__number", "-source", "number"),
        "里程碑": Milestone.objects.filter(**of_chosen).order_by(
            "project__number", "year", "planned_on", "pk"
        ),
        "年度报告": AnnualReport.objects.filter(**of_chosen).order_by("project__number", "year"),
        "检查验收": DatedEvent.objects.filter(**of_chosen).order_by("project__number", "happened_on", "pk"),
        "资金流水": Entry.objects.standing().filter(**of_chosen).order_by("project__number", "sequence"),
    }
    queryset = querysets[table.title]
    names = [column.name for column in table.columns if not column.apart]
    fields = [_FIELDS.get(name, name) for name in names]
    if table.title == "批次":
        yield from _batch_rows(queryset, names, fields)
        return
    for values in queryset.values_list(*fields).iterator(_READ_AT_ONCE):
        yield dict(zip(names, values, strict=True))


def _batch_rows(batches: QuerySet[Batch], names: list[str], fields: list[str]) -> Iterator[dict[str, Any]]:
    """Batches with the limits they began with; what was never set stays empty."""
    rows = list(batches.values_list("pk", *fields))
    limits = first_limits([pk for pk, *_values in rows])
    for pk, *values in rows:
        row = dict(zip(names, values, strict=True))
        for code in LIMITS:
            limit = limits.get((pk, code))
            value = exact(limit) if limit is not None else None
            row[code] = (
                written(code, value) if code in ("matching_ratio", "fiscal_share") and value else value
            )
        yield row


class Formats:
    """The few looks a cell may have."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "vcenter"}
        )
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.yuan = book.add_format({"num_format": "#,##0.00"})
        self.wan = book.add_format({"num_format": "#,##0.00####"})
        self.text = book.add_format({"num_format": "@"})


def _write_instructions(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 0, 100)
    for row, text in enumerate((_TITLE, *_NOTES)):
        sheet.write_string(row, 0, text)


def write_sheet(
    book: xlsxwriter.Workbook, formats: Formats, table: Table, rows: Iterable[dict[str, Any]]
) -> None:
    """Write one sheet, its header first; `rows` are values by column name, in the order they go out."""
    sheet = book.add_worksheet(table.title)
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, max(12, 2 * len(column.heading) + 2))
    for index, column in enumerate(table.columns):
        sheet.write_string(0, index, column.heading, formats.heading)
    for number, values in enumerate(rows, start=1):
        for index, column in enumerate(table.columns):
            _write_cell(sheet, formats, number, index, column, values[column.name])


def _write_cell(sheet: Any, formats: Formats, row: int, index: int, column: Column, value: Any) -> None:
    if isinstance(value, str):
        value = trimmed(value)
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, index, value, formats.day)
    elif isinstance(value, Decimal):
        amount = value.scaleb(-UNITS[column.unit]) if column.unit in UNITS else value
        if len(amount.normalize().as_tuple().digits) > _MOST_DIGITS:
            sheet.write_string(row, index, format(amount, "f"), formats.text)
        else:
            sheet.write_number(row, index, amount, formats.yuan if column.unit == "元" else formats.wan)
    elif isinstance(value, int):
        sheet.write_number(row, index, value)
    else:
        text = value
        if column.codes is not None:
            text = next((word for word, code in column.codes.items() if code == value), value)
        if column.name in _NUMBERS_AS_SUCH and _PLAIN_NUMBER.fullmatch(text):
            sheet.write_number(row, index, Decimal(text))
        else:
            sheet.write_string(row, index, guarded(text))
