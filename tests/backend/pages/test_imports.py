"""Bringing in a workbook by page: preview first, confirmed once, by its uploader alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from backend import uploads
from backend.pages import imports as page
from lifecycle.models import Project
from lifecycle.parties.models import Organisation, OrganisationKind, Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db

PROGRAMME = Path(__file__).parents[2] / "data" / "programme.xlsx"


@pytest.fixture(autouse=True)
def _own_files(tmp_path):
    """Uploads of a test lie in a folder of its own."""
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture
def province():
    organisation = Organisation.objects.create(name="测试省科技厅", kind=OrganisationKind.PROVINCE)
    return make_person((Role.PROVINCE, organisation))


def upload(browser, content: bytes, name: str = "台账.xlsx"):
    return browser.post("/imports/", {"file": SimpleUploadedFile(name, content)})


def waiting(tmp_path: Path) -> list[Path]:
    return list((tmp_path / uploads.FOLDER).glob("*")) if (tmp_path / uploads.FOLDER).exists() else []


def test_every_fault_is_shown_and_nothing_can_be_confirmed(province, tmp_path):
    answer = upload(browser_of(province), b"not a workbook")

    assert answer.status_code == 422
    assert answer.context["fault_count"] >= 1
    assert "没有写入任何内容" in text_of(answer)
    assert "upload" not in answer.context
    assert waiting(tmp_path) == []


def test_nobody_confirms_what_another_uploaded(province):
    mark = upload(browser_of(province), PROGRAMME.read_bytes()).context["upload"]
    other = make_person((Role.PROVINCE, Organisation.objects.get(name="测试省科技厅")))

    assert browser_of(other).post("/imports/confirm/", {"upload": mark}).status_code == 409
    assert browser_of(province).post("/imports/confirm/", {"upload": mark + "x"}).status_code == 409
    assert Project.objects.count() == 0


def test_an_upload_that_nobody_confirms_is_dropped(province, tmp_path, monkeypatch):
    browser = browser_of(province)
    mark = upload(browser, PROGRAMME.read_bytes()).context["upload"]
    monkeypatch.setattr(uploads, "KEPT_FOR", uploads.KEPT_FOR * 0)

    assert browser.post("/imports/confirm/", {"upload": mark}).status_code == 409
    upload(browser, PROGRAMME.read_bytes())
    assert len(waiting(tmp_path)) == 1


def test_a_file_that_is_too_large_is_not_read(province, monkeypatch):
    monkeypatch.setattr(page, "LARGEST_FILE", 10)

    answer = upload(browser_of(province), b"x" * 11)

    assert answer.status_code == 400
    assert "请拆分后导入" in text_of(answer)


def test_no_file_is_said(province):
    assert browser_of(province).post("/imports/").status_code == 400


def test_the_blank_workbook_can_be_brought_back(province):
    browser = browser_of(province)
    content = browser.get("/imports/blank/").getvalue()

    assert "没有需要写入的内容" in text_of(upload(browser, content))
