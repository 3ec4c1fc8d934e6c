"""Reads rows of many projects in few queries, as they stand now or as they stood at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeGuard

from django.db import connection
from django.db.models import QuerySet

from lifecycle.models import Project

Projects = QuerySet[Project] | Iterable[Project] | Iterable[int]
"""The projects a question is about: a queryset, rows, or ids; cut by whoever asks to what they may see."""

_OF_PROJECTS = frozenset(
    (
        "lifecycle_project",
        "lifecycle_tranche",
        "lifecycle_milestone",
        "lifecycle_annualreport",
        "lifecycle_datedevent",
        "lifecycle_exemption",
        "lifecycle_finding",
        "finance_audit",
        "finance_refund",
        "finance_refundreceipt",
    )
)
"""Tables whose rows speak of one project, so that their former readings are found by it."""


def is_unread(projects: Projects) -> TypeGuard[QuerySet[Project]]:
    """Whether `projects` is a queryset that has not been fetched yet."""
    return isinstance(projects, QuerySet) and projects._result_cache is None


def ids_of(projects: Projects) -> list[int]:
    """The ids, ascending, each once; one query for a queryset that was not fetched yet, else none."""
    if is_unread(projects):
        return sorted(set(_unordered(projects).values_list("pk", flat=True)))
    return sorted({project if isinstance(project, int) else project.pk for project in projects})


def sql_of(projects: Projects) -> tuple[str, dict[str, Any]]:
    """A query that gives the ids, and its parameters, to stand inside another query with named parameters.

    A queryset not fetched yet is not fetched for it. Raises EmptyResultSet when it can hold nothing.
    """
    if is_unread(projects):
        sql, parameters = _unordered(projects).values("pk").query.sql_with_params()
        of_postgres: Any = connection.ops
        return of_postgres.compose_sql(sql, parameters).replace("%", "%%"), {}
    return "SELECT unnest(%(ids)s::bigint[])", {"ids": ids_of(projects)}


def _unordered(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The same projects without the cost of their order, on which a slice depends."""
    return projects if projects.query.is_sliced else projects.order_by()


def in_chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """The ids in their order, `size` at a time, so that memory stays flat."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def rows_of(table: str, known_at: datetime | None, *, projects: str = "%(projects)s") -> str:
    """What to put after FROM to read `table` as it stood at `known_at`; the table itself when None.

    The query must have the parameter `known_at`; `projects` is SQL for the array of project ids that
    are wanted, of tables of a project. A row stood from its `recorded_at`; what it said before a change
    or a deletion is in lifecycle_factversion. Cost: the rows, and the versions of these projects.
    """
    if known_at is None:
        return table
    of_projects = f"AND v.project_id = ANY({projects})" if table in _OF_PROJECTS else ""
    return f"""(
        SELECT present.* FROM {table} present WHERE present.recorded_at <= %(known_at)s
        UNION ALL
        SELECT former.* FROM lifecycle_factversion v
        CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.content) former
        WHERE v.table_name = '{table}' {of_projects}
            AND v.valid_from <= %(known_at)s AND v.valid_until > %(known_at)s
    )"""


def fetch(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of one query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def fetch_grouped(sql: str, parameters: dict[str, Any]) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of one query by their first column, which is left off; else in the order of the query."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in fetch(sql, parameters):
        found.setdefault(row[0], []).append(row[1:])
    return found
