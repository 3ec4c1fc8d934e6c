"""A programme workbook through the API."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ActView
from backend.api.formats import Shape, TextField
from backend.workbook.importing import import_workbook
from backend.workbook.package import LARGEST_FILE
from lifecycle.errors import Invalid

ROUND_THE_FILE = 64 * 1024
"""Bytes that a form may add to the file it carries."""


class ImportShape(Shape):
    """The file, and whether only to say what it would do."""

    file = serializers.FileField(max_length=200, allow_empty_file=True)
    dry_run = serializers.BooleanField(default=False)


class FindingShape(Shape):
    """What is wrong or noteworthy, and where: row as Excel numbers it."""

    sheet = TextField()
    row = serializers.IntegerField(allow_null=True)
    column = TextField()
    value = TextField()
    message = TextField()


class OutcomeShape(Shape):
    """Counts by sheet, and what was found."""

    ok = serializers.BooleanField()
    created = serializers.DictField(child=serializers.IntegerField())
    updated = serializers.DictField(child=serializers.IntegerField())
    unchanged = serializers.DictField(child=serializers.IntegerField())
    faults = FindingShape(many=True)
    warnings = FindingShape(many=True)


class ImportsView(ActView):
    acts: ClassVar = {"POST": Act.IMPORT_WORKBOOK}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        summary=_(
            "导入工作簿；dry_run 为 true 时只预览。有错误时不写入，并列出全部错误（导入 400，预览 200）。"
        ),
        request={"multipart/form-data": ImportShape},
        responses=OutcomeShape,
    )
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_FILE + ROUND_THE_FILE:
            raise Invalid(
                gettext("文件超过 %(limit)d MB。") % {"limit": LARGEST_FILE // 1024**2}, code="too_large"
            )
        shape = ImportShape(data=request.data)
        shape.is_valid(raise_exception=True)
        file, dry_run = shape.validated_data["file"], shape.validated_data["dry_run"]
        preview = import_workbook(
            file.read(LARGEST_FILE + 1),
            actor=self.actor,
            sight=self.sight,
            now=timezone.now(),
            dry_run=dry_run,
            name=file.name,
        )
        outcome = preview.as_json()
        if preview.ok or dry_run:
            return Response(outcome)
        found = len(preview.faults)
        message = ngettext(
            "工作簿有 %(count)d 处错误，未写入任何内容。",
            "工作簿有 %(count)d 处错误，未写入任何内容。",
            found,
        ) % {"count": found}
        return Response({"code": "workbook_faults", "message": message, "details": {}, **outcome}, status=400)
