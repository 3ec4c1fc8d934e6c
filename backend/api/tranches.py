"""Tranches of a project: the plan and how far it is, arrivals, payments, the unit's word, who pays first."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import access
from backend.access import Act
from backend.api.base import ProjectView
from backend.api.entries import KEY, EntryShape, PostingView, idempotency_key
from backend.api.errors import not_found
from backend.api.formats import AmountField, DayField, Shape, TextField
from backend.api.paging import Page
from backend.api.schema import ON, PAGING, page_of, parameter
from finance.disbursements import confirm, pay, record_arrival
from finance.outlook import Prospect, pay_first_of, payments_made, payments_of
from finance.posting import LENGTHS
from finance.terms import ARRIVAL, DIRECT, FISCAL, PAYMENT
from finance.tranche_plan import CONDITION_LENGTH, LAST_NUMBER, add_tranche, change_tranche, remove_tranche
from lifecycle.models import Project, Tranche


class ConditionShape(Shape):
    """A condition of payment found in the tranche's words; met is null where people judge."""

    code = TextField()
    met = serializers.BooleanField(allow_null=True)
    message = TextField()


class TranchePlanShape(Shape):
    """What a tranche says, in yuan. is_tail: due after acceptance."""

    source = serializers.ChoiceField(FISCAL)  # type: ignore[assignment]
    number = serializers.IntegerField(min_value=1, max_value=LAST_NUMBER)
    planned_on = DayField()
    amount = AmountField()
    condition = TextField(max_length=CONDITION_LENGTH, allow_blank=True, default="")
    is_tail = serializers.BooleanField(default=False)


class TrancheChangeShape(Shape):
    """What a tranche is to say instead; what is left out stays."""

    source = serializers.ChoiceField(FISCAL, required=False)  # type: ignore[assignment]
    number = serializers.IntegerField(min_value=1, max_value=LAST_NUMBER, required=False)
    planned_on = DayField(required=False)
    amount = AmountField(required=False)
    condition = TextField(max_length=CONDITION_LENGTH, allow_blank=True, required=False)
    is_tail = serializers.BooleanField(required=False)


class TrancheProgressShape(Shape):
    """A tranche with how far it is, in yuan. state: planned, due, arrived, paid or confirmed.

    arrived and to_arrive are null for park money, which goes straight to the unit; the days on which all of it
    had come so far are null until then.
    """

    id = serializers.IntegerField()
    source = serializers.ChoiceField(FISCAL)  # type: ignore[assignment]
    number = serializers.IntegerField()
    planned_on = DayField()
    amount = AmountField()
    condition = TextField()
    is_tail = serializers.BooleanField()
    state = TextField()
    state_label = TextField()
    arrived = TextField(allow_null=True)
    to_arrive = TextField(allow_null=True)
    paid = TextField()
    left = TextField()
    confirmed = TextField()
    waiting = TextField()
    waiting_since = DayField(allow_null=True)
    days_waited = serializers.IntegerField()
    arrived_on = DayField(allow_null=True)
    paid_on = DayField(allow_null=True)
    confirmed_on = DayField(allow_null=True)
    late_days = serializers.IntegerField()
    conditions = ConditionShape(many=True)


class ArrivalShape(Shape):
    """Provincial money for a tranche as it reached the park; all that is still to arrive, today, where not said."""

    amount = AmountField(required=False)
    on = DayField(required=False)
    voucher = TextField(max_length=LENGTHS["voucher"])
    counterparty = TextField(max_length=LENGTHS["counterparty"], allow_blank=True, default="")
    memo = TextField(max_length=LENGTHS["memo"], allow_blank=True, default="")


class TranchePaymentShape(ArrivalShape):
    """A payment of a tranche; all that is left, today, by way of the park, where not said."""

    kind = serializers.ChoiceField((PAYMENT, DIRECT), default=PAYMENT)


class ConfirmingShape(Shape):
    """The day on which the unit confirms; today when it is left out."""

    on = DayField(required=False)


class ConfirmationShape(Shape):
    """The unit's word that a payment arrived."""

    sequence = serializers.IntegerField()
    confirmed_on = DayField()
    confirmed_by = TextField()


