"""What is kept of a project's life."""

from lifecycle.models.acceptance import VERDICTS, Acceptance, AcceptanceState, Panelist
from lifecycle.models.batch import Batch, BatchLimit
from lifecycle.models.calendar import CalendarDay, CalendarLink, CalendarNotice
from lifecycle.models.change import ChangeKind, ChangeRequest, ChangeState, ChangeTier
from lifecycle.models.cluster import Cluster
from lifecycle.models.contract import Contract, ContractState, Signature
from lifecycle.models.credit import CreditGrade, CreditRecord, CreditSubject
from lifecycle.models.document import Document, DocumentCategory
from lifecycle.models.exemption import Exemption, ExemptionState
from lifecycle.models.history import FactVersion, ProjectStamp
from lifecycle.models.inspection import (
    Finding,
    FindingOrigin,
    FindingState,
    Inspection,
    InspectionKind,
    InspectionState,
    Severity,
)
from lifecycle.models.job import OVER, JobRun, JobState
from lifecycle.models.milestone import Milestone, MilestoneState
from lifecycle.models.move import ReasonClass, StateChange, Step
from lifecycle.models.preference import Caretaker, KindSetting, Preference
from lifecycle.models.project import CategoryScheme, Project, ProjectState, Site
from lifecycle.models.record import (
    AnnualReport,
    AnnualReportState,
    DatedEvent,
    EventKind,
    ReportProgress,
)
from lifecycle.models.reminder import (
    Delivery,
    Digest,
    DigestState,
    Matter,
    MatterState,
    Message,
    MessageState,
    PlanMark,
    Way,
)
from lifecycle.models.result import SelfRating, YearBenefits
from lifecycle.models.sign import Sign, SignKind
from lifecycle.models.target import Target
from lifecycle.models.tranche import Tranche
from lifecycle.models.webhook import Dialect, Webhook

__all__ = [
    "OVER",
    "VERDICTS",
    "Acceptance",
    "AcceptanceState",
    "AnnualReport",
    "AnnualReportState",
    "Batch",
    "BatchLimit",
    "CalendarDay",
    "CalendarLink",
    "CalendarNotice",
    "Caretaker",
    "CategoryScheme",
    "ChangeKind",
    "ChangeRequest",
    "ChangeState",
    "ChangeTier",
    "Cluster",
    "Contract",
    "ContractState",
    "CreditGrade",
    "CreditRecord",
    "CreditSubject",
    "DatedEvent",
    "Delivery",
    "Dialect",
    "Digest",
    "DigestState",
    "Document",
    "DocumentCategory",
    "EventKind",
    "Exemption",
    "ExemptionState",
    "FactVersion",
    "Finding",
    "FindingOrigin",
    "FindingState",
    "Inspection",
    "InspectionKind",
    "InspectionState",
    "JobRun",
    "JobState",
    "KindSetting",
    "Matter",
    "MatterState",
    "Message",
    "MessageState",
    "Milestone",
    "MilestoneState",
    "Panelist",
    "PlanMark",
    "Preference",
    "Project",
    "ProjectStamp",
    "ProjectState",
    "ReasonClass",
    "ReportProgress",
    "SelfRating",
    "Severity",
    "Sign",
    "SignKind",
    "Signature",
    "Site",
    "StateChange",
    "Step",
    "Target",
    "Tranche",
    "Way",
    "Webhook",
    "YearBenefits",
]
