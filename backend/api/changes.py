"""Change requests of a project: asked for, looked at with what they would move, and decided along their chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, acting_in_turn
from backend.api.base import ProjectView
from backend.api.contracts import LARGEST_ID, DifferenceRowShape, ObjectField
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import ON, PAGING, ordering, page_of, parameter
from lifecycle import changes
from lifecycle.changes import REVIEWER, chain_of
from lifecycle.changes.acts import REASON_LENGTH
from lifecycle.models import ChangeKind, ChangeRequest, ChangeState, ChangeTier, Project
from lifecycle.models.change import OPEN
from reports.impact import impact_of

ORDERS = ("id", "asked_on", "decided_on")


class ChangeShape(Shape):
    """A change request in a list. version: of the contract it made, null while it made none."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ChangeKind.choices)
    tier = serializers.ChoiceField(ChangeTier.choices)
    state = serializers.ChoiceField(ChangeState.choices)
    reason = TextField()
    asked_on = serializers.DateField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    version = serializers.SerializerMethodField()

    def get_version(self, change: ChangeRequest) -> int | None:
        contract = getattr(change, "contract", None)
        return None if contract is None else contract.version


class WholeChangeShape(ChangeShape):
    """One change request. wanted and former: shapes by kind. rows: the same for people, row by row.

    turn: the role that has to look at it now, null when none has. chain: the states it passes. moved: what
    stands otherwise now than when it was handed in; approving is refused while anything does.
    """

    wanted = ObjectField()
    former = ObjectField()
    rows = DifferenceRowShape(many=True)
    turn = TextField(allow_null=True)
    chain = serializers.ListField(child=serializers.CharField())
    moved = DifferenceRowShape(many=True)


class ChangeAskingShape(Shape):
    """What is to be changed, why, and into what. on: today when left out.

    wanted by kind: unit {unit, site?}; leader {leader}; term {months}; targets {targets: [{id?, category, name,
    unit_of_measure, contract_value}]}, the whole list; total, source_structure {amounts: {total_investment,
    provincial_grant, park_matching, self_raised, social_capital}, tranches: [{source, number, planned_on,
    amount, condition, is_tail}], category_budget?}; early_acceptance {planned_on}; partners {partners};
    members {members}; technical_route {technical_route}; categories {category_budget: {source: {category:
    amount}}}; work_plan {move: [{id, year, name, planned_on}], add: [{year, name, planned_on}], drop: [id]}.
    """

    kind = serializers.ChoiceField(ChangeKind.choices)
    reason = TextField(max_length=REASON_LENGTH)
    wanted = ObjectField()
    on = DayField(required=False)


class EditingShape(Shape):
    """What is left out stays as it is. on: today when left out."""

    reason = TextField(max_length=REASON_LENGTH, required=False)
    wanted = ObjectField(required=False)
    on = DayField(required=False)


class StepShape(Shape):
    """The day (today when left out), and a paper of the project that goes with it."""

    on = DayField(required=False)
    document = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)


class AgreeingShape(StepShape):
    comment = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")


class TurningDownShape(StepShape):
    reason = TextField(max_length=REASON_LENGTH)


class ChangeWithdrawingShape(Shape):
    reason = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")
    on = DayField(required=False)


class SaidByRuleShape(Shape):
    status = TextField()
    message = TextField()


class MovedAnswerShape(Shape):
    """A rule that would answer with another status."""

    code = TextField()
    title = TextField()
    before = SaidByRuleShape()
    after = SaidByRuleShape()


class ImpactShape(Shape):
    """What approving the change on the day would move; each list is empty where nothing would."""

    on = serializers.DateField()
    days = DifferenceRowShape(many=True)
    ratios = DifferenceRowShape(many=True)
    tranches = DifferenceRowShape(many=True)
    milestones = DifferenceRowShape(many=True)
    terms = DifferenceRowShape(many=True)
    answers = MovedAnswerShape(many=True)


