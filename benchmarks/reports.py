"""Reports on paper: ours, from the database to the file, beside bare typst and matplotlib with everything at hand.

The acceptance report of a project of the sample, with all its tables and charts. The yardstick prints the same words
and rows and as many charts, as plainly as both libraries allow: no tags, no archive format, no list of contents, no
draft mark, nothing asked of the database.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import resources
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import docx
import typst
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from backend import made_files, sample
from backend.jobs import door
from backend.jobs.q2 import Q2Engine
from backend.report_batches import build_reports
from backend.synthetic import make_programme
from benchmarks.jobs import PATIENCE, WORKERS, workers
from benchmarks.measure import Report, in_turn, timed
from benchmarks.place import address, own_database
from lifecycle.jobs import ask, runs
from lifecycle.models import JobRun, Project
from lifecycle.parties.accounts import join
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, OrganisationKind, Person, Role
from reports.built import built
from reports.document import Document, Figure, Pairs, Paragraph, Table
from reports.renderers import render
from reports.renderers.fonts import faces
from reports.renderers.numbering import Heading, walk
from reports.shown import shown

ROOT = Path(__file__).resolve().parents[1]

NUMBER = "BA2022003"
"""In acceptance, with money, targets, milestones, a check and an audit."""

BATCH = 100
STATEMENTS = 15

STATED_PAGES, STATED_CHARTS = 15, 4
STATED_SECONDS, COLD_SECONDS = 0.38, 2.5
"""A report of so many pages and charts by bare typst and matplotlib, and the command for it with nothing loaded, on the
machine for which the goals were stated; a second there is as many here as such a bare report takes longer."""


def measure(report: Report, rounds: int) -> None:
    with own_database():
        sample.load(now=timezone.now())
        project = Project.objects.with_parties().get(number=NUMBER)
        stated = _one(report, rounds, project)
        _cold(report, rounds, stated)
        _many(report)


def _one(report: Report, rounds: int, project: Project) -> float:
    """Gives the seconds that the stated bare report takes here."""
    today = timezone.localdate()
    document = built("acceptance", project, on=today, today=today).draft()
    pieces = list(_plain(document))
    # Once for nothing, so that the yardstick draws with our face too.
    _made(project, "pdf", today)
    shorter = _as_stated(pieces)
    found = in_turn(
        rounds,
        stated=timed(lambda: _bare_pdf(shorter)),
        bare=timed(lambda: _bare_pdf(pieces)),
        pdf=timed(lambda: _made(project, "pdf", today)),
        plain=timed(lambda: _bare_docx(pieces)),
        docx=timed(lambda: _made(project, "docx", today)),
        xlsx=timed(lambda: _made(project, "xlsx", today)),
    )
    with CaptureQueriesContext(connection) as captured:
        pages = len(PdfReader(io.BytesIO(_made(project, "pdf", today))).pages)
    theirs = _pages(pieces)
    charts = sum(piece["is"] == "figure" for piece in pieces)
    what = f"acceptance report, {pages} pages, {charts} charts, warm"
    bare = f"typst and matplotlib, {theirs} pages, all at hand"
    report.times(f"{what}: PDF", bare, found["bare"], found["pdf"], 1.3)
    report.times(f"{what}: DOCX", "python-docx, the same words and rows", found["plain"], found["docx"], None)
    report.times(f"{what}: XLSX", bare, found["bare"], found["xlsx"], None)
    # Besides those that open and end its one view of the database.
    queries = [
        each for each in captured if not each["sql"].startswith(("BEGIN", "SET TRANSACTION", "COMMIT"))
    ]
    report.note(f"acceptance report: {len(queries)} statements (wanted: {STATEMENTS} at most)")
    return found["stated"]


def _as_stated(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The beginning of the bare report, as many pages and charts as the goals were stated for."""
    charts = [place for place, piece in enumerate(pieces) if piece["is"] == "figure"][STATED_CHARTS:]
    fewer = [piece for place, piece in enumerate(pieces) if place not in charts]
    end = bisect_right(range(len(fewer)), STATED_PAGES, key=lambda count: _pages(fewer[: count + 1]))
    return fewer[:end]


def _pages(pieces: list[dict[str, Any]]) -> int:
    return len(PdfReader(io.BytesIO(_bare_pdf(pieces))).pages)


def _made(project: Project, form: str, today: date) -> bytes:
    return render(built("acceptance", project, on=today, today=today).draft(), form).content


def _cold(report: Report, rounds: int, stated: float) -> None:
    """A process that has loaded nothing, from its start to its end. stated: seconds of the stated bare report."""
    taken, memory = [], 0
    for _ in range(rounds):
        with TemporaryDirectory() as folder:
            command = [
                "manage.py",
                "report",
                "acceptance",
                NUMBER,
                "--format",
                "pdf",
                "-o",
                f"{folder}/report.pdf",
            ]
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env={**os.environ, "DATABASE_URL": address()}
            )
            _pid, status, used = os.wait4(process.pid, 0)
            taken.append(time.perf_counter() - began)
            if status or not Path(folder, "report.pdf").stat().st_size:
                raise RuntimeError("manage.py report failed")
            memory = max(memory, used.ru_maxrss)
    what = f"typst and matplotlib, {STATED_PAGES} pages, {STATED_CHARTS} charts, all at hand"
    report.times(
        "… cold, the whole command", what, stated, median(taken), round(COLD_SECONDS / STATED_SECONDS, 2)
    )
    report.note(
        f"… cold: at most {COLD_SECONDS} s where the bare report of {STATED_PAGES} pages takes {STATED_SECONDS} s"
    )
    report.note(f"acceptance report by a command of its own: {memory / 1024:.0f} MB at most")


