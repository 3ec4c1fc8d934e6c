import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache

import pypdf
import pytest
import typst

from reports.document import (
    Column,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Section,
    SignatureBlock,
    Signatures,
    Table,
    Text,
)
from reports.renderers import pdf, render
from tests.reports.renderers.documents import DIGEST, FORMULA, LONG_NAME, MARKUP, SVG, draft, everything


@cache
def rendered():
    return render(everything(), "pdf")


@pytest.fixture(scope="module")
def reader():
    return pypdf.PdfReader(io.BytesIO(rendered().content))


@pytest.fixture(scope="module")
def pages(reader):
    return [page.extract_text() for page in reader.pages]


def squeezed(text):
    """Without the blanks that lines and fields bring."""
    return re.sub(r"\s", "", text)


def of(document):
    return pypdf.PdfReader(io.BytesIO(render(document, "pdf").content))


def texts_of(document):
    """The text of each page."""
    return [squeezed(page.extract_text()) for page in of(document).pages]


def text_of(document):
    return "".join(texts_of(document))


def outline(entries, depth=1):
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry, depth + 1)
        else:
            yield depth, entry.title


def test_it_is_tagged_has_a_language_and_tells_what_it_is(reader):
    root = reader.trailer["/Root"]
    info = reader.metadata

    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert info.title == f"项目验收报告　{LONG_NAME[:120]}"
    assert info.author == "江苏省科学技术厅"
    assert info["/Keywords"] == "苏火炬验〔2026〕001号, acceptance"
    assert info.creation_date.date() <= date(2026, 5, 8)


def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1(reader):
    meta = reader.trailer["/Root"]["/Metadata"].get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part>" in meta
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in meta
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta


def test_every_font_is_embedded(reader):
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for inner in font.get_object()["/DescendantFonts"]:
                assert {"/FontFile3", "/FontFile2"} & set(inner.get_object()["/FontDescriptor"])


def test_bookmarks_are_the_numbered_headings(reader):
    assert list(outline(reader.outline)) == [
        (1, "一、项目概况"),
        (2, "（一）合同约定"),
        (3, "1.技术指标"),
        (4, "（1）精度"),
        (2, "（二）变更情况"),
        (1, "二、经费"),
        (2, "（一）到位进程"),
        (1, "三、意见"),
        (1, "附件1　台账摘录"),
        (1, "附件2　证据清单"),
        (2, "一、检测"),
    ]


def test_the_contents_page_names_the_page_of_each_chapter_and_links_to_it(reader, pages):
    contents = pages[1]
    number = next(
        int(re.search(r"第 *(\d+) *页", page).group(1))
        for page in pages[2:]
        if "附件1" in squeezed(page)[:60]
    )

    assert re.search(rf"附件 *1\s*台账摘录[ .]*{number}\b", contents)
    assert (
        sum(annotation.get_object()["/Subtype"] == "/Link" for annotation in reader.pages[1]["/Annots"]) >= 8
    )


def test_pages_are_counted_without_the_cover(pages):
    total = len(pages) - 1

    assert "页共" not in squeezed(pages[0])
    for number, page in enumerate(pages[1:], 1):
        assert f"第{number}页共{total}页" in squeezed(page)


def test_a_long_table_repeats_its_head_and_unit_on_each_page(pages):
    of_table = [page for page in pages if "支付第" in page]

    assert len(of_table) > 10
    for page in of_table:
        assert "业务日期" in page
        assert "单位：元" in squeezed(page)
    assert "续表3" not in squeezed(of_table[0])
    assert all("续表3" in squeezed(page) for page in of_table[1:])
    rows = [int(number) for page in of_table for number in re.findall(r"支付第 (\d+) 笔", page)]
    assert rows == list(range(1, 600))


def test_nothing_in_a_document_is_code(pages):
    text = squeezed("".join(pages))

    assert squeezed(MARKUP) in text
    assert FORMULA.replace(" ", "") in text
    assert "root:" not in text


def test_a_long_name_stands_there_whole(pages):
    assert LONG_NAME in squeezed("".join(pages))


def test_numbers_captions_and_notes_are_printed(pages):
    text = squeezed("".join(pages))

    for said in (
        "表2经费决算表",
        "图1省拨款与园区配套到位进程",
        "图中文字1,234.56",
        "120.01",
        "尾差",
        "单位：万元",
    ):
        assert said in text


