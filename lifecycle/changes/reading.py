"""Reads what a change wants out of JSON that anybody may have written, and names every fault of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lifecycle.categories import TOO_MUCH
from lifecycle.faults import text_fault
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import listed

_CENT = Decimal("0.01")


class Reading:
    """One object; `faults` is shared with its rows, whose fields are named by their place: targets.2.name."""

    def __init__(self, given: Any, faults: dict[str, str] | None = None, path: str = "") -> None:
        self.faults: dict[str, str] = {} if faults is None else faults
        self.path = path
        self.known: set[str] = set()
        self._given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        if not isinstance(given, Mapping):
            self.fault("", _("应为一个对象。"))

    def fault(self, name: str, sentence: str) -> None:
        place = f"{self.path}.{name}".strip(".")
        self.faults.setdefault(place or "wanted", sentence)

    def take(self, name: str) -> Any:
        self.known.add(name)
        return self._given.get(name)

    def text(self, name: str, *, limit: int, required: bool = True) -> str:
        value = self.take(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.fault(name, _("应为文本。"))
            return ""
        if sentence := text_fault(value, limit=limit, is_required=required):
            self.fault(name, sentence)
        return value.strip()

    def choice(self, name: str, allowed: Collection[str], *, default: str = "") -> str:
        value = self.take(name)
        if value in (None, "") and default:
            return default
        if not isinstance(value, str) or value not in allowed:
            self.fault(name, _("应为：%(allowed)s。") % {"allowed": listed(_(each) for each in allowed)})
            return default
        return value

    def day(self, name: str) -> date | None:
        value = self.take(name)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day < LATEST:
            self.fault(name, _("应为 YYYY-MM-DD 的日期（2000–2099 年）。"))
            return None
        return day

    def amount(self, name: str, *, below_zero: bool = False) -> Decimal | None:
        """Yuan to the fen."""
        value = self.take(name)
        yuan: Decimal | None = None
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            try:
                yuan = Decimal(value.strip() if isinstance(value, str) else value)
                sound = yuan.is_finite() and -TOO_MUCH < yuan < TOO_MUCH and yuan == yuan.quantize(_CENT)
                yuan = yuan.quantize(_CENT) if sound else None
            except InvalidOperation:
                yuan = None
        if yuan is None or (yuan < 0 and not below_zero):
            self.fault(name, _("应为不小于零、最多两位小数的金额（元）。"))
            return None
        return yuan

    def count(self, name: str, *, least: int, most: int, required: bool = True) -> int | None:
        value = self.take(name)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(name, _("应为 %(least)d 至 %(most)d 的整数。") % {"least": least, "most": most})
            return None
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, _("应为 true 或 false。"))
        return value is True

    def rows(self, name: str, *, most: int = 200) -> list[Reading]:
        """The objects of a list, none where nothing is said."""
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self.fault(name, _("应为最多 %(most)d 行的列表。") % {"most": most})
            return []
        return [
            Reading(each, self.faults, f"{self.path}.{name}.{place}".strip("."))
            for place, each in enumerate(value)
        ]

    def done(self) -> None:
        """Nothing else may be said."""
        for name in self._given:
            if name not in self.known:
                self.fault(str(name)[:50], _("没有这一项。"))
