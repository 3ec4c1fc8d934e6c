"""Form fields that read amounts and days as people type them, and fields drawn the same everywhere."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]


class Select(forms.Select):
    """A selection written without the template engine; a page of filters has seven of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(each) for each in (value if isinstance(value, (list, tuple)) else [value])}
        options = "".join(
            f'<option value="{escape(key)}"{" selected" if str(key) in chosen else ""}>{escape(label)}</option>'
            for key, label in self.choices
        )
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return mark_safe(f"<select{attributes}>{options}</select>")


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A calendar day."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", day_input())
        options.setdefault("input_formats", DAY_FORMATS)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(_half_width(value))


class AmountField(forms.DecimalField):
    """Yuan, above zero, to the fen; thousands separators, full-width digits and 元 are understood.

    may_be_zero: zero is taken too; below_zero: and so is less.
    """

    def __init__(self, *, may_be_zero: bool = False, below_zero: bool = False, **options: Any) -> None:
        options.setdefault(
            "widget",
            forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"}),
        )
        super().__init__(
            max_digits=18,
            decimal_places=2,
            min_value=None if below_zero else Decimal(0) if may_be_zero else Decimal("0.01"),
            error_messages=AMOUNT_ERRORS | ({"min_value": _("金额不能小于零。")} if may_be_zero else {}),
            **options,
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = _half_width(value).replace(",", "").replace(" ", "").removesuffix("元").removeprefix("¥")
        return super().to_python(value)


AMOUNT_ERRORS = {
    "invalid": _("请填写数字，例如 120000.50。"),
    "min_value": _("金额应大于零。"),
    "max_decimal_places": _("金额应精确到分，最多两位小数。"),
}


def _half_width(value: Any) -> Any:
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
