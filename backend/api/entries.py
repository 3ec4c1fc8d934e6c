"""The journal of a project: reading it, posting to it, reversing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import access
from backend.access import Act
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import AmountField, DayField, Query, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from finance.disallowing import disallow
from finance.kinds import KINDS
from finance.models import Entry, Journal
from finance.posting import LENGTHS, Movement, Posted, post_entry, reverse_entry
from finance.terms import CATEGORIES, SELF_RAISED, SOURCES, SPENDING
from lifecycle.errors import Invalid

ORDERS = ("sequence", "on", "amount")
ALL_CATEGORIES = list(dict.fromkeys(category for scheme in CATEGORIES.values() for category in scheme))
NOTHING = "0.00"

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=_(
        "同一请求重发时带同一个键，只登记一次：首次 201，重发 200；用于其他内容 409。最多 200 个字符。"
    ),
)


class LineShape(Shape):
    """One side of an entry; yuan, the other side zero."""

    account = TextField()
    debit = TextField()
    credit = TextField()


class EntryShape(Shape):
    """An entry of the journal. reverses: the sequence it reverses; reversed_by: the one that reversed it."""

    sequence = serializers.IntegerField()
    on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    kind = TextField()
    source = TextField()  # type: ignore[assignment]
    category = TextField()
    amount = TextField()
    voucher = TextField()
    invoice = TextField()
    counterparty = TextField()
    memo = TextField()
    reverses = serializers.IntegerField(allow_null=True)
    reversed_by = serializers.IntegerField(allow_null=True)
    previous_hash = TextField()
    hash = TextField()
    origin = TextField()
    recorded_by = TextField()
    lines = LineShape(many=True)


class MovementShape(Shape):
    """A movement to be posted; kinds, sources and categories by their Chinese names."""

    kind = TextField(max_length=20)
    source = TextField(max_length=20)  # type: ignore[assignment]
    category = TextField(max_length=50, allow_blank=True, default="")
    amount = AmountField()
    on = DayField()
    voucher = TextField(max_length=LENGTHS["voucher"])
    invoice = TextField(max_length=LENGTHS["invoice"], allow_blank=True, default="")
    counterparty = TextField(max_length=LENGTHS["counterparty"], allow_blank=True, default="")
    memo = TextField(max_length=LENGTHS["memo"], allow_blank=True, default="")


class ReversalShape(Shape):
    """Why an entry is reversed, and on which day; today when it is left out."""

    reason = TextField(max_length=LENGTHS["memo"])
    on = DayField(required=False)


class DisallowShape(Shape):
    """Why a fiscal 支出 is disallowed. on: the day of the reversal, today when left out; spent_on: of the spending
    out of the unit's own money, the day it was spent when left out; voucher: the old one when left out.
    """

    reason = TextField(max_length=LENGTHS["memo"])
    on = DayField(required=False)
    spent_on = DayField(required=False)
    voucher = TextField(max_length=LENGTHS["voucher"], allow_blank=True, default="")


class DisallowedShape(Shape):
    """The reversal, and the same spending out of 单位自筹."""

    reversal = EntryShape()
    spending = EntryShape()


class PostingView(ProjectView):
    """Answers with the entry: 201 when it was posted now, 200 when the same key had posted it before."""

    def answer(self, posted: Posted) -> Response:
        return Response(self._told(posted), status=200 if posted.repeated else 201)

    def _told(self, posted: Posted) -> dict[str, Any]:
        if posted.repeated:
            return _shown(Entry.objects.filter(project=self.project, sequence=posted.sequence))[0]
        return _of_posting(posted.shown)


class EntriesView(PostingView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.POST_ENTRY}

    @extend_schema(
        summary=_("某项目的分录，默认按序号。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("kind", _("业务类型，可重复。"), enum=list(KINDS), many=True),
            parameter("source", _("资金来源，可重复。"), enum=list(SOURCES), many=True),
            parameter("category", _("支出科目，可重复。"), enum=ALL_CATEGORIES, many=True),
            parameter("from", _("业务日期从，YYYY-MM-DD。")),
            parameter("to", _("业务日期至，YYYY-MM-DD。")),
            parameter("q", _("按凭证号、票据号、对方单位、摘要查找。")),
        ],
        responses=page_of(EntryShape),
        operation_id="projects_entries_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="sequence")
        entries, is_whole = self._filtered(query)
        if is_whole:
            last = (
                Journal.objects.filter(project=self.project).values_list("sequence", flat=True).first() or 0
            )
            page.check(last)
            return page.answer(request, last, _shown(_stretch(entries, order, page, last)))
        count = entries.count()
        page.check(count)
        return page.answer(request, count, _shown(entries.order_by(order, "sequence")[page.start : page.end]))

    @extend_schema(
        summary=_("登记一笔资金流水。余额不足、重复登记等返回 409，不写入任何内容。"),
        parameters=[KEY],
        request=MovementShape,
        responses={201: EntryShape, 200: EntryShape},
    )
    def post(self, request: Request, number: str) -> Response:
        key = idempotency_key(request)
        shape = MovementShape(data=request.data)
        shape.is_valid(raise_exception=True)
        movement = Movement(**shape.validated_data)
        access.require_posting(self.sight, self.project, kind=movement.kind, source=movement.source)
        posted = post_entry(
            project=self.project, movement=movement, key=key, actor=self.actor, today=self.today
        )
        return self.answer(posted)

    def _filtered(self, query: Query) -> tuple[QuerySet[Entry], bool]:
        """The entries asked for, and whether those are all of the project."""
        entries = Entry.objects.filter(project=self.project)
        found = {
            "kind__in": query.texts("kind", KINDS),
            "source__in": query.texts("source", SOURCES),
            "category__in": query.texts("category", ALL_CATEGORIES),
            "on__gte": query.day("from"),
            "on__lte": query.day("to"),
        }
        q = query.text("q")
        query.done()
        wanted = {path: value for path, value in found.items() if value}
        entries = entries.filter(**wanted)
        if q:
            entries = entries.filter(
                Q(voucher__icontains=q)
                | Q(invoice__icontains=q)
                | Q(counterparty__icontains=q)
                | Q(memo__icontains=q)
            )
        return entries, not (wanted or q)


class ReverseView(PostingView):
    acts: ClassVar = {"POST": Act.REVERSE_ENTRY}

    @extend_schema(
        summary=_("红字冲销一笔分录；谁可登记这类流水，谁可冲销。"),
        parameters=[KEY],
        request=ReversalShape,
        responses={201: EntryShape, 200: EntryShape},
    )
    def post(self, request: Request, number: str, sequence: int) -> Response:
        key = idempotency_key(request)
        entry = Entry.objects.filter(project=self.project, sequence=sequence).only("kind", "source").first()
        if entry is None:
            raise not_found()
        shape = ReversalShape(data=request.data)
        shape.is_valid(raise_exception=True)
        access.require_posting(self.sight, self.project, kind=entry.kind, source=entry.source)
        posted = reverse_entry(
            project=self.project,
            sequence=sequence,
            on=shape.validated_data.get("on", self.today),
            reason=shape.validated_data["reason"],
            actor=self.actor,
            today=self.today,
            key=key,
        )
        return self.answer(posted)


class DisallowView(PostingView):
    acts: ClassVar = {"POST": Act.REVERSE_ENTRY}

    @extend_schema(
        summary=_("违规支出调整：红冲一笔财政资金支出，并改在单位自筹列支，一次完成。"),
        parameters=[KEY],
        request=DisallowShape,
        responses={201: DisallowedShape, 200: DisallowedShape},
    )
    def post(self, request: Request, number: str, sequence: int) -> Response:
        key = idempotency_key(request)
        shape = DisallowShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today} | shape.validated_data
        access.require_posting(self.sight, self.project, kind=SPENDING, source=SELF_RAISED)
        done = disallow(
            project=self.project, sequence=sequence, actor=self.actor, today=self.today, key=key, **given
        )
        told = {"reversal": self._told(done.reversal), "spending": self._told(done.spending)}
        return Response(told, status=200 if done.reversal.repeated else 201)


def idempotency_key(request: Request) -> str | None:
    """The idempotency key of the request; None when there is none.

    Raises:
        Invalid: it is empty, longer than a key may be, or not plain visible text.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    key = key.strip()
    if not key or len(key) > LENGTHS["key"] or not (key.isascii() and key.isprintable()):
        wanted = gettext("Idempotency-Key 应为 1–%(limit)d 个可见的 ASCII 字符。") % {"limit": LENGTHS["key"]}
        raise Invalid(wanted, details={"Idempotency-Key": wanted})
    return key


