"""A database of the run's own, dropped at the end, on the server that the settings name."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from backend import database

PREFIX = "bench_"


@contextmanager
def own_database() -> Iterator[None]:
    """Django's default database is a fresh, migrated one meanwhile."""
    before = connection.settings_dict["NAME"]
    with own_name() as name:
        _use(name)
        try:
            call_command("migrate", verbosity=0, interactive=False)
            yield
        finally:
            _use(before)


@contextmanager
def own_name() -> Iterator[str]:
    """The name of an empty database that is dropped afterwards; those of killed runs are dropped too."""
    home = connection.settings_dict.get("PRIVATE_HOME")
    if home:
        database.start(Path(home))
    with psycopg.connect(**parameters("postgres"), autocommit=True) as admin:
        for (left,) in admin.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^bench_[0-9a-f]{12}$'"
        ).fetchall():
            # One in use belongs to a run beside this one and stays.
            with contextlib.suppress(psycopg.errors.ObjectInUse):
                admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(left)))
        name = PREFIX + secrets.token_hex(6)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def parameters(name: str | None = None) -> dict[str, Any]:
    """What psycopg needs for a plain connection to the database of the run, or to that of `name`."""
    known = connection.get_connection_params()
    unwanted = ("cursor_factory", "context", "prepare_threshold")
    return {key: value for key, value in known.items() if key not in unwanted} | (
        {"dbname": name} if name else {}
    )


def plain_connection() -> psycopg.Connection[Any]:
    """A connection without Django, to the database of the run; autocommit."""
    return psycopg.connect(**parameters(), autocommit=True)


def address(name: str | None = None) -> str:
    """DATABASE_URL of the database of the run, or of `name`, for another process."""
    known = connection.settings_dict
    user = quote(known.get("USER") or "", safe="")
    password = quote(known.get("PASSWORD") or "", safe="")
    account = user + (f":{password}" if password else "")
    place = f"host={quote(known['HOST'], safe='')}&port={known['PORT']}"
    return f"postgresql://{account}@/{quote(name or known['NAME'], safe='')}?{place}"


def _use(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
