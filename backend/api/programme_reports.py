"""Reports about many projects through the API: what can be drawn up, and asking for it as a job."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, may_issue_about
from backend.api.base import ActView
from backend.api.errors import not_found
from backend.api.formats import Shape, TextField
from backend.api.paging import Page
from backend.api.reports import AskedShape, WantedShape, wanted_of
from backend.api.schema import PAGING, page_of
from backend.programme_jobs import ask_for_programme, offered_to, reported_on
from backend.report_jobs import Wish
from lifecycle.parties.models import Organisation
from reports.programme import PROGRAMME, Choice

LARGEST_ID = 2**31 - 1


class AboutShape(Shape):
    """The organisation whose projects a report is about."""

    id = serializers.IntegerField()
    name = TextField()


class OfferedShape(Shape):
    """A report that can be drawn up. which: the id of the batch, else empty; title: in words, with the batch."""

    kind = serializers.ChoiceField(choices=list(PROGRAMME))
    organisation = AboutShape()
    which = TextField()
    title = TextField()
    may_issue = serializers.BooleanField()


class ProgrammeWantedShape(WantedShape):
    """organisation: the id of the one whose projects it is about. which: of a park's results, the id of the batch."""

    organisation = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class ProgrammeReportsView(ActView):
    acts: ClassVar = {"GET": Act.SEE_PROGRAMME_REPORTS}

    @extend_schema(
        summary=_("可生成的多项目报告：高新区实施成效、应结未结清单、月度合规简报，按单位列出。"),
        parameters=PAGING,
        responses=page_of(OfferedShape),
    )
    def get(self, request: Request) -> Response:
        page = Page.read(self.query)
        offered = [(about, choice) for about, choices in offered_to(self.sight) for choice in choices]
        page.check(len(offered))
        return page.answer(
            request, len(offered), [self._shown(*each) for each in offered[page.start : page.end]]
        )

    def _shown(self, about: Organisation, choice: Choice) -> dict[str, Any]:
        return {
            "kind": choice.kind,
            "organisation": {"id": about.pk, "name": about.name},
            "which": choice.which,
            "title": choice.label,
            "may_issue": may_issue_about(self.sight, about, choice.kind),
        }


class ProgrammeReportView(ActView):
    acts: ClassVar = {"POST": Act.SEE_PROGRAMME_REPORTS}

    @extend_schema(
        summary=_("生成一份多项目报告（后台任务）：草稿或正式出具；完成后从任务下载文件。"),
        request=ProgrammeWantedShape,
        responses={202: AskedShape},
    )
    def post(self, request: Request, kind: str) -> Response:
        if kind not in PROGRAMME:
            raise not_found()
        shape = ProgrammeWantedShape(data=request.data)
        wanted = wanted_of(shape)
        about = reported_on(self.sight, kind, shape.validated_data["organisation"])
        if about is None:
            raise not_found()
        run = ask_for_programme(
            about,
            Wish(kind=kind, address=self.actor.address, **wanted),
            by=self.person,
            sight=self.sight,
            now=timezone.now(),
        )
        return Response({"job": str(run.pk)}, status=202)
