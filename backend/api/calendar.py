"""The calendar that a person subscribes to, by a private address and without signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.api.errors import not_found
from backend.middleware import client_address
from backend.ways import ics
from lifecycle.reminders.calendar_links import note_refused, owner_of

MAX_AGE = 15 * 60
"""Seconds for which a program may show what it has without asking again."""


class CalendarView(APIView):
    """The address is the right itself; no session and no token adds to it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary=_("本人所在单位各项期限的日历（iCalendar），凭私人地址订阅，无需登录。"),
        responses={(200, "text/calendar"): OpenApiTypes.BINARY},
        auth=[],
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        now = timezone.now()
        person = owner_of(token, now=now)
        if person is None:
            note_refused(address=client_address(request._request), now=now)
            raise not_found()
        feed = ics.feed_of(person, on=timezone.localdate(now))
        etag = quote_etag(feed.tag)
        unchanged = get_conditional_response(request._request, etag=etag)
        response = unchanged or HttpResponse(ics.write(feed), content_type="text/calendar; charset=utf-8")
        response.headers["ETag"] = etag
        if feed.changed_at is not None:
            response.headers["Last-Modified"] = http_date(feed.changed_at.timestamp())
        response.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
        response.headers["Content-Disposition"] = 'inline; filename="pilot.ics"'
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
