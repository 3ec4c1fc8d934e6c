"""Reports of the sample built and rendered: what stands on paper is what plain SQL says, in every format."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from lifecycle.models import Project
from lifecycle.parties.models import Role
from reports import exports
from reports.document import (
    Cell,
    Day,
    Document,
    Figure,
    Money,
    Number,
    Pairs,
    Percent,
    Section,
    Table,
    Text,
)
from reports.exports import KINDS, build, document_of
from reports.facts import AcceptanceFacts, digest_of
from reports.models import Issue
from reports.renderers import render
from reports.renderers.numbering import Piece, walk
from reports.sections.cells import Figures
from reports.shown import DASH, shown
from tests.builders import make_cluster, make_project, walked
from tests.people import make_person
from tests.reports import plain_sql

TODAY = date(2026, 11, 21)
LIVES = ("BA2022003", "BA2022017", "BA2022018", "BA2022021", "BA2024025")
"""In acceptance with eleven categories, closed, terminated, outside the park, and without any money."""


def wan(amount: Decimal) -> str:
    """As it has to stand on paper."""
    return f"{(amount / 10_000).quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}"


def percent(part: Decimal, whole: Decimal) -> str:
    return f"{(part * 100 / whole).quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}%" if whole else "—"


Row = tuple[str, ...]

WHOLE = [kind for kind, each in KINDS.items() if not each.has_several]
"""Kinds of which a project has one; the others are tested beside what they are about."""


def expected_rows(number: str, on: date) -> list[Row]:
    """Rows of the report as plain SQL has them: label, then figures."""
    money = plain_sql.money(number, on)
    rows: list[Row] = []

    def by_source(label: str, of: list[dict[str, Decimal]]) -> Row:
        committed, received, spent, refunded, balance = (
            sum((each[name] for each in of), Decimal(0))
            for name in ("committed", "received", "spent", "refunded", "balance")
        )
        return (
            label,
            wan(committed),
            wan(received),
            percent(received, committed),
            wan(spent),
            percent(spent, received),
            wan(refunded),
            wan(balance),
        )

    rows += [by_source(source, [money[source]]) for source in plain_sql.SOURCES]
    rows.append(by_source("合计", list(money.values())))

    spent = plain_sql.spent(number, on)
    years = sorted({year for year, _, _ in spent})
    for category in sorted({category for _, category, _ in spent}):
        of_year = [
            sum((amount for key, amount in spent.items() if key[:2] == (year, category)), Decimal(0))
            for year in years
        ]
        rows.append((category, *map(wan, of_year), wan(sum(of_year, Decimal(0)))))
    for (source, place), (planned, paid, _arrived, paid_on) in plain_sql.tranches(number, on).items():
        rows.append((source, str(place), wan(planned), paid_on.isoformat() if paid_on else "—", wan(paid)))
    for year, (planned_count, done, late) in plain_sql.milestones(number, on).items():
        of_year_spent = sum((amount for key, amount in spent.items() if key[0] == year), Decimal(0))
        rows.append((f"{year} 年", str(planned_count), str(done), str(late), wan(of_year_spent)))
    return rows


def expected_settlement(number: str, on: date) -> list[Row]:
    money = plain_sql.money(number, on)
    spent = plain_sql.spent(number, on)

    def all_of(name: str) -> Decimal:
        return sum((each[name] for each in money.values()), Decimal(0))

    rows: list[Row] = [
        ("省拨款", wan(money["省拨款"]["received"])),
        ("部门、地方配套", wan(money["园区配套"]["received"])),
        ("承担单位自筹", wan(money["单位自筹"]["received"])),
        ("其他来源", wan(money["社会资本"]["received"])),
        ("投入合计", wan(all_of("received"))),
        ("经费结余", wan(all_of("balance"))),
        ("支出合计", wan(all_of("spent")), wan(money["省拨款"]["spent"])),
        ("财政资金结余", wan(money["省拨款"]["balance"] + money["园区配套"]["balance"])),
        ("园区待拨省拨款", wan(money["省拨款"]["held_at_park"])),
    ]
    for category in sorted({category for _, category, _ in spent}):
        whole = [(key, amount) for key, amount in spent.items() if key[1] == category]
        rows.append(
            (
                category,
                wan(sum((amount for _, amount in whole), Decimal(0))),
                wan(sum((amount for key, amount in whole if key[2] == "省拨款"), Decimal(0))),
            )
        )
    return rows


def holds(row: Row, lines: list[list[str]]) -> bool:
    """Whether a line has the label, and after it the figures, in their order."""
    for line in lines:
        for start, cell in enumerate(line):
            if cell.endswith(row[0]) and _in_order(row[1:], line[start + 1 :]):
                return True
    return False


def _in_order(wanted: tuple[str, ...], found: list[str]) -> bool:
    rest: Iterator[str] = iter(found)
    return all(any(each == figure for each in rest) for figure in wanted)


def pdf_lines(content: bytes) -> list[list[str]]:
    """The lines of the page, with a year kept to its word and a label that went over a line put together."""
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    text = re.sub(r"(\d{4}) 年", r"\1年", text)
    lines = [line.replace("\u3000", "").split() for line in text.split("\n")]
    joined = [
        [before[-1] + after[0], *after[1:]] for before, after in pairwise(lines) if before and len(after) > 1
    ]
    return [*lines, *joined]


def docx_lines(content: bytes) -> list[list[str]]:
    document = docx.Document(io.BytesIO(content))
    return [[cell.text.strip() for cell in row.cells] for table in document.tables for row in table.rows]


def xlsx_lines(content: bytes) -> list[list[str]]:
    """Cells as their number format shows them."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[_seen(cell) for cell in row] for sheet in book for row in sheet.iter_rows()]


