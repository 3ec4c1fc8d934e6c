"""Papers of a project: what is on file, taking one in, handing one out, and where else it stands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, require_filing
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from backend.papers import paper_response
from lifecycle.documents import (
    LARGEST_FILE,
    NUMBER_LENGTH,
    ROUND_THE_FILE,
    TITLE_LENGTH,
    file_document,
    subject_names,
    too_large,
    versions_of,
)
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.used_twice import Others, duplicates_of

ORDERS = ("id", "category", "title", "uploaded_at")
LARGEST_ID = 999_999_999


class DocumentShape(Shape):
    """A paper. subject, subject_id: what inside the project it is about; empty for the project itself."""

    id = serializers.IntegerField()
    category = TextField()
    title = TextField()
    number = TextField()
    file_name = TextField()
    media_type = TextField()
    size = serializers.IntegerField()
    sha256 = TextField()
    version = serializers.IntegerField()
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    subject = TextField()
    subject_id = serializers.IntegerField(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    uploader = TextField(source="uploader_name")


class OtherShape(Shape):
    """A paper elsewhere that the reader may see."""

    id = serializers.IntegerField()
    project = TextField(source="project.number")
    category = TextField()
    title = TextField()
    version = serializers.IntegerField()


class OthersShape(Shape):
    """Papers in sight by name, and how many there are beyond."""

    documents = OtherShape(many=True)
    elsewhere = serializers.IntegerField()


class DuplicatesShape(Shape):
    """Other papers of the same bytes, and of the same number."""

    same_content = OthersShape()
    same_number = OthersShape()


class DocumentDetailShape(DocumentShape):
    """A paper with all its versions, the newest first, and where else it stands."""

    versions = DocumentShape(many=True)
    duplicates = DuplicatesShape()


class FilingShape(Shape):
    """A file and what it is. title: the file's name where it is left out. replaces: id of the last version."""

    file = serializers.FileField(max_length=1000, allow_empty_file=True)
    category = serializers.ChoiceField(choices=DocumentCategory.choices)
    title = TextField(max_length=TITLE_LENGTH, allow_blank=True, default="")
    number = TextField(max_length=NUMBER_LENGTH, allow_blank=True, default="")
    subject = TextField(max_length=30, allow_blank=True, default="")
    subject_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)
    replaces = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)


class DocumentsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.FILE_DOCUMENT}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        summary=_("某项目的存档文件；默认只列最新版本。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("category", _("类别。"), enum=DocumentCategory.values),
            parameter("subject", _("所附事项的类型。"), enum=subject_names()),
            parameter("subject_id", _("所附事项的 id，与 subject 同用。")),
            parameter("versions", _("all：连同已被替换的版本。"), enum=["all"]),
            parameter("q", _("按名称、编号、文件名查找。")),
        ],
        responses=page_of(DocumentShape),
        operation_id="projects_documents_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="id")
        category = query.choice("category", DocumentCategory.values)
        subject = query.choice("subject", subject_names())
        subject_id = query.count("subject_id", default=0, largest=LARGEST_ID)
        versions = query.choice("versions", ["all"])
        q = query.text("q")
        query.done()
        rows = Document.objects.filter(project=self.project)
        wanted = {"category": category, "subject": subject, "subject_id": subject_id}
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if not versions:
            rows = rows.present()
        if q:
            rows = (
                rows.filter(title__icontains=q)
                | rows.filter(number__icontains=q)
                | rows.filter(file_name__icontains=q)
            )
        count = rows.count()
        page.check(count)
        found = rows.order_by(order, "pk")[page.start : page.end]
        return page.answer(request, count, list(DocumentShape(found, many=True).data))

    @extend_schema(
        summary=_(
            "上传文件（PDF、OFD、Word、Excel、PPT、PNG、JPEG、TXT、CSV，最大 50 MB）；给出 replaces 时为其新版本。"
        ),
        request={"multipart/form-data": FilingShape},
        responses={201: DocumentShape},
    )
    def post(self, request: Request, number: str) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_FILE + ROUND_THE_FILE:
            raise too_large()
        shape = FilingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        facts: dict[str, Any] = shape.validated_data
        require_filing(self.sight, self.project, facts["category"])
        document = file_document(
            project=self.project,
            upload=facts.pop("file"),
            actor=self.actor,
            now=timezone.now(),
            **facts,
        )
        document.refresh_from_db()
        return Response(DocumentShape(document).data, status=201)


class DocumentView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("一份文件：登记信息、全部版本、在别处的重复使用（无权查看的只计数）。"),
        responses=DocumentDetailShape,
    )
    def get(self, request: Request, number: str, pk: int) -> Response:
        document = document_in(self.project, pk)
        twice = duplicates_of(document, self.sight)
        return Response(
            {
                **DocumentShape(document).data,
                "versions": DocumentShape(versions_of([document.pk])[document.pk], many=True).data,
                "duplicates": {
                    "same_content": _others(twice.content),
                    "same_number": _others(twice.number),
                },
            }
        )


class DocumentContentView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("文件内容，原样下载。"), responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, number: str, pk: int) -> FileResponse:
        return paper_response(document_in(self.project, pk), inline=False, actor=self.actor)


def document_in(project: Project, pk: int) -> Document:
    """The project's document. Raises NotFound for any other."""
    document = Document.objects.filter(project=project, pk=pk).first()
    if document is None:
        raise not_found()
    document.project = project
    return document


def _others(others: Others) -> dict[str, Any]:
    return {"documents": OtherShape(others.named, many=True).data, "elsewhere": others.hidden}
