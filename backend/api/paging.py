"""Lists in pages: {"count", "next", "previous", "results"}."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.errors import NotFound
from backend.api.formats import Query

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
LARGEST_PAGE = 999_999_999


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are asked for."""

    number: int
    size: int

    @classmethod
    def read(cls, query: Query) -> Page:
        return cls(
            query.count("page", default=1, largest=LARGEST_PAGE),
            query.count("page_size", default=DEFAULT_SIZE, largest=LARGEST_SIZE),
        )

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        return self.number * self.size

    def check(self, count: int) -> None:
        """Raises NotFound for a page behind the last one; the first page always exists."""
        if self.number > 1 and self.start >= count:
            last = max(1, -(-count // self.size))
            raise NotFound(
                _("没有第 %(page)d 页，共 %(last)d 页。") % {"page": self.number, "last": last},
                details={"page": self.number, "last": last},
            )

    def answer(self, request: Request, count: int, results: list[dict[str, Any]]) -> Response:
        following = self._address(request, self.number + 1) if self.end < count else None
        previous = self._address(request, self.number - 1) if self.number > 1 else None
        return Response({"count": count, "next": following, "previous": previous, "results": results})

    @staticmethod
    def _address(request: Request, number: int) -> str:
        parameters = request.query_params.copy()
        parameters["page"] = str(number)
        return f"{request.build_absolute_uri(request.path)}?{parameters.urlencode()}"