def _seen(cell: Any) -> str:
    value, form = cell.value, cell.number_format
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        above, below, nothing = form.split(";") if ";" in form else (form, f"-{form}", form)
        mask = above if number > 0 else below if number < 0 else nothing
        return re.sub(r"[#,]*0(\.0+)?%?", lambda found: _figure(abs(number), found.group()), mask).replace(
            '"', ""
        )
    day = value.date()
    return day.isoformat() if form == "yyyy-mm-dd" else f"{day.year}年{day.month}月{day.day}日"


def _figure(number: Decimal, mask: str) -> str:
    """As a spreadsheet shows a number that is not below zero by a mask such as #,##0.00%."""
    percent = mask.endswith("%")
    places = len(mask.rstrip("%").partition(".")[2])
    rounded = (number * (100 if percent else 1)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:,}" * ("," in mask) + f"{rounded}" * ("," not in mask) + "%" * percent


READ = {"pdf": pdf_lines, "docx": docx_lines, "xlsx": xlsx_lines}


def missing(rows: list[Row], lines: list[list[str]]) -> list[Row]:
    flat = [[cell.replace(" 年", "年") for cell in line] for line in lines]
    return [row for row in rows if not holds((row[0].replace(" 年", "年"), *row[1:]), flat)]


@pytest.fixture(scope="module")
def reports(programme: None) -> dict[tuple[str, str], Document]:
    """The reports of each of LIVES, built once for all formats."""
    return {
        (number, kind): build(kind, Project.objects.get(number=number), on=TODAY, today=TODAY)[1]
        for number in LIVES
        for kind in WHOLE
    }


@pytest.mark.parametrize("form", list(READ))
@pytest.mark.parametrize("number", LIVES)
def test_every_figure_on_paper_is_that_of_plain_sql(
    reports: dict[tuple[str, str], Document], number: str, form: str
) -> None:
    in_report = READ[form](render(reports[number, "acceptance"], form).content)
    in_settlement = READ[form](render(reports[number, "settlement"], form).content)

    assert missing(expected_rows(number, TODAY), in_report) == []
    assert missing(expected_settlement(number, TODAY), in_settlement) == []


NUMBERS = (Money, Number, Percent)


