"""Findings of a project: raised, answered with proof, given back or closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
from lifecycle.errors import Invalid
from lifecycle.findings import (
    ANSWER_LENGTH,
    REASON_LENGTH,
    SAID_BY_HAND,
    TEXT_LENGTH,
    Raised,
    give_back,
    raise_finding,
    reply,
    shut,
)
from lifecycle.models import Document, Finding, FindingOrigin, FindingState, Severity

COLUMNS = (
    "id",
    "inspection_id",
    "origin",
    "severity",
    "text",
    "found_on",
    "due_on",
    "state",
    "answer",
    "answered_on",
    "closed_on",
)
ORDERS = ("due_on", "found_on", "closed_on")
LARGEST_ID = 2**63 - 1


class FindingAnswerShape(Shape):
    """Something found. proof: ids of the documents that show how it was mended, present versions."""

    id = serializers.IntegerField()
    inspection = serializers.IntegerField(allow_null=True)
    origin = serializers.ChoiceField(FindingOrigin.choices)
    severity = serializers.ChoiceField(Severity.choices)
    text = TextField()
    found_on = serializers.DateField()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(FindingState.choices)
    answer = TextField()
    answered_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    proof = serializers.ListField(child=serializers.IntegerField())


class FindingRaisedShape(Shape):
    """A finding to be raised. found_on: today when left out; inspection: the one that found it, if one did."""

    severity = serializers.ChoiceField(Severity.choices)
    text = TextField(max_length=TEXT_LENGTH)
    due_on = DayField()
    found_on = DayField(required=False)
    origin = serializers.ChoiceField(
        [(origin.value, origin.label) for origin in SAID_BY_HAND], default=FindingOrigin.INSPECTION.value
    )
    inspection = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)


class ReplyShape(Shape):
    """How it was mended. on: today when left out."""

    answer = TextField(max_length=ANSWER_LENGTH)
    on = DayField(required=False)


class ReturnShape(Shape):
    """Why the answer does not do. on: today when left out."""

    reason = TextField(max_length=REASON_LENGTH)
    on = DayField(required=False)


class CloseShape(Shape):
    """The day it was found mended; today when left out."""

    on = DayField(required=False)


def all_shown(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings, given as COLUMNS, with their proof; one query more."""
    rows = list(rows)
    proof: dict[int | None, list[int]] = {}
    papers = Document.objects.filter(subject="finding", subject_id__in=[row["id"] for row in rows]).present()
    for finding, paper in papers.order_by("pk").values_list("subject_id", "pk"):
        proof.setdefault(finding, []).append(paper)
    return [{**row, "inspection": row["inspection_id"], "proof": proof.get(row["id"], [])} for row in rows]


def shown(finding: Finding) -> dict[str, Any]:
    """The finding as the list gives it."""
    return FindingAnswerShape(all_shown([{name: getattr(finding, name) for name in COLUMNS}])[0]).data


class FindingsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.INSPECT}

    @extend_schema(
        summary=gettext_lazy("某项目检查发现的问题及其整改情况。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("state", gettext_lazy("状态。"), enum=list(FindingState.values)),
        ],
        responses=page_of(FindingAnswerShape),
        operation_id="projects_findings_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="due_on")
        state = query.choice("state", FindingState.values)
        query.done()
        rows = self.project.findings.all()
        if state:
            rows = rows.filter(state=state)
        count = rows.count()
        page.check(count)
        found = all_shown(rows.order_by(order, "pk").values(*COLUMNS)[page.start : page.end])
        return page.answer(request, count, [FindingAnswerShape(row).data for row in found])

    @extend_schema(
        summary=gettext_lazy("登记一条须整改的问题；整改期限登记后不能延长。"),
        request=FindingRaisedShape,
        responses={201: FindingAnswerShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = FindingRaisedShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        inspection = None
        if given.get("inspection") is not None:
            inspection = self.project.inspections.filter(pk=given["inspection"]).first()
            if inspection is None:
                sentence = _("该项目没有这次检查。")
                raise Invalid(sentence, details={"inspection": sentence})
        raised = raise_finding(
            project=self.project,
            found=Raised(given["severity"], given["text"], given["due_on"]),
            on=given.get("found_on", self.today),
            origin=given["origin"],
            inspection=inspection,
            actor=self.actor,
            today=self.today,
        )
        return Response(shown(raised), status=201)


class _OneView(ProjectView):
    def finding(self, pk: int) -> Finding:
        found = self.project.findings.filter(pk=pk).first()
        if found is None:
            raise not_found()
        return found


class ReplyView(_OneView):
    acts: ClassVar = {"POST": Act.ANSWER_FINDING}

    @extend_schema(
        summary=gettext_lazy("答复整改情况；整改证明须先作为文件上传到该问题。"),
        request=ReplyShape,
        responses=FindingAnswerShape,
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        finding = self.finding(pk)
        shape = ReplyShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        return Response(shown(reply(finding=finding, actor=self.actor, today=self.today, **given)))


class ReturnView(_OneView):
    acts: ClassVar = {"POST": Act.INSPECT}

    @extend_schema(
        summary=gettext_lazy("退回整改答复，写明原因。"), request=ReturnShape, responses=FindingAnswerShape
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        finding = self.finding(pk)
        shape = ReturnShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        return Response(shown(give_back(finding=finding, actor=self.actor, today=self.today, **given)))


class CloseView(_OneView):
    acts: ClassVar = {"POST": Act.INSPECT}

    @extend_schema(summary=gettext_lazy("复核后销号。"), request=CloseShape, responses=FindingAnswerShape)
    def post(self, request: Request, number: str, pk: int) -> Response:
        finding = self.finding(pk)
        shape = CloseShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = {"on": self.today, **shape.validated_data}
        return Response(shown(shut(finding=finding, actor=self.actor, today=self.today, **given)))
