"""Walks every address of the site, and says from `backend.access.TABLE` who may open which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from backend.access import TABLE, Act
from lifecycle.models import Project

ROLES_AROUND = ("unit", "park", "city", "province", "auditor")
"""People of `tests.people.people_around` who see the project."""

STRANGERS = ("administrator", "log_reader", "other unit", "other park", "without role")
"""People who do not."""

HOLDS = {"other unit": "unit", "other park": "park"}
"""The role by which strangers may still do what is about no project of theirs."""

TRY_EVERYTHING = ("nobody", "province", "other park")
"""Who tries methods that an address does not serve too: one without a name, one inside, one outside. Whether it serves
a method is asked before anybody's role is, so that the others would only say the same again."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Door:
    """An address: what each of its methods does (None: open to all signed in), and what goes into it.

    of_project: whether it is about the project, so that strangers are told it does not exist. An argument may
    be worked out of the project.
    is_open: whether nobody in particular may come in.
    is_hidden: whether those who may not are told that it does not exist.
    """

    methods: dict[str, Act | None]
    of_project: bool = False
    is_open: bool = False
    is_hidden: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)

    def expected(self, name: str, method: str) -> int | None:
        """The status with which `name` is refused; None when they are let in."""
        if self.is_open:
            return None if method in self.served else 405
        if name == "nobody":
            return 401
        if self.of_project and name in STRANGERS:
            return 404
        if method not in self.served:
            return 405
        act = self.methods["GET" if method == "HEAD" else method]
        if act is None or HOLDS.get(name, name) in TABLE[act]:
            return None
        return 404 if self.is_hidden else 403

    def arguments_for(self, project: Project) -> dict[str, Any]:
        """The arguments, those that hang on the project worked out; `pk` may name the project's things."""
        worked_out = {
            name: value(project) if callable(value) else value for name, value in self.arguments.items()
        }
        if isinstance(worked_out.get("pk"), str):
            worked_out["pk"] = getattr(project, worked_out["pk"]).earliest("pk").pk
        return worked_out

    @property
    def served(self) -> set[str]:
        return {*self.methods, "HEAD"} if "GET" in self.methods else set(self.methods)


def id_of(make: Callable[[Project], Any]) -> Callable[[Project], Any]:
    """An argument of a Door: the id of a thing that `make` puts into the project."""
    return lambda project: make(project).pk


def addresses() -> Iterator[tuple[str, str]]:
    """(name with its namespaces, route) of every address of the site."""
    yield from _below(get_resolver(), "", "")


def _below(resolver: URLResolver, namespace: str, route: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", here
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _below(pattern, inner, here)
