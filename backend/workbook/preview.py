"""What an import would do, or did: counts, every changed field, every fault; for pages, API and command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.workbook.faults import Fault

# More than a page shows; the counts are always whole.
MOST_ADDITIONS = 100


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row that stands already.

    row: as Excel counts. key: what tells the row apart, to be read. old, new: as a person reads them; amounts
    in yuan.
    """

    sheet: str
    row: int
    key: str
    column: str
    old: str
    new: str


@dataclass
class Preview:
    """The outcome of an import, or of a rehearsal of one.

    created, updated, unchanged: rows by sheet, for the sheets of the file in the order of WORKBOOK.
    additions: up to MOST_ADDITIONS added rows of each sheet, named by their key. written: whether it is done.
    """

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)
    additions: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    written: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    @property
    def changes_anything(self) -> bool:
        """Whether any row would be added or changed."""
        return any(self.created.values()) or any(self.updated.values())

    def as_json(self) -> dict[str, Any]:
        """The shape of INTERFACES, import_workbook --json."""
        return {
            "ok": self.ok,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "faults": [fault.as_json() for fault in self.faults],
            "warnings": [warning.as_json() for warning in self.warnings],
        }

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Preview:
        """The outcome out of what as_json gave; which rows were added and what changed in them is not in it."""
        return cls(
            created=kept["created"],
            updated=kept["updated"],
            unchanged=kept["unchanged"],
            faults=[Fault(**each) for each in kept["faults"]],
            warnings=[Fault(**each) for each in kept["warnings"]],
            written=kept["ok"],
        )
