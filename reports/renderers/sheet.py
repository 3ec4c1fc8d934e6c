"""The sheet of paper: A4 with the margins of GB/T 9704-2012 (版心 156 × 225 mm); lying, the same turned round."""

from __future__ import annotations

POINTS_PER_MM = 72 / 25.4

PAPER = (210.0, 297.0)
TOP, RIGHT, BOTTOM, LEFT = 37.0, 26.0, 35.0, 28.0
"""Margins of an upright sheet in millimetres: 天头 37, 订口 28, the others from the type area."""

LYING_TOP, LYING_RIGHT, LYING_BOTTOM, LYING_LEFT = LEFT, TOP, RIGHT, BOTTOM
"""Of a lying sheet, bound at its head."""


def text_width(*, is_landscape: bool) -> float:
    """Width of the type area in points."""
    if is_landscape:
        return (PAPER[1] - LYING_LEFT - LYING_RIGHT) * POINTS_PER_MM
    return (PAPER[0] - LEFT - RIGHT) * POINTS_PER_MM
