"""What a file is: kept when it is what its name says, refused with what was found when it is not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.files import KINDS, Unfit, kind_of, zipped
from tests.papers import JPEG, PNG, TYPES, compound, office, pdf
from tests.papers import zipped as make_zip

DOCX = office("word/document.xml")
XLSX = office("xl/workbook.xml")
PPTX = office("ppt/presentation.xml")
OFD = make_zip({"OFD.xml": "<OFD/>", "Doc_0/Document.xml": "<a/>"})
DOC, XLS = compound("WordDocument", "1Table"), compound("Workbook")


def kind(content: bytes, name: str) -> str:
    return kind_of(io.BytesIO(content), name)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Unfit) as refused:
        kind(content, name)
    assert list(refused.value.details) == ["file"]
    return refused.value.message


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (pdf(), "pdf"),
        (OFD, "ofd"),
        (DOCX, "docx"),
        (office("word/document2.xml"), "docx"),
        (XLSX, "xlsx"),
        (PPTX, "pptx"),
        (DOC, "doc"),
        (XLS, "xls"),
        (compound("Book"), "xls"),
        (compound(*"abcdefghi", "WordDocument"), "doc"),
        (compound("WordDocument", big=True), "doc"),
        (PNG, "png"),
        (JPEG, "jpg"),
        (JPEG, "jpeg"),
        ("经费,金额\r\n设备费,1\r\n".encode(), "csv"),
        ("\ufeff经费".encode(), "txt"),
        ("省拨款到账说明\t一".encode("gb18030"), "txt"),
        (b"BM25 is no picture", "txt"),
        (b"PK is no zip", "txt"),
    ],
)
def test_a_file_is_taken_for_what_it_is(content: bytes, ending: str) -> None:
    file = io.BytesIO(content)

    assert kind_of(file, f"材料.{ending.upper()}") == KINDS[ending]
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"<html><script>alert(1)</script></html>", "证书.pdf", "HTML"),
        (b"<!DOCTYPE html><p>%PDF-1.7", "证书.pdf", "HTML"),
        (b"\n<html>%PDF-1.7 %%EOF", "证书.pdf", "HTML"),
        (b"just text", "证书.pdf", "纯文本"),
        (b"\x00\x01\x02\x03" * 20, "证书.pdf", "无法识别"),
        (b"MZ\x90\x00" + b"\x00" * 60, "证书.pdf", "exe"),
        (DOCX, "报告.pdf", "Word 文档"),
        (XLSX, "报告.docx", "Excel 工作簿"),
        (DOCX, "报告.ofd", "Word 文档"),
        (make_zip({"a.txt": "a"}), "报告.docx", "压缩包"),
        (make_zip({"sub/OFD.xml": "a"}), "报告.ofd", "压缩包"),
        (DOC, "报告.docx", "旧版 Word"),
        (XLS, "报告.doc", "旧版 Excel"),
        (compound("PowerPoint Document"), "报告.doc", "旧版演示文稿"),
        (compound("anything"), "报告.doc", "复合文件"),
        (PNG, "照片.jpg", "PNG"),
        (JPEG, "照片.png", "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "照片.png", "SVG"),
        (b"  <svg onload='x()'/>", "说明.txt", "SVG"),
        (b"<?xml version='1.0'?><a/>", "说明.csv", "XML"),
        (pdf() + b"\x00", "说明.txt", "PDF"),
        (b"a\x00b", "说明.txt", "无法识别"),
        ("经费".encode("utf-16"), "说明.txt", "UTF-16"),
        (b"bell \x07", "说明.txt", "无法识别"),
        (b"\x81", "说明.txt", "无法识别"),
    ],
)
def test_what_is_something_else_is_refused_with_what_was_found(content: bytes, name: str, found: str) -> None:
    said = refusal(content, name)

    assert found in said
    assert name.rpartition(".")[2] in said


@pytest.mark.parametrize(
    "name",
    [
        "a.html",
        "a.svg",
        "a.zip",
        "a.exe",
        "合同.pdf.exe",
        "合同.pdf.html",
        "a.xml",
        "a.js",
        "a",
        ".pdf",
        "a.",
    ],
)
def test_an_ending_that_is_not_kept_is_refused_with_those_that_are(name: str) -> None:
    assert "可以上传：pdf、ofd" in refusal(pdf(), name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (DOCX, "报告.docm"),
        (XLSX, "报告.xlsm"),
        (XLSX, "报告.xlsb"),
        (office("word/document.xml", **{"word/vbaProject.bin": b"x"}), "报告.docx"),
        (office("xl/workbook.xml", **{"XL\\VBAPROJECT.BIN": b"x"}), "报告.xlsx"),
        (office("xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"x"}), "报告.xlsx"),
        (office("word/document.xml", **{"word/activeX/activeX1.bin": b"x"}), "报告.docx"),
        (
            make_zip(
                {"[Content_Types].xml": TYPES + "ms-word.document.macroEnabled", "word/document.xml": "a"}
            ),
            "报告.docx",
        ),
        (compound("WordDocument", "Macros"), "报告.doc"),
        (compound("Workbook", "_VBA_PROJECT_CUR"), "报告.xls"),
    ],
)
def test_what_runs_is_refused(content: bytes, name: str) -> None:
    assert "宏" in refusal(content, name)


@pytest.mark.parametrize("content", [compound("EncryptedPackage", "EncryptionInfo"), make_zip({"a": "b"})])
def test_what_is_locked_is_refused(content: bytes) -> None:
    locked = bytearray(content)
    if content.startswith(b"PK"):
        locked[content.rfind(b"PK\x01\x02") + 8] |= 1

    assert "密码" in refusal(bytes(locked), "报告.docx")


class TestBombs:
    def test_a_zip_that_says_how_large_it_is_is_not_unpacked(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(zipped, "LARGEST_UNPACKED", 1_000_000)
        content = office("word/document.xml", **{"word/media/a": b"\x00" * 1_000_000})

        assert "压缩炸弹" in refusal(content, "报告.docx")

    def test_a_ratio_that_no_real_file_has_is_refused(self) -> None:
        content = office("word/document.xml", **{"word/media/a": b"\x00" * (17 * 1024 * 1024)})

        assert "压缩炸弹" in refusal(content, "报告.docx")

    def test_a_zip_that_holds_more_than_it_says_is_damaged(self) -> None:
        content = bytearray(office("word/document.xml", **{"word/media/a": b"\x00" * 1_000_000}))
        entry = content.rfind(b"PK\x01\x02")
        struct.pack_into("<L", content, entry + 24, 10)

        assert "损坏" in refusal(bytes(content), "报告.docx")

    def test_too_many_parts_are_counted_before_they_are_read(self, monkeypatch: Any) -> None:
        content = office("word/document.xml", **{f"word/{number}": b"" for number in range(20)})
        monkeypatch.setattr(zipped, "MOST_PARTS", 22)
        assert kind(content, "报告.docx")

        monkeypatch.setattr(zipped, "MOST_PARTS", 21)
        monkeypatch.setattr(zipfile, "ZipFile", None)
        assert "部件过多" in refusal(content, "报告.docx")

    def test_a_directory_that_contradicts_itself_is_damaged(self) -> None:
        content = bytearray(office("word/document.xml"))
        struct.pack_into("<2H", content, len(content) - 14, 1, 2)

        assert "损坏" in refusal(bytes(content), "报告.docx")

    def test_a_wide_directory_behind_the_first_is_not_followed(self) -> None:
        content = office("word/document.xml")
        end = content.rfind(b"PK\x05\x06")
        wide = content[:end] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + content[end:]

        assert "损坏" in refusal(wide, "报告.docx")

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd", "/etc/passwd", "word/../../x", "C:\\x", "word\\..\\x"]
    )
    def test_parts_that_would_climb_out_are_refused(self, name: str) -> None:
        assert "损坏" in refusal(office("word/document.xml", **{name: b"x"}), "报告.docx")

    def test_a_file_cut_off_is_damaged(self) -> None:
        assert "损坏" in refusal(DOCX[:-30], "报告.docx")
        assert "损坏" in refusal(DOC[:600], "报告.doc")

    def test_a_directory_that_runs_in_a_circle_ends(self) -> None:
        content = bytearray(compound("WordDocument"))
        struct.pack_into("<L", content, 512 + 4, 1)

        assert "损坏" in refusal(bytes(content), "报告.doc")


@given(content=st.binary(max_size=300), start=st.sampled_from([DOCX, DOC, XLS, OFD, pdf(), PNG, b""]))
def test_whatever_comes_is_taken_or_refused(content: bytes, start: bytes) -> None:
    for cut in (len(start), len(start) // 2):
        for ending in KINDS:
            with suppress(Unfit):
                kind(start[:cut] + content, f"a.{ending}")


@given(at=st.integers(0, 4000), byte=st.integers(0, 255), start=st.sampled_from([DOCX, DOC, XLS, OFD]))
def test_a_byte_turned_over_is_taken_or_refused(at: int, byte: int, start: bytes) -> None:
    content = bytearray(start)
    content[at % len(content)] = byte
    for ending in ("docx", "doc", "xls", "ofd"):
        with suppress(Unfit):
            kind(bytes(content), f"a.{ending}")


def test_the_checksum_of_every_part_is_held() -> None:
    content = bytearray(DOCX)
    entry = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 16, zlib.crc32(b"other"))

    assert "损坏" in refusal(bytes(content), "报告.docx")
