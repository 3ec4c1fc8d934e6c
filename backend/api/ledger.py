"""The ledger of a project as a file, streamed however long it is."""

from __future__ import annotations

from typing import ClassVar

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.schema import ON, parameter
from backend.downloads import FORMATS, ledger_download


class LedgerView(ProjectView):
    acts: ClassVar = {"GET": Act.DOWNLOAD_LEDGER}

    @extend_schema(
        summary=_("某项目的台账文件，流式下载。"),
        parameters=[parameter("format", _("格式，默认 csv。"), enum=list(FORMATS)), ON],
        responses={
            (200, each.media_type.partition(";")[0]): OpenApiTypes.OBJECT
            if name == "json"
            else OpenApiTypes.BINARY
            for name, each in FORMATS.items()
        },
    )
    def get(self, request: Request, number: str) -> StreamingHttpResponse:
        query = self.query
        form = query.choice("format", FORMATS, default="csv")
        on = query.day("on")
        query.done()
        return ledger_download(self.project, form=form, on=on, actor=self.actor)
