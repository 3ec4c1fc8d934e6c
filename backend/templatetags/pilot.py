"""How amounts, shares and answers are written in templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.pages.figures import labelled
from backend.pages.pictures import LOOKS
from lifecycle.models import ProjectState
from lifecycle.rules.answers import Answer, Status
from lifecycle.wording import listed

register = template.Library()

TEN_THOUSAND = Decimal(10000)


@register.filter
def yuan(amount: Decimal | str | None) -> str:
    """1,234.50; a dash for nothing known. A text is an amount as it was kept: 1234.50."""
    if isinstance(amount, str):
        amount = Decimal(amount)
    return "–" if amount is None else f"{amount:,.2f}"


@register.filter
def wan(amount: Decimal | None) -> str:
    """Yuan in 万元 to two places, half up: 3,500,000.00 is 350.00."""
    return (
        "–" if amount is None else f"{(amount / TEN_THOUSAND).quantize(Decimal('0.01'), 'ROUND_HALF_UP'):,}"
    )


@register.filter
def wan_short(amount: Decimal) -> str:
    """Yuan in 万元 without needless places, for axes: 350."""
    return f"{(amount / TEN_THOUSAND).normalize():,f}"


@register.filter
def number(value: Decimal | None) -> str:
    """A number without needless places: 12.00 is 12."""
    return "" if value is None else f"{value.normalize():f}"


@register.filter
def detail(value: Any) -> str:
    """A detail of the security log: several joined by 、, anything else as it is."""
    return listed(map(str, value)) if isinstance(value, list) else str(value)


@register.filter
def last_line(text: str) -> str:
    """The last line that says something; of a traceback, what went wrong."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")


@register.filter
def figures(answer: Answer) -> list[tuple[str, str]]:
    """The figures of an answer, named and written out."""
    return labelled(answer)


@register.simple_tag
def status_mark(status: str, count: int | None = None) -> SafeString:
    """A status as sign, colour and word, with how many there are of it where that is given."""
    text = Status(status).label if count is None else f"{Status(status).label} {count}"
    return format_html('<span class="status status-{}">{}</span>', status, text)


@register.simple_tag
def stage_tag(state: str) -> SafeString:
    """The stage of a project as a small label."""
    return format_html('<span class="tag stage-{}">{}</span>', state, ProjectState(state).label)


@register.filter
def look_of(source: str) -> str:
    """The class of a source's colour."""
    return f"source-{LOOKS.get(source, 'own')}"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """`mapping[key]`, None without."""
    return mapping.get(key)


@register.filter
def field_word(word: str) -> str:
    """A word of the field kept in Chinese (省拨款, 支出), in the reader's language."""
    return _(word) if word else ""


@register.filter
def step_word(step: int) -> str:
    """A step of reminding in words: so many days before the due day, on it, or after."""
    if step == 0:
        return _("到期当日")
    if step < 0:
        return ngettext("提前 %(days)d 天", "提前 %(days)d 天", -step) % {"days": -step}
    return ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", step) % {"days": step}


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, for a short list written in a template."""
    return text.split()
