"""Annual reports of a project: begun from what is known, written, handed in, returned, accepted."""

from __future__ import annotations

from typing import Any, ClassVar

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
from backend.api.schema import PAGING, ordering, page_of
from lifecycle import annual_reports
from lifecycle.annual_reports import POINT_LENGTH, SECTIONS
from lifecycle.models import AnnualReport, ReportProgress
from reports.annual_draft import known_of

ORDERS = ("year", "submitted_on", "reviewed_on")


class AnnualReportRowShape(Shape):
    """A report in a list. state: draft, handed_in, returned, accepted. pace: how the whole goes."""

    year = serializers.IntegerField(min_value=2000, max_value=2099)
    state = TextField()
    pace = TextField(source="progress")
    submitted_on = DayField(allow_null=True)
    reviewed_on = DayField(allow_null=True)


class MarkedPointShape(Shape):
    """What the park marked in a section."""

    section = serializers.ChoiceField(list(SECTIONS))
    text = TextField(max_length=POINT_LENGTH)


class WholeReportShape(AnnualReportRowShape):
    """A report. content: by section a text, for benefits {name: number}; empty where a workbook brought it.

    points: what the park marked at the last return.
    """

    content = serializers.DictField()
    points = MarkedPointShape(many=True)


class ReportYearShape(Shape):
    year = serializers.IntegerField(min_value=2000, max_value=2099)


class ReportWritingShape(Shape):
    """Sections to be written; what is left out stays, what is empty is taken away."""

    pace = serializers.ChoiceField(ReportProgress.choices, required=False, allow_blank=True)
    content = serializers.DictField(required=False)


class ReportDayShape(Shape):
    """The business day of the act; today where it is left out."""

    on = DayField(required=False)


class ReportReturnShape(ReportDayShape):
    points = MarkedPointShape(many=True, allow_empty=False)


class AnnualReportsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.WRITE_ANNUAL_REPORT}

    @extend_schema(
        summary=_("某项目的年度报告。"),
        parameters=[*PAGING, ordering(*ORDERS)],
        responses=page_of(AnnualReportRowShape),
        operation_id="projects_annual_reports_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="year")
        query.done()
        rows = AnnualReport.objects.filter(project=self.project).order_by(order, "pk")
        count = rows.count()
        page.check(count)
        shown = AnnualReportRowShape(rows.defer("content", "points")[page.start : page.end], many=True)
        return page.answer(request, count, list(shown.data))

    @extend_schema(
        summary=_("开始填写某年度的报告，由系统按已登记的里程碑、资金、考核指标预填。"),
        request=ReportYearShape,
        responses={201: WholeReportShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = ReportYearShape(data=request.data)
        shape.is_valid(raise_exception=True)
        year = shape.validated_data["year"]
        begun = annual_reports.draft(
            project=self.project,
            year=year,
            known=known_of(self.project, year, today=self.today),
            actor=self.actor,
            today=self.today,
        )
        return Response(WholeReportShape(begun).data, status=201)


class ReportView(ProjectView):
    """About one report of the project in the address."""

    def report(self, year: int) -> AnnualReport:
        found = AnnualReport.objects.filter(project=self.project, year=year).first()
        if found is None:
            raise not_found()
        return found

    def read(self, shape: type[ReportDayShape]) -> dict[str, Any]:
        """What was sent; the business day is today where none was said."""
        sent = shape(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return {"on": self.today, **sent.validated_data, "actor": self.actor, "today": self.today}


class AnnualReportView(ReportView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "PATCH": Act.WRITE_ANNUAL_REPORT}

    @extend_schema(summary=_("某年度的报告。"), responses=WholeReportShape)
    def get(self, request: Request, number: str, year: int) -> Response:
        self.query.done()
        return Response(WholeReportShape(self.report(year)).data)

    @extend_schema(
        summary=_("填写报告的章节（起草中或已退回时）。"),
        request=ReportWritingShape,
        responses=WholeReportShape,
    )
    def patch(self, request: Request, number: str, year: int) -> Response:
        report = self.report(year)
        shape = ReportWritingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        written = annual_reports.save_draft(
            report=report,
            content=shape.validated_data.get("content", {}),
            pace=shape.validated_data.get("pace"),
            actor=self.actor,
            today=self.today,
        )
        return Response(WholeReportShape(written).data)


class HandInView(ReportView):
    acts: ClassVar = {"POST": Act.WRITE_ANNUAL_REPORT}

    @extend_schema(
        summary=_("提交报告：各章节齐全，且统计截止日（默认 11 月 30 日）已到。"),
        request=ReportDayShape,
        responses=WholeReportShape,
    )
    def post(self, request: Request, number: str, year: int) -> Response:
        report = self.report(year)
        return Response(
            WholeReportShape(annual_reports.hand_in(report=report, **self.read(ReportDayShape))).data
        )


class ReturnView(ReportView):
    acts: ClassVar = {"POST": Act.CHECK_ANNUAL_REPORT}

    @extend_schema(
        summary=_("退回报告，逐章节写明意见。"), request=ReportReturnShape, responses=WholeReportShape
    )
    def post(self, request: Request, number: str, year: int) -> Response:
        report = self.report(year)
        return Response(
            WholeReportShape(annual_reports.give_back(report=report, **self.read(ReportReturnShape))).data
        )


class AcceptView(ReportView):
    acts: ClassVar = {"POST": Act.CHECK_ANNUAL_REPORT}

    @extend_schema(
        summary=_("审核通过报告；此后内容不可更改。"), request=ReportDayShape, responses=WholeReportShape
    )
    def post(self, request: Request, number: str, year: int) -> Response:
        report = self.report(year)
        return Response(
            WholeReportShape(annual_reports.accept(report=report, **self.read(ReportDayShape))).data
        )


ACTS: dict[str, type[ReportView]] = {"hand-in": HandInView, "return": ReturnView, "accept": AcceptView}
"""What is done to one report, by the last word of its address."""
