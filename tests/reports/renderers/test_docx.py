import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from zipfile import ZipFile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from reports.document import Column, Document, Paragraph, Section, Table, Text
from reports.renderers import render
from tests.reports.renderers.documents import DIGEST, FORMULA, LONG_NAME, MARKUP, draft, everything


@cache
def rendered():
    return render(everything(), "docx").content


@pytest.fixture
def word():
    return docx.Document(io.BytesIO(rendered()))


def of(document):
    return docx.Document(io.BytesIO(render(document, "docx").content))


def xml(content, name="word/document.xml"):
    with ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name).decode()


def texts(word, style):
    return [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == style]


def cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def table_with(word, text):
    return next(table for table in word.tables if any(text in cell for row in cells(table) for cell in row))


def test_it_has_the_styles_of_word_with_named_chinese_fonts(word):
    for style, font, points in (
        ("Body Text", "宋体", 16),
        ("Title", "宋体", 30),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "黑体", 15),
        ("Caption", "黑体", 12),
        ("表格文字", "宋体", 10.5),
    ):
        found = word.styles[style]
        assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == font
        assert found.font.size.pt == points
    assert len(texts(word, "Body Text")) == 11
    assert texts(word, "Title") == ["项目验收报告"]


def test_headings_are_counted_by_a_list_bound_to_their_styles(word):
    assert texts(word, "Heading 1") == ["项目概况", "经费", "意见", "台账摘录", "证据清单"]
    assert texts(word, "Heading 2") == ["合同约定", "变更情况", "到位进程", "检测"]
    assert texts(word, "Heading 3") == ["技术指标"]
    assert texts(word, "Heading 4") == ["精度"]
    numbering = xml(rendered(), "word/numbering.xml")
    for level, text in enumerate(("%1、", "（%2）", "%3.", "（%4）"), 1):
        assert re.search(
            rf'<w:pStyle w:val="Heading{level}"/><w:suff w:val="nothing"/><w:lvlText w:val="{re.escape(text)}"/>',
            numbering,
        )
        assert word.styles[f"Heading {level}"].element.pPr.numPr.numId.val == 101
    annexes = [each for each in word.paragraphs if each._p.pPr.numPr is not None]
    assert [(each.text, each._p.pPr.numPr.numId.val) for each in annexes] == [
        ("台账摘录", 102),
        ("证据清单", 102),
        ("检测", 102),
    ]


def test_the_contents_are_a_field_that_is_not_empty_and_links_to_the_headings(word):
    content = xml(rendered())
    entries = re.findall(r'<w:hyperlink w:anchor="(_Toc\d+)".*?<w:t[^>]*>([^<]*)</w:t>', content)

    assert ' TOC \\o "1-2" \\h \\z \\u ' in content
    assert [text for _anchor, text in entries] == [
        "一、项目概况",
        "（一）合同约定",
        "（二）变更情况",
        "二、经费",
        "（一）到位进程",
        "三、意见",
        "附件1　台账摘录",
        "附件2　证据清单",
        "一、检测",
    ]
    marks = dict(
        re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"/>.*?<w:t[^>]*>([^<]*)</w:t>', content)
    )
    assert all(text.endswith(marks[anchor]) for anchor, text in entries)
    # Pages are asked for by fields, which the program that opens the document is to update.
    assert re.findall(r"> PAGEREF (_Toc\d+) \\h <", content) == [anchor for anchor, _text in entries]
    assert '<w:updateFields w:val="true"/>' in xml(rendered(), "word/settings.xml")
    without = render(everything(5, has_contents=False), "docx").content
    assert "updateFields" not in xml(without, "word/settings.xml")


def test_fields_count_pages_tables_and_figures(word):
    section = word.sections[0]

    assert " PAGE " in section.footer._element.xml
    assert " NUMPAGES " in section.footer._element.xml
    assert section.different_first_page_header_footer
    assert re.findall(r"> (SEQ \w+ \\\* ARABIC) <", xml(rendered())) == [
        "SEQ 表 \\* ARABIC",
        "SEQ 表 \\* ARABIC",
        "SEQ 图 \\* ARABIC",
        "SEQ 表 \\* ARABIC",
    ]
    assert texts(word, "Caption") == [
        "表1　项目基本情况",
        "表2　经费决算表",
        "图1　省拨款与园区配套到位进程",
        "表3　支出台账摘录",
    ]


