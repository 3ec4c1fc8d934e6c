"""Settings of the ways out: the address by which people reach the site, the mail server, the hosts of webhooks."""

from __future__ import annotations

import re
from email.utils import getaddresses
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from backend.settings import environment


def site_url(text: str) -> str:
    """The address of the site without a slash at its end, as links in mails begin.

    Raises ImproperlyConfigured when it is no plain http(s) address of a host.
    """
    try:
        parts = urlsplit(text)
        is_sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        is_sound = False
    if not is_sound or not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", text):
        raise ImproperlyConfigured(
            "SITE_URL 应为网站地址，如 https://pilot.example.org。"
            "SITE_URL must be the address of the site, such as https://pilot.example.org."
        )
    return text.rstrip("/")


def sender(name: str, text: str) -> str:
    """An address as it stands in a header: `name@host` or `Name <name@host>`."""
    found = getaddresses([text])
    is_sound = len(found) == 1 and re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", found[0][1])
    if "\r" in text or "\n" in text or not is_sound:
        raise ImproperlyConfigured(f"{name} 不是邮件地址。{name} is no mail address.")
    return text


SITE_URL = site_url(environment.text("SITE_URL", f"http://127.0.0.1:{environment.number('PORT', 8000)}"))

# Without a server no mail is made: what would go out waits, and the first mail after it is there tells all of it.
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_PORT = environment.number("EMAIL_PORT", 465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 10
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    raise ImproperlyConfigured(
        "EMAIL_USE_SSL 与 EMAIL_USE_TLS 只能取其一。Set one of EMAIL_USE_SSL and EMAIL_USE_TLS, not both."
    )

_HOST = urlsplit(SITE_URL).hostname or ""
_DOMAIN = _HOST if re.search("[a-z]", _HOST) and ":" not in _HOST else "localhost"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender("MAIL_FROM", environment.text("MAIL_FROM", f"noreply@{_DOMAIN}"))
MAIL_REPLY_TO = sender("MAIL_REPLY_TO", environment.text("MAIL_REPLY_TO", DEFAULT_FROM_EMAIL))

# Hosts that webhooks may call, each by https at port 443 unless a port is given with it: hooks.example.org:8443
WEBHOOK_HOSTS = environment.words("WEBHOOK_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn")
