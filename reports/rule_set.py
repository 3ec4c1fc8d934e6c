"""The rules that are watched, in the order of their numbers, and how an answer is shown to a program."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import finance.facts
import finance.rules
import lifecycle.facts
import lifecycle.reading
import lifecycle.rules
from lifecycle.rules.answers import Answer, Rule, Status

RULES: tuple[Rule[Any], ...] = (*finance.rules.ALL, *lifecycle.rules.ALL)
"""Every rule: FIN-01 to FIN-12, then LC-01 to LC-10; each project has one answer to each."""

RULE_OF: dict[str, Rule[Any]] = {rule.code: rule for rule in RULES}
"""The rule by its number."""


def _digest_of_sources() -> str:
    packages = (finance.rules, lifecycle.rules)
    loaders = (finance.facts, lifecycle.facts, lifecycle.reading)
    files = [file for package in packages for file in sorted(Path(package.__path__[0]).glob("*.py"))]
    files += [Path(str(module.__file__)) for module in loaders]
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


RULE_SET_VERSION = _digest_of_sources()
"""Changes whenever a rule, or what gathers its facts, is written differently; kept answers are stale then."""


def worst_of(answers: Iterable[Answer]) -> Status:
    """breach, warn, or pass where nothing has to be done."""
    statuses = {answer.status for answer in answers}
    return next((status for status in (Status.BREACH, Status.WARN) if status in statuses), Status.PASS)


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer with its rule's title, basis and place to mend it; texts in the active language."""
    rule = RULE_OF[answer.code]
    return {
        "code": answer.code,
        "title": str(rule.title),
        "status": str(answer.status),
        "status_label": answer.status.label,
        "message": answer.message,
        "basis": str(rule.basis),
        "mend": rule.mend,
        "figures": answer.figures_json(),
    }