def test_an_issued_one_bears_number_digest_and_the_address_to_check_it(pages):
    cover = squeezed(pages[0])

    assert "编号：苏火炬验〔2026〕001号" in cover
    assert DIGEST in cover
    assert "https://pilot.example.org/check/3f5a9c0e3f5a9c0e" in cover
    assert all(f"摘要{DIGEST[:16]}" in squeezed(page) for page in pages[1:])
    assert "草稿" not in "".join(pages)


def test_a_draft_says_so_on_every_page():
    assert all("草稿" in squeezed(page.extract_text()) for page in of(draft()).pages)


def test_what_no_face_has_is_shown_as_geta_and_named_at_the_end(pages):
    assert rendered().missing == "𬎆😀"
    assert "张〓〓" in squeezed("".join(pages))
    assert "U+2C386、U+1F600" in squeezed(pages[-1])


def test_signs_missing_in_a_chart_do_not_stop_it():
    chart = Figure("图", "𬎆", lambda: SVG.replace("图中", "𬎆"))
    found = render(draft(sections=[Section("甲", [chart])], subject="乙"), "pdf")

    assert found.missing == "𬎆"


STYLE = "font-size: 12px; font-family: 'Noto Sans SC'"


@pytest.mark.parametrize(
    ("written", "before", "below"),
    [
        (f'<text style="{STYLE}; text-anchor: start" x="200" y="90" transform="rotate(-0 200 90)">', 0, 0),
        (f'<text style="{STYLE}; text-anchor: middle" x="200" y="90" transform="rotate(-0 200 90)">', 6, 0),
        (
            f'<text style="{STYLE}; text-anchor: end; fill: #6b6b6b" x="200" y="90" transform="rotate(-0 1 1)">',
            12,
            0,
        ),
        (f'<text style="{STYLE}" transform="translate(200 90)">', 0, 0),
        (f'<text style="{STYLE}" transform="translate(200 90) rotate(-90)">', 0, 0),
        (f'<text style="{STYLE}; text-anchor: end" x="200" y="90" transform="rotate(-90 200 90)">', 0, -12),
    ],
)
def test_words_on_a_chart_are_set_where_the_chart_has_them(written, before, below):
    def chart(word):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 442 200">{word}</svg>'
        return draft(sections=[Section("", [Figure("", "无", lambda: svg)])])

    def place_of(word):
        (place,) = set(_places(chart(word))) - set(_places(chart("")))
        return place

    x, y = place_of(f"{written}图</text>")
    # One that is not written as matplotlib writes it is left to the drawing.
    left, top = place_of('<text x="200" y="90" style="font: 12px \'Noto Sans SC\'">图</text>')

    assert (left - x, y - top) == (pytest.approx(before, abs=0.1), pytest.approx(below, abs=0.1))


def _places(document):
    """Where texts begin, in points from the lower left of their page."""
    found = []

    def visit(operator, _operands, ground, own):
        if operator in (b"Tj", b"TJ"):
            a, b, c, d, e, f = ground
            found.append((round(a * own[4] + c * own[5] + e, 2), round(b * own[4] + d * own[5] + f, 2)))

    for page in of(document).pages:
        page.extract_text(visitor_operand_before=visit)
    return found


def test_the_same_document_is_the_same_bytes_in_threads_and_in_another_process():
    document = everything(40)
    first = render(document, "pdf").content
    with ThreadPoolExecutor(2) as pool:
        others = [each.content for each in pool.map(lambda _: render(document, "pdf"), range(4))]
    program = (
        "import django, hashlib; django.setup()\n"
        "from reports.renderers import render\n"
        "from tests.reports.renderers.documents import everything\n"
        "print(hashlib.sha256(render(everything(40), 'pdf').content).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test"},
    ).stdout.strip()

    assert set(others) == {first}
    assert hashlib.sha256(first).hexdigest() == elsewhere


def test_another_day_is_other_bytes():
    assert render(draft(), "pdf").content != render(draft(on=date(2026, 5, 9)), "pdf").content


@pytest.mark.parametrize(
    "differently",
    [
        {"has_cover": False, "has_contents": False},
        {"is_landscape": True},
        {"cover": [], "subject": "", "issuer": "", "on": None, "digest": ""},
        {"cover": [(f"第{n}项", LONG_NAME) for n in range(20)]},
        {"sections": [], "annexes": []},
        {"check_url": ""},
        {"sections": [Section("甲", [Table("空", [Column("甲")], [], unit="元")])]},
    ],
)
def test_documents_of_every_shape_come_out(differently):
    assert of(everything(**{"rows": 5, **differently})).pages


