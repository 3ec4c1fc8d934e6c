"""Measures works in turn, and tells their ratios beside the goals."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connections

Work = Callable[[], float]
"""Does its work once and answers the seconds it took, without what it had to make ready."""


def timed(work: Callable[[], Any]) -> Work:
    """The work, timed whole."""

    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


def in_turn(rounds: int, **works: Work) -> dict[str, float]:
    """The median seconds of each work, one after the other in every round, after one round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            seconds = work()
            if number:
                taken[name].append(seconds)
    return {name: median(seconds) for name, seconds in taken.items()}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A work beside its yardstick. goal: the ratio wanted, at most, or with `at_least` at least."""

    work: str
    yardstick: str
    theirs: str
    ours: str
    ratio: float | None
    goal: float | None
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """None where there is no goal, or nothing to compare with."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def row(self) -> str:
        """A row of the table, in Markdown."""
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f} ×"
        goal = "–" if self.goal is None else f"{'≥' if self.at_least else '≤'} {self.goal:g} ×"
        verdict = {True: "met", False: "**missed**", None: "–"}[self.is_met]
        cells = (self.work, self.yardstick, self.theirs, self.ours, ratio, goal, verdict)
        return f"| {' | '.join(cells)} |"


HEAD = "| work | yardstick | yardstick | ours | ratio | goal | |\n|---|---|---|---|---|---|---|"


@dataclass(slots=True)
class Report:
    """What the run found, told as it is found."""

    rows: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Ratio) -> None:
        self.rows.append(row)
        print(row.row(), file=sys.stderr, flush=True)

    def times(self, work: str, yardstick: str, theirs: float, ours: float, goal: float | None) -> None:
        """Times in seconds; less is better."""
        self.add(Ratio(work, yardstick, seconds(theirs), seconds(ours), ours / theirs, goal))

    def rates(self, work: str, yardstick: str, theirs: float, ours: float, goal: float | None) -> None:
        """Counts a second; more is better."""
        shown = f"{theirs:,.0f}/s", f"{ours:,.0f}/s"
        self.add(Ratio(work, yardstick, *shown, ours / theirs, goal, at_least=True))

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(text, file=sys.stderr, flush=True)


def seconds(value: float) -> str:
    return (
        f"{value:.2f} s"
        if value >= 1
        else f"{value * 1000:.1f} ms"
        if value < 0.1
        else f"{value * 1000:.0f} ms"
    )


def peak_growth(work: Callable[[], Any]) -> float | None:
    """Megabytes by which the memory of a process grows at most while it does the work.

    None where the system does not tell (it is asked as Linux answers). The work runs in a child of its own.
    """
    if not Path("/proc/self/clear_refs").exists():
        return None
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            reset_peak(os.getpid())
            before = peak(os.getpid())
            work()
            os.write(writing, str(peak(os.getpid()) - before).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        answer = told.read()
    _, status = os.waitpid(child, 0)
    if status or not answer:
        raise RuntimeError("the measured work failed")
    return float(answer)


def peak(pid: int) -> float:
    """The most memory that the process has held so far, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def reset_peak(pid: int) -> None:
    """From now on `peak` counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
