"""What the rows of a file mean for the database: added, changed, known; every fault between rows and records.

Nothing is written here. A plan holds unsaved and changed instances, which `importing` saves when there is no
fault in the whole file. References point at instances, saved or not, so that a project may name a cluster of
the same file.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from backend.workbook.directory import Directory
from backend.workbook.faults import Findings
from backend.workbook.folding import folded, trimmed
from backend.workbook.preview import MOST_ADDITIONS, FieldChange, Preview
from backend.workbook.scope import Scope
from backend.workbook.tables import Column, Key, Row, Sheetful


@dataclass
class Plan:
    """What one sheet adds and changes.

    changed: each changed instance with the names of its changed fields. beside: what is kept apart from the
    records themselves and saved after them.
    """

    added: list[Any] = field(default_factory=list)
    changed: list[tuple[Any, tuple[str, ...]]] = field(default_factory=list)
    beside: "Plan | None" = None


@dataclass
class Desk:
    """What planning works with: the file's sheets, what they may refer to, who brings them when, what is found."""

    today: date
    sheets: dict[str, Sheetful]
    directory: Directory
    scope: Scope
    findings: Findings
    preview: Preview

    def fault(self, sheet: Sheetful, row: Row, column: str, message: str) -> None:
        """Add a fault of one cell; `column` is the name of a column of the sheet."""
        self.findings.fault(
            message,
            sheet=sheet.table.title,
            row=row.number,
            column=sheet.heading(column),
            value=shown_value(sheet.table[column], row.values.get(column)),
        )

    def warn(self, sheet: Sheetful, row: Row, column: str, message: str) -> None:
        """Add a warning of one cell."""
        self.findings.warn(
            message,
            sheet=sheet.table.title,
            row=row.number,
            column=sheet.heading(column),
            value=shown_value(sheet.table[column], row.values.get(column)),
        )

    def refer(self, sheet: Sheetful, row: Row, column: Column) -> Any | None:
        """The instance a cell names; None, with a fault, when there is none."""
        name = row[column.name]
        if column.name in row.bad or not name:
            return None
        found = self.directory.find(column.refers, name)
        referred = self.sheets.get(column.refers)
        if found is None and (referred is None or referred.readable):
            self.fault(
                sheet,
                row,
                column.name,
                _("“%(sheet)s”表和系统中都没有“%(name)s”") % {"sheet": column.refers, "name": name},
            )
        return found

    def count(self, sheet: Sheetful, row: Row, *, added: bool, changes: Iterable[FieldChange] = ()) -> None:
        """Count the row in the preview."""
        title = sheet.table.title
        changes = list(changes)
        if added:
            self.preview.created[title] += 1
            names = self.preview.additions[title]
            if len(names) < MOST_ADDITIONS:
                names.append(label(sheet, row))
        elif changes:
            self.preview.updated[title] += 1
            self.preview.changes.extend(changes)
        else:
            self.preview.unchanged[title] += 1


def plan_records(
    desk: Desk,
    sheet: Sheetful,
    *,
    model: type[Model],
    existing: Callable[[Row], Any | None],
    judge: Callable[[Row, Any, bool, dict[str, Any]], str | None],
    beside: Callable[[Row, Any], list[FieldChange]] | None = None,
    settle: Callable[[Any], tuple[str, ...]] | None = None,
) -> Plan:
    """Plan a sheet whose rows are records of one model, field by field.

    existing: the record a row stands for, or None; of the instances that `directory` holds, the same one.
    judge: looks at a row with its instance as it would be, whether it is added, and the former values of
    what changed; adds faults, and answers with a reason when the importer may not do this.
    beside: plans what is kept apart from the record, and answers with what changes there.
    settle: brings what follows from the row's values up to them, and answers with the names of those fields.
    Columns that the file lacks, and key columns of a known record, are left as they are.
    """
    plan = Plan()
    for row in sheet.rows:
        instance = existing(row)
        adding = instance is None or instance.pk is None
        if instance is None:
            instance = model()
        former = _fill(desk, sheet, row, instance, adding=adding)
        if any(name in row.bad for name in sheet.table.key):
            continue
        changes = beside(row, instance) if beside is not None else []
        reason = judge(row, instance, adding, former) if adding or former or changes else None
        if reason is not None:
            desk.fault(sheet, row, sheet.table.key[0], reason)
            continue
        for name, old in former.items():
            column = sheet.table[name]
            new = shown_value(column, row[name])
            changes.append(change(sheet, row, column, shown_former(desk, column, old), new))
        desk.count(sheet, row, added=adding, changes=changes)
        following = settle(instance) if settle is not None and (adding or former) else ()
        if adding:
            plan.added.append(instance)
        elif former:
            plan.changed.append((instance, (*former, *following)))
    return plan


