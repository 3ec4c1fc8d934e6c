"""The contract of a project: what it says, how it is signed and amended, and the condition that it is signed."""

from lifecycle.contracts.differences import LABELS, Row, difference, rows_of
from lifecycle.contracts.guard import SIGNED
from lifecycle.contracts.terms import AMOUNTS, SOURCE_OF, Terms, digest_of, in_force, terms_of
from lifecycle.contracts.versions import (
    AlreadySigned,
    ContractStands,
    NotADraft,
    TermsMoved,
    amend,
    draft_contract,
    enter_signed,
    parties_left,
    sign,
    withdraw_draft,
)

__all__ = [
    "AMOUNTS",
    "LABELS",
    "SIGNED",
    "SOURCE_OF",
    "AlreadySigned",
    "ContractStands",
    "NotADraft",
    "Row",
    "Terms",
    "TermsMoved",
    "amend",
    "difference",
    "digest_of",
    "draft_contract",
    "enter_signed",
    "in_force",
    "parties_left",
    "rows_of",
    "sign",
    "terms_of",
    "withdraw_draft",
]
