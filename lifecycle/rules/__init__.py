"""Rules of a project's life: pure functions of facts, one file a rule.

`ALL` lists them in the order of their numbers; `judge_all` answers them for one project.
"""

from __future__ import annotations

from lifecycle.rules import (
    acceptance_application,
    annual_reports,
    commitment,
    extension,
    findings,
    late_milestones,
    midterm,
    signing,
    term,
    yearly_plan,
)
from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import LifeFacts

ALL: tuple[Rule[LifeFacts], ...] = (
    term.RULE,
    yearly_plan.RULE,
    late_milestones.RULE,
    annual_reports.RULE,
    midterm.RULE,
    signing.RULE,
    acceptance_application.RULE,
    commitment.RULE,
    extension.RULE,
    findings.RULE,
)


def judge_all(facts: LifeFacts) -> list[Answer]:
    """The answer to every rule of a project's life, in the order of their numbers."""
    return [rule.judge(facts) for rule in ALL]
