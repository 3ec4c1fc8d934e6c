"""Names of files: what is left of one that wants to be more than a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.files import clean_name
from lifecycle.files.names import NAME_LENGTH, ending_of


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("合同 扫描件.pdf", "合同 扫描件.pdf"),
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/var/www/a.pdf", "a.pdf"),
        ("C:\\文件\\a.pdf", "a.pdf"),
        ("a.pdf\r\nSet-Cookie: x=1", "a.pdfSet-Cookie_ x=1"),
        ('a";filename="b.html.pdf', "a_;filename=_b.html.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("fdp.\u202exe.pdf", "fdp.xe.pdf"),
        ("a.pdf. . ", "a.pdf"),
        (".htaccess", "htaccess"),
        ("..", ""),
        ("...", ""),
        ("\u200b", ""),
        ("", ""),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ("a" * 300, "a" * 200),
    ],
)
def test_only_a_name_is_kept(came: str, kept: str) -> None:
    assert clean_name(came) == kept


@given(st.text())
def test_no_name_holds_a_path_or_a_control_sign(came: str) -> None:
    name = clean_name(came)

    assert len(name) <= NAME_LENGTH
    assert name not in (".", "..")
    assert not set(name) & set('/\\\r\n\x00"')
    assert name == name.strip()
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "ending"), [("a.PDF", "pdf"), ("a.b.c", "c"), ("a", ""), (".pdf", ""), ("a.", "")]
)
def test_the_ending_is_what_follows_the_last_dot(name: str, ending: str) -> None:
    assert ending_of(name) == ending
