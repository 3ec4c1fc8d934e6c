"""The environment, read once, typed, in one place. `.env.example` tells what each variable means.

A file `.env` beside manage.py is read too; what stands in the real environment wins over it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def _file_of_variables(path: Path) -> dict[str, str]:
    """NAME=value lines; blank lines and lines that begin with # are skipped, quotes round a value taken off."""
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#"):
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[name.strip()] = value
    return found


VARIABLES = {**_file_of_variables(BASE_DIR / ".env"), **os.environ}


def text(name: str, default: str = "") -> str:
    """The variable without blanks round it; `default` when it is unset or empty."""
    return VARIABLES.get(name, "").strip() or default


def offer(name: str, value: Path) -> None:
    """Say it to libraries that ask the environment themselves, and to processes started from here; unless it is set."""
    os.environ.setdefault(name, str(value))


def flag(name: str) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off and unset."""
    value = text(name).lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} 应为 1 或 0。{name} must be 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number of zero or more."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} 应为非负整数。{name} must be a whole number, not below zero.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list parted by commas, empty items left out."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute path; a relative one counts from the folder of manage.py, `~` is the user's home."""
    return (BASE_DIR / Path(text(name, str(default))).expanduser()).resolve()


def kept_secret(path: Path) -> str:
    """The secret kept in the file, which is made with mode 0600 the first time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked into place, so that of two processes starting at once both read one secret.
            draft = path.with_name(f"{path.name}.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"无法读写 {path}（{error.strerror}）。请检查 PILOT_HOME 的权限和磁盘空间，或设置 SECRET_KEY。"
            f" Cannot read or write {path} ({error.strerror}): check the rights and the space of PILOT_HOME,"
            " or set SECRET_KEY."
        ) from error
    if len(secret) < 50:
        raise ImproperlyConfigured(
            f"{path} 已损坏，请删除后重试。{path} is damaged: delete it and start again."
        )
    return secret
