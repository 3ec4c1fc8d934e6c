"""Text: what is kept and what is compared."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backend.workbook.folding import EDGES, folded, guarded, tight, trimmed, unguarded


@pytest.mark.parametrize(
    "typed", [" 东集群", "东集群\u3000", "\u00a0东集群\u200b", "\ufeff\t东集群\n", "东集群"]
)
def test_edges_are_trimmed_whatever_kind_of_space_they_are(typed: str) -> None:
    assert trimmed(typed) == "东集群"


def test_what_is_kept_is_what_was_typed() -> None:
    assert trimmed("　ＡＢ（集团） 公司 ") == "ＡＢ（集团） 公司"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例（集团）公司", "示例(集团)公司"),
        ("ＢＡ２０２２", "BA2022"),
        ("甲　乙", "甲 乙"),
        ("〔2022〕", "[2022]"),
        ("甲：乙", "甲:乙"),
    ],
)
def test_width_and_brackets_do_not_tell_names_apart(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("甲 乙", "甲乙"), ("①期", "1期"), ("BA1", "ba1"), ("甲", "乙")])
def test_what_reads_differently_stays_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_headers_and_choices_are_compared_without_any_space() -> None:
    assert tight(" 项目 编号　＊") == "项目编号*"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@x", "'=1", "''-", "\t=1"])
def test_text_that_would_run_goes_out_behind_one_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["记-1", "'引号'", "1=1", "", "'"])
def test_other_text_goes_out_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text())
def test_any_text_comes_back_from_behind_the_apostrophe(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet=st.sampled_from(EDGES)), st.text(), st.text(alphabet=st.sampled_from(EDGES)))
def test_spaces_around_never_matter(before: str, text: str, after: str) -> None:
    assert trimmed(before + text + after) == trimmed(text)
    assert folded(folded(text)) == folded(text)


ODD = "".join(
    chr(code)
    for code in (*range(1, 0x100), *range(0x2000, 0x2070), *range(0x3000, 0x3020), *range(0xFF00, 0xFFF0))
)


@pytest.mark.django_db
@given(
    st.lists(
        st.one_of(
            st.text(ODD, max_size=30), st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
        ),
        max_size=20,
    )
)
def test_the_journal_folds_texts_as_the_workbook_does(texts: list[str]) -> None:
    texts = [*texts, ODD, "記-00013", "  a  b  "]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(finance_folded(t) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY x (t, n)",
            [texts],
        )
        assert cursor.fetchone()[0] == [folded(text) for text in texts]
