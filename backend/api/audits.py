"""Special audits of a project: reading them, putting one on file."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import AmountField, DayField, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.papers import paper_of
from backend.api.schema import PAGING, ordering, page_of
from finance.audits import FIRM_LENGTH, NUMBER_LENGTH, record_audit
from finance.models import Audit, AuditOpinion

ORDERS = ("audited_on",)


class AuditShape(Shape):
    """A special audit. on: the day of the report; audited_investment: 审定新增总投入, yuan; document: its id."""

    id = serializers.IntegerField(read_only=True)
    on = DayField(source="audited_on")
    firm = TextField(max_length=FIRM_LENGTH)
    report_no = TextField(max_length=NUMBER_LENGTH)
    opinion = serializers.ChoiceField(AuditOpinion.values)
    audited_investment = AmountField()
    document = serializers.IntegerField(
        source="document_id", required=False, allow_null=True, min_value=1, max_value=2**31
    )


class AuditsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.RECORD_AUDIT}

    @extend_schema(
        summary=_("某项目的专项审计。"),
        parameters=[*PAGING, ordering(*ORDERS)],
        responses=page_of(AuditShape),
        operation_id="projects_audits_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="audited_on")
        query.done()
        audits = Audit.objects.filter(project=self.project).order_by(order, "pk")
        count = audits.count()
        page.check(count)
        return page.answer(
            request, count, [dict(AuditShape(audit).data) for audit in audits[page.start : page.end]]
        )

    @extend_schema(
        summary=_("登记专项审计，同时写入检查验收事项（实施、验收阶段）。"),
        request=AuditShape,
        responses={201: AuditShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = AuditShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        audit = record_audit(
            project=self.project,
            on=given["audited_on"],
            firm=given["firm"],
            report_no=given["report_no"],
            opinion=given["opinion"],
            audited_investment=given["audited_investment"],
            document=paper_of(self.project, given.get("document_id")),
            actor=self.actor,
            today=self.today,
        )
        return Response(AuditShape(audit).data, status=201)
