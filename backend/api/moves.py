"""The moves of a project between stages: which are open and on what conditions, and making one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import access
from backend.access import Act
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField
from backend.api.schema import ON
from lifecycle.gates import gates_json, outlook_of
from lifecycle.models import ReasonClass, Severity
from lifecycle.moves import MOVES
from lifecycle.transitions import FUNCTIONS, REASON_LENGTH, Said, shown


class GateConditionShape(Shape):
    """A condition of a move. mend: where it is put right; who: the roles that can."""

    code = TextField()
    met = serializers.BooleanField()
    message = TextField()
    basis = TextField()
    title = TextField()
    mend = TextField()
    who = serializers.ListField(child=TextField())


class GateShape(Shape):
    """A move out of the present stage. who: the role that makes it; needs: what must be said with it."""

    title = TextField()
    allowed = serializers.BooleanField()
    who = TextField()
    needs = serializers.ListField(child=TextField())
    conditions = GateConditionShape(many=True)


class ReadinessShape(Shape):
    """As if acceptance were applied for on the day. first_day: the first on which it could succeed."""

    percent = serializers.IntegerField()
    first_day = serializers.DateField(allow_null=True)
    conditions = GateConditionShape(many=True)


class GatesShape(Shape):
    """Where a project stands, and the moves from there by name."""

    state = TextField()
    on = serializers.DateField()
    moves = serializers.DictField(child=GateShape())
    acceptance = ReadinessShape(allow_null=True)


class FindingShape(Shape):
    severity = serializers.ChoiceField(Severity.choices)
    text = TextField(max_length=REASON_LENGTH)


class MoveShape(Shape):
    """What comes with a move; which of it is wanted, `needs` of the gate says. on: today when left out."""

    on = DayField(required=False)
    reason = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")
    reason_class = serializers.ChoiceField(ReasonClass.choices, allow_blank=True, default="")
    document = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    findings = FindingShape(many=True, default=list)
    due_on = DayField(required=False, allow_null=True)


class MovedShape(Shape):
    """A move that was made."""

    sequence = serializers.IntegerField()
    move = TextField()
    from_state = TextField()
    to_state = TextField()
    effective_on = serializers.DateField()


class GatesView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("从当前阶段可办理的事项及其全部条件；并按“如果今天申请验收”给出准备程度。"),
        parameters=[ON],
        responses=GatesShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        gates, readiness = outlook_of(self.project, on=on, today=self.today)
        answer: dict[str, Any] = {
            **gates_json(gates, self.project),
            "on": on,
            "acceptance": None,
        }
        if readiness is not None:
            answer["acceptance"] = {
                "percent": readiness.percent,
                "first_day": readiness.first_day,
                "conditions": [shown(condition) for condition in readiness.gate.conditions],
            }
        return Response(answer)


class MoveView(ProjectView):
    """One move, by its name; whose it is depends on the move."""

    acts: ClassVar = {}

    @extend_schema(
        summary=_("办理一次阶段变更；条件未满足时 409，逐条列出全部条件。"),
        request=MoveShape,
        responses={201: MovedShape},
    )
    def post(self, request: Request, number: str, name: str) -> Response:
        if name not in MOVES:
            raise not_found()
        self.act = Act(name)
        access.require_on(self.act, self.sight, self.project)
        shape = MoveShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        change = FUNCTIONS[name](
            project_id=self.project.pk,
            actor=self.actor,
            on=given.pop("on", self.today),
            today=self.today,
            now=timezone.now(),
            said=Said(**{**given, "findings": [dict(each) for each in given["findings"]]}),
        )
        return Response(MovedShape(change).data, status=201)