class MadePaymentShape(Shape):
    """A payment of grant or matching money to the unit, by the sequence of its entry; yuan.

    confirmed_on: the day the unit said that it arrived; null while its word is awaited.
    """

    sequence = serializers.IntegerField()
    kind = TextField()
    source = serializers.ChoiceField(FISCAL)  # type: ignore[assignment]
    on = DayField()
    amount = TextField()
    voucher = TextField()
    confirmed_on = DayField(allow_null=True)


class MostShape(Shape):
    """An amount in yuan, and the bounds that one fen more would break."""

    amount = TextField()
    binds = serializers.ListField(child=TextField())


class NextTrancheShape(Shape):
    """The first provincial tranche that is not paid in full."""

    number = serializers.IntegerField()
    planned_on = DayField()
    left = TextField()


class HeldShape(Shape):
    """Provincial money at the park, and the last day to pass it on."""

    amount = TextField()
    arrived_on = DayField()
    by = DayField()


class PayFirstShape(Shape):
    """Who pays first. needed: what the park owes by the ratio before the next provincial tranche; park_now: of
    that what it may pay now; province_then: what the province may pay after that.
    """

    on = DayField()
    ratio = TextField(allow_null=True)
    province_received = TextField()
    park_received = TextField()
    next = NextTrancheShape(allow_null=True)
    needed = TextField()
    park_now = TextField()
    province_then = MostShape()
    held = HeldShape(many=True)
    province_most = MostShape()
    park_most = MostShape()
    messages = serializers.ListField(child=TextField())


