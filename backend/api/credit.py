"""Credit records out of a project: recorded and lifted by the province."""

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
from backend.api.schema import PAGING, ordering, page_of
from lifecycle.credit import BEHAVIOUR_LENGTH, NAME_LENGTH, REASON_LENGTH, lift, record_credit
from lifecycle.models import CreditGrade, CreditRecord, CreditSubject

COLUMNS = (
    "id",
    "subject_kind",
    "subject_name",
    "grade",
    "behaviour",
    "recorded_on",
    "until",
    "document_id",
    "lifted_on",
)
ORDERS = ("recorded_on", "until")
LARGEST_ID = 2**63 - 1


class CreditShape(Shape):
    """A credit record, in force from recorded_on to until, for good where null, unless it was lifted."""

    id = serializers.IntegerField()
    subject_kind = serializers.ChoiceField(CreditSubject.choices)
    subject_name = TextField()
    grade = serializers.ChoiceField(CreditGrade.choices)
    behaviour = TextField()
    recorded_on = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    document_id = serializers.IntegerField(allow_null=True)
    lifted_on = serializers.DateField(allow_null=True)


class CreditRecordedShape(Shape):
    """A record to be made. recorded_on: today when left out; until: for good when left out or null."""

    subject_kind = serializers.ChoiceField(CreditSubject.choices)
    subject_name = TextField(max_length=NAME_LENGTH)
    grade = serializers.ChoiceField(CreditGrade.choices)
    behaviour = TextField(max_length=BEHAVIOUR_LENGTH)
    recorded_on = DayField(required=False)
    until = DayField(required=False, allow_null=True)
    document_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)


class LiftShape(Shape):
    """Why it counts no longer. on: today when left out."""

    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


def shown(record: CreditRecord) -> dict[str, Any]:
    """The record as the list gives it."""
    return {name: getattr(record, name) for name in COLUMNS}


class CreditView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.RECORD_CREDIT}

    @extend_schema(
        summary=_("某项目的信用记录。"),
        parameters=[*PAGING, ordering(*ORDERS)],
        responses=page_of(CreditShape),
        operation_id="projects_credit_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="-recorded_on")
        query.done()
        rows = self.project.credit_records.all()
        count = rows.count()
        page.check(count)
        return page.answer(
            request, count, list(rows.order_by(order, "pk").values(*COLUMNS)[page.start : page.end])
        )

    @extend_schema(summary=_("登记一条信用记录。"), request=CreditRecordedShape, responses={201: CreditShape})
    def post(self, request: Request, number: str) -> Response:
        shape = CreditRecordedShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"recorded_on": self.today, "until": None, **shape.validated_data}
        made = record_credit(project=self.project, actor=self.actor, today=self.today, **given)
        return Response(shown(made), status=201)


class LiftView(ProjectView):
    acts: ClassVar = {"POST": Act.RECORD_CREDIT}

    @extend_schema(summary=_("解除一条信用记录，写明原因。"), request=LiftShape, responses=CreditShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        record = self.project.credit_records.filter(pk=pk).first()
        if record is None:
            raise not_found()
        shape = LiftShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        return Response(shown(lift(record=record, actor=self.actor, today=self.today, **given)))
