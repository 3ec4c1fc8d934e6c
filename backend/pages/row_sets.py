"""Lists filled in row by row, without a script: rows that stand, blank ones to add to them, a mark to take one out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BLANK_ROWS = 2
MORE_ROWS = 3
MOST_ROWS = 200


class Row(forms.Form):
    """One row. tells: the fields that make it more than a blank one; may_go: whether it can be taken out."""

    tells: tuple[str, ...] = ()
    may_go = True
    gone_label: Any = _("删除")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        if self.may_go:
            self.fields["gone"] = forms.BooleanField(label=self.gone_label, required=False)

    @property
    def cells(self) -> list[forms.BoundField]:
        """What stands in the columns; the mark has one of its own."""
        return [field for field in self.visible_fields() if field.name != "gone"]

    @property
    def mark(self) -> forms.BoundField | None:
        return self["gone"] if self.may_go else None


class RowSet:
    """Rows of one form class under a prefix. wanted: those to be kept; gone: those marked to be taken out.

    blank: how many blank rows follow those that stand. What is blank again is as if it were not there.
    """

    def __init__(
        self,
        title: str | Promise,
        row: type[Row],
        prefix: str,
        *,
        data: Mapping[str, Any] | None = None,
        initial: Iterable[Mapping[str, Any]] = (),
        blank: int = BLANK_ROWS,
        help_text: str | Promise = "",
    ) -> None:
        self.title, self.prefix, self.help_text = title, prefix, help_text
        self.may_grow = blank > 0
        self.faults: list[str] = []
        self.wanted: list[Row] = []
        self.gone: list[Row] = []
        if data is None:
            rows = [*initial, *({} for _each in range(blank))]
            self.rows = [row(prefix=self._at(place), initial=values) for place, values in enumerate(rows)]
            return
        self.rows = [self._bound(row, place, data) for place in range(_count(data, prefix))]

    def _at(self, place: int) -> str:
        return f"{self.prefix}-{place}"

    def _bound(self, row: type[Row], place: int, data: Mapping[str, Any]) -> Row:
        """A row as it was sent; a blank one, and one to be taken out, is not held to its shape."""
        sent = row(data, prefix=self._at(place))
        raw = raw_values(sent, data)
        if raw.get("gone"):
            gone = row(prefix=self._at(place), initial=raw)
            self.gone.append(gone)
            return gone
        if not any(str(raw.get(name) or "").strip() for name in row.tells):
            return row(prefix=self._at(place))
        self.wanted.append(sent)
        return sent

    @property
    def columns(self) -> list[forms.BoundField]:
        return self.rows[0].cells if self.rows else []

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def may_go(self) -> bool:
        return bool(self.rows) and self.rows[0].may_go

    def is_valid(self) -> bool:
        return all([row.is_valid() for row in self.wanted])

    def take(self, place: int, field: str, sentence: str) -> None:
        """A fault of the wanted row at `place`; of the whole list where it has no such row."""
        if place < len(self.wanted):
            row = self.wanted[place]
            row.add_error(field if field in row.fields else None, sentence)
        else:
            self.faults.append(sentence)

    @classmethod
    def longer(cls, shorter: RowSet, data: Mapping[str, Any], row: type[Row]) -> RowSet:
        """The rows as they were typed, right or wrong, with more blank ones after them."""
        rows = [
            raw_values(row(prefix=shorter._at(place)), data) for place in range(_count(data, shorter.prefix))
        ]
        return cls(
            shorter.title,
            row,
            shorter.prefix,
            initial=rows,
            blank=min(MORE_ROWS, MOST_ROWS - len(rows)) if shorter.may_grow else 0,
            help_text=shorter.help_text,
        )


def raw_values(form: forms.Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into each field, unread."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))  # type: ignore[arg-type]
        for name, field in form.fields.items()
    }


def _count(data: Mapping[str, Any], prefix: str) -> int:
    text = str(data.get(f"{prefix}-count", ""))
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 6 else 0
