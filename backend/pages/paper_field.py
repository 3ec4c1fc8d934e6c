"""Choosing one of a project's papers on a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.pages.fields import Select
from lifecycle.models import Document, Project


class PaperField(forms.TypedChoiceField):
    """One of the papers offered, or none; it cleans to the paper."""

    widget = Select

    def __init__(self, **options: Any) -> None:
        self._papers: dict[str, Document] = {}
        super().__init__(required=False, coerce=self._papers.__getitem__, empty_value=None, **options)

    def offer(self, papers: Iterable[Document]) -> None:
        """Offer these papers."""
        self._papers = {str(paper.pk): paper for paper in papers}
        self.coerce = self._papers.__getitem__
        nothing = _("不附文件") if self._papers else _("“文件”页还没有这类文件")
        self.choices = [("", nothing)] + [
            (pk, f"{paper.title} {paper.number}".strip()) for pk, paper in self._papers.items()
        ]


def papers_of(project: Project, category: str) -> list[Document]:
    """The project's papers of a category as they stand, the newest first; one query."""
    papers = Document.objects.filter(project=project, category=category).present()
    return list(papers.order_by("-pk"))
