"""Bringing in a workbook behind the scenes: the file confirmed on the page, with its progress, cancelled without a trace."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from backend import uploads
from backend.access import Act, require
from backend.workbook.importing import import_workbook
from lifecycle.jobs import Run, Stopped, job
from lifecycle.models import JobRun
from lifecycle.parties.log import Actor
from lifecycle.parties.sight import sight_of

READING = gettext_noop("正在读取并核对")


@job("backend.import_workbook", title=_("导入工作簿"), seconds=1800)
def bring_in(run: Run, *, path: str, name: str, address: str, language: str) -> dict[str, Any]:
    """Write the upload at `path`, all of it or nothing, with what whoever asked may see by now.

    Gives the shape of INTERFACES, import_workbook --json, and the file's `name`; faults in `language`.
    """
    person = JobRun.objects.select_related("asked_by").get(pk=run.id).asked_by
    assert person is not None, "a workbook is brought in by a person"
    sight = sight_of(person)
    require(Act.IMPORT_WORKBOOK, sight)
    run.advance(0, None, READING)
    content = uploads.content_of(path)
    try:
        with translation.override(language):
            preview = import_workbook(
                content,
                actor=Actor(person, address),
                sight=sight,
                now=run.now(),
                name=name,
                progress=lambda sheet, done, total: run.advance(done, total, sheet),
                before_commit=lambda written: run.finish({"name": name, **written.as_json()}),
            )
    except Stopped:
        uploads.drop(path)
        raise
    uploads.drop(path)
    return {"name": name, **preview.as_json()}


@job("backend.sweep_uploads", title=_("清理过期的上传文件"), at="30 3 * * *")
def sweep_uploads(run: Run) -> dict[str, int]:
    """Drop workbooks that nobody brought in. Gives {"dropped": how many}."""
    return {"dropped": uploads.sweep(now=run.now())}
