"""Acceptance (验收): dossier, application, review, panel, scores, verdict, publication, certificate, archive.

One application is a round (`lifecycle.models.Acceptance`). Applying, closing and returning are moves of the project;
what must hold before them and what follows them is here, and `lifecycle.conditions` puts it in its place. The rest
are acts within the stage 验收. Source: PRODUCT 'The life of a project'; guide 三.7.
"""

from lifecycle.acceptance.closing import NOT_CERTIFIED, NOT_RETURNED_BEFORE, conclude, give_back
from lifecycle.acceptance.dossier import DOSSIER_COMPLETE, TECHNICAL_REPORT_FILED
from lifecycle.acceptance.filing import APPLICATION_DAY_FREE, file, file_several
from lifecycle.acceptance.review import AGREED
from lifecycle.acceptance.rounds import present_acceptance
from lifecycle.acceptance.verdict import VERDICTS_RECORDED

__all__ = [
    "AGREED",
    "APPLICATION_DAY_FREE",
    "DOSSIER_COMPLETE",
    "NOT_CERTIFIED",
    "NOT_RETURNED_BEFORE",
    "TECHNICAL_REPORT_FILED",
    "VERDICTS_RECORDED",
    "conclude",
    "file",
    "file_several",
    "give_back",
    "present_acceptance",
]
