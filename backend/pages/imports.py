"""Bringing in a workbook: uploaded, previewed with every fault, confirmed; and taking one out."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from backend.access import Act, may, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.workbook.exporting import export_workbook
from backend.workbook.faults import Fault
from backend.workbook.importing import import_workbook
from backend.workbook.package import LARGEST_FILE
from backend.workbook.preview import Preview
from lifecycle.errors import Conflict
from lifecycle.parties.sight import Sight

FOLDER = "uploads"
KEPT_FOR = timedelta(hours=2)
"""How long an upload waits for its confirmation."""

FAULTS_SHOWN = 500
CHANGES_SHOWN = 300
NOTHING_IN_SIGHT = Sight(False, frozenset(), frozenset(), frozenset(), frozenset(), {})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadGone(Conflict):
    """The uploaded file waits no longer, or was another person's."""

    code = "upload_gone"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("工作簿文件（.xlsx）"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            limit = LARGEST_FILE // 1024**2
            raise forms.ValidationError(_("文件超过 %(limit)d MB，请拆分后导入。") % {"limit": limit})
        return file


@require_http_methods(["GET", "POST"])
@signed_in
def imports(request: PageRequest) -> HttpResponseBase:
    """The form (GET); what the uploaded workbook would do (POST). Nothing is written here."""
    require(Act.IMPORT_WORKBOOK, request.sight)
    may_export = may(Act.EXPORT_WORKBOOK, request.sight)
    if request.method != "POST":
        return render(
            request,
            "pages/imports.html",
            {"form": UploadForm(), "may_export": may_export},
        )
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(
            request,
            "pages/imports.html",
            {"form": form, "may_export": may_export},
            status=400,
        )
    file = form.cleaned_data["file"]
    content = file.read()
    preview = import_workbook(
        content,
        actor=actor_of(request),
        sight=request.sight,
        now=timezone.now(),
        dry_run=True,
        name=file.name,
    )
    context = {
        "form": UploadForm(),
        "may_export": may_export,
        "name": file.name,
        **_shown(preview),
    }
    if preview.ok and preview.changes_anything:
        context["upload"] = _keep(content, name=file.name, person=request.user.pk)
    return render(request, "pages/imports.html", context, status=200 if preview.ok else 422)


@require_POST
@signed_in
def confirm(request: PageRequest) -> HttpResponseBase:
    """Write what was previewed, all of it or, where a fault came up meanwhile, nothing."""
    require(Act.IMPORT_WORKBOOK, request.sight)
    path, name = _kept(request.POST.get("upload", ""), person=request.user.pk)
    with default_storage.open(path) as file:
        content = file.read()
    preview = import_workbook(
        content,
        actor=actor_of(request),
        sight=request.sight,
        now=timezone.now(),
        name=name,
    )
    default_storage.delete(path)
    if not preview.ok:
        context = {"form": UploadForm(), "name": name, **_shown(preview)}
        return render(request, "pages/imports.html", context, status=422)
    messages.success(
        request,
        _("已导入“%(name)s”：新增 %(created)d 行，修改 %(updated)d 行。")
        % {
            "name": name,
            "created": sum(preview.created.values()),
            "updated": sum(preview.updated.values()),
        },
    )
    return redirect("projects")


@require_safe
@signed_in
def export(request: PageRequest) -> HttpResponseBase:
    """The workbook of everything in sight, filled; it can be edited and brought back."""
    require(Act.EXPORT_WORKBOOK, request.sight)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response reads and closes it
    export_workbook(file, sight=request.sight)
    file.seek(0)
    return _download(
        file,
        _("试点项目工作簿-%(day)s.xlsx") % {"day": timezone.localdate().isoformat()},
    )


@require_safe
@signed_in
def blank(request: PageRequest) -> HttpResponseBase:
    """The same workbook without rows: headers and how to fill them in."""
    require(Act.IMPORT_WORKBOOK, request.sight)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response reads and closes it
    export_workbook(file, sight=NOTHING_IN_SIGHT)
    file.seek(0)
    return _download(file, _("试点项目工作簿（空白）.xlsx"))


def _download(file: Any, name: str) -> HttpResponse | FileResponse:
    response = FileResponse(file, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _shown(preview: Preview) -> dict[str, Any]:
    return {
        "preview": preview,
        "sheets": [
            (
                sheet,
                created,
                preview.updated[sheet],
                preview.unchanged[sheet],
                preview.additions.get(sheet, []),
            )
            for sheet, created in preview.created.items()
        ],
        "faults": _some(preview.faults),
        "fault_count": len(preview.faults),
        "warnings": _some(preview.warnings),
        "warning_count": len(preview.warnings),
        "changes": preview.changes[:CHANGES_SHOWN],
        "change_count": len(preview.changes),
    }


def _some(faults: list[Fault]) -> list[Fault]:
    return faults[:FAULTS_SHOWN]


def _keep(content: bytes, *, name: str, person: int) -> str:
    """Put the upload by for its confirmation; the mark names it for this person alone."""
    _sweep()
    path = default_storage.save(f"{FOLDER}/{uuid4()}.xlsx", ContentFile(content))
    return signing.dumps({"path": path, "name": name, "person": person}, salt=FOLDER)


def _kept(mark: str, *, person: int) -> tuple[str, str]:
    """(path, name) of the upload.

    Raises:
        UploadGone: it waited too long, was confirmed already, or the mark is not this person's.
    """
    try:
        upload = signing.loads(mark, salt=FOLDER, max_age=KEPT_FOR)
    except signing.BadSignature:
        upload = {}
    if upload.get("person") != person or not default_storage.exists(upload["path"]):
        raise UploadGone(_("上传的文件已处理或已过期，请重新上传。"))
    return upload["path"], upload["name"]


def _sweep() -> None:
    """Drop uploads that nobody confirmed."""
    if not default_storage.exists(FOLDER):
        return
    until = timezone.now() - KEPT_FOR
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < until:
            default_storage.delete(path)