def test_fields_begin_and_end_in_pairs():
    for name in ("word/document.xml", "word/footer1.xml"):
        kinds = " ".join(re.findall(r'fldCharType="(\w+)"', xml(rendered(), name)))
        assert kinds
        # The list of contents is a field around those of its pages.
        inside = re.sub("begin separate end ?", "", kinds)
        assert re.sub("begin separate end ?", "", inside) == ""


def test_a_table_repeats_its_head_and_unit_and_its_rows_hold_together(word):
    table = table_with(word, "支付第 1 笔")
    rows = table._tbl.tr_lst

    assert len(rows) == 602
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows[:3]] == [True, True, False]
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    assert table.rows[0].cells[0].text == "单位：元"
    assert [cell.text for cell in table.rows[1].cells] == ["序号", "业务日期", "摘要", "金额", "凭证"]
    assert [cell.text for cell in table.rows[2].cells] == [
        "1",
        "2023年2月2日",
        "支付第 1 笔材料款",
        "137.01",
        "记-0001",
    ]


def kept(row):
    """Whether a row holds on to the next: all its paragraphs do."""
    return {each.paragraph_format.keep_with_next for cell in row.cells for each in cell.paragraphs} == {True}


def test_a_short_table_is_not_parted_and_a_long_one_only_in_its_middle(word):
    short, form, long = (table_with(word, text) for text in ("其中：设备费", "项目负责人", "支付第 1 笔"))

    assert all(map(kept, short.rows))
    assert next(each for each in short._tbl.itersiblings()).pPr.pStyle.val == "TableNote"
    assert [kept(row) for row in form.rows] == [True] * (len(form.rows) - 1) + [False]
    held = [place for place, row in enumerate(long.rows) if kept(row)]
    assert held == [0, 1, 2, len(long.rows) - 2]


def test_what_is_signed_is_never_alone_on_a_page():
    ledger = Table("台账", [Column("甲")], [[Text("乙")]] * 40)
    to_sign = Table("", [Column("签字")], [[Text("　\n　")]])
    blocks = [Paragraph("说明。"), ledger, Paragraph("校验。"), to_sign, Paragraph("厅", stands="right")]
    word = of(draft(sections=[Section("", blocks)], annexes=[], has_cover=False, has_contents=False))
    said = {each.text: each.paragraph_format.keep_with_next for each in word.paragraphs if each.text}

    assert (said["说明。"], said["校验。"], said["厅"]) == (None, True, None)
    assert all(map(kept, table_with(word, "签字").rows))
    assert not kept(table_with(word, "乙").rows[-1])


def test_labels_of_a_cover_stand_in_one_line():
    word = of(draft(cover=[("设区市科技主管部门", "市科技局"), ("编号", "BA2022001")]))
    cells_of_row = table_with(word, "设区市科技主管部门：").rows[0].cells

    assert cells_of_row[0].width.pt >= 10 * 14 + 8
    assert cells_of_row[0].width + cells_of_row[1].width <= Mm(156)


def test_latin_letters_are_of_a_language_that_does_not_break_them(word):
    lang = word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")

    assert (lang.get(qn("w:val")), lang.get(qn("w:eastAsia"))) == ("en-US", "zh-CN")


def test_the_settlement_reads_as_on_paper(word):
    table = table_with(word, "其中：设备费")

    assert cells(table)[3:] == [
        ["直接费用", "100.01", "50.01", "90.01", "40.01", "90.00%"],
        ["其中：设备费", "60.00", "30.00", "50.00", "30.00", "83.33%"],
        ["业务费", "40.01", "20.01", "40.01", "10.01", "100.00%"],
        ["间接费用", "20.01", "—", "20.01", "0.00", "—"],
        ["合计", "120.01", "50.01", "110.01", "40.01", "91.67%"],
    ]
    assert cells(table)[1] == ["支出科目", "合同", "合同", "决算", "决算", "执行率"]
    assert cells(table)[2][0] == "支出科目"
    row = table.rows[4].cells
    assert row[0].paragraphs[0]._p.pPr.ind.get(qn("w:leftChars")) == "200"
    assert row[1].paragraphs[0].alignment == 2
    assert table.rows[-1].cells[0].paragraphs[0].style.name == "表头文字"
    assert any("尾差" in text for text in texts(word, "表注"))


def test_nothing_in_a_document_is_code(word):
    everything_said = "\n".join(paragraph.text for paragraph in word.paragraphs)

    assert MARKUP in everything_said
    assert f"②{FORMULA}" in everything_said
    assert any(MARKUP in cell for table in word.tables for row in cells(table) for cell in row)