@pytest.mark.parametrize("number", LIVES)
def test_every_figure_in_a_workbook_is_a_number_and_reads_as_on_paper(
    reports: dict[tuple[str, str], Document], number: str
) -> None:
    for kind in WHOLE:
        document = reports[number, kind]
        book = openpyxl.load_workbook(io.BytesIO(render(document, "xlsx").content))
        rows = [list(row) for sheet in book.worksheets[1:] for row in sheet.iter_rows()]
        for wanted, unit in table_rows(document):
            texts = [shown(cell, unit).strip() for cell in wanted]
            # Each sheet has its rows in the order of the document.
            while [_seen(cell) for cell in rows[0][: len(texts)]] != texts:
                rows.pop(0)
                assert rows, texts
            for cell, found in zip(wanted, rows.pop(0), strict=False):
                if isinstance(cell, NUMBERS) and shown(cell) != DASH:
                    assert isinstance(found.value, int | float), texts
                elif isinstance(cell, Day) and cell.value:
                    assert found.is_date, texts
                elif isinstance(cell, Text):
                    # Numbers of invoices are names, not figures.
                    assert not re.fullmatch(r"[\d,]{1,9}(\.\d+)?%?", cell.value), texts


def table_rows(document: Document) -> Iterator[tuple[list[Cell], str]]:
    for piece in walk(document):
        match piece:
            case Piece(block=Table(rows=rows, unit=unit)):
                yield from ((list(row), unit) for row in rows)
            case Piece(block=Pairs(pairs=pairs, unit=unit)):
                yield from (([Text(label), cell], unit) for label, cell in pairs)


def test_reports_of_a_past_day_have_the_figures_of_that_day(programme: None) -> None:
    on = date(2024, 6, 30)
    project = Project.objects.get(number="BA2022018")

    _facts, report = build("acceptance", project, on=on, today=TODAY)

    assert missing(expected_rows("BA2022018", on), pdf_lines(render(report, "pdf").content)) == []


def test_every_project_of_the_sample_has_its_reports(
    programme: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Figures = {}
    monkeypatch.setattr(exports, "figures_of", lambda facts: drawn)
    for project in Project.objects.all():
        for kind in WHOLE:
            facts, document = build(kind, project, on=TODAY, today=TODAY)

            assert document == document_of(kind, facts)
            assert document.digest == digest_of(facts)
            assert project.number in document.subject


def test_a_settlement_is_one_page_whatever_the_scheme(programme: None) -> None:
    for number in ("BA2022001", "BA2022003"):
        _facts, document = build("settlement", Project.objects.get(number=number), on=TODAY, today=TODAY)

        assert len(pypdf.PdfReader(io.BytesIO(render(document, "pdf").content)).pages) == 1


def figures_in(sections: Any) -> list[Figure]:
    found: list[Figure] = []
    for section in sections:
        found += [block for block in section.blocks if isinstance(block, Figure)]
        found += figures_in(section.sections)
    return found


def test_all_six_charts_stand_in_the_report_and_say_what_they_show(
    reports: dict[tuple[str, str], Document],
) -> None:
    charts = figures_in(reports["BA2022017", "acceptance"].sections)

    assert len(charts) == 6
    assert all(chart.alt and "<svg" in chart.svg for chart in charts)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["approved", "suspended", "terminated", "revoked"])
def test_projects_at_the_edges_are_printed_too(state: str) -> None:
    project = make_project(
        milestones=False, name="长" * 120, state="approved" if state == "approved" else "implementing"
    )
    if state != "approved":
        walked(project, state)

    for kind in WHOLE:
        _facts, document = build(kind, project, on=TODAY, today=TODAY)
        text = "".join(
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render(document, "pdf").content)).pages
        )
        assert "长" * 20 in text.replace("\n", "")