def _fill(desk: Desk, sheet: Sheetful, row: Row, instance: Any, *, adding: bool) -> dict[str, Any]:
    """Lay the row's values over the instance; the former values of what differed."""
    former: dict[str, Any] = {}
    for column in sheet.table.columns:
        name = column.name
        if name in row.bad or column.apart:
            continue
        if column.refers:
            if not adding and name not in sheet.headings:
                continue
            if not adding and _still_refers(desk, row, column, instance):
                continue
            referred = desk.refer(sheet, row, column)
            if referred is None and row[name]:
                continue
            if not adding and name not in sheet.table.key:
                old = getattr(instance, f"{name}_id")
                if old != (referred.pk if referred is not None else None) or (
                    referred and referred.pk is None
                ):
                    former[name] = old
            setattr(instance, name, referred)
            continue
        value = row[name] if column.codes is None else column.codes[row[name]]
        if column.enter is not None:
            if adding:
                column.enter(instance, value)
            elif name in sheet.headings and not same(getattr(instance, name), value):
                former[name] = getattr(instance, name)
            continue
        if adding:
            setattr(instance, name, value)
        elif (
            name in sheet.headings
            and name not in sheet.table.key
            and not same(getattr(instance, name), value)
        ):
            former[name] = getattr(instance, name)
            setattr(instance, name, value)
    return former


def _still_refers(desk: Desk, row: Row, column: Column, instance: Any) -> bool:
    """Whether a known record refers to what the row names already, be it in the importer's sight or not."""
    pk = getattr(instance, f"{column.name}_id")
    return pk is not None and folded(desk.directory.name_of(column.refers, pk)) == folded(row[column.name])


def same(old: Any, new: Any) -> bool:
    """Whether an old and a new value say the same; edges and line ends of text do not count."""
    if isinstance(old, str) and isinstance(new, str):
        return old == new or trimmed(old).replace("\r\n", "\n") == new.replace("\r\n", "\n")
    return bool(old == new)


def change(sheet: Sheetful, row: Row, column: Column, old: str, new: str) -> FieldChange:
    """What the row changes in one column, from `old` to `new` as they are shown."""
    return FieldChange(sheet.table.title, row.number, label(sheet, row), column.heading, old, new)


def label(sheet: Sheetful, row: Row) -> str:
    """What tells the row apart, to be read: its key, part by part."""
    parts = (shown_value(sheet.table[name], row[name]) for name in sheet.table.key)
    return " · ".join(part for part in parts if part)


def shown_value(column: Column, value: object) -> str:
    """A value as a person reads it: yuan with two places, days as 2022-09-01, choices in their own words."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if column.codes is not None:
        return next((word for word, code in column.codes.items() if code == value), str(value))
    return str(value)


def shown_former(desk: Desk, column: Column, value: Any) -> str:
    """A former value as a person reads it; a reference by the name of what it refers to."""
    return desk.directory.name_of(column.refers, value) if column.refers else shown_value(column, value)


def by_key(records: Iterable[Any], names: tuple[str, ...]) -> dict[Key, Any]:
    """Records by the fields named, their texts folded; a reference by the id of what it refers to."""
    return {
        tuple(
            folded(value) if isinstance(value := getattr(record, name), str) else value for name in names
        ): record
        for record in records
    }
