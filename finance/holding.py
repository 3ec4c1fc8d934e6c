"""Holding a project and its journal still while something is worked out of the ledger and written beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from lifecycle.errors import StageForbids
from lifecycle.models import Project


@dataclass(frozen=True, slots=True)
class Held:
    """A project as it stands under its lock, and the head of its journal."""

    project: Project
    sequence: int
    head_hash: str


def hold_project(project: Project) -> Project:
    """Lock the project to the end of the transaction, so that it makes no move meanwhile; as it stands now."""
    return Project.objects.held(project.pk)


def require_stage(project: Project, stages: Collection[str], act: str) -> None:
    """Raises StageForbids unless the project is at one of `stages`. act: what was to be done, in words."""
    if project.state not in stages:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不能%(act)s。") % {"state": project.get_state_display(), "act": act},
            details={"state": project.state},
        )


def hold(project: Project) -> Held:
    """Lock the project, then its journal: no move and no posting comes between."""
    kept = hold_project(project)
    return Held(kept, *hold_journal(kept))


def hold_journal(project: Project) -> tuple[int, str]:
    """Lock the journal of a project that is locked already; its sequence and head."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, head_hash FROM finance_open_journal(%s)", [project.pk])
        sequence, head_hash = cursor.fetchone()
    return sequence, head_hash