class TranchesView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.PLAN_TRANCHE}

    @extend_schema(
        summary=_("某项目的拨款计划及各期到账、拨付、确认情况和拨付条件。"),
        parameters=[*PAGING, ON],
        responses=page_of(TrancheProgressShape),
        operation_id="projects_tranches_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        on = query.day("on") or self.today
        query.done()
        prospects = payments_of(self.project, on=on).prospects
        page.check(len(prospects))
        return page.answer(
            request, len(prospects), [_shown(each) for each in prospects[page.start : page.end]]
        )

    @extend_schema(
        summary=_("增加一期拨款计划（合同生效前）；之后的调整走变更申请。"),
        request=TranchePlanShape,
        responses={201: TrancheProgressShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = TranchePlanShape(data=request.data)
        shape.is_valid(raise_exception=True)
        added = add_tranche(project=self.project, actor=self.actor, today=self.today, **shape.validated_data)
        return Response(_one(self, added), status=201)


class TrancheView(ProjectView):
    acts: ClassVar = {"PATCH": Act.PLAN_TRANCHE, "DELETE": Act.PLAN_TRANCHE}

    @extend_schema(
        summary=_("修改一期拨款计划（合同生效前）。"),
        request=TrancheChangeShape,
        responses=TrancheProgressShape,
    )
    def patch(self, request: Request, number: str, pk: int) -> Response:
        tranche = _tranche(self.project, pk)
        shape = TrancheChangeShape(data=request.data)
        shape.is_valid(raise_exception=True)
        changed = change_tranche(tranche=tranche, actor=self.actor, today=self.today, **shape.validated_data)
        return Response(_one(self, changed))

    @extend_schema(summary=_("删除一期拨款计划（合同生效前）。"), responses={204: None})
    def delete(self, request: Request, number: str, pk: int) -> Response:
        remove_tranche(tranche=_tranche(self.project, pk), actor=self.actor, today=self.today)
        return Response(status=204)


class ArriveView(PostingView):
    acts: ClassVar = {"POST": Act.POST_ENTRY}

    @extend_schema(
        summary=_("登记一期省拨款到账园区；不填金额为尚未到账的全部。"),
        parameters=[KEY],
        request=ArrivalShape,
        responses={201: EntryShape, 200: EntryShape},
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        key = idempotency_key(request)
        tranche = _tranche(self.project, pk)
        shape = ArrivalShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = {"on": self.today} | shape.validated_data
        access.require_posting(self.sight, self.project, kind=ARRIVAL, source=tranche.source)
        posted = record_arrival(tranche=tranche, key=key, actor=self.actor, today=self.today, **said)
        return self.answer(posted)


class PayView(PostingView):
    acts: ClassVar = {"POST": Act.POST_ENTRY}

    @extend_schema(
        summary=_(
            "拨付一期；不填金额为待拨的全部。拨付条件未满足、前期未拨足、超过待拨金额等返回 409，不写入任何内容。"
        ),
        parameters=[KEY],
        request=TranchePaymentShape,
        responses={201: EntryShape, 200: EntryShape},
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        key = idempotency_key(request)
        tranche = _tranche(self.project, pk)
        shape = TranchePaymentShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = {"on": self.today} | shape.validated_data
        access.require_posting(self.sight, self.project, kind=said["kind"], source=tranche.source)
        posted = pay(tranche=tranche, key=key, actor=self.actor, today=self.today, **said)
        return self.answer(posted)


class PaymentsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("拨给单位的省拨款和园区配套，按日期先后，连同单位确认到账的日期；已红冲的不列。"),
        parameters=[
            *PAGING,
            ON,
            parameter("confirmed", _("no：只列单位尚未确认的；yes：只列已确认的。"), enum=["no", "yes"]),
        ],
        responses=page_of(MadePaymentShape),
        operation_id="projects_payments_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        on = query.day("on") or self.today
        confirmed = query.choice("confirmed", ["no", "yes"])
        query.done()
        found = payments_made(self.project, on=on)
        if confirmed:
            found = [each for each in found if each.awaits_confirmation is (confirmed == "no")]
        page.check(len(found))
        rows = [dict(MadePaymentShape(each).data) for each in found[page.start : page.end]]
        return page.answer(request, len(found), rows)


class ConfirmView(ProjectView):
    acts: ClassVar = {"POST": Act.CONFIRM_PAYMENT}

    @extend_schema(
        summary=_("单位确认一笔拨付已到账；每笔只确认一次，不改变台账数字。"),
        request=ConfirmingShape,
        responses={201: ConfirmationShape},
    )
    def post(self, request: Request, number: str, sequence: int) -> Response:
        shape = ConfirmingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        confirmation = confirm(
            project=self.project,
            sequence=sequence,
            on=shape.validated_data.get("on", self.today),
            actor=self.actor,
            today=self.today,
        )
        told = {
            "sequence": sequence,
            "confirmed_on": confirmation.confirmed_on,
            "confirmed_by": confirmation.actor_name,
        }
        return Response(told, status=201)


class PayFirstView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("先付测算：园区应先支付多少，省才可拨付下一期；双方各最多还可支付多少，受何限制。"),
        parameters=[ON],
        responses=PayFirstShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on = query.day("on") or self.today
        query.done()
        return Response(pay_first_of(self.project, on=on).as_json())


def _tranche(project: Project, pk: int) -> Tranche:
    tranche = Tranche.objects.filter(project=project, pk=pk).first()
    if tranche is None:
        raise not_found()
    return tranche


def _one(view: ProjectView, tranche: Tranche) -> dict[str, Any]:
    """The tranche as the list shows it, as of today."""
    prospects = payments_of(view.project, on=view.today).prospects
    return _shown(next(each for each in prospects if each.tranche == tranche))


def _shown(prospect: Prospect) -> dict[str, Any]:
    instalment, tranche = prospect.instalment, prospect.tranche
    passes_park = instalment.arrived is not None
    return {
        "id": tranche.pk,
        "source": tranche.source,
        "number": tranche.number,
        "planned_on": tranche.planned_on,
        "amount": tranche.amount,
        "condition": tranche.condition,
        "is_tail": tranche.is_tail,
        "state": instalment.state.value,
        "state_label": instalment.state.label,
        "arrived": instalment.arrived,
        "to_arrive": instalment.to_arrive if passes_park else None,
        "paid": instalment.paid,
        "left": instalment.left,
        "confirmed": instalment.confirmed,
        "waiting": instalment.waiting,
        "waiting_since": instalment.waiting_since,
        "days_waited": instalment.days_waited,
        "arrived_on": instalment.arrived_on,
        "paid_on": instalment.paid_on,
        "confirmed_on": instalment.confirmed_on,
        "late_days": instalment.late_days,
        "conditions": [condition.as_json() for condition in prospect.conditions],
    }
