"""The settlement of a project and its surplus: as the ledger stands, as it was frozen, what was decided."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import DayField, Shape, TextField
from backend.api.money import SourceMoneyShape
from backend.api.schema import ON
from finance.models import Settlement, SurplusDecision, SurplusUse
from finance.settlement import adds_up, freeze, is_whole, settlement_of
from finance.surplus import REASON_LENGTH, decide_surplus, surplus_of
from finance.terms import SOURCES


class BySourceShape(Shape):
    """Yuan by source, under its Chinese name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {source: TextField() for source in SOURCES}


class SourcesShape(Shape):
    """The money of each source, under its Chinese name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {source: SourceMoneyShape() for source in SOURCES}


class CategoryShape(Shape):
    """Spending on a category: by source, and together."""

    category = TextField()
    amounts = BySourceShape()
    total = TextField()


class TableShape(Shape):
    """The settlement table. surplus: fiscal money left at the unit; held_at_park: provincial money not passed on."""

    funding = SourcesShape()
    total = SourceMoneyShape()
    spent = CategoryShape(many=True)
    surplus = TextField()
    held_at_park = TextField()


class DifferenceShape(Shape):
    """Where the frozen settlement and the ledger part: a figure of a source, or a category."""

    source = TextField()  # type: ignore[assignment]
    item = TextField()
    frozen = TextField()
    in_ledger = TextField()


class FrozenShape(Shape):
    """A frozen settlement. digest: SHA-256 of the canonical content; differences: only of the latest."""

    number = serializers.IntegerField()
    settled_on = DayField()
    digest = TextField()
    sequence = serializers.IntegerField()
    head_hash = TextField()
    at = serializers.DateTimeField()
    actor_name = TextField()
    content = serializers.DictField()
    is_whole = serializers.BooleanField()
    differences = DifferenceShape(many=True, allow_null=True)


class SettlementShape(Shape):
    """The settlement as the ledger stands, and the frozen ones, the latest first."""

    on = DayField()
    live = TableShape()
    frozen = FrozenShape(many=True)


class FreezeShape(Shape):
    """on: 决算截止日, today when left out."""

    on = DayField(required=False)


class SettlementView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.SETTLE}

    @extend_schema(
        summary=_("某项目的经费决算：按台账现算的，和已封存的（最新的与台账比对）。"),
        parameters=[ON],
        responses=SettlementShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        frozen = list(
            Settlement.objects.filter(project=self.project).select_related("project").order_by("-number")
        )
        return Response(
            {
                "on": on,
                "live": settlement_of(self.project, on=on).as_json(),
                "frozen": [_frozen(each, is_latest=each is frozen[0]) for each in frozen],
            }
        )

    @extend_schema(
        summary=_("封存截至某日的经费决算；内容未变的，返回原来的一份。"),
        request=FreezeShape,
        responses={201: FrozenShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = FreezeShape(data=request.data)
        shape.is_valid(raise_exception=True)
        settlement = freeze(
            project=self.project,
            on=shape.validated_data.get("on", self.today),
            actor=self.actor,
            today=self.today,
        )
        settlement.refresh_from_db()
        return Response(_frozen(settlement, is_latest=True), status=201)


def _frozen(settlement: Settlement, *, is_latest: bool) -> dict[str, Any]:
    columns = ("number", "settled_on", "digest", "sequence", "head_hash", "actor_name", "content")
    return {
        **{name: getattr(settlement, name) for name in columns},
        "at": timezone.localtime(settlement.at).isoformat(),
        "is_whole": is_whole(settlement),
        "differences": [
            {
                "source": each.source,
                "item": each.item,
                "frozen": f"{each.frozen:.2f}",
                "in_ledger": f"{each.in_ledger:.2f}",
            }
            for each in adds_up(settlement)
        ]
        if is_latest
        else None,
    }


class SurplusDecisionShape(Shape):
    """What was decided of the surplus. kept_until: the last day, where it is kept."""

    on = DayField(source="decided_on", required=False)
    use = serializers.ChoiceField(SurplusUse.values)
    amount = TextField(read_only=True)
    kept_until = DayField(required=False, allow_null=True)
    reason = TextField(max_length=REASON_LENGTH)


class FiscalShape(BySourceShape):
    """Yuan by fiscal source, under its Chinese name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {source: TextField() for source in SOURCES[:2]}


class SurplusShape(Shape):
    """Fiscal money left at the unit and at the park, and the decisions about it, the latest first."""

    on = DayField()
    at_unit = FiscalShape()
    at_park = TextField()
    total = TextField()
    decisions = SurplusDecisionShape(many=True)


class SurplusView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.DECIDE_SURPLUS}

    @extend_schema(
        summary=_("某项目的财政资金结余，以及对它的处理决定。"), parameters=[ON], responses=SurplusShape
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        left = surplus_of(self.project, on=on)
        decisions = SurplusDecision.objects.filter(project=self.project).order_by("-decided_on", "-pk")
        return Response(
            {
                "on": on,
                "at_unit": {source: f"{amount:.2f}" for source, amount in left.at_unit.items()},
                "at_park": f"{left.at_park:.2f}",
                "total": f"{left.total:.2f}",
                "decisions": SurplusDecisionShape(decisions, many=True).data,
            }
        )

    @extend_schema(
        summary=_("决定结余的处理：留用（kept）或交回（returned，随即通知退款）；验收阶段。"),
        request=SurplusDecisionShape,
        responses={201: SurplusDecisionShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = SurplusDecisionShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        decision = decide_surplus(
            project=self.project,
            use=given["use"],
            on=given.get("decided_on", self.today),
            reason=given["reason"],
            kept_until=given.get("kept_until"),
            actor=self.actor,
            today=self.today,
        )
        return Response(SurplusDecisionShape(decision).data, status=201)
