"""`make bench [ARGS="--full"]`: ours beside yardsticks, in turn, in one run on a database of its own.

BENCH_PROJECTS sets how many projects the large system has (2 000; --full 10 000), --rounds how many
rounds each median is of (5), --only which parts run. The table comes out as Markdown.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Report

PARTS = ("money", "posting", "bulk", "csv", "xlsx", "web", "reminders", "jobs", "reports")
APART = {"reminders", "jobs", "reports"}
"""Parts that make what they need on a database of their own."""

PROJECTS = 2_000
PROJECTS_FULL = 10_000
SMALL = 100
"""Projects of the small system that pages are measured in first."""
LEDGER = 100_000
LEDGER_FULL = 1_000_000


def main() -> int:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings.base")
    # The sites that are served must read the sessions that are made here.
    os.environ["SECRET_KEY"] = "benchmarks: on a database that is thrown away"

    import django

    django.setup()

    from benchmarks.machine import NotDurable
    from benchmarks.measure import HEAD, Report
    from benchmarks.place import own_database

    began = time.perf_counter()
    report = Report()
    try:
        # The parts apart have a database of their own each.
        place = own_database() if set(options.only) - APART else contextlib.nullcontext()
        with place, tempfile.TemporaryDirectory(prefix="pilot-bench-") as home:
            facts = _run(report, options, Path(home))
    except NotDurable as refusal:
        print(
            f"PostgreSQL 未将提交写入磁盘（{refusal}），测量没有意义。\n"
            f"PostgreSQL does not write commits through ({refusal}): the numbers would mean nothing.",
            file=sys.stderr,
        )
        return 1
    print(f"\n$ {_command(options)}\n")
    print("\n".join(f"- {fact}" for fact in facts))
    print(f"- {time.perf_counter() - began:.0f} s in all; medians of {options.rounds} rounds, in turn\n")
    print(HEAD)
    print("\n".join(row.row() for row in report.rows))
    print()
    print("\n".join(f"- {note}" for note in report.notes))
    missed = sum(row.is_met is False for row in report.rows)
    print(f"\n{sum(row.is_met is True for row in report.rows)} goals met, {missed} missed")
    return 0


def _run(report: object, options: argparse.Namespace, home: Path) -> list[str]:
    """Measure what is asked for; answers what it was measured on."""
    from benchmarks import jobs, machine, reminders, reports
    from benchmarks.measure import Report

    assert isinstance(report, Report)
    rounds, parts, projects = options.rounds, options.only, options.projects
    facts = machine.describe()
    if set(parts) - APART:
        facts.append(_run_on_programme(report, options, home))
    if "reminders" in parts:
        reminders.measure(report, rounds, projects=projects, small=SMALL)
    if "jobs" in parts:
        jobs.measure(report, rounds)
    if "reports" in parts:
        reports.measure(report, rounds)
    return facts


def _run_on_programme(report: Report, options: argparse.Namespace, home: Path) -> str:
    """Measure the parts that work on one programme of made-up projects; answers how large it was."""
    from backend.synthetic import ENTRIES, MILESTONES, make_programme
    from benchmarks import bulk, exports, machine, money, posting, web, yard
    from benchmarks.people import province_keys
    from benchmarks.served import collect_static
    from lifecycle.models import Project

    rounds, parts, projects = options.rounds, options.only, options.projects
    make_programme(projects=min(SMALL, projects), seed=1)
    keys = province_keys()
    collect_static(home)
    if "web" in parts:
        web.measure(report, rounds, keys=keys, home=home, ledger=None)
    if projects > SMALL:
        began = time.perf_counter()
        made = make_programme(projects=projects - SMALL, seed=2, progress=_tell)
        taken = time.perf_counter() - began
        report.note(
            f"make_programme: {made.projects / taken:.0f} projects/s, {made.entries / taken:,.0f} entries/s"
        )
    yard.make_tables()
    if "money" in parts:
        money.measure(report, rounds)
    if "posting" in parts:
        posting.measure(report, rounds)
    if "bulk" in parts:
        bulk.measure(report, rounds)
    ledgers: dict[int, Project] = {}
    if {"csv", "xlsx", "web"} & set(parts):
        for entries in (LEDGER, LEDGER_FULL) if options.full else (LEDGER,):
            ledgers[entries] = exports.make_ledger(entries)
        machine.refresh_statistics()
    if "csv" in parts:
        for entries, project in ledgers.items():
            exports.measure_csv(report, rounds, project=project, entries=entries, keys=keys, home=home)
    if "xlsx" in parts:
        exports.measure_xlsx(report, rounds, project=ledgers[LEDGER], entries=LEDGER)
    if "web" in parts:
        web.measure(report, rounds, keys=keys, home=home, ledger=ledgers[LEDGER])
    return (
        f"{projects:,} projects, {projects * ENTRIES:,} entries, {projects * ENTRIES * 2:,} lines,"
        f" {projects * MILESTONES:,} milestones"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="10 000 projects, a ledger of a million entries")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each median, five or more")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="only these parts")
    options = parser.parse_args()
    default = PROJECTS_FULL if options.full else PROJECTS
    options.projects = int(os.environ.get("BENCH_PROJECTS") or default)
    if options.projects < SMALL or options.rounds < 1:
        parser.error(f"BENCH_PROJECTS must be at least {SMALL}, --rounds at least 1")
    return options


def _command(options: argparse.Namespace) -> str:
    words = shlex.join(sys.argv[1:])
    return f"BENCH_PROJECTS={options.projects} python -m benchmarks {words}".rstrip()


def _tell(done: int) -> None:
    print(f"… {done} projects", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
