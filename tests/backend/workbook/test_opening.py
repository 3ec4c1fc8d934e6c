"""Hostile and broken files: each gets a clear refusal, nothing crashes, no memory is asked for blindly."""

import io
import struct
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.workbook import package, scan
from backend.workbook.faults import Findings
from backend.workbook.reading import read_book
from backend.workbook.tables import Sheetful
from tests.backend.workbook.books import book, programme, repacked

SHEET = "xl/worksheets/sheet1.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes) -> tuple[dict[str, Sheetful], Findings]:
    findings = Findings()
    return read_book(content, findings), findings


def refusal(content: bytes) -> str:
    """The one sentence with which a whole file is refused."""
    sheets, findings = read(content)
    assert sheets == {}
    (fault,) = findings.faults
    assert (fault.sheet, fault.row, fault.column) == ("", None, "")
    return fault.message


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"hello", "项目编号,金额".encode(), b"%PDF-1.7", b"PK\x05\x06" + b"\0" * 18],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert refusal(content)


def test_old_and_encrypted_files_are_told_apart() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert ".xls" in refusal(ole)
    assert "密码" in refusal(ole + "EncryptedPackage".encode("utf-16-le"))


def test_other_zip_files_and_binary_workbooks_are_refused() -> None:
    def zipped(name: str) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(name, "x")
        return target.getvalue()

    assert "不是 Excel 工作簿" in refusal(zipped("word/document.xml"))
    assert "xlsb" in refusal(zipped("xl/workbook.bin"))


@pytest.mark.parametrize("cut", [100, 1000, 3000])
def test_a_file_cut_short_is_refused(cut: int) -> None:
    assert refusal(book(programme())[:-cut])


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST_FILE", 1024**2)
    assert "最大 1 MB，实有 2 MB" in refusal(b"x" * (1024**2 + 1))


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    def blow(parts: dict[str, bytes]) -> None:
        parts["xl/media/zeros.bin"] = b"\0" * (64 * 1024 * 1024)

    assert "压缩炸弹" in refusal(repacked(book(programme()), blow))


def test_a_part_that_holds_more_than_it_declares_is_refused() -> None:
    """The directory says a few bytes; the stream unpacks to megabytes."""
    content = repacked(
        book(programme()), lambda parts: parts.update({SHEET: b"<worksheet>" + b" " * 8_000_000})
    )
    changed = content.replace(struct.pack("<L", 8_000_011), struct.pack("<L", 500))
    assert changed != content
    assert "压缩炸弹" in refusal(changed)


