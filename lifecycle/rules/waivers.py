"""Recorded exceptions: a rule that is not met is waived while one is in force. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Protocol, TypeVar

from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer
from lifecycle.rules.facts import Waiver


class Waivable(Protocol):
    """Facts with the day judged and the exceptions recorded for the project."""

    @property
    def on(self) -> date: ...
    @property
    def waivers(self) -> Sequence[Waiver]: ...


FactsT = TypeVar("FactsT", bound=Waivable)


def waivable(judge: Callable[[FactsT], Answer]) -> Callable[[FactsT], Answer]:
    """The rule, answering `waived` with reason, who and when where it is not met but excepted that day.

    The figures of the rule stay in the answer. Source: rule book, "Answers".
    """

    @wraps(judge)
    def judged(facts: FactsT) -> Answer:
        answer = judge(facts)
        if not facts.waivers or answer.status.is_met:
            return answer
        for waiver in facts.waivers:
            if waiver.rule == answer.code and is_in_force(waiver, facts.on):
                return Answer.waived(
                    answer.code,
                    _("已于 %(waived_on)s 由%(waived_by)s同意例外：%(waived_because)s"),
                    **answer.figures,
                    waived_on=waiver.allowed_on,
                    waived_by=waiver.allowed_by,
                    waived_because=waiver.reason,
                )
        return answer

    return judged


def is_in_force(waiver: Waiver, on: date) -> bool:
    """Whether `on` lies from the day it was allowed to its last day, both included."""
    return waiver.allowed_on <= on and (waiver.until is None or on <= waiver.until)
