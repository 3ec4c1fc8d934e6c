"""A confirmed workbook is brought in behind the scenes: at once where it is short, with its progress where it is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from backend import uploads
from backend.pages import jobs as page
from lifecycle.jobs import cancel, runs, work
from lifecycle.models import JobRun, Project
from lifecycle.parties.models import Membership, Organisation, OrganisationKind, Person, Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import make_park
from tests.people import make_person

pytestmark = pytest.mark.usefixtures("committed_db")

PROGRAMME = Path(__file__).parents[2] / "data" / "programme.xlsx"


@pytest.fixture
def province(committed_db: str) -> Person:
    organisation = Organisation.objects.create(name="测试省科技厅", kind=OrganisationKind.PROVINCE)
    return make_person((Role.PROVINCE, organisation))


@pytest.fixture
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rings are not heard, and pages do not wait."""
    monkeypatch.setattr(runs, "_ring", [])
    monkeypatch.setattr(page, "PATIENCE_SECONDS", 0)
    return


def uploaded(browser: Client) -> str:
    file = SimpleUploadedFile("台账.xlsx", PROGRAMME.read_bytes())
    return str(browser.post("/imports/", {"file": file}).context["upload"])


def confirmed(browser: Client, mark: str) -> str:
    return str(browser.post("/imports/confirm/", {"upload": mark}).headers["Location"])


def waiting(folder: Path) -> list[Path]:
    return list((folder / uploads.FOLDER).glob("*"))


def test_what_is_short_is_answered_at_once_and_only_once(province: Person, own_files: Path) -> None:
    browser = browser_of(province)
    mark = uploaded(browser)
    assert Project.objects.count() == 0

    assert confirmed(browser, mark) == "/projects/"

    assert Project.objects.count() == 34
    assert waiting(own_files) == []
    run = JobRun.objects.get()
    assert (run.state, run.asked_by, run.result["created"]["项目"]) == ("done", province, 34)
    assert browser.post("/imports/confirm/", {"upload": mark}).status_code == 409


@pytest.mark.usefixtures("nobody_works")
def test_what_takes_longer_shows_its_progress_and_then_its_counts(province: Person, own_files: Path) -> None:
    browser = browser_of(province)
    mark = uploaded(browser)
    address = confirmed(browser, mark)
    run = JobRun.objects.get()
    assert address == f"/jobs/{run.pk}/"
    assert confirmed(browser, mark) == address

    assert "等待中" in text_of(browser.get(address))
    part = browser.get(address, **HTMX)
    assert "<html" not in text_of(part)
    assert f'hx-get="{address}"' in text_of(part)
    work(run.pk, worker="w", clock=timezone.now)

    assert browser.get(address, **HTMX).headers["HX-Refresh"] == "true"
    after = text_of(browser.get(address))
    assert "“台账.xlsx”已导入" in after
    assert '<th scope="row">项目</th><td class="number">34</td>' in after
    assert Project.objects.count() == 34


@pytest.mark.usefixtures("nobody_works")
def test_cancelled_before_the_commit_it_leaves_nothing(province: Person, own_files: Path) -> None:
    browser = browser_of(province)
    confirmed(browser, uploaded(browser))
    run = JobRun.objects.get()
    looks = []

    def somebody_cancels() -> None:
        cancel(run.pk, now=timezone.now())
        connection.close()

    def clock() -> datetime:
        """Stands for the moment at which the projects have been written, and nothing is committed."""
        if Project.objects.exists() and not looks:
            looks.append(Project.objects.count())
            somebody = threading.Thread(target=somebody_cancels)
            somebody.start()
            somebody.join()
        return timezone.now()

    work(run.pk, worker="w", clock=clock)

    run.refresh_from_db()
    assert looks == [34]
    assert (run.state, run.result) == ("cancelled", None)
    assert Project.objects.count() == 0
    assert waiting(own_files) == []
    assert "没有写入任何未完成的内容" in text_of(browser.get(f"/jobs/{run.pk}/"))


@pytest.mark.usefixtures("nobody_works")
def test_who_may_no_longer_import_when_its_turn_comes_writes_nothing(
    province: Person, own_files: Path
) -> None:
    browser = browser_of(province)
    confirmed(browser, uploaded(browser))
    Membership.objects.all().delete()
    run = JobRun.objects.get()

    work(run.pk, worker="w", clock=timezone.now)

    run.refresh_from_db()
    assert run.state == "failed"
    assert Project.objects.count() == 0


@pytest.mark.usefixtures("nobody_works")
def test_an_upload_whose_job_waits_is_not_swept_away(
    province: Person, own_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(province)
    confirmed(browser, uploaded(browser))
    uploaded(browser)
    monkeypatch.setattr(uploads, "KEPT_FOR", uploads.KEPT_FOR * 0)

    assert uploads.sweep(now=timezone.now()) == 1

    JobRun.objects.update(state="cancelled", finished_at=timezone.now())
    assert uploads.sweep(now=timezone.now()) == 1
    assert waiting(own_files) == []


@pytest.mark.usefixtures("nobody_works")
def test_faults_that_came_up_are_shown(province: Person, own_files: Path) -> None:
    browser = browser_of(province)
    address = confirmed(browser, uploaded(browser))
    # Whoever asked acts for a park by now, and the workbook is about others.
    Membership.objects.update(organisation=make_park(), role=Role.PARK)

    work(JobRun.objects.get().pk, worker="w", clock=timezone.now)

    shown = text_of(browser.get(address))
    assert "没有写入任何内容" in shown
    assert Project.objects.count() == 0
