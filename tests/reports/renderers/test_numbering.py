import pytest

from reports.document import Document, Figure, Pairs, Paragraph, Section, Table
from reports.renderers.numbering import Heading, Piece, chinese, headings, point, walk


def nested(depth):
    return Section(f"第{depth}层", [], [nested(depth - 1)] if depth > 1 else [])


def document(*sections, annexes=()):
    return Document("k", "题", "", [], sections, annexes)


def test_headings_are_counted_as_in_official_documents():
    deep = Section("甲", [], [Section("乙", [], [Section("丙", [], [Section("丁"), Section("戊")])])])

    assert [heading.text for heading in headings(document(deep, Section("己")))] == [
        "一、甲",
        "（一）乙",
        "1.丙",
        "（1）丁",
        "（2）戊",
        "二、己",
    ]


def test_annexes_have_numbers_of_their_own_and_count_anew_inside():
    found = headings(document(Section("甲"), annexes=[Section("乙", [], [Section("丙")]), Section("丁")]))

    assert [(heading.text, heading.level, heading.new_page) for heading in found] == [
        ("一、甲", 1, False),
        ("附件1　乙", 1, True),
        ("一、丙", 2, False),
        ("附件2　丁", 1, False),
    ]


def test_tables_forms_and_figures_with_captions_are_counted_through_the_document():
    blocks = [Table("甲", [], []), Table("", [], []), Pairs("乙", []), Figure("丙", "", str), Paragraph("丁")]
    pieces = [
        piece
        for piece in walk(document(Section("一", blocks), annexes=[Section("二", blocks)]))
        if isinstance(piece, Piece)
    ]

    assert [piece.label for piece in pieces] == ["表1", "", "表2", "图1", "", "表3", "", "表4", "图2", ""]


def test_a_fifth_level_is_refused():
    assert len(list(walk(document(nested(4))))) == 4
    with pytest.raises(ValueError, match="4 levels"):
        list(walk(document(nested(5))))


@pytest.mark.parametrize(
    ("number", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_numbers_as_headings_say_them(number, word):
    assert chinese(number) == word


@pytest.mark.parametrize("number", [0, 100])
def test_numbers_beyond_what_headings_can_say_are_refused(number):
    with pytest.raises(ValueError, match="1 to 99"):
        chinese(number)


def test_points_go_on_after_the_twentieth():
    assert [point(1), point(20), point(21)] == ["①", "⑳", "(21)"]


def test_a_heading_shows_its_number_and_title():
    assert Heading(2, 2, "（一）", "合同约定").text == "（一）合同约定"
