"""What addresses carry: project numbers, which may be any text a contract knows, and the tokens of personal links."""

from __future__ import annotations


class ProjectNumber:
    """A number as one path segment; `~`, `/` and a leading dot are written as ~7E, ~2F and ~2E."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if "\x00" in value:
            raise ValueError("no number holds a zero byte")
        return value.replace("~2E", ".").replace("~2F", "/").replace("~7E", "~")

    def to_url(self, value: str) -> str:
        written = value.replace("~", "~7E").replace("/", "~2F")
        return f"~2E{written[1:]}" if written.startswith(".") else written


class LinkToken:
    """The token of a personal link, of an expert or of a calendar, as `secrets.token_urlsafe(32)` writes it."""

    regex = "[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
