import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zipfile import ZipFile

import openpyxl
import pytest

from reports.document import Column, Day, Document, Money, Number, Percent, Section, Table, Text
from reports.renderers import render, xlsx
from tests.reports.renderers.documents import (
    DIGEST,
    FORMULA,
    LONG_NAME,
    MARKUP,
    draft,
    everything,
    settlement,
)


@cache
def rendered():
    return render(everything(), "xlsx").content


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def book():
    return opened(rendered())


def of(*blocks, **differently):
    sections = [Section("甲", blocks)]
    return opened(render(draft(**{"sections": sections, "annexes": [], **differently}), "xlsx").content)


def row_with(sheet, text):
    return next(row for row in sheet.iter_rows() if any(cell.value == text for cell in row))


def values(row):
    return [cell.value for cell in row]


def test_each_section_with_tables_has_a_sheet_of_its_name(book):
    assert book.sheetnames == ["封面", "一、项目概况", "二、经费", "附件1 台账摘录"]


def test_the_first_sheet_tells_what_it_is_and_leads_to_the_others(book):
    first = book["封面"]
    said = {row[0].value: row[1].value for row in first.iter_rows(min_row=2) if row[0].value}

    assert first["A1"].value == "项目验收报告"
    assert said["编号"] == "苏火炬验〔2026〕001号"
    assert said["数据摘要（SHA-256）"] == DIGEST
    assert said["承担单位"] == MARKUP
    assert said["日期"] == "2026年5月8日"
    links = [cell.hyperlink.location for row in first.iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_amounts_are_unrounded_numbers_in_the_unit_of_their_table(book):
    sheet = book["二、经费"]

    assert row_with(sheet, "单位：万元")
    assert values(row_with(sheet, "直接费用")) == ["直接费用", 100.005, 50.005, 90.005, 40.005, 0.9]
    assert values(row_with(sheet, "间接费用")) == ["间接费用", 20.005, "—", 20.005, 0, "—"]
    row = row_with(sheet, "合计")
    assert values(row) == ["合计", 120.01, 50.005, 110.01, 40.005, pytest.approx(0.9167)]
    assert [cell.number_format for cell in row[1:]] == ["#,##0.00"] * 4 + ["#,##0.00%"]
    assert row[0].font.bold
    assert row_with(sheet, "其中：设备费")[0].alignment.indent == 2


def test_groups_stand_over_their_columns_without_merged_cells(book):
    sheet = book["二、经费"]
    titles = row_with(sheet, "支出科目")

    assert values(titles) == ["支出科目", "预算", "其中：省拨款", "支出", "其中：省拨款", "执行率"]
    assert [cell.value for cell in sheet[titles[0].row - 1]] == [None, "合同", None, "决算", None, None]
    assert not sheet.merged_cells.ranges


def test_days_are_days_and_the_head_stays_in_sight(book):
    sheet = book["附件1 台账摘录"]
    row = row_with(sheet, "支付第 1 笔材料款")

    assert values(row) == [1, datetime(2023, 2, 2), "支付第 1 笔材料款", 137.01, "记-0001"]  # noqa: DTZ001
    assert row[1].number_format == 'yyyy"年"m"月"d"日"'
    assert sheet.freeze_panes == f"B{row[0].row}"
    assert sheet.print_title_rows == f"${row[0].row - 1}:${row[0].row - 1}"
    assert sheet.page_setup.fitToHeight == 0
    assert values(row_with(sheet, "合计"))[1:4] == ["—", "合计", 123456789.01]


def test_no_text_is_a_formula(book):
    for sheet in book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}
    dangerous = of(
        Table("", [Column("甲")], [[Text(text)] for text in (FORMULA, "+1", "-1", "@SUM(A1)", "12")])
    )
    cells = [cell for row in dangerous["一、甲"].iter_rows(min_row=3) for cell in row]

    assert [cell.value for cell in cells] == [FORMULA, "+1", "-1", "@SUM(A1)", "12"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True] * 4 + [False]


def test_texts_are_kept_whole_with_rare_signs(book):
    said = {row[0].value: row[1].value for row in book["一、项目概况"].iter_rows()}

    assert said["项目负责人"] == "张𬎆😀"
    assert said["备注"] == "第一行\n第二行"
    assert said["项目名称"] == LONG_NAME
    assert said["省拨款"] == 520
    assert said["立项日期"] == datetime(2022, 9, 8)  # noqa: DTZ001


def test_a_number_beyond_fifteen_digits_goes_out_as_text():
    sheet = of(
        Table(
            "",
            [Column("甲"), Column("乙"), Column("丙")],
            [
                [
                    Money(Decimal("9999999999999.99")),
                    Number(Decimal("1.5"), places=1),
                    Percent(Decimal("120.5"), 1),
                ],
                [Money(Decimal("99999999999999.99")), Number(None), Percent(None)],
            ],
            unit="元",
        )
    )["一、甲"]

    assert [values(row) for row in sheet.iter_rows(min_row=4)] == [
        [9999999999999.99, 1.5, 1.205],
        ["99,999,999,999,999.99", "—", "—"],
    ]
    assert [cell.number_format for cell in sheet[4]] == ["#,##0.00", "#,##0.0", "#,##0.0%"]


def test_rows_that_paper_leaves_out_are_all_here():
    sheet = of(Table("", [Column("甲")], [[Number(number)] for number in range(5_000)]))["一、甲"]

    assert [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)] == list(range(5_000))


