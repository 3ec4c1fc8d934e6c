"""What reports keep: today's answers, and every report that was issued."""

from reports.models.issued import Issue, IssuedFile, IssueFormat, LedgerPrint, ReportKind
from reports.models.kept import Judgement, RuleAnswer

__all__ = [
    "Issue",
    "IssueFormat",
    "IssuedFile",
    "Judgement",
    "LedgerPrint",
    "ReportKind",
    "RuleAnswer",
]
