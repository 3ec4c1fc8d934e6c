"""Pages of long lists by key, so that page 1 and page 1 000 cost the same: no OFFSET, no COUNT of all."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from lifecycle.errors import Invalid

ModelT = TypeVar("ModelT", bound=Model)


class CursorUnreadable(Invalid):
    """The mark of a page is not one that we gave."""


@dataclass(frozen=True, slots=True)
class Order:
    """By one column of a model, given as its path (project__number), then by id."""

    model: type[Model]
    path: str
    descending: bool = False

    @property
    def column(self) -> Field[Any, Any]:
        """The column at the end of the path; it tells how values are written and read."""
        model: Any = self.model
        *steps, last = self.path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model
        column: Field[Any, Any] = model._meta.get_field(last)
        return column


@dataclass(frozen=True, slots=True)
class Page(Generic[ModelT]):
    """Rows of one page; the marks of its neighbours, None where there is none."""

    rows: list[ModelT]
    after: str | None
    before: str | None


def keyset_page(queryset: QuerySet[ModelT], *, order: Order, query: QueryDict, size: int) -> Page[ModelT]:
    """The page that `?after=` or `?before=` of the query names; the first one without. One query.

    Raises:
        CursorUnreadable: the mark is not one that we gave.
    """
    before, after = query.get("before", ""), query.get("after", "")
    mark = before or after
    backward = bool(before)
    falling = order.descending != backward
    if mark:
        value, pk = _read(mark, order)
        step = "lt" if falling else "gt"
        queryset = queryset.filter(
            Q(**{f"{order.path}__{step}e": value}),
            Q(**{f"{order.path}__{step}": value}) | Q(**{order.path: value, f"pk__{step}": pk}),
        )
    sign = "-" if falling else ""
    rows = list(queryset.order_by(f"{sign}{order.path}", f"{sign}pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    has_after = backward or more
    has_before = more if backward else bool(mark)
    return Page(
        rows,
        after=_mark(rows[-1], order) if rows and has_after else None,
        before=_mark(rows[0], order) if rows and has_before else None,
    )


def _mark(row: Model, order: Order) -> str:
    holder = row
    for step in order.path.split("__")[:-1]:
        holder = getattr(holder, step)
    text = json.dumps([order.column.value_to_string(holder), row.pk])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(mark: str, order: Order) -> tuple[Any, int]:
    try:
        value, pk = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if "\x00" in value:
            raise ValueError
        return order.column.to_python(value), int(pk)
    except (binascii.Error, ValueError, TypeError, ValidationError):
        raise CursorUnreadable(_("页码无法识别，请从第一页重新翻看。")) from None
