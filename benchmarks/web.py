"""Pages and lists, as asked over HTTP, beside the barest site; in a small system and in a large one."""

from __future__ import annotations

import time
from pathlib import Path

from django.http import QueryDict
from django.utils import timezone

from backend.pages.paging import Order, keyset_page
from benchmarks.measure import Report, Work, in_turn
from benchmarks.people import Keys
from benchmarks.served import Visitor, served
from finance.models import Entry
from lifecycle.models import Project
from reports.kept import refresh

REQUESTS = 30
PAGE = 50
FAR = 1_000
"""The far page of a long ledger."""


def measure(report: Report, rounds: int, *, keys: Keys, home: Path, ledger: Project | None) -> None:
    """ledger: a project with a journal long enough for a page FAR, in the large system."""
    everything = Project.objects.all()
    # As the list's first visitor of the day finds it; judging is measured by itself.
    refresh(everything, on=timezone.localdate())
    count = everything.count()
    project = everything.order_by("number")[0]
    shown = project.number
    ours = {
        "api": f"/api/v1/projects/?page_size={PAGE}",
        "list": "/projects/",
        "project": f"/projects/{shown}/",
        "ledger": f"/projects/{shown}/ledger/",
    }
    bare = {"api": "/api/", "rows": "/projects/", "entries": f"/entries/?project={project.pk}"}
    if ledger is not None:
        ours["near"] = f"/projects/{ledger.number}/ledger/"
        ours["far"] = f"{ours['near']}?after={_mark_before_page(ledger, FAR)}"
    with (
        served("benchmarks.bare_site:application", home) as yard,
        served("backend.wsgi:application", home, keys.api | keys.pages) as site,
    ):
        works: dict[str, Work] = {f"bare {name}": _asked(yard, path) for name, path in bare.items()}
        works |= {name: _asked(site, path) for name, path in ours.items()}
        found = in_turn(rounds, **works)
        found = {name: REQUESTS / seconds for name, seconds in found.items()}
    size = f"{count:,} projects"
    report.rates(
        f"project list (API), 50 rows, {size}", "barest DRF list of 50", found["bare api"], found["api"], 0.6
    )
    for name, work, yardstick, goal in (
        ("list", "project list (page)", "bare rows", None),
        ("project", "project page", "bare rows", 0.4),
        ("ledger", "ledger page", "bare entries", 0.4),
    ):
        report.rates(f"{work}, {size}", "barest template of 50 rows", found[yardstick], found[name], goal)
    if ledger is not None:
        entries = Entry.objects.filter(project=ledger).count()
        report.rates(
            f"ledger page 1 of {entries:,} entries",
            "barest template of 50 rows",
            found["bare entries"],
            found["near"],
            0.4,
        )
        report.rates(
            f"ledger page {FAR:,} of the same", "page 1 of the same", found["near"], found["far"], 0.9
        )


def _asked(visitor: Visitor, path: str) -> Work:
    def run() -> float:
        began = time.perf_counter()
        for _ in range(REQUESTS):
            visitor.get(path)
        return time.perf_counter() - began

    return run


def _mark_before_page(project: Project, number: int) -> str:
    """The mark that the page before gives for its next one, newest entries first."""
    newest = Entry.objects.filter(project=project).order_by("-sequence").values_list("sequence", flat=True)[0]
    order = Order(Entry, "sequence", descending=True)
    rest = Entry.objects.filter(project=project, sequence__lte=newest - (number - 2) * PAGE)
    mark = keyset_page(rest, order=order, query=QueryDict(), size=PAGE).after
    assert mark is not None
    return mark
