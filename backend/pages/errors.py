"""Pages for what went wrong, in the frame of all others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(
        request,
        "pages/refused.html",
        {"sentence": _("请求无法识别。"), "status": 400},
        status=400,
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(
        request,
        "pages/refused.html",
        {"sentence": _("您没有此项权限。"), "status": 403},
        status=403,
    )


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret does not fit: the page stood open too long, or cookies are off."""
    sentence = _("页面已过期，请返回上一页、刷新后再提交；如仍不行，请允许浏览器使用 Cookie。")
    return render(request, "pages/refused.html", {"sentence": sentence, "status": 403}, status=403)
