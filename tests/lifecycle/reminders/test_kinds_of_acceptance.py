"""The end of the term, the application for acceptance, whose turn the acceptance is, and links of experts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lifecycle.acceptance.links import withdraw_link
from lifecycle.acceptance.review import city_review
from lifecycle.models import Acceptance, DatedEvent, Panelist, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation
from tests.builders import day, make_batch, make_cluster, make_project, set_limit, walked
from tests.due import due
from tests.lifecycle.acceptance.builders import (
    NOW,
    TODAY,
    agreed,
    applied,
    judged,
    linked,
    paneled,
    submitted,
)
from tests.lifecycle.changes.builders import agreed as change_agreed
from tests.lifecycle.changes.builders import came_in, handed_in
from tests.lifecycle.reminders.test_kinds_of_contract import above, granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.mark.parametrize(("on", "count"), [("2025-12-01", 1), ("2026-02-28", 1), ("2026-03-01", 0)])
def test_the_end_of_the_term_is_told_to_the_unit_and_passes(project: Project, on: str, count: int) -> None:
    rows = due(project, "term_end", on)

    assert [(row.responsible, row.due_on) for row in rows] == [(project.unit_id, day("2026-02-28"))] * count


def extended(project: Project, asked: str, decided: str, months: str) -> None:
    DatedEvent.objects.create(
        project=project,
        kind="延期",
        happened_on=day(asked),
        decided_on=day(decided),
        result="批准",
        value=months,
    )


@pytest.mark.parametrize(("on", "end"), [("2025-10-31", "2026-02-28"), ("2025-11-01", "2026-08-31")])
def test_an_extension_counts_from_its_approval(on: str, end: str) -> None:
    project = make_project(milestones=False, end_on=day("2026-08-31"))
    extended(project, "2025-09-01", "2025-11-01", "6")

    assert [row.due_on for row in due(project, "term_end", on, "2026-12-31")] == [day(end)]


def test_the_application_is_the_parks_within_three_months_of_the_end(project: Project) -> None:
    [row] = due(project, "acceptance_application", "2026-03-01")

    assert (row.responsible, row.waits_for) == (project.cluster.park_id, None)
    assert row.due_on == day("2026-05-28")
    assert row.figures == {"end": "2026-02-28", "overdue_after": "2026-08-28"}
    assert due(project, "acceptance_application", "2026-03-01", "2026-05-27") == []
    assert len(due(project, "acceptance_application", "2027-03-01")) == 1


def test_the_months_of_the_application_are_those_in_force_on_the_day() -> None:
    batch = make_batch(acceptance_months="3")
    set_limit(batch, "acceptance_months", "1", applies_from="2026-04-01")
    project = make_project(cluster=make_cluster(batch=batch), milestones=False)

    assert [row.due_on for row in due(project, "acceptance_application", "2026-03-31")] == [day("2026-05-28")]
    assert [row.due_on for row in due(project, "acceptance_application", "2026-04-01")] == [day("2026-03-28")]


def test_once_filed_neither_the_end_nor_an_application_is_waited_for(project: Project) -> None:
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day("2026-02-01"))

    assert (
        due(project, "acceptance_application", "2026-02-01") == due(project, "term_end", "2026-02-01") == []
    )
    assert len(due(project, "acceptance_application", "2026-01-31")) == 1


def test_an_application_waits_while_an_extension_is_under_review() -> None:
    project = came_in()
    around = above(project)
    change = handed_in(project, "term", {"months": 6}, on="2025-11-01")
    assert [row.waits_for for row in due(project, "acceptance_application", "2026-01-15")] == [around["park"]]
    assert [row.waits_for for row in due(project, "acceptance_application", "2025-10-31", "2026-12-31")] == [
        None
    ]

    change = change_agreed(change, on="2025-11-10", until="at_province")
    assert [row.waits_for for row in due(project, "acceptance_application", "2026-01-15")] == [
        around["province"]
    ]
    change_agreed(change, on="2026-01-20")
    [row] = due(project, "acceptance_application", "2026-07-15")
    assert (row.waits_for, row.due_on) == (None, day("2026-11-30"))


def test_an_exception_lets_the_application_wait(project: Project) -> None:
    granted(project, "2026-06-30", "LC-07", on="2026-05-01")

    assert due(project, "acceptance_application", "2026-06-30") == []
    assert len(due(project, "acceptance_application", "2026-07-01")) == 1
    assert len(due(project, "acceptance_application", "2026-04-30")) == 1


@pytest.mark.parametrize(
    ("state", "count"),
    [("funding", 1), ("suspended", 1), ("acceptance", 0), ("closed", 0), ("terminated", 0), ("revoked", 0)],
)
def test_who_cannot_apply_any_more_is_not_asked_to(state: str, count: int) -> None:
    project = make_project(milestones=False, state=state)

    assert len(due(project, "acceptance_application", "2026-03-01")) == count
    assert len(due(project, "term_end", "2026-02-01")) == count


def turn(project: Project, on: str) -> tuple[int, int, str, str]:
    [row] = due(project, "acceptance_review", on, "2027-12-31")
    return row.subject, row.responsible, row.due_on.isoformat(), row.figures["task"]


def test_an_acceptance_is_the_citys_then_the_provinces_then_the_organisers_then_the_provinces() -> None:
    project = applied("2026-04-01")
    around = above(project)
    assert turn(project, "2026-04-01") == (1, around["city"], "2026-04-16", "出具设区市审核意见")
    assert due(project, "acceptance_review", "2026-03-31") == []

    city_review(project=project, opinion="同意", on=day("2026-04-10"), actor=OPERATOR_ACTOR, today=TODAY)
    assert turn(project, "2026-04-10") == (1, around["province"], "2026-04-25", "审核申请并确定组织单位")
    agreed(project, by="city", on="2026-05-01")
    assert turn(project, "2026-05-01") == (1, around["city"], "2026-05-31", "组织评审并登记验收结论")


def test_after_the_verdict_the_province_publishes_and_closes() -> None:
    project = judged().project
    assert turn(project, "2026-06-01") == (1, above(project)["province"], "2026-07-01", "公示结论并办理结题")

    Acceptance.objects.filter(project=project).update(
        published_from=day("2026-06-10"), published_until=day("2026-06-20")
    )
    assert turn(project, "2026-06-20")[2] == "2026-07-20"
    walked(project, "closed")
    assert due(project, "acceptance_review", "2026-06-20") == []


def test_where_no_city_is_the_province_is_next() -> None:
    project = applied("2026-04-01")
    around = above(project)
    Organisation.objects.filter(pk=around["park"]).update(parent=around["province"])

    assert turn(project, "2026-04-01") == (1, around["province"], "2026-04-16", "审核申请并确定组织单位")


def test_after_a_return_nothing_waits_until_the_second_application() -> None:
    acceptance = agreed()
    project = acceptance.project
    Acceptance.objects.filter(pk=acceptance.pk).update(state="returned")
    walked(project, "implementing")
    assert due(project, "acceptance_review", "2026-06-01") == []

    Acceptance.objects.create(project=project, round=2, applied_on=day("2026-08-01"))
    walked(project, "acceptance")
    assert turn(project, "2026-08-01")[:1] == (2,)


def links(project: Project, on: str = "2026-11-21") -> list[tuple[str, int, int]]:
    return [
        (row.due_on.isoformat(), row.responsible, row.figures["count"])
        for row in due(project, "expert_link", on)
    ]


def test_links_that_experts_have_not_used_end_with_the_earliest() -> None:
    acceptance = agreed(by="city")
    project = acceptance.project
    organiser = above(project)["city"]
    first, second, third = paneled(acceptance)
    assert links(project) == []

    linked(first, days=10)
    linked(second, days=5)
    submitted(third)
    assert links(project) == [("2026-11-26", organiser, 2)]
    assert due(project, "expert_link", "2026-11-21", "2026-11-25") == []
    # A link that ended unused is still to be replaced.
    assert links(project, "2026-12-20") == [("2026-11-26", organiser, 2)]
    withdraw_link(panelist=second, actor=OPERATOR_ACTOR, today=TODAY)
    assert links(project) == [("2026-12-01", organiser, 1)]
    submitted(first)
    assert links(project) == []


def test_a_link_that_ends_at_midnight_ends_on_the_day_before() -> None:
    expert = paneled()[0]
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    linked(expert, days=(midnight - NOW) / timedelta(days=1))
    project = expert.acceptance.project
    assert [ends for ends, _who, _count in links(project)] == ["2026-11-30"]

    Panelist.objects.filter(pk=expert.pk).update(expires_at=midnight + timedelta(microseconds=1))
    assert [ends for ends, _who, _count in links(project)] == ["2026-12-01"]
