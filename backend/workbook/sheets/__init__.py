"""The ten sheets of the workbook, a file each, in the order in which they build on one another."""

from backend.workbook.sheets import (
    annual_reports,
    batches,
    clusters,
    events,
    milestones,
    movements,
    organisations,
    projects,
    targets,
    tranches,
)

TABLES = (
    organisations.TABLE,
    batches.TABLE,
    clusters.TABLE,
    projects.TABLE,
    targets.TABLE,
    tranches.TABLE,
    milestones.TABLE,
    annual_reports.TABLE,
    events.TABLE,
    movements.TABLE,
)
"""Every sheet, in the order of WORKBOOK."""

INSTRUCTIONS = "填表说明"
"""The sheet that explains the others; it is left alone."""
