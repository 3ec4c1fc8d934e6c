"""What the documents say of the program, held against the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from lifecycle.reminders.kinds import kinds
from lifecycle.rules.limits import BY_CODE
from reports.watch import RULES

ROOT = Path(__file__).resolve().parents[1]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
_TERM = re.compile(r"^\| [^|]+ \| [^|]+ \| `([\w.]+)` \|$", re.MULTILINE)
_FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_KIND = re.compile(r"^\| `(\w+)` \| (\S+) \|(.+)\|$", re.MULTILINE)
_RULE = re.compile(r"^\| ((?:FIN|LC)-\d\d) (\S+) \|", re.MULTILINE)


def _read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def _links() -> Iterator[Any]:
    for document in DOCUMENTS:
        for target in _LINK.findall(_FENCE.sub("", _read(document))):
            if "://" not in target and not target.startswith("mailto:"):
                yield pytest.param(document, target, id=f"{document.relative_to(ROOT)}: {target}")


@pytest.mark.parametrize(("document", "target"), list(_links()))
def test_a_link_leads_to_a_file(document: Path, target: str) -> None:
    assert (document.parent / target).exists()


@pytest.mark.parametrize("name", _TERM.findall(_read(ROOT / "docs/glossary.md")))
def test_a_term_of_the_glossary_names_something_in_the_code(name: str) -> None:
    assert _found(name)


def _found(dotted: str) -> bool:
    """Whether the name is a module, or reached by attributes or fields from the longest part that is one."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            thing = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_no_term_stands_in_the_glossary_twice() -> None:
    names = _TERM.findall(_read(ROOT / "docs/glossary.md"))

    assert len(names) == len(set(names)) > 80


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_commands_of_a_readme_exist(readme: Path) -> None:
    text = _read(readme)
    managed = set(re.findall(r"manage\.py (\w+)", text))
    made = set(re.findall(r"\bmake ([a-z][a-z-]*)", text))
    targets = set(re.findall(r"^([a-z][a-z -]*):", _read(ROOT / "Makefile"), re.MULTILINE))

    assert managed <= set(get_commands())
    assert made <= {word for names in targets for word in names.split()}
    assert {"compliance", "verify_ledger", "ledger"} <= managed
    assert {"run", "test"} <= made


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (_FENCE.findall(_read(readme)) for readme in READMES)

    assert english == chinese
    assert len(english) == 7


def test_every_rule_is_described_under_its_title() -> None:
    described = dict(_RULE.findall(_read(ROOT / "docs/rules.md")))

    assert described == {rule.code: str(rule.title) for rule in RULES}


def test_every_kind_of_matter_is_described_under_its_title_in_its_order() -> None:
    described = _KIND.findall(_read(ROOT / "docs/reminders.md"))

    assert [(code, name) for code, name, _rest in described] == [
        (code, str(kind.title)) for code, kind in kinds().items()
    ]
    for code, _name, rest in described:
        answers, due, _waits_for, over, basis = (cell.strip() for cell in rest.split("|"))
        assert answers and due and over and basis, code


def test_limits_that_matters_rest_on_exist() -> None:
    named = re.findall(r"\(`(\w+)`\)", _read(ROOT / "docs/reminders.md"))

    assert len(named) == 6
    assert set(named) <= set(BY_CODE)
