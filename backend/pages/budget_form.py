"""The budget of a contract's annex as a grid: categories down, sources across."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.pages.fields import AmountField
from lifecycle.categories import CATEGORIES
from lifecycle.contracts import SOURCE_OF
from lifecycle.contracts.budget import FIELD

SOURCES = tuple(SOURCE_OF.values())


class BudgetForm(forms.Form):
    """A field for each category and source; what is left blank is no money."""

    def __init__(
        self,
        data: Any = None,
        *,
        scheme: str,
        committed: Mapping[str, Decimal],
        budget: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.committed = committed
        self.categories = CATEGORIES[scheme]
        initial = {
            f"{place}-{line}": (budget or {}).get(source, {}).get(category, "")
            for place, source in enumerate(SOURCES)
            for line, category in enumerate(self.categories)
        }
        super().__init__(data, initial=initial, prefix="budget")
        for place, source in enumerate(SOURCES):
            for line, category in enumerate(self.categories):
                label = f"{_(source)} · {_(category)}"
                self.fields[f"{place}-{line}"] = AmountField(label=label, required=False, may_be_zero=True)

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, forms.BoundField]]]]:
        """(category, (source, field) for each) down the grid."""
        return [
            (_(category), [(_(source), self[f"{place}-{line}"]) for place, source in enumerate(SOURCES)])
            for line, category in enumerate(self.categories)
        ]

    @property
    def promised(self) -> list[tuple[str, Decimal]]:
        """What the contract promises of each source."""
        return [(_(source), self.committed[source]) for source in SOURCES]

    def wanted(self) -> dict[str, dict[str, str]]:
        """As `lifecycle.contracts.budget` takes it."""
        found: dict[str, dict[str, str]] = {}
        for place, source in enumerate(SOURCES):
            for line, category in enumerate(self.categories):
                amount = self.cleaned_data[f"{place}-{line}"]
                if amount:
                    found.setdefault(source, {})[category] = f"{amount:.2f}"
        return found

    def take(self, where: str, sentence: str) -> None:
        """A fault by its field in the service: category_budget, …省拨款, or …省拨款.设备费."""
        parts = where.removeprefix(FIELD).strip(".").split(".")
        if len(parts) == 2 and parts[0] in SOURCES and parts[1] in self.categories:
            self.add_error(f"{SOURCES.index(parts[0])}-{self.categories.index(parts[1])}", sentence)
        else:
            self.add_error(None, sentence)
