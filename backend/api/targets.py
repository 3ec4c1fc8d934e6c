"""Targets of a project and what was achieved of them."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import Shape, TextField
from lifecycle.targets import ACHIEVED_LENGTH, EVIDENCE_LENGTH, MOST_PAPERS, record_results

MOST_RESULTS = 500


class ResultShape(Shape):
    """What was achieved of a target, and the papers on file that prove it, by id; what is left out stays."""

    id = serializers.IntegerField(min_value=1)
    achieved_value = TextField(max_length=ACHIEVED_LENGTH, allow_blank=True, required=False)
    evidence = TextField(max_length=EVIDENCE_LENGTH, allow_blank=True, required=False)
    papers = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=MOST_PAPERS, required=False
    )


class ResultsShape(Shape):
    """Results of some targets; the others stay. seen: the latest recorded_at of what was read before."""

    results = serializers.ListField(child=ResultShape(), max_length=MOST_RESULTS)
    seen = serializers.DateTimeField(required=False, allow_null=True, default=None)


class WholeTargetShape(ResultShape):
    """A target as the contract has it, with what was achieved; values as written."""

    category = TextField()
    name = TextField()
    unit_of_measure = TextField()
    contract_value = TextField()
    recorded_at = serializers.DateTimeField()


class TargetsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}

    @extend_schema(
        summary=_("某项目的考核指标及完成情况。"),
        responses=WholeTargetShape(many=True),
        operation_id="projects_targets_list",
    )
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        return self.shown()

    @extend_schema(
        summary=_("填报考核指标的完成值、佐证和佐证文件（结题之前）。"),
        request=ResultsShape,
        responses=WholeTargetShape(many=True),
    )
    def put(self, request: Request, number: str) -> Response:
        sent = ResultsShape(data=request.data)
        sent.is_valid(raise_exception=True)
        record_results(project=self.project, actor=self.actor, today=self.today, **sent.validated_data)
        return self.shown()

    def shown(self) -> Response:
        targets = self.project.targets.order_by("category", "pk")
        return Response(list(WholeTargetShape(targets, many=True).data))
