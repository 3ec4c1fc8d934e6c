"""Who may do what: one table of acts and roles, used by pages and API alike.

What a person may see is decided by `lifecycle.parties.sight` alone; this says what they may do with
what they see. A role counts on a project only where it is held: as its park, its unit, its city.
docs/roles.md shows the same table to people.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from finance.kinds import KINDS
from lifecycle.errors import Forbidden
from lifecycle.parties.models import Role
from lifecycle.parties.sight import Sight, sight_of
from lifecycle.wording import listed

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from lifecycle.models import Project


class Act(StrEnum):
    """Something a person does through a page or the API."""

    SEE_PROJECTS = "see_projects"
    SEE_COMPLIANCE = "see_compliance"
    DOWNLOAD_LEDGER = "download_ledger"
    POST_ENTRY = "post_entry"
    REVERSE_ENTRY = "reverse_entry"
    PLAN_MILESTONE = "plan_milestone"
    LOG_MILESTONE = "log_milestone"
    IMPORT_WORKBOOK = "import_workbook"
    EXPORT_WORKBOOK = "export_workbook"
    SET_LIMITS = "set_limits"
    MANAGE_PEOPLE = "manage_people"
    READ_LOG = "read_log"


_BUSINESS = frozenset({Role.UNIT, Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR})
_UNIT_AND_PARK = frozenset({Role.UNIT, Role.PARK})
_POSTERS = frozenset().union(*(roles for kind in KINDS.values() for roles in kind.posters.values()))

TABLE: dict[Act, frozenset[str]] = {
    Act.SEE_PROJECTS: _BUSINESS,
    Act.SEE_COMPLIANCE: _BUSINESS,
    Act.DOWNLOAD_LEDGER: _BUSINESS,
    Act.POST_ENTRY: _POSTERS,
    Act.REVERSE_ENTRY: _POSTERS,
    Act.PLAN_MILESTONE: frozenset({Role.PARK}),
    Act.LOG_MILESTONE: _UNIT_AND_PARK,
    Act.IMPORT_WORKBOOK: frozenset({Role.UNIT, Role.PARK, Role.PROVINCE}),
    Act.EXPORT_WORKBOOK: frozenset({Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR}),
    Act.SET_LIMITS: frozenset({Role.PROVINCE, Role.ADMINISTRATOR}),
    Act.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Act.READ_LOG: frozenset({Role.LOG_READER}),
}
"""Which roles may do each act. Source: PRODUCT.md 'People'; RULES.md 'What may be posted, and by whom'."""


def may(act: Act, sight: Sight) -> bool:
    """Whether some role of the person allows the act at all."""
    return sight.holds(*TABLE[act])


def require(act: Act, sight: Sight) -> None:
    """Raises Forbidden unless some role of the person allows the act."""
    if not may(act, sight):
        raise Forbidden(_("您的角色没有这项操作的权限。"), details={"act": act.value})


def roles_on(sight: Sight, project: Project) -> frozenset[str]:
    """The roles the person holds towards this project.

    Needs `project.cluster.park` and `project.unit` (with_parties) so as to cost no query. A project
    has to be in sight already: an auditor's role then counts as it stands.
    """
    held = sight.roles & {Role.PROVINCE, Role.AUDITOR}
    if project.cluster.park_id in sight.acting.get(Role.PARK, ()):
        held |= {Role.PARK}
    if project.unit_id in sight.acting.get(Role.UNIT, ()):
        held |= {Role.UNIT}
    if not {project.cluster.park.parent_id, project.unit.parent_id}.isdisjoint(
        sight.acting.get(Role.CITY, ())
    ):
        held |= {Role.CITY}
    return held


def may_on(act: Act, sight: Sight, project: Project) -> bool:
    """Whether a role that the person holds towards this project allows the act."""
    return not roles_on(sight, project).isdisjoint(TABLE[act])


def require_on(act: Act, sight: Sight, project: Project) -> None:
    """Raises Forbidden unless a role held towards this project allows the act."""
    if not may_on(act, sight, project):
        raise Forbidden(_("您在该项目中的角色没有这项操作的权限。"), details={"act": act.value})


def postable(sight: Sight, project: Project) -> dict[str, tuple[str, ...]]:
    """The sources that the person may post on this project, by kind of movement, where there is any."""
    held = roles_on(sight, project)
    kinds = {
        name: tuple(source for source, posters in kind.posters.items() if not posters.isdisjoint(held))
        for name, kind in KINDS.items()
    }
    return {name: sources for name, sources in kinds.items() if sources}


def require_posting(sight: Sight, project: Project, *, kind: str, source: str) -> None:
    """Raises Forbidden unless the person may post, and so reverse, this kind of this source here.

    An unknown kind or source is left to `finance.posting`, which says what is wanted.
    """
    require_on(Act.POST_ENTRY, sight, project)
    posters = KINDS[kind].posters.get(source) if kind in KINDS else None
    if posters is not None and posters.isdisjoint(roles_on(sight, project)):
        raise Forbidden(
            _("“%(kind)s”（%(source)s）应由%(wanted)s登记。")
            % {
                "kind": _(kind),
                "source": _(source),
                "wanted": listed(str(Role(role).label) for role in Role if role in posters),
            },
            details={"kind": kind, "source": source, "wanted": sorted(posters)},
        )


def sight_for(request: HttpRequest | Request) -> Sight:
    """What the one who asks may see; worked out once a request."""
    plain: HttpRequest = getattr(request, "_request", request)
    known: Sight | None = getattr(plain, "_sight", None)
    if known is None:
        known = sight_of(request.user)  # type: ignore[arg-type]
        plain._sight = known  # type: ignore[attr-defined]
    return known
