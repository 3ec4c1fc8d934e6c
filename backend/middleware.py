"""Who is behind a request and from where, for the log and for the history of facts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from lifecycle.parties.log import Actor, attributed_to
from lifecycle.parties.models import Person

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def client_address(request: HttpRequest) -> str:
    """The address the request came from.

    X-Forwarded-For counts only for as many proxies as TRUSTED_PROXIES says are ours; everything to
    the left of those was written by the client and is not believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    trusted = settings.TRUSTED_PROXIES
    if trusted:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if hops:
            address = hops[-min(trusted, len(hops))]
    return str(address)[:64]


def actor_of(request: HttpRequest) -> Actor:
    """The one who acts by this request, for services that write the log."""
    person = request.user if isinstance(request.user, Person) else None
    return Actor(person, client_address(request))


def attribute(request: HttpRequest, person: Person) -> None:
    """From here to the end of the request, changed facts carry the person's name."""
    known: ExitStack | None = getattr(request, "_attribution", None)
    if known is not None and getattr(request, "_attributed", None) != person.pk:
        known.enter_context(attributed_to(Actor(person)))
        request._attributed = person.pk  # type: ignore[attr-defined]


class AttributionMiddleware:
    """Tells the database who changes facts, and takes it back before the connection serves another.

    Only requests that may change something cost the two statements. A person known by the session is
    told here, one known by a token when the API has read it (`attribute`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        with ExitStack() as stack:
            request._attribution = stack  # type: ignore[attr-defined]
            if isinstance(request.user, Person):
                attribute(request, request.user)
            return self.get_response(request)
