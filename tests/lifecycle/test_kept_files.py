"""The check of the stored files, and what it makes of a disk that was tampered with."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lifecycle.kept_files import strays
from lifecycle.models import Document, Project
from tests.builders import make_project
from tests.papers import make_document
from tests.people import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def verified(*arguments: str) -> tuple[int, Any]:
    out = StringIO()
    try:
        call_command("verify_documents", *arguments, "--json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def codes(told: Any) -> list[tuple[int, str]]:
    return [(fault["document"], fault["code"]) for fault in told["faults"]]


def test_files_as_they_came_are_in_order(project: Project) -> None:
    first = make_document(project)
    make_document(project, replaces=first.pk)

    assert verified() == (0, {"ok": True, "documents": 2, "faults": [], "strays": []})
    assert verified(project.number)[0] == 0


def test_a_changed_and_a_lost_file_are_named(project: Project, own_files: Path) -> None:
    changed, lost, grown, _whole = (make_document(project) for _ in range(4))
    path = own_files / changed.stored_as
    path.write_bytes(path.read_bytes().replace(b"PDF", b"PDG"))
    (own_files / lost.stored_as).unlink()
    with (own_files / grown.stored_as).open("ab") as file:
        file.write(b"\x00")

    status, told = verified()

    assert (status, told["ok"], told["documents"]) == (1, False, 4)
    assert codes(told) == [(changed.pk, "changed"), (lost.pk, "lost"), (grown.pk, "changed")]
    other = make_document(make_project(milestones=False))
    assert verified(other.project.number)[0] == 0


def test_the_words_say_which_project(project: Project, own_files: Path) -> None:
    document = make_document(project, title="验收证书")
    (own_files / document.stored_as).unlink()
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("verify_documents", stdout=out)

    assert f"{project.number}：“验收证书”的文件在存储中找不到" in out.getvalue()
    assert "已核验 1 个文件，1 个有问题" in out.getvalue()


def test_an_unknown_project_is_said() -> None:
    with pytest.raises(CommandError):
        call_command("verify_documents", "没有")


def test_a_file_that_no_row_speaks_of_is_swept_after_a_day(project: Project, own_files: Path) -> None:
    document = make_document(project)
    month = (own_files / document.stored_as).parent
    old, young = month / ("a" * 32), month / ("b" * 32)
    for path, age in ((old, 25), (young, 23)):
        path.write_bytes(b"x")
        then = now().timestamp() - age * 3600
        os.utime(path, (then, then))

    name = f"documents/{month.name}/{'a' * 32}"
    assert strays(now=now()) == [name]
    assert verified() == (0, {"ok": True, "documents": 1, "faults": [], "strays": [name]})
    assert old.exists()
    assert verified("--sweep")[0] == 0
    assert (old.exists(), young.exists()) == (False, True)
    assert (own_files / Document.objects.get().stored_as).exists()
    assert strays(now=now()) == []


def test_without_any_upload_there_is_nothing_to_check() -> None:
    assert verified() == (0, {"ok": True, "documents": 0, "faults": [], "strays": []})
