"""Reports on projects through the API: asked for as a job, fetched from it; those on many in one archive."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import made_files
from backend.access import Act, require_issuing
from backend.api.base import ActView, ProjectView, View
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField
from backend.report_batches import build_reports
from backend.report_jobs import build_report
from lifecycle.errors import Invalid
from lifecycle.jobs import ask
from lifecycle.jobs.sight import result_for, run_in_sight
from lifecycle.models import Project
from reports.exports import KINDS
from reports.renderers import FORMATS

AT_MOST = 1_000
"""Projects in one archive."""


class WantedShape(Shape):
    """format: of the file. issue: numbered and kept for good, instead of a draft. on: the day of a draft, today without.

    which: of a kind that a project has several of: the year, the day of the check (20240305), the place of the refund
    or the round.
    """

    format = serializers.ChoiceField(choices=list(FORMATS))
    issue = serializers.BooleanField(default=False)
    on = DayField(required=False)
    which = TextField(max_length=8, required=False)


class SeveralWantedShape(WantedShape):
    """kind: of the reports. projects: their numbers."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    projects = serializers.ListField(child=TextField(max_length=50), min_length=1, max_length=AT_MOST)


class AskedShape(Shape):
    """The job that was asked for."""

    job = serializers.UUIDField()


class ReportView(ProjectView):
    acts: ClassVar = {"POST": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("生成某项目的一份报告（后台任务）：草稿或正式出具；完成后从任务下载文件。"),
        request=WantedShape,
        responses={202: AskedShape},
    )
    def post(self, request: Request, number: str, kind: str) -> Response:
        if kind not in KINDS:
            raise not_found()
        wanted = wanted_of(WantedShape(data=request.data))
        if wanted["is_issued"]:
            require_issuing(self.sight, self.project, kind)
        run = ask(
            build_report,
            now=timezone.now(),
            by=self.person,
            project=self.project.pk,
            kind=kind,
            address=self.actor.address,
            **wanted,
        )
        return Response({"job": str(run.pk)}, status=202)


class ReportsBatchView(ActView):
    acts: ClassVar = {"POST": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("批量生成多个项目的报告（后台任务），完成后下载压缩包；个别失败不影响其余。"),
        request=SeveralWantedShape,
        responses={202: AskedShape},
    )
    def post(self, request: Request) -> Response:
        shape = SeveralWantedShape(data=request.data)
        wanted = wanted_of(shape)
        numbers = set(shape.validated_data["projects"])
        projects = list(Project.objects.visible_to(self.sight).with_parties().filter(number__in=numbers))
        if len(projects) < len(numbers):
            raise not_found()
        kind = shape.validated_data["kind"]
        if wanted["is_issued"]:
            for project in projects:
                require_issuing(self.sight, project, kind)
        run = ask(
            build_reports,
            now=timezone.now(),
            by=self.person,
            projects=sorted(project.pk for project in projects),
            kind=kind,
            address=self.actor.address,
            **wanted,
        )
        return Response({"job": str(run.pk)}, status=202)


class JobFileView(View):
    @extend_schema(
        summary=_("后台任务生成的文件，只给发起人；保存七天。"),
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> FileResponse:
        run = run_in_sight(pk, self.person, self.sight)
        if run is None or result_for(run, self.person) is None or not made_files.has_file(run):
            raise not_found()
        return made_files.file_response(run)


def wanted_of(shape: Shape) -> dict[str, Any]:
    """What a job is told of the wish.

    Raises:
        Invalid: a past or future day for what is issued, or a day to come.
    """
    shape.is_valid(raise_exception=True)
    asked, today = shape.validated_data, timezone.localdate()
    on = asked.get("on", today)
    if on > today:
        sentence = gettext("日期不能晚于今天。")
        raise Invalid(sentence, details={"on": sentence})
    if asked["issue"] and on != today:
        sentence = gettext("正式出具的报告以当天数据为准，不能指定其他日期。")
        raise Invalid(sentence, details={"on": sentence})
    return {
        "form": asked["format"],
        "is_issued": asked["issue"],
        "on": on.isoformat(),
        "which": asked.get("which", ""),
        "language": settings.LANGUAGE_CODE,
    }
