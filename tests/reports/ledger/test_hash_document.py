"""docs/ledger-hash.md is exact: its example holds, its program checks our files, the database agrees."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from finance.models import Journal
from reports.ledger.csv_file import stream_csv
from tests.builders import make_project
from tests.reports.ledger.ledgers import awkward_project, joined

PAGE = (Path(__file__).parents[3] / "docs" / "ledger-hash.md").read_text(encoding="utf-8")
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
PROGRAM = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_worked_example_holds_and_is_chained():
    assert hashlib.sha256(EXAMPLE["genesis"]["hashed"].encode()).hexdigest() == EXAMPLE["genesis"]["hash"]
    previous = EXAMPLE["genesis"]["hash"]
    for entry in EXAMPLE["entries"]:
        assert entry["hashed"].endswith("\x1f" + previous)
        assert hashlib.sha256(entry["hashed"].encode()).hexdigest() == entry["hash"]
        previous = entry["hash"]


@pytest.mark.django_db
@pytest.mark.parametrize("entry", EXAMPLE["entries"])
def test_the_database_hashes_the_example_to_the_same(entry):
    _version, *fields, previous = entry["hashed"].split("\x1f")

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT finance_hash(finance_body(%s, {', '.join(['%s'] * 13)}), %s)",
            [*fields[:-1], fields[-1] or None, previous],
        )
        assert cursor.fetchone() == (entry["hash"],)


def run(content: bytes, number: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The page's program, alone: without our packages, without site packages."""
    program, file = folder / "check.py", folder / "ledger.csv"
    program.write_text(PROGRAM, encoding="utf-8")
    file.write_bytes(content)
    return subprocess.run(
        [sys.executable, "-I", "-S", program, file, number], capture_output=True, text=True, check=False
    )


@pytest.mark.django_db
def test_the_pages_program_finds_the_head_of_a_downloaded_ledger(tmp_path):
    project = awkward_project()

    checked = run(joined(stream_csv(project)), project.number, tmp_path)

    head = Journal.objects.get(project=project)
    assert checked.stdout.split() == ["23", head.head_hash], checked.stderr


@pytest.mark.django_db
def test_the_pages_program_finds_an_altered_amount(tmp_path):
    project = awkward_project()
    content = joined(stream_csv(project))

    checked = run(content.replace(b",5.50,", b",6.50,", 1), project.number, tmp_path)

    assert checked.returncode == 1
    assert "row 7" in checked.stderr


@pytest.mark.django_db
def test_the_pages_program_takes_an_empty_ledger(tmp_path):
    project = make_project(milestones=False)

    assert run(joined(stream_csv(project)), project.number, tmp_path).stdout.startswith("0 ")
