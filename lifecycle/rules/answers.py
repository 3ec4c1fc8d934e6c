"""What a rule says: its status, a sentence a park manager understands, and the figures behind it.

An answer is kept as the untranslated sentence and its figures, and becomes words only for a reader,
in the reader's language. Pure: no models, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Literal, Self, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from lifecycle.wording import listed

Figures = dict[str, Any]
"""Exact values by name: Decimal (always yuan, named in AMOUNTS), date (named in DAYS), int, str, and lists
or dicts of those."""

Mend = Literal[
    "contract",
    "batch",
    "cluster",
    "ledger",
    "tranches",
    "milestones",
    "annual_reports",
    "events",
    "extensions",
    "findings",
    "changes",
    "acceptance",
    "settlement",
    "refunds",
    "history",
    "reports",
]
"""Where the facts behind an answer can be put right."""

AMOUNTS = frozenset(
    {
        "allowed",
        "amount",
        "balance",
        "base",
        "cap",
        "early",
        "equipment",
        "fiscal",
        "frozen",
        "held",
        "in_ledger",
        "indirect",
        "investment",
        "late",
        "needed",
        "over",
        "park",
        "park_planned",
        "planned",
        "province",
        "province_planned",
        "received",
        "short",
        "worst",
    }
)
"""Figures that are yuan where they are kept as texts; every rule that gives an amount names it so."""

DAYS = frozenset(
    {
        "approved",
        "asked",
        "audited",
        "award",
        "check_from",
        "check_until",
        "checked",
        "committed",
        "decided",
        "due",
        "end",
        "expected_end",
        "filed",
        "first",
        "last",
        "oldest",
        "overdue_after",
        "planned_on",
        "settled",
        "signed",
        "since",
        "start",
        "waived_on",
    }
)
"""Figures that are days where they are kept as texts."""

UNJUDGED = gettext_noop("缺少%(missing)s，无法判断，按不符合处理；请补充登记。")


class Status(StrEnum):
    """What an answer amounts to."""

    PASS = "pass"
    WARN = "warn"
    BREACH = "breach"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"

    @property
    def is_met(self) -> bool:
        """Whether nothing has to be done: passed, waived, or nothing to judge."""
        return self not in (Status.WARN, Status.BREACH)

    @property
    def label(self) -> str:
        """The status in the active language."""
        return str(_LABELS[self])


_LABELS = {
    Status.PASS: gettext_lazy("通过"),
    Status.WARN: gettext_lazy("提醒"),
    Status.BREACH: gettext_lazy("违规"),
    Status.WAIVED: gettext_lazy("豁免"),
    Status.NOT_APPLICABLE: gettext_lazy("不适用"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of one project on one day.

    sentence: Chinese gettext msgid with %(key)s placeholders, every key one of `figures`.
    """

    code: str
    status: Status
    sentence: str
    figures: Figures = field(default_factory=dict)

    @classmethod
    def passed(cls, code: str, sentence: str, **figures: Any) -> Self:
        return cls(code, Status.PASS, sentence, figures)

    @classmethod
    def warned(cls, code: str, sentence: str, **figures: Any) -> Self:
        return cls(code, Status.WARN, sentence, figures)

    @classmethod
    def breached(cls, code: str, sentence: str, **figures: Any) -> Self:
        return cls(code, Status.BREACH, sentence, figures)

    @classmethod
    def waived(cls, code: str, sentence: str, **figures: Any) -> Self:
        return cls(code, Status.WAIVED, sentence, figures)

    @classmethod
    def not_applicable(cls, code: str, sentence: str, **figures: Any) -> Self:
        return cls(code, Status.NOT_APPLICABLE, sentence, figures)

    @classmethod
    def unjudged(cls, code: str, *missing: str, status: Status = Status.BREACH) -> Self:
        """Not met because facts are missing; `missing` names them in Chinese (msgids)."""
        return cls(code, status, UNJUDGED, {"missing": list(missing)})

    @classmethod
    def by_age(
        cls, code: str, sentence: str, *, since: date, on: date, warn_up_to: int, **figures: Any
    ) -> Self:
        """Warn while `on` is at most `warn_up_to` days after `since`, breach from the day after.

        Adds the figures `since`, `days` (on − since) and `allowed_days`.
        """
        days = (on - since).days
        status = Status.WARN if days <= warn_up_to else Status.BREACH
        return cls(
            code, status, sentence, {**figures, "since": since, "days": days, "allowed_days": warn_up_to}
        )

    @classmethod
    def from_json(cls, code: str, status: str, sentence: str, figures: Mapping[str, Any]) -> Self:
        """The answer again from what was kept: its sentence, and figures as `figures_json` gave them.

        Texts of AMOUNTS and DAYS become one; any other text, a voucher named 1234.50 too, stays a text.
        """
        return cls(code, Status(status), sentence, _revived_all(figures))

    @property
    def message(self) -> str:
        """The sentence in the active language: 1,234.50, 2026-03-01, and lists joined by 、."""
        return gettext(self.sentence) % {key: shown(value) for key, value in self.figures.items()}

    def figures_json(self) -> dict[str, Any]:
        """The figures as JSON values: amounts as texts with two decimals, days ISO."""
        return figures_to_json(self.figures)


def figures_to_json(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures as JSON values: amounts as texts with two decimals, days ISO."""
    return {key: _plain(value) for key, value in figures.items()}


def figures_from_json(figures: Mapping[str, Any]) -> Figures:
    """Figures again from what was kept; texts of AMOUNTS and DAYS become one."""
    return _revived_all(figures)


FactsT = TypeVar("FactsT")


@dataclass(frozen=True, slots=True)
class Rule(Generic[FactsT]):
    """A rule of the book: its number, what it is called, what it rests on, where to mend it, how to judge.

    title and basis are lazy: text of them is in the active language.
    """

    code: str
    title: str | Promise
    basis: str | Promise
    mend: Mend
    judge: Callable[[FactsT], Answer]


def shown(value: Any) -> str:
    """A figure as a person reads it. Field words (省拨款) are given in the active language."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return listed(shown(item) for item in value)
    if isinstance(value, str):
        return gettext(value) if value else value
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _revived_all(figures: Mapping[str, Any]) -> Figures:
    return {key: _revived(key, value) for key, value in figures.items()}


def _revived(key: str, value: Any) -> Any:
    if isinstance(value, str):
        if key in AMOUNTS:
            return Decimal(value)
        return date.fromisoformat(value) if key in DAYS else value
    if isinstance(value, list):
        return [_revived(key, item) for item in value]
    return _revived_all(value) if isinstance(value, dict) else value
