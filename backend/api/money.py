"""The money of a project by source."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import Shape, TextField
from backend.api.schema import KNOWN_AT, ON
from finance.funding import funding_of
from finance.terms import SOURCES


class SourceMoneyShape(Shape):
    """Yuan, as texts with two decimals."""

    committed = TextField()
    arrived_at_park = TextField()
    held_at_park = TextField()
    received = TextField()
    spent = TextField()
    refunded = TextField()
    balance = TextField()


class FundingShape(Shape):
    """By source, under its Chinese name; ratios are park to provincial money, null without any."""

    ratio_committed = TextField(allow_null=True)
    ratio_received = TextField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {source: SourceMoneyShape() for source in SOURCES} | super().get_fields()


class FundingView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("某项目各来源资金：合同、到账、待拨、到位、支出、退回、余额。"),
        parameters=[ON, KNOWN_AT],
        responses=FundingShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on, known_at = query.moment(self.today)
        query.done()
        funding = funding_of([self.project], on=on, known_at=known_at).get(self.project.pk)
        if funding is None:
            raise not_found()
        return Response(funding.as_json())
