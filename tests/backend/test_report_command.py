"""`manage.py report` about many projects: a draft, an issue, and why not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lifecycle.models import Project
from lifecycle.parties.models import Organisation, Role
from reports import issuing
from reports.models import Issue
from tests.builders import make_cluster, make_project
from tests.people import make_person
from tests.reports.quick import quick_render

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(number="BA1", milestones=False)


def about(project: Project, kind: str) -> Organisation:
    park = project.cluster.park
    found = {"park": park, "due": park.parent, "brief": park.parent.parent}[kind]  # type: ignore[union-attr]
    assert found is not None
    return found


def which(project: Project, kind: str) -> list[str]:
    return ["--which", project.cluster.batch.name] if kind == "park" else []


@pytest.mark.parametrize("kind", ["park", "due", "brief"])
def test_a_draft_is_written(kind: str, project: Project, tmp_path: Path) -> None:
    out = tmp_path / "x.docx"

    call_command(
        "report", kind, about(project, kind).name, *which(project, kind), "--format", "docx", "-o", str(out)
    )

    assert out.read_bytes().startswith(b"PK")
    assert not Issue.objects.exists()


def test_an_issue_is_numbered_and_the_same_facts_give_it_again(
    project: Project,
    tmp_path: Path,
    own_files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(issuing, "render", quick_render)
    park = about(project, "park")
    make_person((Role.PARK, park), username="park.manager")
    wanted = ["report", "park", park.name, *which(project, "park"), "--format", "xlsx", "--issue"]

    call_command(*wanted, "-o", str(tmp_path / "a.xlsx"), "--as", "park.manager")
    call_command(*wanted, "-o", str(tmp_path / "b.xlsx"))

    kept = Issue.objects.get()
    assert (kept.organisation, kept.issuer_name) == (park, "park.manager")
    for name in ("a.xlsx", "b.xlsx"):
        digest = sha256((tmp_path / name).read_bytes()).hexdigest()
        assert digest == kept.files.get(format="xlsx").sha256
    said = capsys.readouterr().err.splitlines()
    assert said == [f"已出具，编号 {kept.number}。", f"数据未变，仍为此前出具的 {kept.number}。"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["park", "没有这家", "--which", "{batch}"], "没有名为“没有这家”"),
        (["due", "{park}"], "没有名为“{park}”"),
        (["park", "{park}", "--which", "没有这批"], "这一批次没有项目"),
        (["park", "{park}"], "这一批次没有项目"),
        (["park", "{park}", "--which", "{batch}", "--issue", "--as", "elsewhere"], "没有名为“{park}”"),
        (["park", "{park}", "--which", "{batch}", "--issue", "--as", "city.one"], "出具"),
        (["park", "{park}", "--which", "{batch}", "--issue", "--on", "2024-03-31"], "以当天数据为准"),
    ],
)
def test_it_says_why_not_and_leaves_nothing(
    arguments: list[str], words: str, project: Project, tmp_path: Path
) -> None:
    make_person((Role.CITY, about(project, "due")), username="city.one")
    make_person((Role.PARK, make_cluster().park), username="elsewhere")
    names = {"park": about(project, "park").name, "batch": project.cluster.batch.name}
    given = [each.format(**names) for each in arguments]

    with pytest.raises(CommandError, match=words.format(**names)):
        call_command("report", *given, "--format", "pdf", "-o", str(tmp_path / "x.pdf"))

    assert not Issue.objects.exists()
    assert list(tmp_path.iterdir()) == []
