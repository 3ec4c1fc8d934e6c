"""Refunds of a project: what the ledger says is due, asking for it, what came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.entries import KEY, idempotency_key
from backend.api.errors import not_found
from backend.api.formats import AmountField, DayField, Shape, TextField, ZeroAmountField, both_ways
from backend.api.paging import Page
from backend.api.papers import paper_of
from backend.api.schema import ON, PAGING, ordering, page_of, parameter
from finance.models import Refund, RefundCause, RefundReceipt, RefundState
from finance.posting import LENGTHS
from finance.receipts import record_receipt
from finance.refunds import (
    HIGHEST_RATE,
    NOTICE_LENGTH,
    REASON_LENGTH,
    ask_refund,
    charge_interest,
    withdraw_refund,
    workings_of,
)
from finance.terms import FISCAL, HOLDERS
from lifecycle.models.fields import ZERO

ORDERS = ("asked_on", "due_on")
ENTRIES_AT_MOST = 200
LARGEST = 2**31 - 1


def rate_field() -> serializers.DecimalField:
    """A year's rate of interest in percent."""
    return serializers.DecimalField(
        max_digits=6, decimal_places=4, min_value=Decimal(0), max_value=HIGHEST_RATE, required=False
    )


class ReceiptShape(Shape):
    """What came back. sequence: the entry of the ledger that brought the principal; is_counted: whether it stands."""

    id = serializers.IntegerField(read_only=True)
    on = DayField(source="received_on")
    amount = ZeroAmountField(required=False)
    interest = ZeroAmountField(required=False)
    voucher = TextField(max_length=LENGTHS["voucher"])
    sequence = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST)
    document = serializers.IntegerField(
        source="document_id", required=False, allow_null=True, min_value=1, max_value=LARGEST
    )
    is_counted = serializers.BooleanField(read_only=True)


class RefundShape(Shape):
    """Money asked back. open_amount and open_interest: what has not come of either, yuan."""

    id = serializers.IntegerField()
    cause = TextField()
    source = TextField()  # type: ignore[assignment]
    holder = TextField()
    amount = AmountField()
    interest = AmountField()
    open_amount = AmountField()
    open_interest = AmountField()
    notice_no = TextField()
    asked_on = DayField()
    due_on = DayField()
    state = TextField()
    workings = serializers.DictField()
    receipts = ReceiptShape(many=True)


class AskShape(Shape):
    """A notice. amount and interest are the ledger's when left out; on: today; due_on: by the batch's days.

    rate_percent: a year's interest of a revocation. entries: sequences of disallowed spending.
    """

    cause = serializers.ChoiceField(RefundCause.values)
    source = serializers.ChoiceField(FISCAL)  # type: ignore[assignment]
    holder = serializers.ChoiceField(list(HOLDERS))
    amount = ZeroAmountField(required=False)
    interest = ZeroAmountField(required=False)
    rate_percent = rate_field()
    on = DayField(required=False)
    due_on = DayField(required=False)
    notice_no = TextField(max_length=NOTICE_LENGTH, allow_blank=True, default="")
    reason = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")
    entries = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST),
        max_length=ENTRIES_AT_MOST,
        default=list,
    )


class WithdrawShape(Shape):
    """Why a refund is taken back, and on which day; today when left out."""

    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


class InterestShape(Shape):
    """The interest that a refund bears: an amount, or a rate; the amount wins. on: today when left out."""

    interest = ZeroAmountField(required=False)
    rate_percent = rate_field()
    reason = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")
    on = DayField(required=False)


class WorkingShape(Shape):
    """What one holder has to give back of one source by the ledger, yuan; formula: how the amount follows."""

    cause = TextField()
    source = TextField()  # type: ignore[assignment]
    holder = TextField()
    received = TextField()
    spent = TextField()
    refunded = TextField()
    unspent = TextField()
    misused = TextField()
    asked = TextField()
    amount = TextField()
    interest = TextField()
    formula = TextField()
    rate_percent = TextField(required=False)
    interest_formula = TextField(required=False)


class WorkingsShape(Shape):
    """The workings for a notice of the day `on`: the unit of each fiscal source, then the park."""

    cause = TextField()
    on = DayField()
    workings = WorkingShape(many=True)


class RefundsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.ASK_REFUND}

    @extend_schema(
        summary=_("某项目的应退款，连同已到账情况。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("state", _("状态，可重复。"), enum=list(RefundState.values), many=True),
        ],
        responses=page_of(RefundShape),
        operation_id="projects_refunds_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="asked_on")
        states = query.texts("state", RefundState.values)
        query.done()
        refunds = Refund.objects.filter(project=self.project)
        if states:
            refunds = refunds.filter(state__in=states)
        count = refunds.count()
        page.check(count)
        rows = refunds.with_receipts().prefetch_related(_RECEIPTS).order_by(order, "pk")
        return page.answer(request, count, [refund_json(refund) for refund in rows[page.start : page.end]])

    @extend_schema(
        summary=_("通知退款；本金、利息不填的按台账测算。"), request=AskShape, responses={201: RefundShape}
    )
    def post(self, request: Request, number: str) -> Response:
        shape = AskShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today} | shape.validated_data
        refund = ask_refund(project=self.project, actor=self.actor, today=self.today, **given)
        return Response(self.told(refund), status=201)

    @staticmethod
    def told(refund: Refund) -> dict[str, Any]:
        """A refund as it stands now."""
        return refund_json(Refund.objects.with_receipts().prefetch_related(_RECEIPTS).get(pk=refund.pk))


class WorkingsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("按台账测算应退款：终止、撤销、结余交回、违规支出追回。"),
        parameters=[
            parameter("cause", _("退款原因。"), enum=list(RefundCause.values)),
            ON,
            parameter("rate_percent", _("年利率（%），只用于撤销。")),
            parameter("entry", _("违规支出的分录序号，可重复。"), many=True),
        ],
        responses=WorkingsShape,
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        cause = query.choice("cause", RefundCause.values)
        on = query.day("on") or self.today
        rate, entries = query.number("rate_percent"), query.counts("entry")
        query.done()
        workings = workings_of(
            self.project, cause=cause, on=on, today=self.today, rate_percent=rate, entries=entries
        )
        return Response({"cause": cause, "on": on, "workings": [each.as_json() for each in workings]})


class OneRefundView(ProjectView):
    """About one refund of the project."""

    def refund(self, pk: int) -> Refund:
        found = Refund.objects.filter(project=self.project, pk=pk).select_related("project").first()
        if found is None:
            raise not_found()
        return found


class WithdrawView(OneRefundView):
    acts: ClassVar = {"POST": Act.ASK_REFUND}

    @extend_schema(summary=_("撤回一笔误发的退款通知。"), request=WithdrawShape, responses=RefundShape)
    def post(self, request: Request, number: str, refund: int) -> Response:
        asked = self.refund(refund)
        shape = WithdrawShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today} | shape.validated_data
        withdraw_refund(refund=asked, actor=self.actor, today=self.today, **given)
        return Response(RefundsView.told(asked))


class InterestView(OneRefundView):
    acts: ClassVar = {"POST": Act.ASK_REFUND}

    @extend_schema(
        summary=_("核定应退款的利息：填金额，或（撤销）填年利率按日计算。"),
        request=InterestShape,
        responses=RefundShape,
    )
    def post(self, request: Request, number: str, refund: int) -> Response:
        asked = self.refund(refund)
        shape = InterestShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today} | shape.validated_data
        charge_interest(refund=asked, actor=self.actor, today=self.today, **given)
        return Response(RefundsView.told(asked))


class ReceiptsView(OneRefundView):
    acts: ClassVar = {"POST": Act.RECORD_RECEIPT}

    @extend_schema(
        summary=_("登记退款到账：指明台账中的退回分录，或由系统登记单位退回；利息只记在应退款上。"),
        parameters=[KEY],
        request=ReceiptShape,
        responses={201: RefundShape, 200: RefundShape},
    )
    def post(self, request: Request, number: str, refund: int) -> Response:
        key = idempotency_key(request)
        asked = self.refund(refund)
        shape = ReceiptShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        recorded = record_receipt(
            refund=asked,
            on=given["received_on"],
            amount=given.get("amount", ZERO),
            interest=given.get("interest", ZERO),
            voucher=given["voucher"],
            sequence=given.get("sequence"),
            key=key,
            document=paper_of(self.project, given.get("document_id")),
            actor=self.actor,
            today=self.today,
        )
        return Response(RefundsView.told(asked), status=200 if recorded.repeated else 201)


_RECEIPTS = Prefetch(
    "receipts", queryset=RefundReceipt.objects.with_standing().select_related("entry").order_by("pk")
)


def refund_json(refund: Refund) -> dict[str, Any]:
    """A refund with its receipts, both with what was asked of the database with them."""
    names = (
        "id",
        "cause",
        "source",
        "holder",
        "amount",
        "interest",
        "open_amount",
        "open_interest",
        "notice_no",
        "asked_on",
        "due_on",
        "state",
        "workings",
    )
    return {name: getattr(refund, name) for name in names} | {
        "receipts": [
            {
                "id": receipt.pk,
                "on": receipt.received_on,
                "amount": receipt.amount,
                "interest": receipt.interest,
                "voucher": receipt.voucher,
                "sequence": receipt.entry.sequence if receipt.entry else None,
                "document": receipt.document_id,
                "is_counted": receipt.is_counted,
            }
            for receipt in refund.receipts.all()
        ]
    }
