"""The limits of a batch as its sheet gives them: kept as dated rows beside the batch.

A workbook gives the value a batch began with. What the province set for a later day is not in it and stays.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.workbook.plan import Desk, Plan, change
from backend.workbook.preview import FieldChange
from backend.workbook.sheets.batches import LIMITS
from backend.workbook.tables import Row, Sheetful
from lifecycle.models import Batch, BatchLimit
from lifecycle.rules.limits import Ratio, Share, parse

BASIS = "下达文件"
"""What a limit rests on when the batch has no document number; kept in Chinese, as the official texts are."""


def first_limits(batches: Iterable[int]) -> dict[tuple[int, str], BatchLimit]:
    """The first value of each limit that stands in a workbook, by batch and code. One query."""
    found: dict[tuple[int, str], BatchLimit] = {}
    for limit in BatchLimit.objects.filter(batch__in=batches, code__in=LIMITS).order_by("applies_from", "pk"):
        found.setdefault((limit.batch_id, limit.code), limit)
    return found


def exact(limit: BatchLimit) -> Any:
    """The value of a limit as the readers of cells give it: whole number, Decimal or Fraction."""
    value = parse(limit.code, limit.value)
    if isinstance(value, Ratio):
        return Fraction(value.park) / Fraction(value.province)
    if isinstance(value, Share):
        return Fraction(value.numerator, value.denominator)
    return value


def written(code: str, value: int | Decimal | Fraction) -> str:
    """The text of a limit, as it is stored and as the workbook shows ratios: 42, 5000000.00, 1:1, 1/3."""
    if isinstance(value, Fraction):
        sign = ":" if code == "matching_ratio" else "/"
        return f"{value.numerator}{sign}{value.denominator}"
    return str(value)


class LimitPlan:
    """Compares the limits of a sheet's rows with those that stand."""

    def __init__(self, desk: Desk, sheet: Sheetful, batches: list[int]) -> None:
        self._sheet = sheet
        self._known = first_limits(batches)
        self.plan = Plan()

    def compare(self, row: Row, batch: Batch) -> list[FieldChange]:
        """Plan the limits of one row; what changes in those of a known batch."""
        changes = []
        for code in LIMITS:
            value = row[code]
            if code in row.bad or value is None:
                continue
            known = self._known.get((batch.pk, code))
            column = self._sheet.table[code]
            if known is None:
                basis = batch.document_no or BASIS
                limit = BatchLimit(
                    batch=batch,
                    code=code,
                    value=written(code, value),
                    applies_from=batch.awarded_on,
                    basis=basis,
                )
                self.plan.added.append(limit)
                changes.append(change(self._sheet, row, column, "", written(code, value)))
            elif exact(known) != value:
                changes.append(change(self._sheet, row, column, known.value, written(code, value)))
                known.value = written(code, value)
                self.plan.changed.append((known, ("value",)))
        return changes
