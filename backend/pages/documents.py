"""The papers of a project: what is on file by category, with versions and where else it stands; taking one in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backend.access import Act, filable, require_filing
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.pages.paging import Order, Page, keyset_page
from backend.pages.project_parts import actor_on, part
from backend.pages.step_words import called, subject_word
from backend.papers import paper_response
from finance.facts import repeated_invoices
from lifecycle.acceptance.dossier import DOSSIER, Requirement
from lifecycle.documents import (
    AFTER_CLOSEOUT,
    LARGEST_FILE,
    NUMBER_LENGTH,
    TITLE_LENGTH,
    file_document,
    subject_of,
    subjects_of,
    versions_of,
)
from lifecycle.errors import Conflict, Invalid
from lifecycle.files import INLINE, KINDS
from lifecycle.models import Document, DocumentCategory, Project, ProjectState
from lifecycle.used_twice import Twice, twice

PAGE_SIZE = 100
LARGEST_ID = 2**63 - 1
HIDDEN = ("subject", "id", "replaces")
"""Fields that the form only carries; what is wrong with them is said above it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with its earlier versions, newest first, what it is about, and where else it stands."""

    document: Document
    former: list[Document]
    about: str
    twice: Twice

    @property
    def number(self) -> str:
        """Its number; of a paper of the dossier what it is there, instead of the code by which it is found."""
        place = _place_of(self.document.category, self.document.number)
        return _(place.title) if place else self.document.number

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it by itself."""
        return self.document.media_type in INLINE