def test_rare_signs_and_line_breaks_are_kept(word):
    form = cells(table_with(word, "项目负责人"))

    assert any("张𬎆😀" in cell for row in form for cell in row)
    assert any("第一行\n第二行" in cell for row in form for cell in row)
    assert any(LONG_NAME in cell for row in form for cell in row)


def test_pictures_have_their_alternative_text(word):
    alts = [each.get("descr") for each in word.element.iter(qn("wp:docPr"))]

    assert alts == [
        "扫码核验：https://pilot.example.org/check/3f5a9c0e3f5a9c0e",
        "省拨款到位 520 万元，园区配套到位 520 万元。",
    ]
    assert len({each.get("id") for each in word.element.iter(qn("wp:docPr"))}) == 2
    assert {part.partname for part in word.part.package.iter_parts() if part.partname.endswith("png")} == {
        "/word/media/image1.png",
        "/word/media/image2.png",
    }


def test_signatures_have_room_and_hold_together(word):
    table = table_with(word, "承担单位意见")

    assert [row.cells[0].text for row in table.rows] == ["承担单位意见", "园区意见", "省主管部门意见"]
    assert table.rows[0].cells[1].text == "项目负责人（签字）：\n单位（盖章）：\n　　年　　月　　日"
    assert table.rows[2].cells[1].text.endswith("2026年5月8日")
    assert all(row.height.pt == 120 for row in table.rows)
    for row, stays in zip(table.rows, (True, True, None), strict=True):
        paragraphs = [each for cell in row.cells for each in cell.paragraphs]
        assert {each.paragraph_format.keep_with_next for each in paragraphs} == {stays}


def test_the_page_is_that_of_official_documents(word):
    section = word.sections[0]

    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert [
        round(each.mm)
        for each in (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    ] == [37, 26, 35, 28]
    lying = of(draft(is_landscape=True)).sections[0]
    assert lying.orientation == WD_ORIENT.LANDSCAPE
    assert round(lying.page_width.mm) == 297


def test_properties_tell_what_it_is(word):
    said = word.core_properties

    assert said.title == f"项目验收报告　{LONG_NAME[:120]}"
    assert (said.author, said.last_modified_by) == ("江苏省科学技术厅", "江苏省科学技术厅")
    assert said.created == said.modified
    assert said.created.date() == date(2026, 5, 8)
    assert said.identifier == "苏火炬验〔2026〕001号"
    assert DIGEST in said.comments
    assert said.language == "zh-CN"


def test_a_draft_says_so_on_its_cover_and_in_the_head_of_each_page():
    word = of(draft())

    assert texts(word, "封面标记") == ["草稿，未签发"]
    assert "草稿，未签发" in word.sections[0].header.paragraphs[0].text
    assert not any("扫码" in each.text for each in word.paragraphs)


def test_every_part_is_of_one_time_and_without_pictures_of_others():
    with ZipFile(io.BytesIO(rendered())) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("thumbnail" in name for name in packed.namelist())
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(packed.read(name))


def test_the_same_document_is_the_same_bytes_in_threads_and_in_another_process():
    with ThreadPoolExecutor(2) as pool:
        others = set(pool.map(lambda _: render(everything(40), "docx").content, range(3)))
    program = (
        "import django, hashlib; django.setup()\n"
        "from reports.renderers import render\n"
        "from tests.reports.renderers.documents import everything\n"
        "print(hashlib.sha256(render(everything(40), 'docx').content).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test"},
    ).stdout.strip()

    assert len(others) == 1
    assert hashlib.sha256(others.pop()).hexdigest() == elsewhere


@pytest.mark.parametrize(
    "differently",
    [
        {"has_cover": False, "has_contents": False},
        {"cover": [], "subject": "", "issuer": "", "on": None, "digest": ""},
        {"sections": [], "annexes": []},
        {"sections": [Section("甲", [Table("空", [Column("甲")], [])])]},
        {"title": "含\x00控制\ufffe符\u202e的题"},
    ],
)
def test_documents_of_every_shape_come_out(differently):
    assert of(everything(**{"rows": 5, **differently})).paragraphs


def test_a_document_without_a_day_has_one_of_no_year_in_use():
    plain = of(Document("k", "题", "", [], [], has_cover=False, has_contents=False))

    assert plain.core_properties.created.date() == date(2000, 1, 1)
