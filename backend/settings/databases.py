"""From DATABASE_URL, or its absence, to Django's DATABASES."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from backend import database

ENGINE = "backend.postgres"

# What libpq may be told in the query of the address; anything else is more likely a slip of the pen.
LIBPQ_OPTIONS = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "options",
        "passfile",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)


def of_url(url: str) -> dict[str, Any]:
    """Settings of the PostgreSQL that the address names.

    `postgresql://user:password@host:5432/name?sslmode=require`; for a Unix socket
    `postgresql:///name?host=/run/postgresql` or `postgresql://user@%2Frun%2Fpostgresql/name`.
    Marks such as @ : / in user or password are percent-encoded.

    Raises:
        ImproperlyConfigured: it is no address of a PostgreSQL database; a password is never repeated.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address("端口或主机有误", "the host or port is malformed") from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise _no_address("须以 postgresql:// 开头", "it has to begin with postgresql://")
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise _no_address("缺少数据库名", "the name of the database is missing")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if unquote(parts.netloc.rpartition("@")[2]).startswith("/"):
        # `hostname` lowers the letters, which a path does not bear.
        host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    asked_port = options.pop("port", "") or str(port or "")
    user = options.pop("user", "") or unquote(parts.username or "")
    password = options.pop("password", "") or unquote(parts.password or "")
    unknown = sorted(set(options) - LIBPQ_OPTIONS)
    if unknown:
        names = ", ".join(unknown)
        raise _no_address(f"无法识别的参数 {names}", f"unknown parameters {names}")
    return {
        "ENGINE": ENGINE,
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": asked_port,
        "OPTIONS": options,
    }


def private(home: Path) -> dict[str, Any]:
    """Settings of the private PostgreSQL of that home, which the first connection starts."""
    return {
        "ENGINE": ENGINE,
        "NAME": database.NAME,
        "USER": database.USER,
        "HOST": str(database.Place.of(home).socket_folder),
        "PORT": str(database.PORT),
        "PRIVATE_HOME": str(home),
        "OPTIONS": {},
    }


def _no_address(chinese: str, english: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"DATABASE_URL 不是可用的 PostgreSQL 地址：{chinese}。DATABASE_URL is no address of a PostgreSQL database: {english}."
    )
