"""The page of the documentation that shows moves and conditions is the one the program would write."""

from __future__ import annotations

from pathlib import Path

from lifecycle.guards import guards_of
from lifecycle.moves import MOVES
from lifecycle.page import lifecycle_page

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"


def test_the_page_shows_every_move_role_and_condition():
    written = lifecycle_page()

    assert PAGE.read_text(encoding="utf-8") == written, "make lifecycle"
    for move in MOVES.values():
        assert f"`{move.name}`" in written
        for guard in guards_of(move.name):
            assert f"| `{move.name}` | `{guard.code}` |" in written


def test_every_move_asks_for_its_order_and_no_condition_stands_twice():
    for name in MOVES:
        codes = [guard.code for guard in guards_of(name)]
        assert codes[0] == "day_in_order"
        assert len(codes) == len(set(codes))
