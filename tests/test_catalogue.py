"""The English catalogue says everything the program says, and readers who ask for English get nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from backend import sample
from backend.workbook.sheets import TABLES
from finance.models import Account, AccountRole, Entry
from lifecycle.models import Batch, EventKind, Project, ProjectState
from lifecycle.parties.models import Organisation, OrganisationKind, Person, Role
from reports.watch import RULES
from tests.backend.pages.browsing import browser_of, text_of
from tests.people import api_of, make_person
from tools.catalogue import CATALOGUE, of_python, of_template, updated

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|\{\w+\}")

KEPT_IN_ENGLISH = {
    "高新区管委会": "what a workbook calls a park",
    "承担单位": "what a workbook calls a unit",
    "延期": "an event of a workbook",
    "数值": "a column of a workbook",
    "支出": "a kind of movement, in workbooks and the API",
    "序号": "a column of a ledger",
    "红冲序号": "a column of a ledger",
    "哈希": "a column of a ledger",
    "〓": "what is printed in the place of a sign that no face has",
}
"""Names that stand in files in Chinese whoever reads them, so that English sentences have to name them so."""

SPOKEN_ELSEWHERE = {
    "backend/database.py": "gives each message in both languages, before Django is there",
    "backend/settings/databases.py": "gives each message in both languages, before Django is there",
    "backend/settings/environment.py": "gives each message in both languages, before Django is there",
    "backend/settings/ways.py": "gives each message in both languages, before Django is there",
    "reports/renderers/fonts.py": "tells operators in both languages",
    "backend/workbook/exporting.py": "writes a workbook, which is Chinese",
}


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(CATALOGUE), wrapwidth=100)


def said(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """Chinese and English of an entry, of both its numbers where it has two."""
    if entry.msgid_plural:
        yield entry.msgid, entry.msgstr_plural[0]
        yield entry.msgid_plural, entry.msgstr_plural[1]
    else:
        yield entry.msgid, entry.msgstr


def test_it_holds_just_what_the_program_says(english: polib.POFile):
    assert str(updated(english)) == str(english), "make catalogue"


def test_everything_is_translated(english: polib.POFile):
    assert [entry.msgid for entry in english if not all(text for _, text in said(entry))] == []
    assert [entry.msgid for entry in english if entry.fuzzy or entry.obsolete] == []


def test_both_languages_have_the_same_placeholders(english: polib.POFile):
    for chinese, text in (pair for entry in english for pair in said(entry)):
        assert sorted(set(PLACEHOLDER.findall(chinese))) == sorted(set(PLACEHOLDER.findall(text))), chinese


def test_a_percent_sign_is_written_as_in_the_chinese(english: polib.POFile):
    for chinese, text in (pair for entry in english for pair in said(entry)):
        assert chinese.count("%%") == text.count("%%"), chinese


def test_blanks_at_the_ends_are_those_of_the_chinese_but_for_pieces_of_lists(english: polib.POFile):
    for chinese, text in (pair for entry in english for pair in said(entry)):
        if chinese not in ("、", "，", "；", "："):
            assert text.strip() and (len(text) - len(text.lstrip())) == (len(chinese) - len(chinese.lstrip()))
            assert text == text.rstrip()


def test_english_is_english_but_for_names_that_files_have_in_chinese(english: polib.POFile):
    found = {word for entry in english for _, text in said(entry) for word in CHINESE.findall(text)}

    assert found == set(KEPT_IN_ENGLISH)


def test_what_runs_is_what_was_translated(english: polib.POFile):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    def content(catalogue: Any) -> dict[Any, Any]:
        return {
            (entry.msgctxt, entry.msgid, entry.msgid_plural): entry.msgstr or dict(entry.msgstr_plural)
            for entry in catalogue
        }

    assert content(compiled) == content(english)
    assert compiled.metadata == english.metadata


def test_every_sentence_of_the_code_goes_through_the_catalogue():
    for path in (
        path for app in ("lifecycle", "finance", "reports", "backend") for path in (ROOT / app).rglob("*.py")
    ):
        name = path.relative_to(ROOT).as_posix()
        if name in SPOKEN_ELSEWHERE or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        known = {text for message in of_python(source) for text in (message.id, message.plural)}
        tree = ast.parse(source)
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                is_sentence = CHINESE.search(node.value) and re.search(
                    "[\u4e00-\u9fff][。；！？，]", node.value
                )
                assert not is_sentence or node.value in known, f"{name}:{node.lineno}: {node.value}"


def test_every_template_goes_through_the_catalogue():
    marked = re.compile(
        r"\{#.*?#\}|\{%\s*(blocktranslate|comment)\b.*?\{%\s*end\1\s*%\}|\{[{%].*?[%}]\}", re.DOTALL
    )
    for path in (ROOT / "backend" / "templates").rglob("*.html"):
        left = marked.sub("", path.read_text(encoding="utf-8"))
        # The button that leads back to Chinese says so in Chinese.
        assert CHINESE.findall(left) == (["中文"] if path.name == "base.html" else []), path.name


def test_messages_are_found_in_code_whatever_translation_is_called_there():
    found = of_python(
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy as said\n"
        "_('甲' '乙')\nngettext('一 %(n)d', '多 %(n)d', n)\nsaid('语境', '丙')\n_(word)\nother('丁')\n"
    )

    assert [tuple(message) for message in found] == [
        ("甲乙", "", ""),
        ("一 %(n)d", "多 %(n)d", ""),
        ("丙", "", "语境"),
    ]


def test_a_message_put_together_at_run_time_is_refused():
    with pytest.raises(SyntaxError, match="line 2"):
        list(of_python("from django.utils.translation import gettext as _\n_(f'第 {n} 号')\n"))


def test_messages_are_found_in_templates():
    found = of_template(
        """{% load i18n %}{% translate "甲 (一)" %}{% translate '乙' context "语境" %}"""
        """{% blocktranslate with n=3 %}丙 {{ n }} 100%{% endblocktranslate %}{{ _("丁")|upper }}{% translate word %}"""
    )

    assert [tuple(message) for message in found] == [
        ("甲 (一)", "", ""),
        ("乙", "", "语境"),
        ("丙 %(n)s 100%%", "", ""),
        ("丁", "", ""),
    ]


# What readers get.


@pytest.fixture(scope="module")
def sample_programme(file_db: None) -> None:
    sample.load(now=timezone.now())


@pytest.fixture
def programme(sample_programme: None, db: None) -> None:
    """The sample with its accounts, beneath what the test does."""


@pytest.fixture(scope="module")
def written(sample_programme: None, english: polib.POFile) -> re.Pattern[str]:
    """What people have written: the texts of every column of the database that holds more than words of the field."""
    words = {entry.msgid for entry in english}
    written: set[str] = set()
    for model in apps.get_models():
        if model is Account or model._meta.app_label not in ("parties", "lifecycle", "finance"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField)):
                values = set(model._default_manager.values_list(field.name, flat=True).distinct())
                texts = {text for text in values if text and CHINESE.search(text)}
                # A text is what somebody wrote, even where it is a word of ours as well.
                if isinstance(field, models.TextField) or not texts <= words:
                    written |= texts
    return re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True))))


@pytest.fixture
def data(written: re.Pattern[str], programme: None) -> re.Pattern[str]:
    return written


def browse_in_english(username: str) -> Client:
    """A browser of that person which asks for English."""
    browser = browser_of(Person.objects.get(username=username))
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def chinese_of(page: str, data: re.Pattern[str]) -> list[str]:
    """The Chinese that a page shows beside the data and the button that leads back to Chinese."""
    shown = re.sub(r' value="[^"]*"|>中文</button>', "", page)
    return CHINESE.findall(data.sub("", unescape(shown)))


def test_a_park_reads_its_pages_in_english(data: re.Pattern[str]):
    browser = browse_in_english("park.1")
    projects = list(Project.objects.filter(cluster__park__memberships__person__username="park.1"))
    entry = Entry.objects.filter(project=projects[0]).first()
    batch = Batch.objects.first()
    assert entry is not None and batch is not None
    addresses = [
        *(reverse(name) for name in ("projects", "compliance", "imports", "batches", "password")),
        *(reverse(name) for name in ("messages", "late", "forecast", "hand-over")),
        *(f"{reverse('compliance')}?rule={rule.code}" for rule in RULES),
        *(reverse("project", args=[project.number]) for project in projects),
        reverse("project", args=[projects[0].number]) + "?on=2024-03-31",
        *(reverse("project-ledger", args=[project.number]) for project in projects),
        *(reverse("entry", args=[projects[0].number]) + f"?kind={kind}" for kind in ("", "到账园区", "支出")),
        reverse("entry-reversal", args=[projects[0].number, entry.sequence]),
        reverse("batch", args=[batch.pk]),
    ]
    for address in addresses:
        page = text_of(browser.get(address))
        assert '<html lang="en">' in page
        assert chinese_of(page, data) == [], address


@pytest.mark.parametrize(
    ("username", "names"),
    [
        ("admin", ("people", "organisations", "batches")),
        ("reader", ("security-log",)),
        ("province", ("projects", "late", "forecast", "reminder-kinds")),
        ("unit.BA2022001", ("projects", "imports", "todo")),
    ],
)
def test_others_read_their_pages_in_english(data: re.Pattern[str], username: str, names: tuple[str, ...]):
    make_person(
        (Role.LOG_READER, Organisation.objects.get(kind=OrganisationKind.PROVINCE)), username="reader"
    )
    browser = browse_in_english(username)
    if username == "reader":
        # The log tells how many rows of which sheet came in.
        data = re.compile(f"{'|'.join(table.title for table in TABLES)}|{data.pattern}")

    for name in names:
        answer = browser.get(reverse(name))
        assert answer.status_code == 200
        assert chinese_of(text_of(answer), data) == [], name


def test_refusals_and_the_way_in_are_in_english(data: re.Pattern[str]):
    stranger = Client(headers={"accept-language": "en"})
    way_in = text_of(stranger.get(reverse("sign-in")))
    refused = text_of(stranger.post(reverse("sign-in"), {"username": "park.1", "password": "wrong"}))
    park = browse_in_english("park.1")

    for page in (way_in, refused, text_of(park.get("/nowhere/")), text_of(park.get(reverse("people")))):
        assert chinese_of(page, data) == []
    assert "The user name or the password is wrong" in refused


def test_the_button_changes_the_language_and_back(programme: None):
    browser = browser_of(Person.objects.get(username="park.1"))
    address = reverse("projects")
    assert "<h1>项目</h1>" in text_of(browser.get(address))

    browser.post(reverse("language"), {"language": "en", "next": address})
    assert "<h1>Projects</h1>" in text_of(browser.get(address))

    browser.post(reverse("language"), {"language": "zh-hans", "next": address})
    assert "<h1>项目</h1>" in text_of(browser.get(address))


def test_the_api_speaks_english_to_who_asks_for_it(data: re.Pattern[str], english: polib.POFile):
    client = api_of(Person.objects.get(username="park.1"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    number = (
        Project.objects.filter(cluster__park__memberships__person__username="park.1")
        .values_list("number")
        .first()
    )
    assert number is not None
    rules = client.get(f"/api/v1/projects/{number[0]}/rules/").json()["rules"]

    assert len(rules) == len(RULES)
    for rule in rules:
        assert chinese_of(rule["message"] + rule["title"], data) == [], rule
    missing = client.get("/api/v1/projects/nothing/").json()
    assert chinese_of(missing["message"], data) == []
    wrong = client.get("/api/v1/projects/?stage=nothing").json()
    assert chinese_of(str(wrong), data) == []


def test_the_description_of_the_api_is_in_english(
    client: Client, data: re.Pattern[str], english: polib.POFile
):
    text = text_of(client.get("/api/schema/", headers={"accept-language": "en"}))
    # Codes stand in it as they are sent.
    codes = sorted({entry.msgid for entry in english if CHINESE.search(entry.msgid)}, key=len, reverse=True)

    assert "Post a movement of money" in text
    assert CHINESE.findall(re.sub("|".join(map(re.escape, codes)), "", text)) == []


@pytest.mark.parametrize("labels", [ProjectState, EventKind, Role, AccountRole])
def test_labels_of_codes_are_in_english(labels: Any):
    with translation.override("en"):
        assert CHINESE.findall(" ".join(str(each.label) for each in labels)) == []
