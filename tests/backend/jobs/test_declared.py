"""What the jobs of the packages do, on a few projects."""

from __future__ import annotations

import pytest

from finance.tasks import verify_ledgers
from lifecycle.jobs import ask
from lifecycle.models import JobRun
from reports.models import Judgement
from reports.tasks import refresh_kept
from tests.builders import make_project, moved
from tests.finance.test_verify import tamper
from tests.jobs import Watch, done


@pytest.fixture
def watch() -> Watch:
    return Watch("2026-03-03 00:10")


@pytest.mark.django_db
def test_the_night_judges_every_project_for_the_day_that_begins(watch: Watch) -> None:
    for _ in range(3):
        make_project()

    run = done(ask(refresh_kept, now=watch()), watch)
    again = done(ask(refresh_kept, now=watch()), watch)

    assert run.result == {"refreshed": 3}
    assert (run.done, run.total) == (3, 3)
    assert again.result == {"refreshed": 0}
    assert {str(each.on) for each in Judgement.objects.all()} == {"2026-03-03"}


@pytest.mark.django_db
def test_the_night_checks_every_ledger(watch: Watch) -> None:
    project = make_project()
    moved(project, "到账园区", "省拨款", "100.00", "2022-09-01")

    run = done(ask(verify_ledgers, now=watch()), watch)

    assert run.result == {"ok": True, "projects": 1, "entries": 1, "guardians": [], "bad": 0, "faults": []}


@pytest.mark.usefixtures("committed_db")
def test_a_ledger_that_was_altered_is_named(watch: Watch) -> None:
    project = make_project()
    moved(project, "到账园区", "省拨款", "100.00", "2022-09-01")
    tamper("UPDATE finance_account SET balance = balance + 1 WHERE balance > 0")

    result = done(ask(verify_ledgers, now=watch()), watch).result

    assert not result["ok"]
    assert result["bad"] == 1
    assert result["faults"] == [{"project": project.number, "sequence": None, "code": "balance"}]
    assert JobRun.objects.get().state == "done"
