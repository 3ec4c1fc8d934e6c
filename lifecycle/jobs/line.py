"""The way to a run's row beside the transaction that its job is in, so that others see how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

LONGEST_WAIT = "10s"
"""How long it waits for the row: a job that holds it in its own transaction would wait for itself for ever."""


class Line:
    """A connection of its own, every statement a commit, shared by the job and the pulse that keeps it alive.

    Opened inside a transaction it shares that connection instead: the run asked for in there is
    seen by nobody else, and what was written of it goes the same way.
    """

    def __init__(self) -> None:
        self.is_shared = connection.in_atomic_block
        self._lock = Lock()
        self._own: BaseDatabaseWrapper | None = None
        if not self.is_shared:
            self._own = connection.copy()
            self._own.inc_thread_sharing()

    def fetch(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that the statement returns; asked once more when the connection was lost meanwhile."""
        if self._own is None:
            return _fetch(connection, statement, parameters)
        with self._lock:
            try:
                return self._fetch_alone(self._own, statement, parameters)
            except (OperationalError, InterfaceError):
                if self._own.is_usable():
                    raise
                self._own.close()
                return self._fetch_alone(self._own, statement, parameters)

    def _fetch_alone(
        self, wrapper: BaseDatabaseWrapper, statement: str, parameters: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        if wrapper.connection is None:
            _fetch(wrapper, "SELECT set_config('lock_timeout', %s, false)", [LONGEST_WAIT])
        return _fetch(wrapper, statement, parameters)

    def close(self) -> None:
        """Give the connection back; the next statement would open another."""
        if self._own is not None:
            with self._lock:
                self._own.close()


def _fetch(
    wrapper: BaseDatabaseWrapper | Any, statement: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    with wrapper.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