def test_a_cover_with_much_on_it_stays_one_page():
    crowded = of(everything(5, cover=[(f"第{n}项", "某某单位" * 12) for n in range(12)]))

    assert "目录" in squeezed(crowded.pages[1].extract_text())


def test_a_lying_sheet_lies():
    box = of(draft(is_landscape=True)).pages[2].mediabox

    assert (round(box.width), round(box.height)) == (842, 595)


def test_a_row_longer_than_a_page_goes_on_over_it():
    long = Section("甲", [Table("长", [Column("甲"), Column("乙", 3)], [[Text("一"), Text("长文" * 2500)]])])

    document = Document("k", "题", "", [], [long], has_cover=False, has_contents=False)

    assert text_of(document).count("文") == 2500


def test_a_document_of_nothing_is_a_page():
    assert len(of(Document("k", "题", "", [], [], has_cover=False, has_contents=False)).pages) == 1


def test_what_typst_warns_of_is_not_given_out(monkeypatch):
    monkeypatch.setattr(
        pdf, "_template", lambda: b'#set document(title: "t")\n#set text(font: "no such font")\na'
    )

    with pytest.raises(pdf.LayoutFault, match="unknown font family"):
        render(draft(), "pdf")


def test_what_typst_refuses_is_told(monkeypatch):
    monkeypatch.setattr(pdf, "_template", lambda: b'#read("/etc/passwd")')

    with pytest.raises(pdf.LayoutFault):
        render(replace(draft(), subject="乙"), "pdf")


def test_the_template_reads_nothing_but_what_it_is_given():
    source = pdf._template().decode()

    assert not re.search(r"@preview|#import|#include|\bread\(", source)
    assert typst.__version__


PARTIES = ("甲方意见", "乙方意见", "丙方意见", "丁方意见", "戊方意见")


def paper(*blocks, **differently):
    """An issued paper without a cover."""
    return replace(
        everything(5),
        sections=[Section("", list(blocks))],
        annexes=[],
        cover=[],
        has_cover=False,
        has_contents=False,
        **differently,
    )


def signatures(count, opinion=""):
    return Signatures(
        [SignatureBlock(party, opinion, ["负责人（签字）", "某某单位（盖章）"]) for party in PARTIES[:count]]
    )


def numbered_rows(count):
    return [[Text(f"第{number}行"), Text("某事")] for number in range(1, count + 1)]


def test_a_form_with_its_signatures_takes_one_page_when_issued():
    columns = [Column(title) for title in ("来源", "投入数", "科目", "支出数", "其中：省拨款")]
    form = Table("某单位（截至2026年5月8日）", columns, [[Text("甲")] * 5] * 20, note="与账簿相符。" * 9)
    signed = Table("", [Column("项目负责人（签字）"), Column("日期")], [[Text("　\n　"), Text("年月日")]])

    (page,) = texts_of(paper(form, signed, subject="BA2022018 冻干制剂关键技术研发及产业化"))

    assert "项目负责人（签字）" in page


def test_a_certificate_takes_one_page_when_issued():
    said = Paragraph(
        "某某高端装备有限公司承担的“冻干制剂关键技术研发及产业化”项目，已按合同约定实施完毕。" * 3
    )
    facts = Pairs("", [(f"第{number}项", Text("某某")) for number in range(12)], "万元")
    panel = Table("", [Column("验收专家"), Column("工作单位", 3)], numbered_rows(5))
    seal = [Paragraph("发证机关：江苏省科学技术厅（盖章）", "right"), Paragraph("2026年5月8日", "right")]

    (page,) = texts_of(paper(said, facts, panel, *seal, subject="面向高端装备制造的" * 4))

    assert "发证机关" in page


@pytest.mark.parametrize("lines", range(8, 22, 2))
def test_signatures_stand_on_one_page_with_what_comes_before_them(lines):
    before = [
        Section("过程", [Paragraph("\n".join(f"第{number}行。" for number in range(lines)))]),
        Section("结果", [Paragraph("全部完成。")]),
    ]
    document = draft(sections=[*before, Section("意见", [signatures(3)])], annexes=[])

    (page,) = [text for text in texts_of(document) if "负责人" in text]

    assert all(words in page for words in ("二、结果", "全部完成。", "三、意见", *PARTIES[:3]))


def test_five_signatures_stand_on_one_page_below_their_heading():
    document = draft(
        sections=[Section("结果", [Paragraph("完成。\n" * 9)]), Section("意见", [signatures(5)])], annexes=[]
    )

    (page,) = [text for text in texts_of(document) if "负责人" in text]

    assert all(words in page for words in ("二、意见", *PARTIES))