@pytest.mark.django_db
def test_the_report_is_chinese_whoever_asks() -> None:
    project = make_project()
    facts, document = build("acceptance", project, on=TODAY, today=TODAY)
    with translation.override("en"):
        again, asked_in_english = build("acceptance", project, on=TODAY, today=TODAY)

    assert (again, asked_in_english) == (facts, document)
    assert [section.title for section in document.sections][:2] == ["项目基本情况", "考核指标完成情况"]
    assert all(isinstance(section, Section) for section in document.annexes)


@pytest.mark.django_db
def test_frozen_facts_of_another_kind_are_refused() -> None:
    facts, _document = build("settlement", make_project(), on=TODAY, today=TODAY)

    with pytest.raises(Exception, match="missing required field"):
        document_of("acceptance", facts)
    assert KINDS["acceptance"].shape is AcceptanceFacts


@pytest.mark.django_db
def test_the_command_writes_a_draft(tmp_path):
    project = make_project()

    call_command("report", "settlement", project.number, "--format", "pdf", "-o", str(tmp_path / "s.pdf"))

    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
    assert [file.name for file in tmp_path.iterdir()] == ["s.pdf"]


@pytest.mark.django_db
def test_the_command_issues_and_gives_the_same_issue_of_the_same_facts(tmp_path, own_files, capsys):
    project = make_project(number="BA1")
    park = make_person((Role.PARK, project.cluster.park), username="park.manager")
    for name, whose in (("a.pdf", ["--as", "park.manager"]), ("b.pdf", []), ("c.docx", [])):
        form = name.rpartition(".")[2]
        call_command(
            "report", "settlement", "BA1", "--format", form, "-o", str(tmp_path / name), "--issue", *whose
        )

    issue = Issue.objects.get()
    assert (issue.number, issue.issuer_id, issue.issuer_name) == ("BA1-JS-01", park.pk, "park.manager")
    for name in ("a.pdf", "b.pdf", "c.docx"):
        kept = issue.files.get(format=name.rpartition(".")[2])
        assert sha256((tmp_path / name).read_bytes()).hexdigest() == kept.sha256
    said = capsys.readouterr().err.splitlines()
    assert said == ["已出具，编号 BA1-JS-01。", *["数据未变，仍为此前出具的 BA1-JS-01。"] * 2]


@pytest.mark.django_db
def test_the_command_issues_for_nobody_who_may_not(tmp_path):
    project = make_project(number="BA1")
    make_person((Role.UNIT, project.unit), username="unit.one")
    make_person((Role.PARK, make_cluster().park), username="park.other")
    wanted = ["report", "disbursements", "BA1", "--format", "pdf", "-o", str(tmp_path / "x.pdf"), "--issue"]

    for whose, words in (
        (["--as", "unit.one"], "出具"),
        (["--as", "park.other"], "没有编号为“BA1”的项目"),
        (["--as", "nobody"], "没有名为“nobody”的可用账号"),
        (["--on", "2024-03-31"], "以当天数据为准"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command(*wanted, *whose)
    with pytest.raises(CommandError, match="只与 --issue 同用"):
        call_command(*wanted[:-1], "--as", "unit.one")

    assert not Issue.objects.exists()
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["settlement", "NO-SUCH", "-o", "x.pdf"], "没有编号为“NO-SUCH”的项目"),
        (["settlement", "{number}", "-o", "missing/x.pdf"], "无法写入“missing/x.pdf”"),
        (["settlement", "{number}", "-o", "x.pdf", "--on", "2022-02-30"], "日期“2022-02-30”不存在"),
        (["settlement", "{number}", "-o", "x.pdf", "--on", "2999-01-01"], "不晚于今天"),
        (["settlement", "{number}", "-o", "x.pdf", "--on", "1999-12-31"], "2000 年以后"),
        (["gossip", "{number}", "-o", "x.pdf"], "gossip"),
    ],
)
def test_the_command_says_why_it_refuses_and_leaves_nothing(arguments, words, tmp_path, monkeypatch):
    project = make_project()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match=words):
        call_command("report", *(each.format(number=project.number) for each in arguments), "--format", "pdf")

    assert list(tmp_path.iterdir()) == []
