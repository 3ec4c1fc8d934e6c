"""Long ledgers as CSV over HTTP and as XLSX to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from xlsxwriter import Workbook

from benchmarks import others
from benchmarks.measure import Ratio, Report, Work, in_turn, peak_growth, seconds, timed
from benchmarks.people import Keys
from benchmarks.place import plain_connection
from benchmarks.served import served
from finance.bulk import post_many
from finance.posting import Movement
from finance.terms import FISCAL, SPENDING, THREE_CLASSES
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.ledger.xlsx_file import write_xlsx

FIRST_ROWS = 4_096
"""Bytes by which the first entries have come, well past the headings."""
SOON = 0.1

_PLAIN = """
    SELECT e.sequence, e.day, e.recorded_at, e.kind, e.source, e.category, d.name, c.name, e.amount, e.voucher,
        e.invoice, e.counterparty, e.memo, NULL::integer, e.previous_hash, e.hash
    FROM finance_entry e
    JOIN finance_account d ON d.id = e.debit_id
    JOIN finance_account c ON c.id = e.credit_id
    WHERE e.project_id = {project} ORDER BY e.sequence
"""


def make_ledger(entries: int) -> Project:
    """A project with that many entries, beside the others."""
    model = Project.objects.order_by("pk")[0]
    project = Project.objects.create(
        number=f"SYN-LEDGER-{entries}",
        name="模拟长台账",
        cluster=model.cluster,
        unit=model.unit,
        site=model.site,
        start_on=model.start_on,
        end_on=model.end_on,
        total_investment=model.total_investment,
        provincial_grant=model.provincial_grant,
        park_matching=model.park_matching,
        category_scheme=model.category_scheme,
        state=model.state,
    )
    post_many(_movements(project, entries), actor=OPERATOR_ACTOR)
    return project


def measure_csv(
    report: Report, rounds: int, *, project: Project, entries: int, keys: Keys, home: Path
) -> None:
    path = f"/api/v1/projects/{project.number}/ledger/?format=csv"
    first: list[float] = []
    with served("backend.wsgi:application", home, keys.api) as site, plain_connection() as plain:

        def ours() -> float:
            to_first, whole, size = site.get_in_pieces(path, FIRST_ROWS)
            first.append(to_first)
            if size < entries * 200:
                raise RuntimeError(f"only {size} bytes came")
            return whole

        site.get("/api/v1/me/")
        site.reset_memory()
        before = site.memory()
        found = in_turn(rounds, plain=timed(lambda: _copy_out(plain, project)), ours=ours)
        grown = site.memory() - before
    report.times(
        f"ledger to CSV over HTTP, {entries:,} rows", "COPY … TO STDOUT", found["plain"], found["ours"], 1.15
    )
    soon = median(first)
    report.add(Ratio("… its first rows", f"{SOON} s", f"{SOON} s", seconds(soon), soon / SOON, 1.0))
    report.note(f"CSV, {entries:,} rows: the server's memory grows by {grown:.0f} MB")


def measure_xlsx(report: Report, rounds: int, *, project: Project, entries: int) -> None:
    with tempfile.TemporaryDirectory() as folder, others.worker("xlsx_yardstick") as rust:
        task = {"project": project.pk, "path": f"{folder}/theirs.xlsx"}

        def ours() -> None:
            with open(f"{folder}/ours.xlsx", "wb") as file:
                write_xlsx(project, file)

        works: dict[str, Work] = {"ours": timed(ours)}
        if rust is not None:
            works["rust"] = lambda: rust.ask(task)
        found = in_turn(rounds, **works)
        found |= in_turn(1, slow=timed(lambda: _by_xlsxwriter(project, f"{folder}/slow.xlsx")))
        grown = peak_growth(ours)
    work = f"ledger to XLSX, {entries:,} rows, database to file"
    if rust is not None:
        report.times(work, "COPY → polars → rust_xlsxwriter", found["rust"], found["ours"], 1.3)
    else:
        report.note(f"XLSX: polars and rust_xlsxwriter left out ({others.why_not()})")
    report.times(work, "XlsxWriter constant_memory, one round", found["slow"], found["ours"], None)
    if grown is not None:
        report.note(f"XLSX, {entries:,} rows: memory grows by {grown:.0f} MB")


def _copy_out(plain: object, project: Project) -> None:
    query = f"COPY ({_PLAIN.format(project=project.pk)}) TO STDOUT (FORMAT csv, HEADER)"
    with plain.cursor().copy(query) as copy:  # type: ignore[attr-defined]
        for _ in copy:
            pass


def _by_xlsxwriter(project: Project, path: str) -> None:
    with (
        plain_connection() as plain,
        Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book,
    ):
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        with plain.transaction(), plain.cursor("rows") as cursor:
            cursor.itersize = 10_000
            cursor.execute(_PLAIN.format(project=project.pk))
            for number, row in enumerate(cursor):
                sheet.write_number(number, 0, row[0])
                sheet.write_datetime(number, 1, row[1], day)
                sheet.write_string(number, 2, row[2].isoformat())
                for column in (3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15):
                    sheet.write_string(number, column, row[column])
                sheet.write_number(number, 8, float(row[8]))


def _movements(project: Project, entries: int) -> Iterator[tuple[int, Movement]]:
    days = (project.end_on - project.start_on).days
    for number in range(entries):
        yield (
            project.pk,
            Movement(
                kind=SPENDING,
                source=FISCAL[number % 2],
                category=THREE_CLASSES[number % 3],
                amount=Decimal(100 + number % 100_000) / 100,
                on=project.start_on + timedelta(days=days * number // entries),
                voucher=f"记-{number + 1:07}",
                invoice=f"L{entries:08}{number:08}",
                counterparty="精密仪器厂",
                memo="采购样机部件",
            ),
        )
