"""What every view of the API shares: the sight of the one who asks, and the project an address names."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, cast

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from backend import access
from backend.access import Act
from backend.api.errors import not_found
from backend.api.formats import Query
from backend.middleware import actor_of
from lifecycle.models import Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight


class View(APIView):
    """For everyone signed in."""

    @property
    def sight(self) -> Sight:
        return access.sight_for(self.request)

    @property
    def person(self) -> Person:
        return cast(Person, self.request.user)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request._request)

    @property
    def today(self) -> date:
        return timezone.localdate()

    @property
    def query(self) -> Query:
        return Query(self.request.query_params)


class ActView(View):
    """For those whose roles allow what the method does; `acts` names it by method."""

    acts: ClassVar[dict[str, Act]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        act = self.acts.get(_method(request))
        if act is not None:
            access.require(act, self.sight)


class ProjectView(View):
    """About the project named in the address: 404 out of sight, 403 in sight without the right.

    `acts` names what each method does; `self.project` comes with its parties, by one query.
    """

    acts: ClassVar[dict[str, Act]] = {}
    act: Act | None = None
    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        number = str(kwargs["number"])
        visible = Project.objects.visible_to(self.sight).with_parties()
        project = None if "\x00" in number else visible.filter(number=number).first()
        if project is None:
            raise not_found()
        self.project = project
        self.act = self.acts.get(_method(request))
        if self.act is not None:
            access.require_on(self.act, self.sight, project)

    @property
    def actor(self) -> Actor:
        """Who acts, in the role that allows what the method does."""
        actor = super().actor
        return actor if self.act is None else access.acting(actor, self.act, self.sight, self.project)


def _method(request: Request) -> str:
    """The method whose act decides: to look at the head or the options is to look."""
    return "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