def test_names_of_sheets_are_what_excel_takes_and_differ():
    table = Table("", [Column("甲")], [[Text("乙")]])
    long = "很长的名称[含]:*?/\\'" + "字" * 40
    sections = [Section("", [], [Section(long, [table]) for _ in range(2)]) for _ in range(2)]
    names = of(sections=sections).sheetnames[1:]

    assert len(set(names)) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
    assert names[2].endswith("~2")


def ledger_sheet(count):
    return [
        Table("小计", [Column("甲")], [[Number(1)]]),
        Table("台账", [Column("序号"), Column("摘要")], [[Number(1, form="plain"), Text("乙")]] * count),
        Table("", [Column("签字"), Column("日期")], [[Text("　\n　"), Text("年　月　日")]]),
    ]


def test_a_long_table_below_another_has_a_sheet_of_its_own_with_its_head_in_sight():
    book = of(*ledger_sheet(13))

    assert book.sheetnames == ["封面", "一、甲", "表2 台账"]
    assert book["表2 台账"].freeze_panes == "A3"
    assert book["表2 台账"].print_title_rows == "$2:$2"
    links = [cell.hyperlink.location for row in book["封面"].iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'一、甲'!A1", "'表2 台账'!A1"]
    assert of(*ledger_sheet(12)).sheetnames == ["封面", "一、甲"]


def test_a_row_to_sign_in_has_room_and_no_caption():
    sheet = of(*ledger_sheet(13))["表2 台账"]
    head = row_with(sheet, "签字")[0].row

    assert sheet.cell(head - 1, 1).value is None
    assert sheet.row_dimensions[head + 1].height >= 40


def test_rows_are_as_high_as_their_wrapped_texts():
    sheet = of(Table("", [Column("甲"), Column("乙")], [[Text("字" * 100)] * 2, [Text("字")] * 2]))["一、甲"]

    assert sheet.row_dimensions[3].height >= 5 * 15
    assert sheet.row_dimensions[4].height is None


def test_all_chapters_are_in_the_contents_and_lead_to_their_tables():
    table = Table("", [Column("甲")], [[Text("乙")]])
    sections = [
        Section("概况", [], [Section("其一"), Section("其二", [], [Section("深处", [table])])]),
        Section("意见"),
        Section("经费", [table]),
    ]
    first = of(sections=sections)["封面"]
    lines = [row[1] for row in first.iter_rows() if row[1].value and row[1].row > 8]
    contents = {cell.value: cell.hyperlink and cell.hyperlink.location for cell in lines[-5:]}

    assert contents == {
        "一、概况": "'1.深处'!A1",
        "（二）其二": "'1.深处'!A1",
        "1.深处": "'1.深处'!A1",
        "二、意见（无表格，见 PDF 或 DOCX 格式）": None,
        "三、经费": "'三、经费'!A1",
    }


def test_numbers_are_shown_as_on_paper():
    cells = [
        Percent(Decimal(700) / 9),
        Number(2022, form="plain"),
        Number(1234, form="plain", after="（尾款）"),
        Number(-3, form="signed"),
        Number(Decimal("2.345"), places=2),
        Day(date(2024, 3, 1), is_short=True),
    ]
    row = of(Table("", [Column("甲")] * 6, [cells]))["一、甲"][3]

    assert values(row) == [0.7778, 2022, 1234, -3, 2.35, datetime(2024, 3, 1)]  # noqa: DTZ001
    assert [cell.number_format for cell in row] == [
        "#,##0.00%",
        "0",
        '0"（尾款）"',
        '"＋"#,##0;"－"#,##0;"—"',
        "#,##0.00",
        "yyyy-mm-dd",
    ]


def test_a_wide_sheet_is_printed_across():
    wide = Table("", [Column("甲" * 10)] * 6, [[Text("乙")] * 6])

    assert of(wide)["一、甲"].page_setup.orientation == "landscape"
    assert of(settlement())["一、甲"].page_setup.orientation != "landscape"


def test_two_tables_share_a_sheet_one_below_the_other():
    sheet = of(settlement(), settlement())["一、甲"]

    assert sheet.freeze_panes is None
    assert [cell.value for cell in sheet["A"] if cell.value and cell.value.startswith("表")] == [
        "表1　经费决算表",
        "表2　经费决算表",
    ]


def test_more_rows_than_excel_takes_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "_ROWS", 2)

    with pytest.raises(ValueError, match="more rows"):
        of(Table("", [Column("甲")], [[Number(1)]] * 3))


def test_a_draft_says_so_and_a_document_without_tables_has_its_first_sheet():
    book = opened(render(Document("k", "题", "", [], []), "xlsx").content)

    assert book.sheetnames == ["封面"]
    assert row_with(book["封面"], "编号")[1].value == "草稿，未签发"


def test_the_same_document_is_the_same_bytes_in_threads_and_in_another_process():
    with ThreadPoolExecutor(2) as pool:
        others = set(pool.map(lambda _: render(everything(40), "xlsx").content, range(3)))
    program = (
        "import django, hashlib; django.setup()\n"
        "from reports.renderers import render\n"
        "from tests.reports.renderers.documents import everything\n"
        "print(hashlib.sha256(render(everything(40), 'xlsx').content).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test", "TZ": "America/New_York"},
    ).stdout.strip()

    assert len(others) == 1
    assert hashlib.sha256(others.pop()).hexdigest() == elsewhere


def test_every_part_is_of_one_time():
    with ZipFile(io.BytesIO(rendered())) as packed:
        assert len({entry.date_time for entry in packed.infolist()}) == 1
