"""JSON: one object with the facts of the CSV, the balances and the head."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finance.chain import genesis
from finance.models import Account, Journal
from lifecycle.models import Project
from reports.ledger.csv_file import stream_csv
from reports.ledger.json_file import stream_json
from tests.builders import day, make_project
from tests.reports.ledger.ledgers import FIELDS, awkward_project, csv_rows, hashed_texts, joined

pytestmark = pytest.mark.django_db


def ledger_of(project: Project, on: date | None = None) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(joined(stream_json(project, on)))
    return read


def test_entries_say_what_the_csv_says():
    project = awkward_project()

    entries = ledger_of(project)["entries"]

    assert [tuple(entry[field] for field in FIELDS) for entry in entries] == hashed_texts(project)
    for entry, row in zip(entries, csv_rows(joined(stream_csv(project)))[1:], strict=True):
        said = list(entry.values())
        assert [str(value) for value in said[:9]] == row[:9]
        assert ("" if said[13] is None else str(said[13])) == row[13]
        assert said[14:] == row[14:]


def test_balances_are_those_that_are_kept():
    project = awkward_project()

    balances = ledger_of(project)["balances"]

    kept = dict(Account.objects.filter(project=project).values_list("name", "balance"))
    assert {each["account"]: Decimal(each["balance"]) for each in balances} == kept


def test_the_object_names_project_day_version_and_head():
    project = awkward_project()

    ledger = ledger_of(project, day("2022-10-01"))

    head = Journal.objects.get(project=project)
    assert (ledger["format"], ledger["project"], ledger["on"]) == (
        "pilot-ledger-1",
        project.number,
        "2022-10-01",
    )
    assert ledger["head"] == {"sequence": 23, "hash": head.head_hash}
    assert [entry["sequence"] for entry in ledger["entries"]] == [1]


def test_a_ledger_without_entries_starts_at_genesis():
    project = make_project(milestones=False)

    ledger = ledger_of(project)

    assert (ledger["on"], ledger["entries"], ledger["balances"]) == (None, [], [])
    assert ledger["head"] == {"sequence": 0, "hash": genesis(project.number)}
