"""Bringing in a workbook: uploaded, previewed with every fault, confirmed; and taking one out."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from backend import uploads
from backend.access import Act, may, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.job_results import Result, shows
from backend.pages.jobs import wait_for
from backend.workbook.exporting import export_workbook
from backend.workbook.faults import Fault
from backend.workbook.importing import import_workbook
from backend.workbook.job import bring_in
from backend.workbook.package import LARGEST_FILE
from backend.workbook.preview import Preview
from lifecycle.jobs import ask
from lifecycle.models import JobState
from lifecycle.parties.sight import Sight

FAULTS_SHOWN = 500
CHANGES_SHOWN = 300
NOTHING_IN_SIGHT = Sight(False, frozenset(), frozenset(), frozenset(), frozenset(), {})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        uploads.sweep(now=timezone.now())
        context["upload"] = uploads.keep(content, name=file.name, person=request.user.pk)
    return render(request, "pages/imports.html", context, status=200 if preview.ok else 422)


@require_POST
@signed_in
def confirm(request: PageRequest) -> HttpResponseBase:
    """Have what was previewed written, all of it or, where a fault came up meanwhile, nothing.

    What is done within moments is answered at once; the rest shows its progress.
    """
    require(Act.IMPORT_WORKBOOK, request.sight)
    path, name = uploads.kept(request.POST.get("upload", ""), person=request.user.pk)
    run = wait_for(
        ask(
            bring_in,
            now=timezone.now(),
            by=request.user,
            # Confirmed twice, the same upload is brought in once.
            key=path,
            path=path,
            name=name,
            address=actor_of(request).address,
            language=get_language() or settings.LANGUAGE_CODE,
        )
    )
    if run.state != JobState.DONE or run.result is None:
        return redirect("job", pk=run.pk)
    preview = Preview.of_json(run.result)
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


@shows(bring_in.name)
def brought_in(result: Any) -> Result:
    """What an import that took longer came to."""
    preview = Preview.of_json(result)
    return Result("pages/parts/brought_in.html", {"name": result["name"], **_shown(preview)})


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