class ChangesView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.ASK_CHANGE}

    @extend_schema(
        summary=_("某项目的变更申请。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("kind", _("变更事项。"), enum=ChangeKind.values),
            parameter("state", _("状态。"), enum=ChangeState.values),
        ],
        responses=page_of(ChangeShape),
        operation_id="projects_changes_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="id")
        wanted = {
            "kind": query.choice("kind", ChangeKind.values),
            "state": query.choice("state", ChangeState.values),
        }
        query.done()
        rows = ChangeRequest.objects.filter(
            project=self.project, **{name: value for name, value in wanted.items() if value}
        )
        count = rows.count()
        page.check(count)
        found = rows.select_related("contract").order_by(order, "pk")[page.start : page.end]
        return page.answer(request, count, list(ChangeShape(found, many=True).data))

    @extend_schema(
        summary=_("提出一件变更申请（草稿）；提交前可修改。"),
        request=ChangeAskingShape,
        responses={201: WholeChangeShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = ChangeAskingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        said.setdefault("on", self.today)
        asked = changes.ask(project_id=self.project.pk, actor=self.actor, today=self.today, **said)
        return Response(whole(asked, self.project), status=201)


class ChangeView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "PATCH": Act.ASK_CHANGE}

    @extend_schema(summary=_("一件变更申请。"), responses=WholeChangeShape)
    def get(self, request: Request, number: str, pk: int) -> Response:
        self.query.done()
        return Response(whole(change_in(self.project, pk), self.project))

    @extend_schema(summary=_("修改草稿或被退回的申请。"), request=EditingShape, responses=WholeChangeShape)
    def patch(self, request: Request, number: str, pk: int) -> Response:
        change = change_in(self.project, pk)
        shape = EditingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        edited = changes.edit(
            change=change,
            reason=said.get("reason", change.reason),
            wanted=said.get("wanted", change.wanted),
            actor=self.actor,
            on=said.get("on", self.today),
            today=self.today,
        )
        return Response(whole(edited, self.project))


class _StepView(ProjectView):
    """A step along the chain; `do` takes what the shape says."""

    shape: ClassVar[type[Shape]]
    do: ClassVar[Callable[..., ChangeRequest]]

    def step(self, request: Request, pk: int) -> Response:
        change = change_in(self.project, pk)
        shape = self.shape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        said.setdefault("on", self.today)
        if "document" in shape.fields:
            said["document_id"] = said.pop("document", None)
        assert self.act is not None
        turn = REVIEWER.get(change.state)
        actor = acting_in_turn(self.actor, self.act, self.sight, self.project, turn=turn)
        done = type(self).do(change=change, actor=actor, today=self.today, **said)
        return Response(whole(done, self.project))


class HandInView(_StepView):
    acts: ClassVar = {"POST": Act.ASK_CHANGE}
    shape: ClassVar = StepShape
    do: ClassVar = staticmethod(changes.hand_in)

    @extend_schema(summary=_("提交变更申请。"), request=StepShape, responses=WholeChangeShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        return self.step(request, pk)


class AgreeView(_StepView):
    acts: ClassVar = {"POST": Act.REVIEW_CHANGE}
    shape: ClassVar = AgreeingShape
    do: ClassVar = staticmethod(changes.agree)

    @extend_schema(
        summary=_("同意并报送下一级；最后一级同意即批准，合同随之变更。"),
        request=AgreeingShape,
        responses=WholeChangeShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        return self.step(request, pk)


class ReturnView(_StepView):
    acts: ClassVar = {"POST": Act.REVIEW_CHANGE}
    shape: ClassVar = TurningDownShape
    do: ClassVar = staticmethod(changes.give_back)

    @extend_schema(
        summary=_("退回变更申请，由承担单位修改。"), request=TurningDownShape, responses=WholeChangeShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        return self.step(request, pk)


class RefuseView(_StepView):
    acts: ClassVar = {"POST": Act.REVIEW_CHANGE}
    shape: ClassVar = TurningDownShape
    do: ClassVar = staticmethod(changes.refuse_change)

    @extend_schema(summary=_("不批准变更申请。"), request=TurningDownShape, responses=WholeChangeShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        return self.step(request, pk)


class WithdrawView(_StepView):
    acts: ClassVar = {"POST": Act.ASK_CHANGE}
    shape: ClassVar = ChangeWithdrawingShape
    do: ClassVar = staticmethod(changes.withdraw)

    @extend_schema(summary=_("撤回变更申请。"), request=ChangeWithdrawingShape, responses=WholeChangeShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        return self.step(request, pk)


class ImpactView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("如果当日批准，会变动哪些日期、比例、拨款期次、里程碑和规则判定；不作任何改动。"),
        parameters=[ON],
        responses=ImpactShape,
    )
    def get(self, request: Request, number: str, pk: int) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        change = change_in(self.project, pk)
        return Response(impact_of(change, on=on, today=self.today).as_json())


ACTS: dict[str, type[_StepView]] = {
    "hand-in": HandInView,
    "agree": AgreeView,
    "return": ReturnView,
    "refuse": RefuseView,
    "withdraw": WithdrawView,
}
"""The steps by their address."""


def change_in(project: Project, pk: int) -> ChangeRequest:
    """That change of the project. Raises NotFound."""
    change = ChangeRequest.objects.filter(project=project, pk=pk).select_related("contract").first()
    if change is None:
        raise not_found()
    return change


def whole(change: ChangeRequest, project: Project) -> dict[str, Any]:
    """The change as WholeChangeShape has it, on the project as it stands now."""
    now = Project.objects.with_parties().select_related("unit__parent").get(pk=project.pk)
    is_open = change.state in OPEN and change.former
    reviewer = REVIEWER.get(change.state)
    return {
        **ChangeShape(change).data,
        "wanted": change.wanted,
        "former": change.former,
        "rows": [row.as_json() for row in changes.asked_rows(change, now)],
        "turn": None if reviewer is None else reviewer.value,
        "chain": chain_of(change, now),
        "moved": [row.as_json() for row in changes.moved_since(change, now)] if is_open else [],
    }
