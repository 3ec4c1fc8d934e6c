"""XLSX: the same rows as the CSV, with real dates and numbers, read back by other people's programs."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from finance.models import Journal
from lifecycle.models import Project
from reports.ledger import xlsx_file
from reports.ledger.csv_file import stream_csv
from reports.ledger.xlsx_file import LedgerTooLong, stream_xlsx, write_xlsx
from tests.builders import day, make_project
from tests.reports.ledger.ledgers import awkward_project, csv_rows, hashed_texts, joined, movement, post

pytestmark = pytest.mark.django_db


def content_of(project: Project, on: date | None = None) -> io.BytesIO:
    return io.BytesIO(joined(stream_xlsx(project, on)))


def test_openpyxl_reads_the_rows_of_the_csv_with_dates_and_numbers():
    project = awkward_project()

    book = openpyxl.load_workbook(content_of(project))

    assert book.sheetnames == ["台账", "余额", "说明"]
    rows = list(book["台账"].iter_rows(values_only=True))
    wanted = csv_rows(joined(stream_csv(project)))
    assert list(rows[0]) == wanted[0]
    for row, texts, csv_row in zip(rows[1:], hashed_texts(project), wanted[1:], strict=True):
        assert row[0] == int(csv_row[0])
        assert row[1] == datetime.fromisoformat(csv_row[1])
        assert row[8] == float(csv_row[8])
        assert row[13] == (int(csv_row[13]) if csv_row[13] else None)
        assert [cell or "" for cell in row[2:8]] == csv_row[2:8]
        assert [(cell or "").replace("_x005F_", "_") for cell in row[9:13]] == list(texts)
        assert list(row[14:]) == csv_row[14:]


def test_calamine_reads_dates_and_amounts():
    sheet = CalamineWorkbook.from_filelike(content_of(awkward_project())).get_sheet_by_name("台账")

    rows = sheet.to_python()

    assert len(rows) == 24
    assert rows[1][1] == date(2022, 10, 1)
    assert rows[3][8] == 1.5
    assert rows[3][12] == "=1+1"


def test_headings_stay_in_view_with_a_filter_on_them_and_formats_on_the_columns():
    sheet = openpyxl.load_workbook(content_of(awkward_project()))["台账"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:P24"
    assert sheet["B2"].number_format == "yyyy\\-mm\\-dd"
    assert sheet["I2"].number_format == "#,##0.00"
    assert sheet.column_dimensions["M"].width == 40


def test_text_that_looks_like_a_formula_is_text():
    sheet = openpyxl.load_workbook(content_of(awkward_project()))["台账"]

    assert sheet["M4"].value == "=1+1"
    assert sheet["M4"].data_type in ("s", "inlineStr")


def test_balances_are_debits_less_credits_and_sum_up_to_nothing():
    project = awkward_project()

    rows = list(openpyxl.load_workbook(content_of(project))["余额"].iter_rows(values_only=True))

    assert [row[0] for row in rows[1:]] == [
        "资金来源-省拨款",
        "园区待拨-省拨款",
        "单位资金-省拨款",
        "项目支出-省拨款-设备费",
        "合计",
    ]
    spent = sum(Decimal(f"{number}.50") for number in range(2, 21))
    assert rows[4][5] == float(spent)
    assert rows[3][5] == float(1000000 - spent)
    assert rows[-1][5] == 0


def test_the_explanation_names_project_day_and_head():
    project = awkward_project()

    rows = dict(
        openpyxl.load_workbook(content_of(project, day("2022-10-31")))["说明"].iter_rows(values_only=True)
    )

    head = Journal.objects.get(project=project)
    assert rows["项目编号"] == project.number
    assert rows["截止日期"] == "2022-10-31"
    assert rows["本表分录数"] == 2
    assert (rows["链头序号"], rows["链头哈希"]) == (23, head.head_hash)
    assert rows["哈希版本"] == "pilot-ledger-1"


def test_a_ledger_without_entries_opens_too():
    book = openpyxl.load_workbook(content_of(make_project(milestones=False)))

    assert book["台账"].max_row == 1
    assert book["余额"]["A2"].value == "合计"


def test_an_amount_beyond_a_numbers_digits_stays_exact_as_text():
    project = make_project(milestones=False)
    post(
        project,
        movement("到账园区", "省拨款", "9999999999999.99", "2022-10-01", voucher="a1"),
        movement("到账园区", "省拨款", "9000000000000000.01", "2022-10-01", voucher="a2"),
    )

    sheet = openpyxl.load_workbook(content_of(project))["台账"]

    assert (sheet["I2"].value, sheet["I3"].value) == (9999999999999.99, "9000000000000000.01")


def test_the_same_facts_make_the_same_file():
    project = awkward_project()

    assert content_of(project).getvalue() == content_of(project).getvalue()


def test_every_part_is_well_formed():
    with ZipFile(content_of(awkward_project())) as book:
        assert book.testzip() is None
        for name in book.namelist():
            ElementTree.fromstring(book.read(name))


def test_more_entries_than_a_sheet_has_rows_are_refused_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(xlsx_file, "MOST_ENTRIES", 22)
    project = awkward_project()
    out = io.BytesIO()

    with pytest.raises(LedgerTooLong) as refusal:
        write_xlsx(project, out)
    assert refusal.value.details == {"entries": 23, "most": 22}
    assert out.getvalue() == b""
    with pytest.raises(LedgerTooLong):
        stream_xlsx(project)
    assert len(joined(stream_xlsx(project, day("2023-01-09")))) > 0
