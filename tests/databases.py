"""Databases of the tests: one migrated template, and cheap copies of it that are thrown away.

The journal refuses DELETE and TRUNCATE to everybody, so a database that tests have really committed
to cannot be emptied again; it is dropped, and the next test gets a fresh copy of the template.

Whoever uses a template or a copy holds an advisory lock on its name. What bears our prefix and is
not locked was left by a run that was killed, or by older migrations, and is dropped.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from backend import database

APPS = ("lifecycle", "finance", "reports", "backend")


class TestDatabases:
    """The template of the present migrations, and copies made from it."""

    __test__ = False

    def __init__(self) -> None:
        configured = connection.settings_dict
        if configured.get("PRIVATE_HOME"):
            database.start(Path(configured["PRIVATE_HOME"]))
        parameters = {
            name: value
            for name, value in connection.get_connection_params().items()
            if name not in ("dbname", "cursor_factory", "context", "prepare_threshold")
        }
        self._prefix = f"test_{settings.DATABASES['default']['NAME']}"
        self._admin = psycopg.connect(**parameters, dbname="postgres", autocommit=True)
        self.template = f"{self._prefix}_template_{_fingerprint()}"
        # The lock of making stands apart from that of using: one makes, the others wait and then use.
        with self._making():
            self._lock(self.template, shared=True)
            if not self._is_made(self.template):
                self._make_template()
            self._sweep()

    def close(self) -> None:
        self._admin.close()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A fresh copy of the template, known to Django as the default database meanwhile."""
        name = f"{self._prefix}_copy_{secrets.token_hex(6)}"
        before = connection.settings_dict["NAME"]
        self._lock(name)
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(self.template)
            )
        )
        try:
            _use(name)
            yield name
        finally:
            _use(before)
            self._drop(name)
            self._admin.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])

    def _make_template(self) -> None:
        self._drop(self.template)
        self._admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.template)))
        before = connection.settings_dict["NAME"]
        try:
            _use(self.template)
            call_command("migrate", verbosity=0, interactive=False)
            _leave_unanalyzed()
        finally:
            _use(before)
        self._admin.execute(
            sql.SQL("COMMENT ON DATABASE {} IS 'migrated'").format(sql.Identifier(self.template))
        )

    def _is_made(self, name: str) -> bool:
        return bool(
            self._admin.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s AND shobj_description(oid, 'pg_database') = 'migrated'",
                [name],
            ).fetchone()
        )

    def _sweep(self) -> None:
        """Drop what no run holds any more."""
        found = self._admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) OR starts_with(datname, %s)",
            [f"{self._prefix}_template_", f"{self._prefix}_copy_"],
        ).fetchall()
        for (name,) in found:
            if name != self.template and self._try_lock(name):
                self._drop(name)
                self._admin.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])

    def _drop(self, name: str) -> None:
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _lock(self, name: str, *, shared: bool = False) -> None:
        function = "pg_advisory_lock_shared" if shared else "pg_advisory_lock"
        self._admin.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])

    def _try_lock(self, name: str) -> bool:
        row = self._admin.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name]).fetchone()
        return bool(row and row[0])

    @contextmanager
    def _making(self) -> Iterator[None]:
        self._lock(f"{self._prefix} making")
        try:
            yield
        finally:
            self._admin.execute(
                "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"{self._prefix} making"]
            )


class SessionDatabase:
    """The database that tests share: a copy of the template, and now and then a fresh one in its place.

    What tests take back stays in the tables as dead rows that nobody clears away, and whoever walks through a table
    walks through them: after a few thousand tests the same one took more than twice its time.
    """

    TESTS = 200
    """How many tests share a copy."""

    def __init__(self, databases: TestDatabases) -> None:
        self._databases = databases
        self._copy = ExitStack()
        self._begin()

    def count(self) -> None:
        """A test is over. Where something of a whole file still lies in the copy, it stays until that is gone."""
        self._tests += 1
        is_ours = connection.settings_dict["NAME"] == self._name
        if self._tests >= self.TESTS and is_ours and not connection.in_atomic_block:
            self.end()
            self._begin()

    def end(self) -> None:
        self._copy.close()

    def _begin(self) -> None:
        self._name = self._copy.enter_context(self._databases.copy())
        self._tests = 0


def analyze() -> None:
    """Tell the planner how much has been written: what other tests took back left it believing that tables are empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _leave_unanalyzed() -> None:
    """No table is analyzed by itself: what a test wrote is rolled back, and plans made for it would be slow ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")


def _use(name: str) -> None:
    """Django's default database is that one from now on, in every thread."""
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _fingerprint() -> str:
    """Changes whenever a template made from the migrations would differ."""
    made_of = [django.__version__, version("django-q2"), *settings.INSTALLED_APPS]
    digest = hashlib.sha256(" ".join(made_of).encode() + Path(__file__).read_bytes())
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).glob("**/migrations/**/*")):
            if path.suffix in (".py", ".sql"):
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