def _many(report: Report) -> None:
    make_programme(projects=BATCH, seed=1)
    today = timezone.localdate()
    projects = list(Project.objects.exclude(pk__in=_sample_projects()).with_parties())
    _made(projects[0], "pdf", today)
    one_by_one = timed(lambda: [_made(project, "pdf", today) for project in projects])()
    engine = Q2Engine("default", {})
    with _rung_by(engine), workers(broker=""):
        _batch(projects[:2])
        in_a_batch = timed(lambda: _batch(projects))()
    work = f"{len(projects)} acceptance reports in a batch, {WORKERS} workers"
    report.times(work, "the same one after another, warm, one process", one_by_one, in_a_batch, 0.6)


def _batch(projects: list[Project]) -> None:
    """Ask for the archive and wait for it."""
    run = ask(
        build_reports,
        now=timezone.now(),
        by=_province(),
        projects=[project.pk for project in projects],
        kind="acceptance",
        form="pdf",
        is_issued=False,
        on=timezone.localdate().isoformat(),
        address="",
        language=settings.LANGUAGE_CODE,
    )
    give_up = time.perf_counter() + PATIENCE
    while not JobRun.objects.filter(pk=run.pk, state="done").exists():
        if time.perf_counter() > give_up:
            raise RuntimeError(f"no archive after {PATIENCE} s")
        time.sleep(0.05)
    run.refresh_from_db()
    default_storage.delete(made_files.path_of(run.pk))
    if run.result is None or run.result["failed"]:
        raise RuntimeError(f"not every report was made: {run.result}")


def _sample_projects() -> Any:
    return Project.objects.filter(number__startswith="BA20").values("pk")


def _province() -> Person:
    """Somebody who sees the made-up projects."""
    person, is_new = Person.objects.get_or_create(username="bench")
    if is_new:
        for province in Organisation.objects.filter(kind=OrganisationKind.PROVINCE):
            join(
                person=person,
                organisation=province,
                role=Role.PROVINCE,
                actor=OPERATOR_ACTOR,
                now=timezone.now(),
            )
    return person


@contextmanager
def _rung_by(engine: Q2Engine) -> Iterator[None]:
    before = list(runs._ring)
    runs.ring_by(lambda run: engine.carry(door.execute, [str(run.pk)], {}))
    try:
        yield
    finally:
        runs._ring[:] = before


def _plain(document: Document) -> Iterator[dict[str, Any]]:
    """The document as the yardstick knows it: nothing left to be worked out but the charts."""
    for piece in walk(document):
        if isinstance(piece, Heading):
            yield {"is": "heading", "level": piece.level, "text": piece.text}
            continue
        match piece.block:
            case Table() as table:
                rows = [[shown(cell, table.unit) for cell in row] for row in table.rows]
                yield _plain_table([column.title for column in table.columns], rows)
            case Pairs(pairs=pairs, unit=unit):
                yield _plain_table([], [[label, shown(cell, unit)] for label, cell in pairs])
            case Figure(caption=caption):
                yield {"is": "figure", "text": caption}
            case Paragraph(text=text):
                yield {"is": "paragraph", "text": text}


def _plain_table(head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    cells = [cell for row in ([head] if head else []) + rows for cell in row]
    return {"is": "table", "columns": len(head or rows[0]), "cells": cells}


def _bare_pdf(pieces: list[dict[str, Any]]) -> bytes:
    shown_pieces = [
        {**piece, "svg": _bare_chart(place)} if piece["is"] == "figure" else piece
        for place, piece in enumerate(pieces)
    ]
    chosen = faces()
    data = {"font": [chosen.song.family, chosen.hei.family], "pieces": shown_pieces}
    made = typst.compile(
        resources.files(__package__).joinpath("templates/plain_report.typ").read_bytes(),
        font_paths=chosen.typst,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made


def _bare_chart(place: int) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(6, 3))
    axes = figure.subplots()
    axes.bar(range(9), [place + each for each in range(9)], label="万元")
    axes.plot(range(9), [place + each / 2 for each in range(9)], label="比例")
    axes.legend()
    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out)
    return out.getvalue()


def _bare_docx(pieces: list[dict[str, Any]]) -> bytes:
    document = docx.Document()
    for piece in pieces:
        if piece["is"] == "heading":
            document.add_heading(piece["text"], piece["level"])
        elif piece["is"] == "paragraph":
            document.add_paragraph(piece["text"])
        elif piece["is"] == "table":
            columns, cells = piece["columns"], piece["cells"]
            table = document.add_table(len(cells) // columns, columns)
            for cell, text in zip(table._cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
