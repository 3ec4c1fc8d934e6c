"""Recorded exceptions of a project: asked for, granted, refused, withdrawn."""

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
from backend.api.formats import DayField, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from lifecycle.exemptions import REASON_LENGTH, ask, grant, refuse, withdraw
from lifecycle.models import Exemption, ExemptionState, Project
from lifecycle.models.exemption import WAIVABLE

ORDERS = ("id", "rule", "asked_on", "granted_on")


class ExemptionShape(Shape):
    """An exception to one rule. In force from granted_on to until, both included; until null: without end."""

    id = serializers.IntegerField()
    rule = TextField()
    state = TextField()
    reason = TextField()
    asked_on = serializers.DateField()
    asked_by = TextField()
    granted_on = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    granted_by = TextField()
    document = serializers.IntegerField(source="document_id", allow_null=True)


class AskingShape(Shape):
    """Which rule, why, and on which day (today where it is left out)."""

    rule = TextField(max_length=10)
    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


class GrantingShape(Shape):
    """On which paper, from which day (today where it is left out), until when (null: without end)."""

    document = serializers.IntegerField(min_value=1, max_value=999_999_999)
    on = DayField(required=False)
    until = DayField(required=False, allow_null=True)


class RefusingShape(Shape):
    """Why not, and on which day (today where it is left out)."""

    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


class WithdrawingShape(Shape):
    """On which day; today where it is left out."""

    on = DayField(required=False)


class ExemptionsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.ASK_EXEMPTION}

    @extend_schema(
        summary=_("某项目的例外。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("rule", _("规则编号。"), enum=list(WAIVABLE)),
            parameter("state", _("状态。"), enum=ExemptionState.values),
        ],
        responses=page_of(ExemptionShape),
        operation_id="projects_exemptions_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="id")
        wanted = {
            "rule": query.choice("rule", WAIVABLE),
            "state": query.choice("state", ExemptionState.values),
        }
        query.done()
        rows = Exemption.objects.filter(
            project=self.project, **{name: value for name, value in wanted.items() if value}
        )
        count = rows.count()
        page.check(count)
        found = rows.order_by(order, "pk")[page.start : page.end]
        return page.answer(request, count, list(ExemptionShape(found, many=True).data))

    @extend_schema(
        summary=_("申请一项例外；只限 FIN-01、FIN-02、FIN-04、LC-06、LC-07、LC-09。"),
        request=AskingShape,
        responses={201: ExemptionShape},
    )
    def post(self, request: Request, number: str) -> Response:
        said = _said(AskingShape(data=request.data))
        said.setdefault("on", self.today)
        asked = ask(project=self.project, actor=self.actor, today=self.today, **said)
        return Response(ExemptionShape(asked).data, status=201)


class GrantView(ProjectView):
    acts: ClassVar = {"POST": Act.DECIDE_EXEMPTION}

    @extend_schema(
        summary=_("批准例外，须附例外审批文件或决定文件。"), request=GrantingShape, responses=ExemptionShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        exemption = exemption_in(self.project, pk)
        said = _said(GrantingShape(data=request.data))
        said.setdefault("on", self.today)
        return Response(
            ExemptionShape(grant(exemption=exemption, actor=self.actor, today=self.today, **said)).data
        )


class RefuseView(ProjectView):
    acts: ClassVar = {"POST": Act.DECIDE_EXEMPTION}

    @extend_schema(summary=_("不批准例外。"), request=RefusingShape, responses=ExemptionShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        exemption = exemption_in(self.project, pk)
        said = _said(RefusingShape(data=request.data))
        said.setdefault("on", self.today)
        return Response(
            ExemptionShape(refuse(exemption=exemption, actor=self.actor, today=self.today, **said)).data
        )


class WithdrawView(ProjectView):
    acts: ClassVar = {"POST": Act.ASK_EXEMPTION}

    @extend_schema(
        summary=_("撤回本单位提出的例外申请。"), request=WithdrawingShape, responses=ExemptionShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        exemption = exemption_in(self.project, pk)
        said = _said(WithdrawingShape(data=request.data))
        said.setdefault("on", self.today)
        return Response(
            ExemptionShape(withdraw(exemption=exemption, actor=self.actor, today=self.today, **said)).data
        )


def exemption_in(project: Project, pk: int) -> Exemption:
    """The project's exception. Raises NotFound for any other."""
    exemption = Exemption.objects.filter(project=project, pk=pk).first()
    if exemption is None:
        raise not_found()
    return exemption


def _said(shape: Shape) -> dict[str, Any]:
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)
