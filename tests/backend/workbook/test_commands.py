"""The two commands: exit codes, JSON as INTERFACES, and tables a person reads."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.workbook.text_table import text_table
from finance.models import Entry
from lifecycle.models import Project
from tests.backend.workbook.books import book, programme
from tests.backend.workbook.test_importing import cell


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(book(programme()))
    return path


def spoilt(path: Path) -> Path:
    path.write_bytes(book(cell(programme(), "资金流水", 4, "金额（元）", "5万元")))
    return path


@pytest.mark.django_db
def test_json_has_the_shape_of_the_interface(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_workbook", str(workbook), "--json")
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["ok", "created", "updated", "unchanged", "faults", "warnings"]
    assert told["ok"] is True
    assert told["created"]["资金流水"] == 3
    call_command("import_workbook", str(workbook), "--json")
    told = json.loads(capsys.readouterr().out)
    assert not any(told["created"].values()) and told["unchanged"]["资金流水"] == 3


@pytest.mark.django_db
def test_a_rehearsal_writes_nothing(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_workbook", str(workbook), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["created"]["项目"] == 2
    assert not Project.objects.exists()
    call_command("import_workbook", str(workbook), "--dry-run")
    assert "未写入任何内容" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [True, False])
def test_faults_end_with_one_and_are_all_told(
    workbook: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import_workbook", str(spoilt(workbook)), *(["--json"] if as_json else []))
    assert ended.value.code == 1
    out = capsys.readouterr().out
    if as_json:
        told = json.loads(out)
        assert told["ok"] is False
        (fault,) = told["faults"]
        assert (fault["sheet"], fault["row"], fault["column"], fault["value"]) == (
            "资金流水",
            4,
            "金额（元）",
            "5万元",
        )
    else:
        assert "资金流水  4   金额（元）  5万元" in out
        assert "共 1 处问题，未写入任何内容" in out
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_changes_are_shown_old_and_new(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_workbook", str(workbook))
    assert "导入完成" in capsys.readouterr().out
    workbook.write_bytes(book(cell(programme(), "里程碑", 3, "完成情况", "已完成")))
    call_command("import_workbook", str(workbook))
    assert "进行中  已完成" in capsys.readouterr().out
    call_command("import_workbook", str(workbook))
    assert "没有需要写入的内容" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"无法读取文件 .*没有"):
        call_command("import_workbook", str(tmp_path / "没有.xlsx"))


@pytest.mark.django_db
def test_an_export_is_written_whole_and_comes_back_unchanged(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_workbook", str(workbook))
    target = tmp_path / "导出.xlsx"
    call_command("export_workbook", "-o", str(target), "--park", " 东高新区管委会", "--batch", "2022年度批次")
    assert [path.name for path in tmp_path.glob("*")] != []
    assert not list(tmp_path.glob(".*partial"))
    capsys.readouterr()
    call_command("import_workbook", str(target), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and not any(told["created"].values()) and not any(told["updated"].values())


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["--park", "--batch"])
def test_an_export_of_what_does_not_exist_is_refused(tmp_path: Path, option: str) -> None:
    with pytest.raises(CommandError, match="没有名为"):
        call_command("export_workbook", "-o", str(tmp_path / "x.xlsx"), option, "无此名")


@pytest.mark.django_db
def test_an_export_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="无法写入文件"):
        call_command("export_workbook", "-o", str(tmp_path / "nowhere" / "x.xlsx"))


def test_columns_are_aligned_although_chinese_is_wide() -> None:
    assert (
        text_table(("列", "b"), [("abcd", "x"), ("项目", "y"), ("", "z\nz")])
        == "列    b\nabcd  x\n项目  y\n      z z"
    )