class UploadForm(forms.Form):
    """A file, what it is and what it is about. place: of the dossier, which says category and number."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in KINDS)}),
    )
    category = forms.ChoiceField(widget=Select, label=gettext_lazy("类别"))
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=TITLE_LENGTH,
        required=False,
        help_text=gettext_lazy("不填则用文件名"),
    )
    number = forms.CharField(
        label=gettext_lazy("编号"),
        max_length=NUMBER_LENGTH,
        required=False,
        help_text=gettext_lazy("文号、证书号、报告编号等"),
    )
    subject = forms.CharField(widget=forms.HiddenInput, max_length=30, required=False)
    id = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID, required=False)
    replaces = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID, required=False)
    next = forms.CharField(widget=forms.HiddenInput, max_length=500, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        categories: tuple[str, ...],
        place: Requirement | None = None,
        **options: Any,
    ) -> None:
        super().__init__(data, files, **options)
        if place is not None:
            for name in ("category", "number"):
                self.fields[name].widget = forms.HiddenInput()
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("请选择"))] + [(each, DocumentCategory(each).label) for each in categories]
        self.fields["file"].help_text = _("PDF、OFD、Word、Excel、PPT、图片或文本，最大 %(limit)d MB") % {
            "limit": LARGEST_FILE // 1024**2
        }


@require_http_methods(["GET", "POST"])
@signed_in
def documents(request: PageRequest, number: str) -> HttpResponseBase:
    """What is on file (GET, the form filled from `?category=&subject=&id=&number=&replaces=&next=`); filing (POST)."""
    project = project_in_sight(request, number)
    may_file = filable(request.sight, project)
    given = request.POST if request.method == "POST" else request.GET
    thing = _thing(project, given.get("subject", ""), given.get("id", ""))
    former = _former(project, given.get("replaces", ""))
    place = _place_of(former.category, former.number) if former else None
    place = place or _place_of(given.get("category", ""), given.get("number", ""))
    if request.method != "POST":
        offered = _offered(project, may_file)
        if place and DocumentCategory.ACCEPTANCE not in offered:
            place = None
        initial = _initial(request, former, place)
        form = UploadForm(categories=offered, place=place, initial=initial) if offered else None
        return _page(request, project, form, thing, former, place)
    require_filing(request.sight, project, given.get("category", ""))
    form = UploadForm(request.POST, request.FILES, categories=may_file, place=place)
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            document = file_document(
                project=project,
                upload=said["file"],
                category=said["category"],
                title=said["title"],
                number=said["number"],
                subject=said["subject"],
                subject_id=said["id"],
                replaces=said["replaces"],
                actor=actor_on(request, Act.FILE_DOCUMENT, project),
                now=timezone.now(),
            )
        except Invalid as refusal:
            take(form, refusal, dict.fromkeys(HIDDEN, ""))
        except Conflict as refusal:
            take(form, refusal)
            status = 409
        else:
            messages.success(request, _filed(document))
            return redirect(_inside(request, said["next"]) or reverse("documents", args=[project.number]))
    return _page(request, project, form, thing, former, place, status=status)


@require_safe
@signed_in
def document(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """The file as it came; with `?inline=1` shown by the browser where it is a PDF or a picture."""
    project = project_in_sight(request, number)
    found = Document.objects.filter(project=project, pk=pk).first()
    if found is None:
        raise Http404
    found.project = project
    return paper_response(found, inline=request.GET.get("inline") == "1", actor=actor_of(request))


def _page(
    request: PageRequest,
    project: Project,
    form: UploadForm | None,
    thing: models.Model | None,
    former: Document | None,
    place: Requirement | None,
    status: int = 200,
) -> HttpResponse:
    present = Document.objects.filter(project=project).present()
    page = keyset_page(present, order=Order(Document, "category"), query=request.GET, size=PAGE_SIZE)
    return part(
        request,
        "pages/documents.html",
        project,
        here="documents",
        status=status,
        title=_("文件"),
        form=form,
        offered=_offered(project, filable(request.sight, project)),
        about=_about(thing),
        place=place and _(place.title),
        former=former,
        page=page,
        groups=_groups(request, page),
        invoices=repeated_invoices([project.pk], on=timezone.localdate()).get(project.pk, []),
    )


def _offered(project: Project, categories: tuple[str, ...]) -> tuple[str, ...]:
    """Of the categories that somebody may file those that the project still takes."""
    if project.state != ProjectState.CLOSED:
        return categories
    return tuple(each for each in categories if each in AFTER_CLOSEOUT)


def _groups(request: PageRequest, page: Page[Document]) -> list[tuple[str, list[Paper]]]:
    """(category, papers) in the order of the page; a fixed number of queries."""
    versions = versions_of([each.pk for each in page.rows])
    used = twice(page.rows, request.sight)
    things = subjects_of(page.rows)
    papers = [
        Paper(
            document=each,
            former=versions[each.pk][1:],
            about=_about(things.get((each.subject, each.subject_id or 0)), each.subject),
            twice=used[each.pk],
        )
        for each in page.rows
    ]
    return [
        (category, list(group))
        for category, group in groupby(papers, key=lambda paper: paper.document.get_category_display())
    ]


def _about(thing: models.Model | None, name: str = "") -> str:
    """里程碑 2024 小批量试产; empty for the project itself."""
    if thing is None:
        return subject_word(name) if name else ""
    return f"{subject_word(str(thing._meta.model_name))} {called(thing)}".strip()


def _thing(project: Project, name: str, pk: str) -> models.Model | None:
    """What the paper is to be about. Raises Http404 where the project has no such thing."""
    if not name and not pk:
        return None
    found = subject_of(project, name, int(pk)) if _is_id(pk) else None
    if found is None:
        raise Http404
    return found


def _former(project: Project, pk: str) -> Document | None:
    """The paper that is to be replaced. Raises Http404 where the project has none such."""
    if not pk:
        return None
    found = Document.objects.filter(project=project, pk=int(pk)).first() if _is_id(pk) else None
    if found is None:
        raise Http404
    return found


def _place_of(category: str, number: str) -> Requirement | None:
    """Which paper of the dossier it is; None for any other."""
    if category != DocumentCategory.ACCEPTANCE:
        return None
    return next((each for each in DOSSIER if each.number and each.number == number), None)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _initial(request: PageRequest, former: Document | None, place: Requirement | None) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: request.GET.get(name, "")
        for name in ("category", "number", "subject", "id", "replaces", "next")
    }
    if place is not None:
        initial["title"] = _(place.title)
    if former is not None:
        initial |= {
            "category": former.category,
            "title": former.title,
            "number": former.number,
            "subject": former.subject,
            "id": former.subject_id,
        }
    return initial


def _filed(document: Document) -> str:
    said = {"title": document.title, "version": document.version}
    if document.version > 1:
        return _("“%(title)s”已存档为第 %(version)d 版。") % said
    return _("“%(title)s”已存档。") % said


def _inside(request: PageRequest, target: str) -> str:
    """`target` where it is an address of ours, else empty."""
    inside = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if inside else ""
