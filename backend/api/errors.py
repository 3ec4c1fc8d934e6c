"""Every refusal in one shape: {"code", "message", "details"}."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from finance.posting import UnknownEntry
from lifecycle.errors import Conflict, DomainError, Forbidden
from lifecycle.parties.accounts import SignInRefused, TooManyAttempts
from lifecycle.wording import about

logger = logging.getLogger(__name__)


class NotFound(DomainError):
    """It does not exist, or not for the one who asks; the two read the same."""

    code = "not_found"


STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (UnknownEntry, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (SignInRefused, 401),
    (TooManyAttempts, 429),
    (DomainError, 400),
)
"""The first class that fits gives the status."""


def not_found() -> NotFound:
    return NotFound(_("没有这项内容，或您无权查看。"))


def body(code: str, message: str, details: Any = None) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details or {}}


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """What an exception means to the one who asked; what we did not foresee is logged, not told."""
    set_rollback()
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, Http404):
        return _of_domain(not_found())
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation | BadRequest | RequestDataTooBig):
        error = exceptions.ParseError(_("请求无法识别。"))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, context.get("request"))
    request = getattr(context.get("request"), "_request", None)
    logger.error("%s failed", getattr(request, "path", "API"), exc_info=error, extra={"request": request})
    got_request_exception.send(sender=answer, request=request)
    return Response(body("internal", _("系统内部错误，已记录。请稍后重试。")), status=500)


def _of_domain(error: DomainError) -> Response:
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    response = Response(body(error.code, error.message, error.details), status=status)
    if isinstance(error, TooManyAttempts):
        response["Retry-After"] = str(error.details["retry_after"])
    elif status == 401:
        response["WWW-Authenticate"] = "Token"
    return response


def _of_framework(error: exceptions.APIException, request: Any) -> Response:
    details: Any = None
    code = error.default_code
    if isinstance(error, exceptions.ValidationError):
        faults = error.detail if isinstance(error.detail, Mapping) else {"body": error.detail}
        details = {str(field): " ".join(_sentences(fault)) for field, fault in faults.items()}
        message = " ".join(_sentences(faults))
    elif isinstance(error, exceptions.UnsupportedMediaType):
        # The error's own detail is a whole sentence already; what was sent is said by the request.
        sent = getattr(request, "content_type", "") or ""
        message = _("不支持这种正文格式：%(found)s。") % {"found": sent[:100]}
    elif isinstance(error, exceptions.MethodNotAllowed):
        message = _("这个地址不支持这种请求方法。")
    else:
        message = str(error.detail)
        found = error.get_codes()
        code = found if isinstance(found, str) else code
    response = Response(body(code, message, details), status=error.status_code)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _sentences(detail: Any, path: str = "") -> list[str]:
    """Every message of a tree of faults, each after the field it is about."""
    if isinstance(detail, Mapping):
        return [
            text
            for field, inner in detail.items()
            for text in _sentences(inner, f"{path}.{field}" if path else str(field))
        ]
    if isinstance(detail, list | tuple):
        return [text for inner in detail for text in _sentences(inner, path)]
    return [about(path, detail) if path and path not in ("body", "non_field_errors") else str(detail)]


@csrf_exempt
def unknown_path(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An address under /api/ that leads nowhere, whatever is sent there."""
    return JsonResponse(
        body("not_found", _("没有这个接口地址。")), status=404, json_dumps_params={"ensure_ascii": False}
    )
