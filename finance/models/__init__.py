"""What is kept of the money."""

from finance.models.account import Account, AccountRole
from finance.models.disbursement import PaymentConfirmation
from finance.models.journal import Entry, Journal, Line, Origin
from finance.models.settlement import (
    Audit,
    AuditOpinion,
    Refund,
    RefundCause,
    RefundReceipt,
    RefundState,
    Settlement,
    SurplusDecision,
    SurplusUse,
)

__all__ = [
    "Account",
    "AccountRole",
    "Audit",
    "AuditOpinion",
    "Entry",
    "Journal",
    "Line",
    "Origin",
    "PaymentConfirmation",
    "Refund",
    "RefundCause",
    "RefundReceipt",
    "RefundState",
    "Settlement",
    "SurplusDecision",
    "SurplusUse",
]