def _stretch(entries: QuerySet[Entry], order: str, page: Page, last: int) -> QuerySet[Entry]:
    """A page of the whole journal; by sequence it is found by its numbers, which have no gaps."""
    if order == "sequence":
        return entries.filter(sequence__gt=page.start, sequence__lte=page.end).order_by("sequence")
    if order == "-sequence":
        return entries.filter(sequence__lte=last - page.start, sequence__gt=last - page.end).order_by(
            "-sequence"
        )
    return entries.order_by(order, "sequence")[page.start : page.end]


COLUMNS = (
    "sequence",
    "on",
    "recorded_at",
    "kind",
    "source",
    "category",
    "amount",
    "voucher",
    "invoice",
    "counterparty",
    "memo",
    "previous_hash",
    "hash",
    "origin",
)


def _shown(entries: QuerySet[Entry]) -> list[dict[str, Any]]:
    rows = entries.values(
        *COLUMNS,
        "recorder_name",
        "debit__name",
        "credit__name",
        "reverses__sequence",
        "reversals__sequence",
    )
    results = []
    for row in rows:
        shown = {name: row[name] for name in COLUMNS}
        shown["recorded_at"] = timezone.localtime(row["recorded_at"]).isoformat(timespec="microseconds")
        shown["reverses"] = row["reverses__sequence"]
        shown["reversed_by"] = row["reversals__sequence"]
        shown["recorded_by"] = row["recorder_name"]
        shown["lines"] = _lines(row["debit__name"], row["credit__name"], str(row["amount"]))
        results.append(shown)
    return results


def _of_posting(posted: dict[str, Any]) -> dict[str, Any]:
    """What the journal said of an entry, in the shape of the list."""
    shown: dict[str, Any] = {name: posted[name] for name in COLUMNS}
    shown["reverses"] = posted["reverses"]
    shown["reversed_by"] = None
    shown["recorded_by"] = posted["recorded_by"]
    shown["lines"] = _lines(posted["debit"], posted["credit"], posted["amount"])
    return shown


def _lines(debit: str, credit: str, amount: str) -> list[dict[str, str]]:
    return [
        {"account": debit, "debit": amount, "credit": NOTHING},
        {"account": credit, "debit": NOTHING, "credit": amount},
    ]
