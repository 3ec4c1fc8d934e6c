"""Batches with their limits, each with what it rests on and since when it applies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ActView
from backend.api.formats import Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from lifecycle.models import Batch, BatchLimit, Cluster
from lifecycle.rules.limits import ALL, format_value

ORDERS = ("awarded_on", "year", "name")


class LimitShape(Shape):
    """A limit from a day on. applies_from null: the default, since the batch says nothing."""

    code = TextField()
    title = TextField()
    unit = TextField()
    value = TextField()
    basis = TextField()
    applies_from = serializers.DateField(allow_null=True)


class BatchShape(Shape):
    """Projects awarded together, and the limits that bind them."""

    name = TextField()
    year = serializers.IntegerField()
    document_no = TextField()
    awarded_on = serializers.DateField()
    limits = LimitShape(many=True)


class BatchesView(ActView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("可查看的批次及其管理参数。"),
        parameters=[*PAGING, ordering(*ORDERS), parameter("q", _("按批次名称、下达文号查找。"))],
        responses=page_of(BatchShape),
        operation_id="batches_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="awarded_on")
        q = query.text("q")
        query.done()
        batches = Batch.objects.all()
        if not self.sight.everything:
            batches = batches.filter(pk__in=Cluster.objects.visible_to(self.sight).values("batch"))
        if q:
            batches = batches.filter(name__icontains=q) | batches.filter(document_no__icontains=q)
        count = batches.count()
        page.check(count)
        in_order = Prefetch("limits", BatchLimit.objects.order_by("applies_from", "pk"))
        rows = batches.order_by(order, "pk").prefetch_related(in_order)[page.start : page.end]
        return page.answer(request, count, [_shown(batch) for batch in rows])


def _shown(batch: Batch) -> dict[str, Any]:
    set_by_batch: dict[str, list[BatchLimit]] = {}
    for row in batch.limits.all():
        set_by_batch.setdefault(row.code, []).append(row)
    limits = []
    for limit in ALL:
        named = {"code": limit.code, "title": str(limit.title), "unit": str(limit.unit)}
        rows = set_by_batch.get(limit.code)
        if rows:
            limits += [
                {**named, "value": row.value, "basis": row.basis, "applies_from": row.applies_from}
                for row in rows
            ]
        else:
            value = format_value(limit.code, limit.default)
            limits.append({**named, "value": value, "basis": str(limit.basis), "applies_from": None})
    return {
        "name": batch.name,
        "year": batch.year,
        "document_no": batch.document_no,
        "awarded_on": batch.awarded_on,
        "limits": limits,
    }
