"""Rounds and planners side by side on real connections, and rounds that die."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from lifecycle.models import Delivery, Matter, Message, Milestone, PlanMark, Project
from lifecycle.reminders import sending
from lifecycle.reminders.planning import plan
from lifecycle.reminders.sending import Round, send_round
from tests.builders import day, make_cluster, make_project
from tests.lifecycle.reminders.planting import clock, make_work, staffed, two_kinds

__all__ = ["two_kinds"]
pytestmark = pytest.mark.usefixtures("committed_db", "two_kinds")

DUE = "2025-06-20"
NOW = clock("2025-06-13")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts on a connection each, started together; what each gave, in order."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            barrier.wait()
            answers[index] = acts[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.fixture
def works() -> list[Milestone]:
    """Ten, each of a project of its own in one cluster, with people."""
    cluster = make_cluster()
    projects = [make_project(cluster=cluster, milestones=False) for _ in range(10)]
    for project in projects:
        staffed(project)
    return [make_work(DUE, project) for project in projects]


def test_of_two_rounds_at_once_each_message_goes_out_once(works):
    first, second = at_once(lambda: send_round(now=NOW), lambda: send_round(now=NOW))

    assert isinstance(first, Round) and isinstance(second, Round)
    assert first.sent + second.sent == 10
    assert Message.objects.filter(state="sent").count() == 10
    assert Delivery.objects.filter(way="bell").count() == 10


def test_of_planners_at_once_one_plans_a_project(works):
    planners = [lambda: plan(Project.objects.all(), on=day("2025-06-13"), now=NOW)] * 4

    counts = at_once(*planners)

    assert sum(counts) == 10  # type: ignore[arg-type]
    assert Matter.objects.count() == 10
    assert Message.objects.count() == 100


def test_a_round_that_dies_before_its_commit_sent_nothing(works):
    class Killed(BaseException):
        pass

    with pytest.raises(Killed), transaction.atomic():
        assert send_round(now=NOW).sent == 10
        raise Killed
    assert not Message.objects.filter(state="sent").exists()
    assert not Delivery.objects.exists()

    assert send_round(now=NOW).sent == 10
    assert Delivery.objects.filter(way="bell").count() == 10


def test_a_round_that_dies_after_its_claim_is_not_sent_again(works, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_left", lambda **_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_round(now=NOW)
    assert Message.objects.filter(state="sent").count() == 10

    assert send_round(now=NOW).sent == 0


def test_a_page_does_not_stand_behind_another_planner(works):
    """While another transaction plans a project, a page leaves it to that one and plans the rest."""
    plan(Project.objects.all(), on=day("2025-06-12"), now=NOW)
    held = works[0].project_id
    ready, over = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                PlanMark.objects.select_for_update().get(project=held)
                ready.set()
                over.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert ready.wait(30)
    try:
        assert plan(Project.objects.all(), on=day("2025-06-13"), now=NOW, waits=False) == 9
    finally:
        over.set()
        other.join(30)
    assert plan(Project.objects.all(), on=day("2025-06-13"), now=NOW) == 1


def test_what_another_holds_is_left_to_it(works):
    plan(Project.objects.all(), on=day("2025-06-13"), now=NOW)
    ready, over = threading.Event(), threading.Event()
    held = Message.objects.filter(step=-7).earliest("pk").pk

    def hold() -> None:
        try:
            with transaction.atomic():
                Message.objects.select_for_update().get(pk=held)
                ready.set()
                over.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert ready.wait(30)
    try:
        assert send_round(now=NOW).sent == 9
    finally:
        over.set()
        other.join(30)
    assert send_round(now=NOW).sent == 1
