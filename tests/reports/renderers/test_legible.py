import pytest

from reports.renderers.legible import GETA, Legible, clean


def test_a_plain_text_stays_as_it_is():
    legible = Legible(frozenset(map(ord, "甲乙")))

    assert legible("甲乙\n甲") == "甲乙\n甲"
    assert legible.missing == ""


def test_a_sign_without_a_glyph_is_shown_as_geta_and_remembered_once():
    legible = Legible(frozenset(map(ord, "甲乙")))

    assert [legible("甲𬎆"), legible("😀乙𬎆")] == [f"甲{GETA}", f"{GETA}乙{GETA}"]
    assert legible.missing == "𬎆😀"


def test_a_letter_and_its_accent_are_one_glyph():
    assert Legible(frozenset({ord("é")}))("e\u0301") == "é"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("一\r\n二\r三\u2028四\x0b五", "一\n二\n三\n四\n五"),
        ("一\t二", "一 二"),
        ("合计\u202e001\u202c元\ufeff\u200b\ufe0f", "合计001元"),
        ("一\x00二\x1f三\x7f四\ufffe", f"一{GETA}二{GETA}三{GETA}四{GETA}"),
        ("姓\ud800", f"姓{GETA}"),
    ],
)
def test_what_no_file_can_carry_is_taken_out_or_marked(text, cleaned):
    assert clean(text) == cleaned
