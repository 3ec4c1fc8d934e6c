"""Milestones of a project: the plan, its progress, what is added to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import AmountField, DayField, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from lifecycle import milestones
from lifecycle.milestones import NAME_LENGTH, OWNER_LENGTH, PROGRESS_LENGTH, REASON_LENGTH, WHOLE
from lifecycle.models import Milestone

COLUMNS = (
    "id",
    "year",
    "name",
    "planned_on",
    "completed_on",
    "progress",
    "owner",
    "state",
    "weight",
    "planned_spend",
    "waived_on",
)
ORDERS = ("planned_on", "year", "completed_on", "name")


class MilestoneShape(Shape):
    """A milestone of a year's plan.

    state: planned, in_progress, handed_in, returned, verified, waived. planned_spend: yuan.
    """

    id = serializers.IntegerField(read_only=True)
    year = serializers.IntegerField(min_value=2000, max_value=2099)
    name = TextField(max_length=NAME_LENGTH)
    planned_on = DayField()
    completed_on = DayField(read_only=True, allow_null=True)
    progress = TextField(read_only=True)
    owner = TextField(max_length=OWNER_LENGTH, allow_blank=True, default="")
    state = TextField(read_only=True)
    weight = serializers.IntegerField(min_value=1, max_value=WHOLE, allow_null=True, default=None)
    planned_spend = AmountField(allow_null=True, default=None)
    waived_on = DayField(read_only=True, allow_null=True)


class ProgressShape(Shape):
    """How far a milestone is. A day on which it was done hands it in, as `hand-in/` does."""

    progress = TextField(max_length=PROGRESS_LENGTH, allow_blank=True, required=False)
    completed_on = DayField(required=False)


class CompletionShape(Shape):
    """The day a milestone was done, and what was done; evidence has to be on file."""

    completed_on = DayField()
    statement = TextField(max_length=PROGRESS_LENGTH)


class MilestoneDayShape(Shape):
    """The business day of the act; today where it is left out."""

    on = DayField(required=False)


class MilestoneReasonShape(MilestoneDayShape):
    reason = TextField(max_length=REASON_LENGTH)


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
        added = milestones.add_milestone(
            project=self.project, actor=self.actor, today=self.today, **shape.validated_data
        )
        return Response(MilestoneShape(added).data, status=201)


class MilestoneView(ProjectView):
    """About one milestone of the project in the address."""

    def milestone(self, pk: int) -> Milestone:
        found = Milestone.objects.filter(project=self.project, pk=pk).first()
        if found is None:
            raise not_found()
        return found

    def read(self, shape: type[Shape]) -> dict[str, Any]:
        """What was sent; the business day is today where the shape has one and none was said."""
        sent = shape(data=self.request.data)
        sent.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(sent.validated_data)
        if issubclass(shape, MilestoneDayShape):
            said.setdefault("on", self.today)
        return said

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.actor, "today": self.today}


class ProgressView(MilestoneView):
    acts: ClassVar = {"POST": Act.LOG_MILESTONE}

    @extend_schema(
        summary=_("登记里程碑的完成情况；填写实际完成日期即为提交完成，须有佐证材料。"),
        request=ProgressShape,
        responses=MilestoneShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = self.milestone(pk)
        said = self.read(ProgressShape)
        progress = said.get("progress", milestone.progress)
        if "completed_on" in said:
            logged = milestones.hand_in(
                milestone=milestone, completed_on=said["completed_on"], statement=progress, **self.by
            )
        else:
            logged = milestones.log_progress(milestone=milestone, progress=progress, **self.by)
        return Response(MilestoneShape(logged).data)


class HandInView(MilestoneView):
    acts: ClassVar = {"POST": Act.HAND_IN_MILESTONE}

    @extend_schema(
        summary=_("提交里程碑完成，待高新区核实；须先上传“里程碑佐证”类文件。"),
        request=CompletionShape,
        responses=MilestoneShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = self.milestone(pk)
        return Response(
            MilestoneShape(
                milestones.hand_in(milestone=milestone, **self.read(CompletionShape), **self.by)
            ).data
        )


class TakeBackView(MilestoneView):
    acts: ClassVar = {"POST": Act.HAND_IN_MILESTONE}

    @extend_schema(summary=_("提交人撤回尚未核实的里程碑。"), request=None, responses=MilestoneShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        return Response(MilestoneShape(milestones.take_back(milestone=self.milestone(pk), **self.by)).data)


class VerifyView(MilestoneView):
    acts: ClassVar = {"POST": Act.VERIFY_MILESTONE}

    @extend_schema(
        summary=_("核实里程碑已完成；提交人不能核实自己的提交。"),
        request=MilestoneDayShape,
        responses=MilestoneShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = self.milestone(pk)
        return Response(
            MilestoneShape(
                milestones.verify(milestone=milestone, **self.read(MilestoneDayShape), **self.by)
            ).data
        )


class ReturnView(MilestoneView):
    acts: ClassVar = {"POST": Act.VERIFY_MILESTONE}

    @extend_schema(
        summary=_("退回提交的里程碑，须写明理由。"), request=MilestoneReasonShape, responses=MilestoneShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = self.milestone(pk)
        return Response(
            MilestoneShape(
                milestones.give_back(milestone=milestone, **self.read(MilestoneReasonShape), **self.by)
            ).data
        )


class WaiveView(MilestoneView):
    acts: ClassVar = {"POST": Act.WAIVE_MILESTONE}

    @extend_schema(
        summary=_("免除里程碑，须写明理由；自免除之日起不再计为逾期。"),
        request=MilestoneReasonShape,
        responses=MilestoneShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        milestone = self.milestone(pk)
        return Response(
            MilestoneShape(
                milestones.waive(milestone=milestone, **self.read(MilestoneReasonShape), **self.by)
            ).data
        )


ACTS: dict[str, type[MilestoneView]] = {
    "hand-in": HandInView,
    "take-back": TakeBackView,
    "verify": VerifyView,
    "return": ReturnView,
    "waive": WaiveView,
}
"""What is done to one milestone, by the last word of its address."""