def test_overlapping_parts_are_refused() -> None:
    content = bytearray(book(programme()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.getinfo(SHEET).header_offset
    end = content.rfind(b"PK\x05\x06")
    directory = struct.unpack_from("<L", content, end + 16)[0]
    while content[directory : directory + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", content, directory + 28)
        struct.pack_into("<L", content, directory + 42, offset)
        directory += 46 + name + extra + comment
    assert "重叠" in refusal(bytes(content))


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("xl/vbaProject.bin", "宏"),
        ("xl/macrosheets/sheet1.xml", "宏"),
        ("xl/externalLinks/externalLink1.xml", "其他文件"),
        ("xl/connections.xml", "数据源"),
    ],
)
def test_what_runs_or_reaches_outside_is_refused(part: str, word: str) -> None:
    assert word in refusal(repacked(book(programme()), lambda parts: parts.update({part: b"<x/>"})))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_a_document_type_is_refused_wherever_it_stands(part: str) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'

    def inject(parts: dict[str, bytes]) -> None:
        head, rest = parts[part].split(b"?>", 1)
        parts[part] = head + b"?>" + laughs + rest

    assert "DTD" in refusal(repacked(book(programme()), inject))


def test_another_encoding_is_refused() -> None:
    def recode(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].decode().replace("UTF-8", "UTF-16").encode("utf-16")

    assert "结构异常" in refusal(repacked(book(programme()), recode))


def test_a_part_that_is_missing_or_torn_is_refused() -> None:
    assert refusal(repacked(book(programme()), lambda parts: parts.update({"xl/workbook.xml": b"<workbook"})))
    assert refusal(repacked(book(programme()), lambda parts: parts.__delitem__("xl/_rels/workbook.xml.rels")))
    assert refusal(
        repacked(book(programme()), lambda parts: parts.update({SHEET: b"<worksheet><sheetData><row"}))
    )


def test_cells_at_the_far_end_ask_for_no_memory() -> None:
    sheets = programme()
    far: list[tuple[int, int, Any]] = [(1_048_575, 0, "x")]
    assert "第 1048576 行" in refusal(_with_cells(sheets, far))
    assert "199999 行 16384 列" in refusal(_with_cells(sheets, [(199_998, 16_383, "x")]))


@pytest.mark.parametrize(
    "place",
    [
        b'<c a="&gt;" b=\'>\' r="XFD1048576"><v>1</v></c>',
        b'<x:c xmlns:x="' + MAIN + b'" r="XFD1048576"><x:v>1</x:v></x:c>',
        b'<c\n\tr = "XFD1048576"\n>\n<!-- --><v>1</v></c>',
        b'<c x=" r=\'A1\'" r="XFD1048576"><v>1</v></c>',
        b"<c><v>1</v></c>",
        b'<c r="A99999999999"><v>1</v></c>',
    ],
)
def test_no_spelling_of_a_far_cell_gets_past_the_scan(place: bytes) -> None:
    def inject(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].replace(
            b"</sheetData>", b'<row r="1048576">' + place + b"</row></sheetData>"
        )

    assert refusal(repacked(book(programme()), inject))


def test_a_million_empty_rows_below_the_data_cost_nothing() -> None:
    """What formatting whole columns leaves behind: cells with a style and nothing in them."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"></c></row>' % (n, n, n)
        for n in range(100, 1_048_577, 3)
    )

    def inject(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet10.xml"] = parts["xl/worksheets/sheet10.xml"].replace(
            b"</sheetData>", rows + b"</sheetData>"
        )

    sheets, findings = read(repacked(book(programme()), inject))
    assert findings.faults == []
    assert len(sheets["资金流水"].rows) == 3


def test_rows_filled_with_spaces_beyond_the_bound_are_refused() -> None:
    assert "最多 200000 行" in refusal(_with_cells(programme(), [(scan.MOST_ROWS, 0, " ")]))


def test_blank_rows_between_are_skipped_and_rows_keep_their_numbers() -> None:
    content = programme()
    rows = content["资金流水"]
    content["资金流水"] = [
        ["创新型产业集群资金流水"],
        [],
        [],
        rows[0],
        [],
        rows[1],
        ["", " ", "\u3000"],
        rows[2],
    ]
    sheets, findings = read(book(content))
    assert findings.faults == []
    assert [row.number for row in sheets["资金流水"].rows] == [6, 8]


def test_a_table_may_start_anywhere_on_the_sheet() -> None:
    content = programme()
    content["年度报告"] = [[], []] + [["", "", *row] for row in content["年度报告"]]
    sheets, findings = read(book(content))
    assert findings.faults == []
    assert [row.number for row in sheets["年度报告"].rows] == [4]


def test_merged_cells_in_the_data_are_a_fault_and_above_the_header_are_not() -> None:
    target = openpyxl.Workbook()
    sheet = target.active
    sheet.title = "年度报告"
    for row in (["年度报告汇总"], ["项目编号", "年度", "进展"], ["E1", 2023, "按计划"], ["", 2024, "按计划"]):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    _sheets, findings = read(_saved(target))
    assert [fault.column for fault in findings.faults] == ["项目编号"]
    sheet.merge_cells("A3:A4")
    _sheets, findings = read(_saved(target))
    merged = next(fault for fault in findings.faults if "合并" in fault.message)
    assert (merged.sheet, merged.row, merged.column, merged.value) == ("年度报告", 3, "项目编号", "A3:A4")


def test_a_formula_counts_with_its_stored_value_and_is_reported() -> None:
    content = repacked(
        book(programme()),
        lambda parts: parts.update(
            {
                "xl/worksheets/sheet10.xml": parts["xl/worksheets/sheet10.xml"].replace(
                    b"<v>12345.67</v>", b"<f>12000+345.67</f><v>12345.67</v>"
                )
            }
        ),
    )
    sheets, findings = read(content)
    assert findings.faults == []
    (warning,) = findings.warnings
    assert (warning.sheet, warning.row, warning.column) == ("资金流水", 4, "金额（元）")
    assert "1 个公式" in warning.message
    assert str(sheets["资金流水"].rows[2]["amount"]) == "12345.67"


def test_a_formula_without_a_stored_value_is_a_fault() -> None:
    target = openpyxl.load_workbook(io.BytesIO(book(programme())))
    target["资金流水"]["F4"] = "=1+1"
    _sheets, findings = read(_saved(target))
    (fault,) = findings.faults
    assert (fault.sheet, fault.row, fault.column) == ("资金流水", 4, "金额（元）")
    assert "公式没有保存" in fault.message


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_shown_by_a_cell_is_a_fault_even_where_the_cell_may_be_empty(error: str) -> None:
    target = openpyxl.load_workbook(io.BytesIO(book(programme())))
    target["资金流水"]["H4"] = error
    target["资金流水"]["H4"].data_type = "e"
    _sheets, findings = read(_saved(target))
    (fault,) = findings.faults
    assert (fault.sheet, fault.row, fault.column) == ("资金流水", 4, "票据号")
    assert "错误值" in fault.message


def test_serial_numbers_count_from_the_epoch_of_the_book() -> None:
    target = openpyxl.Workbook()
    target.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = target.active
    sheet.title = "年度报告"
    sheet.append(["项目编号", "年度", "提交日期", "审核日期"])
    sheet.append(["E1", 2023, (date(2023, 12, 7) - date(1904, 1, 1)).days, date(2023, 12, 13)])
    sheets, findings = read(_saved(target))
    assert findings.faults == []
    (row,) = sheets["年度报告"].rows
    assert (row["submitted_on"], row["reviewed_on"]) == (date(2023, 12, 7), date(2023, 12, 13))


def test_a_hundred_kilobytes_in_a_cell_are_a_fault_of_that_cell() -> None:
    """Excel itself stops at 32 767 signs; whoever writes the file by hand does not."""
    long = "长" * 35_000

    def inject(parts: dict[str, bytes]) -> None:
        target = "xl/sharedStrings.xml"
        parts[target] = parts[target].replace("方案".encode(), long.encode())

    _sheets, findings = read(repacked(book(programme()), inject))
    (fault,) = findings.faults
    assert (fault.sheet, fault.row, fault.column) == ("里程碑", 2, "里程碑")
    assert len(fault.value) == 61


def test_unknown_sheets_are_reported_and_the_instructions_left_alone() -> None:
    sheets, findings = read(
        book([("填表说明", [["随便写"]]), *programme().items(), ("项目(旧)", [["x"]]), ("Sheet2", [])])
    )
    assert len(sheets) == 10
    assert findings.faults == []
    assert [(warning.sheet, warning.row) for warning in findings.warnings] == [
        ("项目(旧)", None),
        ("Sheet2", None),
    ]


def test_a_workbook_without_any_known_sheet_is_refused() -> None:
    assert "没有一张可识别的工作表" in _only(read(book([("Sheet1", [["项目编号"]])]))[1])


def test_sheet_names_are_matched_folded_and_two_of_one_name_are_refused() -> None:
    content = programme()
    rows = content.pop("里程碑")
    sheets, findings = read(book([*content.items(), (" 里程碑　", rows)]))
    assert findings.faults == []
    assert len(sheets["里程碑"].rows) == 2
    sheets, findings = read(book([*content.items(), ("里程碑", rows), ("里 程碑", rows)]))
    assert "2 张同名" in _only(findings)
    assert sheets["里程碑"].rows == []


def test_a_hidden_sheet_is_read_and_reported() -> None:
    target = openpyxl.load_workbook(io.BytesIO(book(programme())))
    target["里程碑"].sheet_state = "hidden"
    sheets, findings = read(_saved(target))
    assert len(sheets["里程碑"].rows) == 2
    assert "隐藏" in findings.warnings[0].message


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_a_file_with_scrambled_bytes_is_read_or_refused(seed: int, many: int) -> None:
    content = bytearray(_PLAIN)
    for _ in range(many):
        seed = (seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        content[seed % len(content)] = (seed >> 32) % 256
    sheets, findings = read(bytes(content))
    assert sheets or findings.faults


@given(
    st.integers(0, 2**32),
    st.sampled_from(
        [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"]
    ),
    st.sampled_from(
        [b"<", b">", b'"', b"/", b"&", b"=", b" ", b"9", b"-", b"", b"\x00", b"\xff", b"99999999999", b"<c>"]
    ),
)
def test_a_part_with_scrambled_xml_is_read_or_refused(seed: int, part: str, slip: bytes) -> None:
    def scramble(parts: dict[str, bytes]) -> None:
        place = seed % len(parts[part])
        parts[part] = parts[part][:place] + slip + parts[part][place + 1 :]

    sheets, findings = read(repacked(_PLAIN, scramble))
    assert sheets or findings.faults


_PLAIN = book(programme())


def _only(findings: Findings) -> str:
    (fault,) = findings.faults
    return fault.message


def _saved(target: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    target.save(stream)
    return stream.getvalue()


def _with_cells(sheets: dict[str, list[list[Any]]], cells: list[tuple[int, int, Any]]) -> bytes:
    """The book with single cells far away on its last sheet."""
    stream = io.BytesIO()
    target = openpyxl.load_workbook(io.BytesIO(book(sheets)))
    for row, column, value in cells:
        target["资金流水"].cell(row + 1, column + 1, value)
    target.save(stream)
    return stream.getvalue()
