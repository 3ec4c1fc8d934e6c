"""The door of every page: signed in, password changed, sight at hand, refusals shown as pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from backend.access import sight_for
from lifecycle.errors import Conflict, DomainError, Forbidden
from lifecycle.models import Project
from lifecycle.parties.models import Person
from lifecycle.parties.sight import Sight

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request of a person who is signed in, with what they may see."""

    user: Person
    sight: Sight
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[PageRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for people signed in whose password need not be changed first; others are led there.

    A refusal of the domain becomes a page with its sentence and the status that fits.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast(PageRequest, request)
        if not request.user.is_authenticated:
            return _elsewhere(
                asked,
                f"{reverse('sign-in')}?{urlencode({'next': _return_path(asked)})}",
            )
        if asked.user.must_change_password and request.path != reverse("password"):
            return _elsewhere(asked, reverse("password"))
        asked.sight = sight_for(request)
        try:
            return view(asked, *args, **kwargs)
        except DomainError as refusal:
            return refused(request, refusal)

    return guarded


def project_in_sight(request: PageRequest, number: str) -> Project:
    """The project with its parties and the head of its journal; 404 when it is not in sight."""
    visible = Project.objects.visible_to(request.sight).with_parties().select_related("journal")
    try:
        return visible.get(number=number)
    except Project.DoesNotExist:
        raise Http404 from None


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The refusal as a page: 403 role, 404 unknown, 409 state, 400 shape."""
    if refusal.code == "not_found":
        raise Http404
    status = HTTPStatus.BAD_REQUEST
    if isinstance(refusal, Forbidden):
        status = HTTPStatus.FORBIDDEN
    elif isinstance(refusal, Conflict):
        status = HTTPStatus.CONFLICT
    return render(
        request,
        "pages/refused.html",
        {"sentence": refusal.message, "status": status.value},
        status=status,
    )


def _return_path(request: PageRequest) -> str:
    if request.htmx:
        return str(request.htmx.current_url_abs_path or "")
    return request.get_full_path() if request.method == "GET" else ""


def _elsewhere(request: PageRequest, target: str) -> HttpResponse:
    return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
