"""`manage.py ledger`: writes whole files or none, and says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from reports.ledger.csv_file import stream_csv
from reports.management.commands import ledger
from tests.builders import day
from tests.reports.ledger.ledgers import awkward_project, joined

pytestmark = pytest.mark.django_db


def test_each_format_is_written_whole(tmp_path):
    project = awkward_project()

    for form in ("csv", "xlsx", "json", "beancount"):
        call_command("ledger", project.number, "--format", form, "-o", str(tmp_path / f"ledger.{form}"))

    assert (tmp_path / "ledger.csv").read_bytes() == joined(stream_csv(project))
    assert len(json.loads((tmp_path / "ledger.json").read_bytes())["entries"]) == 23
    assert openpyxl.load_workbook(tmp_path / "ledger.xlsx")["台账"].max_row == 24
    assert b"Assets:Unit" in (tmp_path / "ledger.beancount").read_bytes()
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".beancount", ".csv", ".json", ".xlsx"]


def test_a_cut_is_taken_at_the_day(tmp_path):
    project = awkward_project()

    call_command(
        "ledger", project.number, "--format=csv", "-o", str(tmp_path / "l.csv"), "--on", "2022-10-05"
    )

    assert (tmp_path / "l.csv").read_bytes() == joined(stream_csv(project, day("2022-10-05")))


def test_standard_output_takes_it_for_a_dash(capfdbinary):
    project = awkward_project()

    call_command("ledger", project.number, "--format", "csv", "-o", "-")

    assert capfdbinary.readouterr().out == joined(stream_csv(project))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["NO-SUCH", "-o", "x.csv"], "没有编号为“NO-SUCH”的项目"),
        (["{number}", "-o", "missing/x.csv"], "无法写入“missing/x.csv”"),
        (["{number}", "-o", "."], "不是普通文件"),
        (["{number}", "-o", "x.csv", "--on", "2022-02-30"], "日期“2022-02-30”不存在"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing(arguments, words, tmp_path, monkeypatch):
    project = awkward_project()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match=words):
        call_command("ledger", *(each.format(number=project.number) for each in arguments), "--format", "csv")

    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    project = awkward_project()
    target = tmp_path / "ledger.csv"
    target.write_text("before")

    def breaking(*_arguments):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(ledger.STREAMS, "csv", breaking)

    with pytest.raises(CommandError, match="No space left on device"):
        call_command("ledger", project.number, "--format", "csv", "-o", str(target))

    assert [Path(file).name for file in tmp_path.iterdir()] == ["ledger.csv"]
    assert target.read_text() == "before"
