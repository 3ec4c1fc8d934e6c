"""What is kept of a project's life."""

from lifecycle.models.batch import Batch, BatchLimit
from lifecycle.models.cluster import Cluster
from lifecycle.models.history import FactVersion, ProjectStamp
from lifecycle.models.milestone import Milestone
from lifecycle.models.project import CategoryScheme, Project, ProjectState, Site
from lifecycle.models.record import AnnualReport, DatedEvent, EventKind, ReportProgress
from lifecycle.models.target import Target
from lifecycle.models.tranche import Tranche

__all__ = [
    "AnnualReport",
    "Batch",
    "BatchLimit",
    "CategoryScheme",
    "Cluster",
    "DatedEvent",
    "EventKind",
    "FactVersion",
    "Milestone",
    "Project",
    "ProjectStamp",
    "ProjectState",
    "ReportProgress",
    "Site",
    "Target",
    "Tranche",
]
