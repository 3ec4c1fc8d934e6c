"""The unit's rating of itself before an application for acceptance."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import Shape, TextField, ZeroAmountField
from finance.self_rating import standing_of
from lifecycle.acceptance.self_rating import FIELDS, REASON_LENGTH, rate
from lifecycle.models import SelfRating


class RatingShape(Shape):
    """Scores with two decimals (output 0–50, benefit 0–30, satisfaction 0–10), and what is said to each.

    seen: the recorded_at of what was read before, where known.
    """

    output = ZeroAmountField()
    output_reason = TextField(max_length=REASON_LENGTH)
    benefit = ZeroAmountField()
    benefit_reason = TextField(max_length=REASON_LENGTH)
    satisfaction = ZeroAmountField()
    satisfaction_reason = TextField(max_length=REASON_LENGTH)


class RatingWritingShape(RatingShape):
    seen = serializers.DateTimeField(required=False, allow_null=True, default=None)


class WholeRatingShape(RatingShape):
    """A rating. execution: 10 × spent ÷ planned by the ledger of today, or of the day it was filed, null without
    a plan; then total and band are null too. filed_on: from then on it stands.
    """

    round = serializers.IntegerField()
    execution = ZeroAmountField(allow_null=True)
    total = ZeroAmountField(allow_null=True)
    band = TextField(allow_null=True)
    filed_on = serializers.DateField(allow_null=True)
    recorded_at = serializers.DateTimeField()


class SelfRatingView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}

    @extend_schema(
        summary=_("某项目各轮验收的绩效自评，最近一轮在前。"),
        responses=WholeRatingShape(many=True),
        operation_id="projects_self_rating_list",
    )
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        return Response([self.shown(each) for each in self.project.self_ratings.order_by("-round")])

    @extend_schema(
        summary=_("填报绩效自评（申请验收之前）。"), request=RatingWritingShape, responses=WholeRatingShape
    )
    def put(self, request: Request, number: str) -> Response:
        sent = RatingWritingShape(data=request.data)
        sent.is_valid(raise_exception=True)
        scores = dict(sent.validated_data)
        seen = scores.pop("seen")
        return Response(
            self.shown(
                rate(project=self.project, scores=scores, seen=seen, actor=self.actor, today=self.today)
            )
        )

    def shown(self, rating: SelfRating) -> dict[str, Any]:
        standing = standing_of(rating, self.project, on=self.today)
        answer: dict[str, Any] = WholeRatingShape(
            {
                **{field: getattr(rating, field) for field in FIELDS},
                "round": rating.round,
                "filed_on": rating.filed_on,
                "recorded_at": rating.recorded_at,
                "execution": standing.execution,
                "total": standing.total,
                "band": standing.band,
            }
        ).data
        return answer
