"""What every test may ask for.

- `db` (or `@pytest.mark.django_db`): a database in a transaction that is rolled back; for nearly all tests.
- `file_db`: a transaction around all tests of a file, for what its own fixtures write once for all of them.
- `committed_db`: a database of the test's own that takes real commits from any number of connections.
- `file_committed_db`: the same for all tests of a file, which look at nothing but what each made for itself.
- `own_files`: a folder of the test's own in which uploaded files lie.
- `site`: the site served on a port of its own, on a `committed_db`.
- `page`: a page of Chromium on that site; the test fails when a page asks another host for anything.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import translation
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import SessionDatabase, TestDatabases

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

JOURNEYS = Path(__file__).parent / "journeys"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

SHARED: pytest.StashKey[tuple[SessionDatabase, DjangoDbBlocker]] = pytest.StashKey()
"""The database of the session, and what lets it be touched between tests."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

# The same examples every time, so that a change is judged by what it changed; `make test-long` looks for new ones.
hypothesis.settings.register_profile("default", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, print_blob=True, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys begin: a long one that came last would leave the other workers with nothing to do."""
    items.sort(key=lambda item: not item.path.is_relative_to(JOURNEYS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything that a test needs is there, so a skip hides a failure."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """What a test asks for in English leaves the thread in English; the next one begins in Chinese all the same."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def test_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[TestDatabases]:
    """Maker of databases; its template is migrated once for all workers and runs of the same migrations."""
    with django_db_blocker.unblock():
        databases = TestDatabases()
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    test_databases: TestDatabases,
) -> Iterator[None]:
    """In the place of pytest-django's: the session's database is a copy of the template, now and then a fresh one."""
    with django_db_blocker.unblock():
        database = SessionDatabase(test_databases)
    request.config.stash[SHARED] = (database, django_db_blocker)
    yield
    del request.config.stash[SHARED]
    with django_db_blocker.unblock():
        database.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield
    if SHARED in item.config.stash:
        database, blocker = item.config.stash[SHARED]
        with blocker.unblock():
            database.count()


@pytest.fixture(scope="module")
def file_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of a whole file write under it lies beneath each of its tests, and is taken back after the last.

    Each test asks for `db` besides, which takes back what the test itself does.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    test_databases: TestDatabases,
) -> Iterator[str]:
    """The name of a database of the test's own; what is committed to it is seen by every connection."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        pytest.fail(
            "committed_db stands in the place of db and django_db: ask for one of them", pytrace=False
        )
    with django_db_blocker.unblock(), test_databases.copy() as name:
        yield name


@pytest.fixture(scope="module")
def file_committed_db(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, test_databases: TestDatabases
) -> Iterator[str]:
    """The name of a database of the file's own. Each test finds in it what those before it have left."""
    with django_db_blocker.unblock(), test_databases.copy() as name:
        yield name


@pytest.fixture
def own_files(tmp_path: Path) -> Iterator[Path]:
    """The folder of the private file storage, for this test alone."""
    folder = tmp_path / "files"
    default = settings.STORAGES["default"]
    own = {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": own}):
        yield folder


@pytest.fixture
def site(committed_db: str) -> Iterator[LiveServer]:
    """The site on a port of its own; `site.url` is its address. It sees what the test commits."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()
    # A browser keeps connections open; each has a thread, which ends once the page is closed.
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium of this machine; tests that ask for it are skipped where there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (looked for " + ", ".join(BROWSERS) + ")")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def page(chromium: Browser, site: LiveServer) -> Iterator[Page]:
    """A page whose relative addresses are the site's. Requests elsewhere and errors of scripts fail the test."""
    context = chromium.new_context(base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(30_000)
    own = urlsplit(site.url).netloc
    faults: list[str] = []

    def watch(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
            faults.append(f"asked another host: {request.url}")

    context.on("request", watch)
    context.on("weberror", lambda error: faults.append(f"script failed: {error.error}"))
    yield context.new_page()
    context.close()
    assert not faults
