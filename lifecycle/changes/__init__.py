"""Change requests (变更): what may be asked for, the way it goes, and what it makes of the project."""

from lifecycle.changes.acts import (
    ChangeOpen,
    ExtensionIrregular,
    MovedMeanwhile,
    NotSigned,
    agree,
    ask,
    chain_of,
    early_acceptance_granted,
    edit,
    give_back,
    hand_in,
    next_in_chain,
    refuse_change,
    withdraw,
)
from lifecycle.changes.applying import Applied, apply
from lifecycle.changes.checks import check
from lifecycle.changes.facts import asked_rows, facts_of, moved_since
from lifecycle.changes.kinds import CHAIN, REVIEWER, TIER

__all__ = [
    "CHAIN",
    "REVIEWER",
    "TIER",
    "Applied",
    "ChangeOpen",
    "ExtensionIrregular",
    "MovedMeanwhile",
    "NotSigned",
    "agree",
    "apply",
    "ask",
    "asked_rows",
    "chain_of",
    "check",
    "early_acceptance_granted",
    "edit",
    "facts_of",
    "give_back",
    "hand_in",
    "moved_since",
    "next_in_chain",
    "refuse_change",
    "withdraw",
]
