"""Papers that a request points to by their id."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models import Document, Project


def paper_of(project: Project, pk: int | None) -> Document | None:
    """The project's paper of that id; None for None. Raises Invalid when it has none such."""
    if pk is None:
        return None
    document = Document.objects.filter(project=project, pk=pk).first()
    if document is None:
        fault = _("本项目没有这份文件。")
        raise Invalid(fault, details={"document": fault})
    return document