@pytest.mark.parametrize(
    "block", [Paragraph("完成。\n完成。\n完成。"), Table("", [Column("完成。")], [[Text("是")]])]
)
def test_signatures_begin_on_the_page_that_what_comes_before_them_leaves_nearly_empty(block):
    document = draft(sections=[Section("结果", [block]), Section("意见", [signatures(5)])], annexes=[])

    found = [text for text in texts_of(document) if "完成。" in text or "负责人" in text]

    assert "完成。" in found[0]
    assert [text.count("负责人") for text in found] == [3, 2]


def test_signatures_that_no_page_holds_go_on_over_it_and_none_stands_alone():
    document = draft(
        sections=[Section("意见", [Paragraph("完成。"), signatures(5, "同意。" * 60)])], annexes=[]
    )

    found = [count for text in texts_of(document) if (count := text.count("负责人"))]

    assert sum(found) == 5
    assert len(found) > 1
    assert min(found) > 1


@pytest.mark.parametrize("lines", range(0, 20))
def test_a_parted_table_has_three_rows_on_either_side_and_its_note_with_the_last(lines):
    table = Table("长表", [Column("甲"), Column("乙")], numbered_rows(13), note="末行之注。")
    found = texts_of(paper(Paragraph("\n".join(["行。"] * lines)), table, check_url=""))

    rows = [count for text in found if (count := len(re.findall(r"第\d+行", text)))]
    assert sum(rows) == 13
    assert min(rows) >= 3
    assert all("第13行" in text for text in found if "末行之注" in text)


@pytest.mark.parametrize("lines", range(0, 20, 3))
def test_what_a_table_continues_is_told_on_its_later_pages_and_on_no_other(lines):
    tables = [Table(f"长表{each}", [Column("甲"), Column("乙")], numbered_rows(30)) for each in (1, 2)]
    between = Paragraph("\n".join(["行。"] * lines))
    found = texts_of(paper(tables[0], between, tables[1], Paragraph("\n".join(["末。"] * 60)), check_url=""))

    assert any("续表" in text for text in found)
    for text in found:
        rows = re.findall(r"第(\d+)行", text)
        goes_on = bool(rows) and rows[0] != "1"
        assert text.count("续表") == goes_on


def test_short_annexes_follow_each_other_on_a_page():
    annexes = [Section(title, [Paragraph("没有。")]) for title in ("甲件", "乙件", "丙件")]

    (page,) = [text for text in texts_of(draft(annexes=annexes))[2:] if "附件" in text]

    assert all(title in page for title in ("附件1甲件", "附件2乙件", "附件3丙件"))


@pytest.mark.parametrize("chapters", [8, 12])
def test_the_contents_take_one_page(chapters):
    sections = [
        Section(f"第{number}章", [], [Section(f"第{part}节", [Paragraph("无。")]) for part in range(3)])
        for number in range(chapters)
    ]
    found = texts_of(draft(sections=sections))

    assert [f"第{chapters - 1}章" in text for text in found[1:3]] == [True, False]


def test_the_heading_of_an_annex_has_no_blank_before_its_number(pages):
    assert any("附件1　台账摘录" in page for page in pages)
    assert not any("附件 1" in page for page in pages)


def test_a_line_with_a_code_or_a_digest_is_not_stretched():
    text = f"链校验值为 {DIGEST}。\n项目编号 BA2022018。\n共 1,800.00 万元。"
    found = pdf._data(paper(Paragraph(text)), pdf.faces(), pdf.Legible(pdf.faces().covered))["pieces"][0]

    assert found["ragged"] == [True, True, False]


@pytest.mark.parametrize(
    "label",
    ["承担单位意见", "省科技主管部门意见", "设区市科技主管部门意见", "检查组", "见", "Opinion of the unit"],
)
def test_no_sign_of_who_signs_stands_alone_on_the_last_line(label):
    document = paper(Signatures([SignatureBlock(label, signers=["负责人（签字）"])]))
    lines = [line.strip() for page in of(document).pages for line in page.extract_text().splitlines()]

    assert squeezed(label) in squeezed("".join(lines))
    assert label == "见" or label[-1] not in lines


def test_no_sign_of_a_title_stands_alone_on_the_last_line():
    name = "某" * 27 + "化"
    page = of(paper(Paragraph("文"), title="题" * 21, subject=name)).pages[0].extract_text()
    lines = [line.strip() for line in page.splitlines()]

    assert "化" not in lines
    assert "题" not in lines
