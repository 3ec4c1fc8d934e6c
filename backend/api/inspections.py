"""Inspections of a project: planned, held with a checklist and a result, or cancelled."""

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
from lifecycle.findings import TEXT_LENGTH, Raised
from lifecycle.inspections import (
    FINDING_LENGTH,
    INSPECTOR_LENGTH,
    ITEMS,
    OPINION_LENGTH,
    REASON_LENGTH,
    Checked,
    cancel,
    hold,
    plan_inspection,
)
from lifecycle.models import Inspection, InspectionKind, InspectionState, Severity
from lifecycle.models.inspection import RESULTS

COLUMNS = (
    "id",
    "kind",
    "state",
    "planned_on",
    "held_on",
    "inspector",
    "checklist",
    "result",
    "opinion",
)
ORDERS = ("planned_on", "held_on")
FINDINGS_AT_MOST = 50


class CheckedShape(Shape):
    """One item of a checklist; what is not met says why."""

    item = serializers.ChoiceField([(item, item) for item in ITEMS])
    finding = TextField(max_length=FINDING_LENGTH, allow_blank=True, default="")
    is_met = serializers.BooleanField()


class RaisedShape(Shape):
    """Something found, and the day by which it is to be mended."""

    severity = serializers.ChoiceField(Severity.choices)
    text = TextField(max_length=TEXT_LENGTH)
    due_on = DayField()


class InspectionShape(Shape):
    """An inspection; held_on and result are there once it was held."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(InspectionKind.choices)
    state = serializers.ChoiceField(InspectionState.choices)
    planned_on = serializers.DateField()
    held_on = serializers.DateField(allow_null=True)
    inspector = TextField()
    checklist = CheckedShape(many=True)
    result = TextField()
    opinion = TextField()


class PlanShape(Shape):
    """An inspection to be planned. on: the day it is planned, today when left out."""

    kind = serializers.ChoiceField(InspectionKind.choices)
    planned_on = DayField()
    inspector = TextField(max_length=INSPECTOR_LENGTH)
    on = DayField(required=False)


class HoldShape(Shape):
    """How it went. A mid-term's checklist has every item; 限期整改 comes with a finding at least."""

    held_on = DayField()
    checklist = CheckedShape(many=True)
    result = serializers.ChoiceField([(result, result) for result in RESULTS])
    opinion = TextField(max_length=OPINION_LENGTH)
    findings = serializers.ListField(child=RaisedShape(), default=list, max_length=FINDINGS_AT_MOST)


class CancelShape(Shape):
    """Why it does not take place. on: today when left out."""

    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


def shown(inspection: Inspection) -> dict[str, Any]:
    """The inspection as the list gives it."""
    return {name: getattr(inspection, name) for name in COLUMNS}


class InspectionsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.INSPECT}

    @extend_schema(
        summary=_("某项目的中期检查和抽查。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("kind", _("检查类型。"), enum=list(InspectionKind.values)),
            parameter("state", _("状态。"), enum=list(InspectionState.values)),
        ],
        responses=page_of(InspectionShape),
        operation_id="projects_inspections_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="planned_on")
        kind = query.choice("kind", InspectionKind.values)
        state = query.choice("state", InspectionState.values)
        query.done()
        rows = self.project.inspections.all()
        if kind:
            rows = rows.filter(kind=kind)
        if state:
            rows = rows.filter(state=state)
        count = rows.count()
        page.check(count)
        return page.answer(
            request, count, list(rows.order_by(order, "pk").values(*COLUMNS)[page.start : page.end])
        )

    @extend_schema(
        summary=_("安排一次中期检查或抽查（实施阶段）；同一时间只能有一次待开展的中期检查。"),
        request=PlanShape,
        responses={201: InspectionShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = PlanShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        planned = plan_inspection(project=self.project, actor=self.actor, today=self.today, **given)
        return Response(shown(planned), status=201)


class _OneView(ProjectView):
    acts: ClassVar = {"POST": Act.INSPECT}

    def inspection(self, pk: int) -> Inspection:
        found = self.project.inspections.filter(pk=pk).first()
        if found is None:
            raise not_found()
        return found


class HoldView(_OneView):
    @extend_schema(
        summary=_("登记检查情况：清单、结果、意见和发现的问题，一次完成。"),
        request=HoldShape,
        responses=InspectionShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        inspection = self.inspection(pk)
        shape = HoldShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        held = hold(
            inspection=inspection,
            held_on=given["held_on"],
            checklist=[Checked(**each) for each in given["checklist"]],
            result=given["result"],
            opinion=given["opinion"],
            findings=[Raised(**each) for each in given["findings"]],
            actor=self.actor,
            today=self.today,
        )
        return Response(shown(held))


class CancelView(_OneView):
    @extend_schema(summary=_("取消一次检查，写明原因。"), request=CancelShape, responses=InspectionShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        inspection = self.inspection(pk)
        shape = CancelShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        return Response(shown(cancel(inspection=inspection, actor=self.actor, today=self.today, **given)))
