"""Milestones of a project: the plan, its progress, what is added to it."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import F
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
from lifecycle.milestones import NAME_LENGTH, OWNER_LENGTH, PROGRESS_LENGTH, add_milestone, log_progress
from lifecycle.models import Milestone

COLUMNS = ("id", "year", "name", "planned_on", "completed_on", "progress", "owner")
ORDERS = ("planned_on", "year", "completed_on", "name")


class MilestoneShape(Shape):
    """A milestone of a year's plan."""

    id = serializers.IntegerField(read_only=True)
    year = serializers.IntegerField(min_value=2000, max_value=2099)
    name = TextField(max_length=NAME_LENGTH)
    planned_on = DayField()
    completed_on = DayField(read_only=True, allow_null=True)
    progress = TextField(read_only=True)
    owner = TextField(max_length=OWNER_LENGTH, allow_blank=True, default="")


class ProgressShape(Shape):
    """How far a milestone is; what is left out stays as it is."""

    progress = TextField(max_length=PROGRESS_LENGTH, allow_blank=True, required=False)
    completed_on = DayField(required=False, allow_null=True)


class MilestonesView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.PLAN_MILESTONE}

    @extend_schema(
        summary=_("某项目的里程碑。"),
        parameters=[*PAGING, ordering(*ORDERS), parameter("q", _("按名称、完成情况、责任人查找。"))],
        responses=page_of(MilestoneShape),
        operation_id="projects_milestones_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="planned_on")
        q = query.text("q")
        query.done()
        rows = Milestone.objects.filter(project=self.project)
        if q:
            rows = (
                rows.filter(name__icontains=q)
                | rows.filter(progress__icontains=q)
                | rows.filter(owner__icontains=q)
            )
        count = rows.count()
        page.check(count)
        column = F(order.removeprefix("-"))
        by = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
        return page.answer(
            request, count, list(rows.order_by(by, "pk").values(*COLUMNS)[page.start : page.end])
        )

    @extend_schema(
        summary=_("增加一个里程碑（立项、拨款、实施阶段）；计划的调整和取消走变更申请。"),
        request=MilestoneShape,
        responses={201: MilestoneShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = MilestoneShape(data=request.data)
        shape.is_valid(raise_exception=True)
        added = add_milestone(project=self.project, actor=self.actor, **shape.validated_data)
        return Response(MilestoneShape(added).data, status=201)


class ProgressView(ProjectView):
    acts: ClassVar = {"POST": Act.LOG_MILESTONE}

    @extend_schema(
        summary=_("登记里程碑的完成情况和实际完成日期。"), request=ProgressShape, responses=MilestoneShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = Milestone.objects.filter(project=self.project, pk=pk).first()
        if milestone is None:
            raise not_found()
        shape = ProgressShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        logged = log_progress(
            milestone=milestone,
            progress=given.get("progress", milestone.progress),
            completed_on=given.get("completed_on", milestone.completed_on),
            actor=self.actor,
            today=self.today,
        )
        return Response(MilestoneShape(logged).data)
