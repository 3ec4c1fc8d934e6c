"""Who asks: a token of a program, or the session of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backend.middleware import SAFE_METHODS, attribute
from lifecycle.errors import Forbidden
from lifecycle.parties import accounts
from lifecycle.parties.models import Person

if TYPE_CHECKING:
    from rest_framework.views import APIView

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`, as given out by auth/token/."""

    def authenticate(self, request: Request) -> tuple[Person, str] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("令牌格式不正确，应为：Authorization: Token 令牌。"))
        token = parts[1].decode("latin-1")
        person = accounts.bearer(token, now=timezone.now())
        if person is None:
            raise AuthenticationFailed(_("令牌无效或已过期，请重新获取。"))
        if request.method not in SAFE_METHODS:
            attribute(request._request, person)
        return person, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class IsReadyToWork(BasePermission):
    """Signed in, and not before a password that has to be changed first."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.user, Person):
            return False
        require_own_password(request.user)
        return True


def require_own_password(person: Person) -> None:
    """Raises Forbidden while the password is one that somebody else gave out."""
    if person.must_change_password:
        raise Forbidden(_("请先在网页上修改初始密码。"), code="password_change_required")
