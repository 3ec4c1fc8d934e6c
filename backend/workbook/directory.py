"""What a file may refer to: the rows of the database, with the file's own rows laid over them.

Names are compared folded, and only what the importer may see is there: a name out of sight does not exist.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q

from backend.workbook.folding import folded
from backend.workbook.tables import Sheetful
from lifecycle.models import Batch, Cluster, Contract, ContractState, Project
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight

_MODELS: dict[str, tuple[type[Model], str]] = {
    "单位": (Organisation, "name"),
    "批次": (Batch, "name"),
    "集群": (Cluster, "name"),
    "项目": (Project, "number"),
}


class Directory:
    """Organisations, batches, clusters and projects by name, as many as the file speaks of.

    Each is one instance, so that what the file changes in it is seen by every row that refers to it. Loading
    takes the same number of queries for any file. contracted: ids of projects whose contract is in force here.
    """

    def __init__(self, sheets: Iterable[Sheetful], sight: Sight) -> None:
        self._names: dict[str, dict[int, str]] = {}
        self._visible: dict[str, set[int] | None] = {}
        self._by_name: dict[str, dict[str, int]] = {}
        self._found: dict[str, dict[int, Any]] = {}
        self._added: dict[str, dict[str, Any]] = {title: {} for title in _MODELS}
        conditions = {
            "单位": sight.organisations(),
            "批次": Q(),
            "集群": sight.clusters(),
            "项目": sight.projects(),
        }
        for title, (model, name) in _MODELS.items():
            names = dict(model._default_manager.values_list("pk", name))
            self._names[title] = names
            self._by_name[title] = {folded(text): pk for pk, text in names.items()}
            self._visible[title] = (
                None
                if sight.everything
                else set(model._default_manager.filter(conditions[title]).values_list("pk", flat=True))
            )
        wanted = self._wanted(sheets)
        projects = self._load("项目", wanted["项目"])
        clusters = self._load("集群", wanted["集群"] | {each.cluster_id for each in projects})
        self._load("批次", wanted["批次"] | {each.batch_id for each in clusters})
        units = {each.unit_id for each in projects} | {each.park_id for each in clusters}
        self._load("单位", wanted["单位"] | units)
        for cluster in clusters:
            cluster.batch = self._found["批次"][cluster.batch_id]
            cluster.park = self._found["单位"][cluster.park_id]
        for project in projects:
            project.cluster = self._found["集群"][project.cluster_id]
            project.unit = self._found["单位"][project.unit_id]
        in_force = Contract.objects.filter(project__in=self._found["项目"], state=ContractState.IN_FORCE)
        self.contracted = frozenset(in_force.values_list("project", flat=True)) if projects else frozenset()

    def find(self, sheet: str, name: str) -> Any | None:
        """The instance that goes by `name` in `sheet`, saved or new; None when there is none in sight."""
        key = folded(name)
        if key in self._added[sheet]:
            return self._added[sheet][key]
        pk = self._by_name[sheet].get(key)
        return None if pk is None or not self._sees(sheet, pk) else self._found[sheet][pk]

    def is_hidden(self, sheet: str, name: str) -> bool:
        """Whether something out of sight goes by `name`, so that the name cannot be given again."""
        pk = self._by_name[sheet].get(folded(name))
        return pk is not None and not self._sees(sheet, pk)

    def add(self, sheet: str, name: str, instance: Model) -> None:
        """Let a new row of the file be found by its name."""
        self._added[sheet][folded(name)] = instance

    def name_of(self, sheet: str, pk: int | None) -> str:
        """The name of a row of the database; empty for none."""
        return self._names[sheet].get(pk, "") if pk is not None else ""

    def names(self, sheet: str) -> dict[int, str]:
        """Every name of the database by id."""
        return self._names[sheet]

    def _sees(self, sheet: str, pk: int) -> bool:
        visible = self._visible[sheet]
        return visible is None or pk in visible

    def _wanted(self, sheets: Iterable[Sheetful]) -> dict[str, set[int]]:
        """The ids of what the rows are, and of what they refer to."""
        texts: dict[str, set[str]] = {title: set() for title in _MODELS}
        for sheet in sheets:
            named = [(column.name, column.refers) for column in sheet.table.columns if column.refers]
            if sheet.table.title in _MODELS:
                named.append((_MODELS[sheet.table.title][1], sheet.table.title))
            for row in sheet.rows:
                for name, title in named:
                    if text := row[name]:
                        texts[title].add(text)
        return {
            title: {
                pk
                for text in found
                if (pk := self._by_name[title].get(folded(text))) is not None and self._sees(title, pk)
            }
            for title, found in texts.items()
        }

    def _load(self, title: str, pks: set[int]) -> list[Any]:
        found = list(_MODELS[title][0]._default_manager.filter(pk__in=pks)) if pks else []
        self._found[title] = {instance.pk: instance for instance in found}
        return found
