"""Which movements a project's page offers: those the person may post, less those its stage refuses."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from finance.kinds import stage_allows
from lifecycle.models import Project, ProjectState

Offers = dict[str, tuple[str, ...]]
"""Sources by kind of movement."""

NOTES = {
    ProjectState.CLOSED: _("项目已结题，只能登记退回、园区退回。"),
    ProjectState.TERMINATED: _("项目已终止，省拨款、园区配套只能登记退回、园区退回。"),
    ProjectState.REVOKED: _("项目已撤销，省拨款、园区配套只能登记退回、园区退回。"),
    ProjectState.SUSPENDED: _("项目已暂停，不能登记拨付单位、直接拨付。"),
}
"""Why something is not offered, by stage."""


def offered(project: Project, postable: Offers) -> Offers:
    """Of what the person may post, what the project's stage takes."""
    kinds = {
        kind: tuple(source for source in sources if stage_allows(project.state, kind=kind, source=source))
        for kind, sources in postable.items()
    }
    return {kind: sources for kind, sources in kinds.items() if sources}


def note_of(project: Project, postable: Offers) -> str:
    """Why less is offered than the person may post otherwise; empty when nothing is held back."""
    if offered(project, postable) == postable:
        return ""
    return gettext(NOTES[ProjectState(project.state)])
