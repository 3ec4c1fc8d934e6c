"""Keep the English catalogue complete: take every msgid from code and templates, and compile. No gettext needed.

`make catalogue` adds what is new with an empty translation, drops what is no longer said, and writes the
.mo beside the .po. The result follows from the files alone: no dates, no line numbers, always the same order.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "backend" / "locale" / "en" / "LC_MESSAGES" / "django.po"
APPS = ("lifecycle", "finance", "reports", "backend")

HEADERS = {
    "Project-Id-Version": "cluster-pilot",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
_SHAPES = {"": ("id",), "n": ("id", "plural"), "p": ("context", "id"), "np": ("context", "id", "plural")}
CALLS = {
    f"{shape}gettext{ending}": arguments
    for shape, arguments in _SHAPES.items()
    for ending in ("", "_lazy", "_noop")
}
"""Functions of django.utils.translation -> what their first arguments are."""
_CALL = re.compile(r"(?<![\w.])(?:_|n?p?gettext)\(")
_PLACEHOLDER = re.compile(r"%\(\w+\)")


class Message(NamedTuple):
    """A text to be translated. context and plural are empty where there are none."""

    id: str
    plural: str = ""
    context: str = ""


def messages() -> dict[Message, list[str]]:
    """Every message of the code and the templates with the files that say it, in the files' order."""
    found: dict[Message, list[str]] = {}
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            said = of_python(path.read_text(encoding="utf-8"))
        elif path.suffix in (".html", ".txt"):
            said = of_template(path.read_text(encoding="utf-8"))
        else:
            continue
        name = path.relative_to(ROOT).as_posix()
        for message in said:
            places = found.setdefault(message, [])
            if name not in places:
                places.append(name)
    return found


def of_python(source: str) -> Iterator[Message]:
    """The messages of a module, under whatever names it imports the functions of translation.

    Raises:
        SyntaxError: a message is put together at run time, as by an f-string, and so cannot be translated.
    """
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: CALLS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in CALLS
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        message = _message(call, names[call.func.id])  # type: ignore[attr-defined]
        if message:
            yield message


def of_template(source: str) -> Iterator[Message]:
    """The messages of a template: its tags {% translate %} and {% blocktranslate %}, and _() in tags."""
    text = templatize(source)
    for start in _CALL.finditer(text):
        for end in re.finditer(r"\)", text[start.start() :]):
            try:
                call = ast.parse(text[start.start() : start.start() + end.end()], mode="eval").body
            except SyntaxError:
                continue
            assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            message = _message(call, CALLS.get(call.func.id, ("id",)))
            if message:
                yield message
            break


def _message(call: ast.Call, arguments: tuple[str, ...]) -> Message | None:
    """None where a word of the field is looked up by a variable: those are marked where they are defined."""
    given: dict[str, str] = {}
    for name, node in zip(arguments, call.args, strict=False):
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            raise SyntaxError(f"line {node.lineno}: a message has to stand in the code as it is")
        if not isinstance(node, ast.Constant):
            return None
        given[name] = str(node.value)
    return Message(**given)


def updated(old: polib.POFile) -> polib.POFile:
    """The catalogue of what is said now, with the translations that `old` has."""
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = dict(HEADERS)
    for message, places in messages().items():
        before = known.get((message.id, message.context))
        entry = polib.POEntry(
            msgid=message.id,
            msgctxt=message.context or None,
            occurrences=[(place, "") for place in places],
            flags=["python-format"] if _PLACEHOLDER.search(message.id + message.plural) else [],
            tcomment=before.tcomment if before else "",
        )
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict(before.msgstr_plural) if before else {}
            for number in (0, 1):
                entry.msgstr_plural.setdefault(number, "")
        else:
            entry.msgstr = before.msgstr if before else ""
        new.append(entry)
    return new


def main() -> int:
    """Write both files; 1 while a translation is missing."""
    old = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    new = updated(old)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(CATALOGUE))
    new.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    missing = new.untranslated_entries()
    for entry in missing:
        print(f"{entry.occurrences[0][0]}: {entry.msgid}")
    print(f"{len(new)} 条，缺译文 {len(missing)} 条 / {len(new)} messages, {len(missing)} without English")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
