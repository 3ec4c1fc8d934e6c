"""Rules of a project's money: pure functions of facts, one file a rule.

`ALL` lists them in the order of their numbers; `judge_all` answers them for one project.
"""

from __future__ import annotations

from finance.rules import (
    closing_share,
    contracted_matching,
    fiscal_share,
    grant_cap,
    held_at_park,
    indirect_cost,
    late_payment,
    matching_pace,
    overspending,
    refunds_due,
    repeated_invoices,
    spending_term,
)
from finance.rules.facts import FundingFacts
from lifecycle.rules.answers import Answer, Rule

ALL: tuple[Rule[FundingFacts], ...] = (
    contracted_matching.RULE,
    grant_cap.RULE,
    fiscal_share.RULE,
    matching_pace.RULE,
    held_at_park.RULE,
    late_payment.RULE,
    overspending.RULE,
    indirect_cost.RULE,
    spending_term.RULE,
    closing_share.RULE,
    repeated_invoices.RULE,
    refunds_due.RULE,
)


def judge_all(facts: FundingFacts) -> list[Answer]:
    """The answer to every rule of a project's money, in the order of their numbers."""
    return [rule.judge(facts) for rule in ALL]
