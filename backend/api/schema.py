"""How the API is described in OpenAPI: parameters that many addresses share, and the refusals of all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.formats import Shape, TextField


class DocsView(SpectacularSwaggerSplitView):
    """The page that shows the API; its script comes from an address of its own, so that none is inline."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
        )
        return response


class KeptGenerator(SchemaGenerator):
    """Describes the API once in each language: it is the same for everybody, and takes a second of work."""

    _kept: ClassVar[dict[str | None, dict[str, Any]]] = {}

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:
        assert public, "the description hides nothing from anybody"
        language = get_language()
        if language not in self._kept:
            self._kept[language] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return self._kept[language]


PAGING = [
    OpenApiParameter("page", int, description=_("第几页，从 1 起。")),
    OpenApiParameter("page_size", int, description=_("每页条数，1–200，默认 50。")),
]
ON = OpenApiParameter("on", str, description=_("截至哪一天，YYYY-MM-DD；不填为今天。"))

KNOWN_AT = OpenApiParameter(
    "known_at", str, description=_("按当时已登记的内容返回：带时区的 ISO 8601 时刻；不填为现在。")
)


def parameter(
    name: str, description: Any, *, enum: list[str] | None = None, many: bool = False
) -> OpenApiParameter:
    """A text of the query string."""
    return OpenApiParameter(name, str, description=description, enum=enum, many=many)


def ordering(*fields: str) -> OpenApiParameter:
    """By which column a list is sorted; a minus turns it round."""
    return OpenApiParameter(
        "ordering",
        str,
        description=_("排序，前加 - 为降序。"),
        enum=[sign + field for field in fields for sign in ("", "-")],
    )


def page_of(row: type[Shape]) -> type[Shape]:
    """The shape of a page of rows, for the description."""
    name = f"{row.__name__}Page"
    return type(
        name,
        (Shape,),
        {
            "count": serializers.IntegerField(),
            "next": TextField(allow_null=True),
            "previous": TextField(allow_null=True),
            "results": row(many=True),
            "__doc__": f"A page of {row.__name__}.",
        },
    )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the token is described in the OpenAPI document."""

    target_class = "backend.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": _("Token …（由 POST /api/v1/auth/token/ 取得）"),
        }


REFUSALS = {
    "400": _("请求的形式不正确。"),
    "401": _("未登录，或令牌无效。"),
    "403": _("角色没有这项权限。"),
    "404": _("不存在，或无权查看。"),
    "405": _("不支持这种请求方法。"),
    "409": _("与现状冲突：阶段、余额、重复登记等。"),
    "415": _("不支持这种正文格式。"),
    "429": _("尝试次数过多。"),
}


def add_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation may be refused in these ways; described once, referred to everywhere."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Refusal"] = {
        "type": "object",
        "required": ["code", "message", "details"],
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "details": {"type": "object", "additionalProperties": True},
        },
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, description in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
