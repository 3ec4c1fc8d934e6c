"""A report about many projects behind the scenes: done, refused, stopped, and what it says against plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend import made_files, programme_jobs, report_jobs
from backend.programme_jobs import build_programme_report, report_of
from backend.report_jobs import Wish
from lifecycle.jobs import ask, cancel
from lifecycle.jobs.working import work
from lifecycle.models import JobRun, Project
from lifecycle.parties.models import Membership, Organisation, Person
from reports import issuing
from reports.collect import many
from reports.models import Issue
from tests.builders import make_cluster, make_project, moved
from tests.jobs import at
from tests.people import people_around
from tests.reports import plain_sql
from tests.reports.quick import quick_render
from tests.reports.test_exports import READ, missing, wan

pytestmark = pytest.mark.django_db

NOW = at("2026-11-21 09:00")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> None:
    monkeypatch.setattr(issuing, "render", quick_render)
    monkeypatch.setattr(report_jobs, "render", quick_render)


def asked(person: Person | None, about: Organisation | None, kind: str, **wish: Any) -> JobRun:
    assert about is not None
    wanted = Wish(
        **{
            "kind": kind,
            "form": "pdf",
            "is_issued": False,
            "on": "2026-11-21",
            "address": "10.0.0.1",
            "language": "zh-hans",
            **wish,
        }
    )
    return ask(build_programme_report, now=NOW, by=person, organisation=about.pk, **asdict(wanted))


def done(run: JobRun) -> JobRun:
    work(run.pk, worker="test", clock=lambda: NOW)
    run.refresh_from_db()
    return run


@pytest.mark.usefixtures("own_files")
@pytest.mark.parametrize("form", list(READ))
def test_the_figures_in_the_file_are_those_of_the_ledger(form: str) -> None:
    cluster = make_cluster()
    for number in ("BA1", "BA2"):
        project = make_project(number=number, cluster=cluster)
        moved(project, "拨付单位", "省拨款", "1234567.00", "2024-01-05")
        moved(project, "支出", "省拨款", "7654.32", "2024-02-01")
    person = people_around(project)["park"]

    run = done(asked(person, cluster.park, "park", form=form, which=str(cluster.batch_id)))

    assert run.state == "done", run.error
    rows = []
    for number in ("BA1", "BA2"):
        money = plain_sql.money(number, date(2026, 11, 21))
        spent = sum((source["spent"] for source in money.values()), Decimal(0))
        received = [wan(money[source]["received"]) for source in ("省拨款", "园区配套")]
        rows.append((number, wan(money["省拨款"]["committed"]), *received, wan(spent)))
    with default_storage.open(made_files.path_of(run.pk)) as file:
        assert missing(rows, READ[form](file.read())) == []


@pytest.mark.usefixtures("quick")
def test_a_draft_is_kept_with_its_facts() -> None:
    project = make_project()
    province = people_around(project)["province"]
    about = project.cluster.park.parent.parent  # type: ignore[union-attr]
    assert about is not None

    run = done(asked(province, about, "brief", form="xlsx"))

    assert run.result is not None
    assert run.result["name"] == f"{about.name}-项目月度合规简报-2026-11-21-草稿.xlsx"
    assert (run.result["number"], run.result["is_new"]) == ("", False)
    assert (run.result["kind"], run.result["organisation"]) == ("brief", about.pk)
    assert report_of(run, about).subject == f"{about.pk:04}-202611"


@pytest.mark.usefixtures("quick")
def test_an_issued_one_bears_its_number_and_the_role_of_who_issued_it() -> None:
    project = make_project()
    park = project.cluster.park
    person = people_around(project)["park"]
    which = str(project.cluster.batch_id)

    run, again = (done(asked(person, park, "park", which=which, is_issued=True)) for _each in range(2))

    kept = Issue.objects.get()
    assert run.result is not None and again.result is not None
    assert (run.result["number"], run.result["is_new"]) == (kept.number, True)
    assert (again.result["number"], again.result["is_new"]) == (kept.number, False)
    assert kept.issuer_id == person.pk  # type: ignore[union-attr]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("who", "kind", "is_issued"),
    [
        ("city", "park", True),
        ("auditor", "brief", True),
        ("city", "brief", False),
        ("other park", "park", False),
        ("unit", "park", False),
    ],
)
def test_whoever_may_not_by_the_time_gets_nothing(who: str, kind: str, is_issued: bool) -> None:
    project = make_project()
    about: Any = project.cluster.park if kind == "park" else project.cluster.park.parent.parent  # type: ignore[union-attr]
    person = people_around(project)[who]

    run = done(asked(person, about, kind, which=str(project.cluster.batch_id), is_issued=is_issued))

    assert run.state == "failed"
    assert "Forbidden" in run.error
    assert not Issue.objects.exists()
    assert not default_storage.exists(made_files.path_of(run.pk))


@pytest.mark.usefixtures("quick")
def test_a_right_that_was_taken_away_meanwhile_is_gone() -> None:
    project = make_project()
    person = people_around(project)["park"]
    run = asked(person, project.cluster.park, "park", which=str(project.cluster.batch_id))
    Membership.objects.filter(person=person).delete()

    assert done(run).state == "failed"
    assert not default_storage.exists(made_files.path_of(run.pk))


@pytest.mark.usefixtures("quick")
def test_a_batch_that_is_no_more_makes_it_fail_with_the_reason() -> None:
    project = make_project()
    person = people_around(project)["park"]

    run = done(asked(person, project.cluster.park, "park", which="999999"))

    assert run.state == "failed"
    assert "该高新区在这一批次没有项目" in run.error


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["park", "due", "brief"])
def test_it_says_how_far_it_is_and_stops_when_told_to(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "CHUNK", 2)
    cluster = make_cluster()
    for _each in range(5):
        project = make_project(cluster=cluster)
    about: Any = cluster.park if kind == "park" else cluster.park.parent.parent  # type: ignore[union-attr]
    person = people_around(project)["province"]
    told: list[tuple[int, int]] = []

    def stopping(run: JobRun, after: int) -> Callable[..., Any]:
        def build(*args: Any, progress: Any, **wish: Any) -> Any:
            def hear(done: int, total: int) -> None:
                told.append((done, total))
                if len(told) > after:
                    cancel(run.pk, now=NOW)
                progress(done, total)

            return real(*args, progress=hear, **wish)

        return build

    real = programme_jobs.build_programme
    # Of a past day, so that nothing is kept of it.
    wish = {"which": str(cluster.batch_id), "on": "2026-09-30"}
    run = asked(person, about, kind, **wish)
    monkeypatch.setattr(programme_jobs, "build_programme", stopping(run, 99))
    assert done(run).state == "done", run.error
    total = 10 if kind == "brief" else 5
    assert {each for _done, each in told} == {total}
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    assert len(told) >= 3
    told.clear()
    run = asked(person, about, kind, **wish)
    monkeypatch.setattr(programme_jobs, "build_programme", stopping(run, 0))

    assert done(run).state == "cancelled"
    assert len(told) == 1
    assert not default_storage.exists(made_files.path_of(run.pk))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["park", "due", "brief"])
def test_statements_do_not_grow_with_the_projects(kind: str) -> None:
    cluster = make_cluster()
    project = make_project(cluster=cluster)
    about: Any = cluster.park if kind == "park" else cluster.park.parent.parent  # type: ignore[union-attr]
    person = people_around(project)["province"]

    def asks() -> int:
        for _each in range(2):
            run = asked(person, about, kind, which=str(cluster.batch_id))
            with CaptureQueriesContext(connection) as queries:
                assert done(run).state == "done", run.error
        return len(queries)

    few = asks()
    for _each in range(5):
        make_project(cluster=cluster)

    assert asks() == few <= 60
    assert Project.objects.count() == 6
