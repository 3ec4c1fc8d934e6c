"""The moves of a project as they were made, each with its conditions as they stood."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of
from lifecycle.models import StateChange
from lifecycle.told import Told, move_title, told_conditions

ORDERS = ("sequence",)


class KeptConditionShape(Shape):
    """A condition as it stood. basis: empty where the condition is asked no more."""

    code = TextField()
    met = serializers.BooleanField()
    message = TextField()
    basis = TextField()


class MoveShape(Shape):
    """A move. conditions: those of the effective day; conditions_today: where that day lay in the past, those
    of the day it was made.
    """

    sequence = serializers.IntegerField()
    move = TextField()
    title = TextField()
    from_state = TextField()
    to_state = TextField()
    effective_on = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField()
    actor = TextField()
    role = TextField()
    reason = TextField()
    reason_class = TextField()
    document = serializers.IntegerField(allow_null=True)
    rule_set = TextField()
    conditions = KeptConditionShape(many=True)
    conditions_today = KeptConditionShape(many=True)


class HistoryView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("某项目的阶段变动，连同当时的全部条件，按先后列出。"),
        parameters=[*PAGING, ordering(*ORDERS)],
        responses=page_of(MoveShape),
        operation_id="projects_history_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="sequence")
        query.done()
        rows = StateChange.objects.filter(project=self.project)
        count = rows.count()
        page.check(count)
        return page.answer(
            request, count, [_shown(row) for row in rows.order_by(order)[page.start : page.end]]
        )


def _shown(change: StateChange) -> dict[str, Any]:
    shown: dict[str, Any] = MoveShape(
        {
            "sequence": change.sequence,
            "move": change.move,
            "title": move_title(change.move),
            "from_state": change.from_state,
            "to_state": change.to_state,
            "effective_on": change.effective_on,
            "at": change.at,
            "actor": change.actor_name,
            "role": change.role,
            "reason": change.reason,
            "reason_class": change.reason_class,
            "document": change.document_id,
            "rule_set": change.rule_set,
            "conditions": _conditions(told_conditions(change, "on")),
            "conditions_today": _conditions(told_conditions(change, "today")),
        }
    ).data
    return shown


def _conditions(told: list[Told]) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "met": each.is_met, "message": each.message, "basis": each.basis} for each in told
    ]
