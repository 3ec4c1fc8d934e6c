"""What must hold before a move: the conditions of each move, and the lists that other packages add to.

A guard looks at one thing and says met or unmet, with a sentence and its figures; all guards of a move are
asked at once. Finance registers its own in its `AppConfig.ready()`. The same conditions are shown before the
button is pressed, judged when it is, and kept with the move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext

from lifecycle.facts import life_facts
from lifecycle.models import Project
from lifecycle.rules.answers import Answer, Figures, Mend, Rule, Status, figures_to_json, shown
from lifecycle.rules.facts import LifeFacts

T = TypeVar("T")


@dataclass(slots=True)
class Case:
    """One project on one day, before the guards. today: the day it really is.

    `ask(load)` loads what several guards look at, once a case.
    """

    project: Project
    on: date
    today: date
    _loaded: dict[Any, Any] = field(default_factory=dict)

    def ask(self, load: Callable[[Case], T]) -> T:
        """What `load` gives for this case; the same object however often it is asked for."""
        if load not in self._loaded:
            self._loaded[load] = load(self)
        found: T = self._loaded[load]
        return found

    @property
    def life(self) -> LifeFacts:
        """What the rules of a project's life are judged on."""
        return self.ask(_life)


def _life(case: Case) -> LifeFacts:
    return life_facts([case.project.pk], on=case.on)[case.project.pk]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a guard found. sentence: Chinese msgid with %(key)s placeholders, every key one of `figures`."""

    is_met: bool
    sentence: str
    figures: Figures
    status: Status | None = None


def met(sentence: str, **figures: Any) -> Outcome:
    return Outcome(True, sentence, figures)


def unmet(sentence: str, **figures: Any) -> Outcome:
    return Outcome(False, sentence, figures)


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition: its code (a rule's number, or a word), what it rests on, who can mend it and where.

    standard: of a rule, `passes` or `is_not_breached`.
    """

    code: str
    title: str | Promise
    basis: str | Promise
    mend: Mend
    who: tuple[str, ...]
    look: Callable[[Case], Outcome]
    standard: Callable[[Answer], Outcome] | None = None

    @property
    def wants(self) -> str:
        """Of a rule, what it has to answer; empty of other conditions."""
        return "" if self.standard is None else _WANTS[self.standard]


@dataclass(frozen=True, slots=True)
class Condition:
    """A guard with what it found."""

    guard: Guard
    outcome: Outcome

    @property
    def code(self) -> str:
        return self.guard.code

    @property
    def is_met(self) -> bool:
        return self.outcome.is_met

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return say(self.outcome.sentence, self.outcome.figures)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a move: untranslated, with exact figures."""
        return {
            "code": self.code,
            "met": self.is_met,
            "status": self.outcome.status and self.outcome.status.value,
            "sentence": self.outcome.sentence,
            "figures": figures_to_json(self.outcome.figures),
        }


def say(sentence: str, figures: Figures) -> str:
    """A sentence with its figures, in the active language."""
    return gettext(sentence) % {key: shown(value) for key, value in figures.items()}


def of_answer(answer: Answer, *, is_met: bool) -> Outcome:
    """What a rule says, as the finding of a guard."""
    return Outcome(is_met, answer.sentence, answer.figures, answer.status)


def passes(answer: Answer) -> Outcome:
    """Met when the rule passes, is waived or has nothing to judge."""
    return of_answer(answer, is_met=answer.status.is_met)


def is_not_breached(answer: Answer) -> Outcome:
    """Met unless the rule is breached."""
    return of_answer(answer, is_met=answer.status is not Status.BREACH)


_WANTS: dict[Callable[[Answer], Outcome], str] = {
    passes: "passes or is waived",
    is_not_breached: "is not breached",
}


def life_rule(rule: Rule[LifeFacts], *, by: Callable[[Answer], Outcome], who: tuple[str, ...]) -> Guard:
    """A rule of a project's life as a condition, judged by `passes` or `is_not_breached`."""
    return Guard(
        rule.code, rule.title, rule.basis, rule.mend, who, lambda case: by(rule.judge(case.life)), by
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A move that was just made, before the commit: for what must follow it in the same transaction.

    said: what came with it (reason, reason_class, document, findings, due_on).
    """

    project: Project
    change: Any
    actor: Any
    on: date
    today: date
    now: datetime
    said: dict[str, Any]


_holds: list[Callable[[Project], None]] = []
_guards: dict[str, list[Guard]] = {}
_effects: dict[str, list[Callable[[Made], None]]] = {}
_sources: list[Path] = []


def demand(move: str, *guards: Guard) -> None:
    """Let these conditions stand before the move, after those that stand there already.

    Raises ValueError when the move has a condition of that code.
    """
    there = _guards.setdefault(move, [])
    for guard in guards:
        if any(other.code == guard.code for other in there):
            raise ValueError(f"{move} has a condition {guard.code} already")
        there.append(guard)


def follow(move: str, effect: Callable[[Made], None]) -> None:
    """Let `effect` run after each such move, in its transaction."""
    _effects.setdefault(move, []).append(effect)


def hold_still(hold: Callable[[Project], None]) -> None:
    """Let `hold` run before the conditions of any move, to lock what they look at beside the project."""
    _holds.append(hold)


def hold(project: Project) -> None:
    """Lock everything that the conditions of a move look at; the project itself is locked already."""
    for each in _holds:
        each(project)


def stand_on(files: Iterable[Path]) -> None:
    """Files whose words decide moves; together they make the version that is kept with each."""
    _sources.extend(files)


def guards_of(move: str) -> tuple[Guard, ...]:
    return tuple(_guards.get(move, ()))


def effects_of(move: str) -> tuple[Callable[[Made], None], ...]:
    return tuple(_effects.get(move, ()))


def version() -> str:
    """Changes whenever a condition or a rule behind one is written differently."""
    return sha256(b"\0".join(file.read_bytes() for file in sorted(set(_sources)))).hexdigest()[:16]


def conditions_of(move: str, case: Case) -> list[Condition]:
    """Every condition of the move for the case, met and unmet, in the order in which they were registered."""
    return [Condition(guard, guard.look(case)) for guard in guards_of(move)]
