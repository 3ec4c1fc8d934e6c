"""The only queries of a report: one project -> frozen facts. Nothing else of a report asks the database."""

from __future__ import annotations

from reports.collect.acceptance import collect_acceptance
from reports.collect.annual import collect_annual
from reports.collect.certificate import collect_certificate
from reports.collect.disbursements import collect_disbursements
from reports.collect.midterm import collect_midterm
from reports.collect.refund import collect_refund
from reports.collect.settlement import collect_settlement
from reports.collect.spending import collect_spending

__all__ = [
    "collect_acceptance",
    "collect_annual",
    "collect_certificate",
    "collect_disbursements",
    "collect_midterm",
    "collect_refund",
    "collect_settlement",
    "collect_spending",
]
