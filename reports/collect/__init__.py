"""The only queries of a report: one project -> frozen facts. Nothing else of a report asks the database."""

from __future__ import annotations

from reports.collect.acceptance import collect_acceptance
from reports.collect.settlement import collect_settlement

__all__ = ["collect_acceptance", "collect_settlement"]
