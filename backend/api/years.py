"""A project year by year: what was planned, against what was done and spent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import AmountField, DayField, Shape
from backend.api.schema import ON
from reports.years import PlanYear, plan_of


class PlanFiguresShape(Shape):
    """Milestones by number and weight, money in yuan; planned_spend is null where nothing was planned."""

    planned = serializers.IntegerField()
    done = serializers.IntegerField()
    late = serializers.IntegerField()
    waived = serializers.IntegerField()
    weight = serializers.IntegerField()
    weight_done = serializers.IntegerField()
    planned_spend = AmountField(allow_null=True)
    spent = AmountField()


class PlanYearShape(PlanFiguresShape):
    year = serializers.IntegerField()


class YearsShape(Shape):
    """Every year of the term, and any other with a milestone or spending; then all together."""

    on = DayField()
    years = PlanYearShape(many=True)
    total = PlanFiguresShape()


class YearsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("某项目逐年计划与执行：里程碑、权重、计划支出与实际支出。"),
        parameters=[ON],
        responses=YearsShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        plan = plan_of(self.project, on=on)
        return Response(
            {
                "on": on,
                "years": [{"year": year.year, **_figures(year)} for year in plan.years],
                "total": _figures(plan.total),
            }
        )


def _figures(year: PlanYear) -> dict[str, Any]:
    return {str(name): getattr(year, str(name)) for name in PlanFiguresShape().fields}
