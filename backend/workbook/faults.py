"""What is wrong with a workbook, cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.workbook.cells import shown

# Nobody reads more; a file with this many faults was made for another system.
MOST_FAULTS = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a person must mend, or, as a warning, should look at.

    sheet: name of the sheet, empty when the whole file is meant.
    row: the row as Excel numbers it; None when the whole sheet is meant.
    column: the header of the column, empty when the whole row is meant.
    value: what was found, cut to a readable length; empty when nothing was there.
    message: what is wanted, in the reader's language.
    """

    sheet: str
    row: int | None
    column: str
    value: str
    message: str

    def as_json(self) -> dict[str, str | int | None]:
        """The shape of INTERFACES: sheet, row, column, value, message."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


class TooManyFaults(Exception):
    """The list is full; what was found so far stands in it."""


@dataclass
class Findings:
    """The faults and the warnings of one workbook, in the order in which they were found."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(
        self, message: str, *, sheet: str = "", row: int | None = None, column: str = "", value: object = None
    ) -> None:
        """Add a fault.

        Raises:
            TooManyFaults: the list is full; a last fault that says so was added.
        """
        self.faults.append(Fault(sheet, row, column, shown(value), message))
        if len(self.faults) == MOST_FAULTS:
            self.faults.append(
                Fault("", None, "", "", _("问题已超过 %(most)s 处，其余不再列出") % {"most": MOST_FAULTS})
            )
            raise TooManyFaults

    def warn(
        self, message: str, *, sheet: str = "", row: int | None = None, column: str = "", value: object = None
    ) -> None:
        """Add a warning: it stops nothing, a person should look at it."""
        self.warnings.append(Fault(sheet, row, column, shown(value), message))

    def in_book_order(self, sheets: list[str]) -> Iterator[Fault]:
        """The faults by sheet, in the order of `sheets`, then by row; those of the whole file first."""
        place = {sheet: index for index, sheet in enumerate(sheets)}
        return iter(sorted(self.faults, key=lambda fault: (place.get(fault.sheet, -1), fault.row or 0)))
