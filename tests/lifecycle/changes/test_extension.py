"""An extension: how far it moves the end, what it must keep to, and that past days are judged as before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from lifecycle.changes import ExtensionIrregular, edit, hand_in
from lifecycle.changes.extension import can_be_taken_off
from lifecycle.errors import Invalid
from lifecycle.models import ChangeRequest, DatedEvent, Document, Exemption, Milestone, Project, Tranche
from lifecycle.rules.answers import Answer
from lifecycle.rules.calendar import add_months, end_of_term
from reports.judging import answers_of
from tests.builders import day, make_batch, make_cluster
from tests.lifecycle.changes.builders import (
    TODAY,
    UNIT,
    agreed,
    approved,
    at_work,
    came_in,
    fresh,
    handed_in,
)

pytestmark = pytest.mark.django_db


def answers(project: Project, on: str | date) -> dict[str, Answer]:
    as_of = day(on) if isinstance(on, str) else on
    return {answer.code: answer for answer in answers_of([project.pk], on=as_of)[project.pk]}


def exempted(project: Project, *, until: str | None = None) -> None:
    paper = Document.objects.create(
        project=project,
        category="exemption",
        title="批复",
        file_name="a.pdf",
        stored_as="x",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
    Exemption.objects.create(
        project=project,
        rule="LC-09",
        reason="不可抗力",
        state="granted",
        asked_on=day("2023-01-01"),
        asked_by="单位",
        granted_on=day("2023-02-01"),
        until=until and day(until),
        granted_by="省科技厅",
        document=paper,
    )


@pytest.fixture(params=["signed here", "came in"])
def project(request: Any) -> Project:
    return at_work() if request.param == "signed here" else came_in()


def test_an_approved_extension_moves_the_end_and_is_dated(project: Project):
    change = approved(project, "term", {"months": 6})

    assert fresh(project).end_on == date(2026, 8, 31)
    event = DatedEvent.objects.get(kind="延期")
    assert (event.happened_on, event.decided_on, event.value, event.result) == (
        change.asked_on,
        change.decided_on,
        6,
        "批准",
    )
    connection.check_constraints()


def test_the_rules_pass_afterwards_and_say_of_former_days_what_they_said(project: Project):
    days = [day("2024-03-31") - timedelta(days=back) for back in (0, 1, 29, 200)]
    before = {each: answers(project, each) for each in days}

    approved(project, "term", {"months": 12})

    for on in ("2024-04-01", "2026-11-21"):
        after = answers(project, on)
        assert (after["LC-01"].status, after["LC-09"].status) == ("pass", "pass")
    assert {each: answers(project, each) for each in days} == before


SHORT = (2, 8)
"""Terms of 42 months that begin in these months begin or end in February, the shortest."""


@pytest.mark.parametrize(
    ("month", "behind"),
    [
        pytest.param(month, behind, marks=[] if behind == 1 or month in SHORT else pytest.mark.long)
        for month in range(1, 13)
        for behind in (1, 2, 3, 4)
    ],
)
def test_wherever_a_term_ends_its_extension_keeps_past_days_or_is_refused(month: int, behind: int):
    """Terms that begin on one of the last days of a month: other months lack that day."""
    began = add_months(day("2022-01-01"), month) - timedelta(days=behind)
    project = came_in(start_on=began, end_on=end_of_term(began, 42), contract_signed_on=day("2023-01-10"))
    before = answers(project, "2024-03-31")["LC-01"]
    assert before.status == "pass"
    months = next(months for months in (1, 6, 12) if can_be_taken_off(project, months))

    approved(project, "term", {"months": months})

    assert answers(project, "2024-03-31")["LC-01"] == before
    assert answers(project, "2024-04-01")["LC-01"].status == "pass"


def test_a_month_too_short_for_the_end_is_refused():
    project = came_in(start_on=day("2022-07-31"), end_on=day("2026-01-30"))

    with pytest.raises(Invalid) as refusal:
        handed_in(project, "term", {"months": 1})
    assert set(refusal.value.details) == {"months"}
    approved(project, "term", {"months": 2})
    assert fresh(project).end_on == date(2026, 3, 30)


def test_tails_after_the_end_move_along_and_nothing_else_does(project: Project):
    milestones = list(Milestone.objects.order_by("pk").values_list("planned_on", flat=True))

    approved(project, "term", {"months": 6})

    plan = set(Tranche.objects.values_list("number", "is_tail", "planned_on"))
    assert plan == {
        (1, False, date(2022, 10, 31)),
        (2, False, date(2024, 6, 30)),
        (3, True, date(2027, 2, 28)),
    }
    assert list(Milestone.objects.order_by("pk").values_list("planned_on", flat=True)) == milestones


@pytest.mark.parametrize(
    ("decided_on", "planned_on"), [("2026-08-31", "2027-02-28"), ("2026-09-01", "2026-08-31")]
)
def test_a_tail_that_is_due_by_then_stays_so_that_it_was_late(decided_on: str, planned_on: str):
    project = at_work()

    approved(project, "term", {"months": 6}, on=decided_on)

    assert set(Tranche.objects.filter(is_tail=True).values_list("planned_on", flat=True)) == {day(planned_on)}


@pytest.mark.parametrize(("on", "allowed"), [("2025-11-30", True), ("2025-12-01", False)])
def test_it_is_asked_for_three_months_before_the_end(project: Project, on: str, allowed: bool):
    if allowed:
        assert handed_in(project, "term", {"months": 6}, on=on).state == "at_park"
        return
    with pytest.raises(ExtensionIrregular) as refusal:
        handed_in(project, "term", {"months": 6}, on=on)
    assert refusal.value.details["rule"] == "LC-09"
    assert not DatedEvent.objects.exists()


@pytest.mark.parametrize(("months", "allowed"), [(12, True), (13, False)])
def test_it_is_no_longer_than_a_year(project: Project, months: int, allowed: bool):
    if allowed:
        handed_in(project, "term", {"months": months})
        return
    with pytest.raises(ExtensionIrregular):
        handed_in(project, "term", {"months": months})


def test_the_batch_says_how_long_and_how_early():
    cluster = make_cluster(batch=make_batch(extension_months="6", extension_notice_months="1"))
    project = came_in(cluster=cluster)

    with pytest.raises(ExtensionIrregular):
        handed_in(project, "term", {"months": 7}, on="2026-01-28")
    change = hand_in_again(project, 6, on="2026-01-28")
    assert change.state == "at_park"


def hand_in_again(project: Project, months: int, *, on: str) -> ChangeRequest:
    change = project.changes.get()
    edit(change=change, reason="另", wanted={"months": months}, actor=UNIT, on=day(on), today=TODAY)
    return hand_in(change=change, actor=UNIT, on=day(on), today=TODAY)


def test_there_is_one_extension(project: Project):
    approved(project, "term", {"months": 3})

    with pytest.raises(ExtensionIrregular):
        handed_in(project, "term", {"months": 3}, on="2024-05-01")


def test_one_that_was_not_approved_does_not_count():
    project = came_in()
    DatedEvent.objects.create(
        project=project, kind="延期", happened_on=day("2023-05-01"), result="不批准", value=6
    )

    assert approved(project, "term", {"months": 6}).state == "approved"


def test_a_day_on_which_an_extension_is_recorded_already_is_refused():
    project = came_in()
    DatedEvent.objects.create(
        project=project, kind="延期", happened_on=day("2024-03-01"), result="不批准", value=6
    )

    with pytest.raises(ExtensionIrregular):
        handed_in(project, "term", {"months": 6})


class TestWithAnException:
    def test_a_late_or_second_extension_is_allowed(self, project: Project):
        exempted(project)
        approved(project, "term", {"months": 12})
        change = agreed(handed_in(project, "term", {"months": 13}, on="2024-06-01"), on="2024-06-02")

        assert change.state == "approved"
        assert fresh(project).end_on == date(2028, 3, 31)
        after = answers(project, "2024-06-02")
        assert (after["LC-01"].status, after["LC-09"].status) == ("pass", "waived")

    @pytest.mark.parametrize(("until", "allowed"), [("2024-04-01", True), ("2024-03-31", False)])
    def test_it_must_hold_on_the_day_of_the_approval(self, until: str, allowed: bool):
        project = at_work()
        exempted(project, until=until)
        change = handed_in(project, "term", {"months": 13})

        if allowed:
            assert agreed(change).state == "approved"
            return
        with pytest.raises(ExtensionIrregular):
            agreed(change)
        assert fresh(project).end_on == date(2026, 2, 28)
        assert not DatedEvent.objects.exists()
