"""Settings from the environment: read to the value that was meant, or refused in words."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import translation

from backend.settings import databases, environment, ways


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "postgresql://anna:p%40ss@db.example:5433/pilot?sslmode=require",
            {"HOST": "db.example", "PORT": "5433", "NAME": "pilot", "USER": "anna", "PASSWORD": "p@ss"},
        ),
        ("postgres:///pilot", {"HOST": "", "PORT": "", "NAME": "pilot", "USER": "", "PASSWORD": ""}),
        ("postgresql:///pilot?host=/run/postgresql", {"HOST": "/run/postgresql", "NAME": "pilot"}),
        ("postgresql://anna@%2FRun%2FPg/pilot", {"HOST": "/Run/Pg", "USER": "anna"}),
        ("postgresql://[::1]:5432/pilot", {"HOST": "::1", "PORT": "5432"}),
        (
            "postgresql:///%E8%AF%95%E7%82%B9?user=anna&port=6000",
            {"NAME": "试点", "USER": "anna", "PORT": "6000"},
        ),
    ],
)
def test_an_address_of_a_database_is_read(url: str, wanted: dict[str, str]) -> None:
    found = databases.of_url(url)

    assert {name: found[name] for name in wanted} == wanted
    assert "PRIVATE_HOME" not in found


def test_what_libpq_is_told_goes_on_to_it() -> None:
    assert databases.of_url("postgresql://h/n?sslmode=require&connect_timeout=3")["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": "3",
    }


@pytest.mark.parametrize(
    "url",
    [
        "mysql://anna:secret@h/n",
        "sqlite:///file",
        "postgresql://anna:secret@h",
        "postgresql://anna:secret@h:port/n",
        "postgresql://anna:secret@h/n?sslmod=require",
        "postgresql://anna:secret@h/n/m",
        "nonsense",
    ],
)
def test_an_address_of_no_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as told:
        databases.of_url(url)

    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("yes", True), ("0", False), ("", False), ("off", False)]
)
def test_a_flag_is_yes_or_no(value: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment.VARIABLES, "HTTPS", value)

    assert environment.flag("HTTPS") is meant


@pytest.mark.parametrize("value", ["maybe", "2", "真"])
def test_a_flag_that_is_neither_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment.VARIABLES, "HTTPS", value)

    with pytest.raises(ImproperlyConfigured, match="HTTPS"):
        environment.flag("HTTPS")


@pytest.mark.parametrize("value", ["-1", "1.5", "eight", "８"])
def test_a_number_is_whole_and_not_below_zero(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment.VARIABLES, "PORT", value)

    with pytest.raises(ImproperlyConfigured, match="PORT"):
        environment.number("PORT", 8000)


def test_a_file_of_variables_is_read_as_people_write_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# of ours\n\nexport PORT = 8001\nSECRET_KEY='a=b #c'\n#DEBUG=1\nnonsense\n", encoding="utf-8"
    )

    assert environment._file_of_variables(file) == {"PORT": "8001", "SECRET_KEY": "a=b #c"}
    assert environment._file_of_variables(tmp_path / "none") == {}


def test_the_secret_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret-key"

    first = environment.kept_secret(path)

    assert len(first) >= 50
    assert environment.kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret-key"]


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")

    with pytest.raises(ImproperlyConfigured, match="已损坏"):
        environment.kept_secret(tmp_path / "secret-key")


def test_a_secret_that_cannot_be_kept_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ImproperlyConfigured, match="PILOT_HOME"):
        environment.kept_secret(tmp_path / "file" / "secret-key")


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "密码太短，至少 10 位。"), ("en", "at least 10")]
)
def test_a_short_password_is_refused_in_the_language_of_the_reader(language: str, words: str) -> None:
    with translation.override(language), pytest.raises(ValidationError, match=words):
        validate_password("nine-sign")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://pilot.example.org/", "https://pilot.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_of_the_site_is_read(text: str, address: str) -> None:
    assert ways.site_url(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "pilot.example.org",
        "ftp://pilot.example.org",
        "https://",
        "https://a/b",
        "https://a:port",
        "https://a b",
        "https://u@a",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        ways.site_url(text)


@pytest.mark.parametrize("text", ["noreply@pilot.example.org", "省科技厅 <noreply@pilot.example.org>"])
def test_who_mails_come_from_is_read(text: str) -> None:
    assert ways.sender("MAIL_FROM", text) == text


@pytest.mark.parametrize("text", ["", "nobody", "a@b\nBcc: c@d", "a b@c", "a@b, c@d"])
def test_a_sender_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM"):
        ways.sender("MAIL_FROM", text)
