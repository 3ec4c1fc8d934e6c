"""Whether a project was active, suspended, terminated or revoked on a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

SUSPENSION = "暂停"
RESUMPTION = "恢复"
TERMINATION = "终止"
REVOCATION = "撤销"
REFUSED = "不批准"
MOVES = frozenset((SUSPENSION, RESUMPTION, TERMINATION, REVOCATION))


class Standing(StrEnum):
    """How a project stands, apart from its place on the way from award to closeout."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    REVOKED = "revoked"

    @property
    def is_ended(self) -> bool:
        """Whether the project was broken off for good."""
        return self in (Standing.TERMINATED, Standing.REVOKED)


class Move(Protocol):
    """A dated event; only 暂停 恢复 终止 撤销 count here, and not when they were refused (不批准)."""

    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def result(self) -> str: ...


_PRESENT = {standing.value: standing for standing in Standing if standing is not Standing.ACTIVE}


def standing_on(day: date, *, moves: Iterable[Move], state: str) -> Standing:
    """The standing at the end of `day`.

    moves: all dated events, also those after `day`, in any order. state: the present stage in English.
    A present stage that the dated moves do not lead to has no dated event and counts from the start.
    Source: rule book, head.
    """
    present = _PRESENT.get(state, Standing.ACTIVE)
    counted = [move for move in moves if move.kind in MOVES and move.result != REFUSED]
    if not counted:
        return present
    counted.sort(key=lambda move: move.on)
    if present is not Standing.ACTIVE and _after(counted) is not present:
        return present
    return _after(counted, until=day)


def _after(moves: Sequence[Move], until: date = date.max) -> Standing:
    # A resumption that nothing dated precedes ends a suspension that counts from the start.
    standing = Standing.SUSPENDED if moves[0].kind == RESUMPTION else Standing.ACTIVE
    for move in moves:
        if move.on > until:
            break
        if move.kind == REVOCATION:
            standing = Standing.REVOKED
        elif move.kind == TERMINATION and standing is not Standing.REVOKED:
            standing = Standing.TERMINATED
        elif move.kind == SUSPENSION and standing is Standing.ACTIVE:
            standing = Standing.SUSPENDED
        elif move.kind == RESUMPTION and standing is Standing.SUSPENDED:
            standing = Standing.ACTIVE
    return standing
