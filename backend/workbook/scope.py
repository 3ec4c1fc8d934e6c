"""Who may bring in what: nobody imports what they may not edit by hand.

The province brings in everything; a park its own clusters and projects and the units under it; a unit the
progress of its own projects and the money it posts itself; nobody else anything. Rows that say what is known
already ask for no right.
Source: WORKBOOK, "What an import promises"; RULES, "What may be posted, and by whom".
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from finance.kinds import KINDS
from lifecycle.models import Cluster, Project
from lifecycle.parties.models import Organisation, OrganisationKind, Role
from lifecycle.parties.sight import Sight
from lifecycle.wording import listed

UNIT_MAY_CHANGE: dict[str, frozenset[str]] = {
    "里程碑": frozenset({"completed_on", "progress"}),
    "年度报告": frozenset({"submitted_on", "progress"}),
}
"""The columns a unit fills in by hand. It adds annual reports; milestones are planned by the contract."""

_BELOW_A_PARK = (OrganisationKind.UNIT, OrganisationKind.PARTNER)


@dataclass(frozen=True)
class Scope:
    """What the holder of `sight` may change; each question answered with the reason against it, or None."""

    sight: Sight

    @property
    def is_whole(self) -> bool:
        """Whether everything may be changed."""
        return Role.PROVINCE in self.sight.roles

    @property
    def parks(self) -> frozenset[int]:
        return self.sight.acting.get(Role.PARK, frozenset())

    @property
    def units(self) -> frozenset[int]:
        return self.sight.acting.get(Role.UNIT, frozenset())

    def against_organisation(
        self, organisation: Organisation, *, former_parent: int | None, changed: Collection[str]
    ) -> str | None:
        """Adding `organisation`, or changing columns of it; `former_parent` is the id it stood under."""
        if self.is_whole:
            return None
        if (
            organisation.pk is not None
            and organisation.pk in self.parks
            and not {"kind", "parent"} & set(changed)
        ):
            return None
        parent = organisation.parent_id
        known = organisation.pk is None or former_parent in self.parks
        if parent in self.parks and known and organisation.kind in _BELOW_A_PARK:
            return None
        return _("无权新增或修改：园区只能维护本园区及其下属的承担单位、参与单位")

    def against_batch(self) -> str | None:
        return None if self.is_whole else _("无权新增或修改：批次由省科技厅维护")

    def against_cluster(self, cluster: Cluster, *, former_park: int | None) -> str | None:
        """Adding `cluster` or changing it; `former_park` is the id of the park it belonged to."""
        if self.is_whole or self._is_own_park(cluster, former_park):
            return None
        return _("无权新增或修改：只能维护本园区的集群")

    def against_project(self, project: Project, *, former_park: int | None) -> str | None:
        """Adding `project` or changing its row; `former_park` is the id of the park it belonged to."""
        if self.is_whole or self._is_own_park(_cluster_of(project), former_park):
            return None
        return _("无权新增或修改：只能维护本园区集群的项目")

    def against_record(
        self, sheet: str, project: Project, *, adding: bool, changed: Collection[str]
    ) -> str | None:
        """Adding a row to one of the sheets below a project, or changing the named columns of it."""
        if self.is_whole or self._is_own_park(_cluster_of(project), None):
            return None
        if project.unit_id in self.units and sheet in UNIT_MAY_CHANGE:
            allowed = UNIT_MAY_CHANGE[sheet]
            if set(changed) <= allowed and not (adding and sheet == "里程碑"):
                return None
            return _("无权新增或修改：承担单位在本表只能填报进展")
        return _("无权新增或修改：只能维护本园区、本单位的项目")

    def may_verify(self, project: Project) -> bool:
        """Whether what is brought of the project's work counts as checked: by its park, or the province."""
        return self.is_whole or self._is_own_park(_cluster_of(project), None)

    def against_movement(self, project: Project, *, kind: str, source: str) -> str | None:
        """Adding a movement of money to the ledger of `project`."""
        if self.is_whole:
            return None
        posters = KINDS[kind].posters.get(source, frozenset())
        roles = set()
        if self._is_own_park(_cluster_of(project), None):
            roles.add(Role.PARK)
        if project.unit_id in self.units:
            roles.add(Role.UNIT)
        if roles & posters:
            return None
        if roles:
            return _("无权登记：“%(kind)s（%(source)s）”由%(posters)s登记") % {
                "kind": kind,
                "source": source,
                "posters": listed(str(Role(role).label) for role in Role if role in posters),
            }
        return _("无权登记：只能登记本园区、本单位项目的资金流水")

    def _is_own_park(self, cluster: Cluster | None, former_park: int | None) -> bool:
        park = cluster.park_id if cluster is not None else None
        return park in self.parks and (former_park is None or former_park in self.parks)


def _cluster_of(project: Project) -> Cluster | None:
    """The cluster that was set on the project; None for a row of the file whose cluster is unknown."""
    cached: Cluster | None = project._state.fields_cache.get("cluster")
    return cached
