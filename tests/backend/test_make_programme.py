"""The made-up programme: whole, checked like real money, the same for a seed, and never in anybody's way."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from backend.synthetic import ENTRIES, MILESTONES, AlreadyMade, make_programme, prefix
from finance.models import Entry, Journal
from finance.verify import verify
from lifecycle.models import Milestone, Project
from lifecycle.parties.models import Organisation
from tests.builders import make_project

pytestmark = pytest.mark.django_db


def heads() -> list[tuple[str, int, str]]:
    return list(
        Journal.objects.filter(project__number__startswith="SYN-")
        .order_by("project__number")
        .values_list("project__number", "sequence", "head_hash")
    )


def heads_of_a_run(projects: int, seed: int) -> list[tuple[str, int, str]]:
    """What a run writes, taken back afterwards."""
    with transaction.atomic():
        make_programme(projects=projects, seed=seed)
        found = heads()
        transaction.set_rollback(True)
    return found


def test_each_project_has_its_entries_milestones_and_a_whole_journal() -> None:
    made = make_programme(projects=5, seed=1)

    assert (made.projects, made.entries, made.milestones) == (5, 5 * ENTRIES, 5 * MILESTONES)
    assert Entry.objects.count() == 5 * 130
    assert Milestone.objects.count() == 5 * 100
    assert [sequence for _, sequence, _ in heads()] == [130] * 5
    assert verify().ok


def test_a_seed_gives_the_same_programme_whatever_else_was_drawn() -> None:
    first = heads_of_a_run(3, 7)
    random.seed(1)

    assert heads_of_a_run(3, 7) == first
    assert heads_of_a_run(3, 8) != first


def test_project_number_n_is_the_same_however_many_are_made() -> None:
    assert heads_of_a_run(4, 7)[:2] == heads_of_a_run(2, 7)


def test_it_stands_beside_other_data_and_other_seeds() -> None:
    other = make_project()
    make_programme(projects=2, seed=1)
    make_programme(projects=3, seed=2)

    assert Project.objects.count() == 6
    assert Project.objects.filter(number__startswith=prefix(2)).count() == 3
    assert not Entry.objects.filter(project=other).exists()


def test_a_seed_that_is_there_is_refused_and_nothing_written() -> None:
    make_programme(projects=2, seed=1)
    before = Project.objects.count(), Organisation.objects.count(), Entry.objects.count()

    with pytest.raises(AlreadyMade):
        make_programme(projects=9, seed=1)

    assert (Project.objects.count(), Organisation.objects.count(), Entry.objects.count()) == before


def test_progress_is_told_and_ends_with_all() -> None:
    told: list[int] = []

    make_programme(projects=3, seed=1, progress=told.append)

    assert told[-1] == 3


def test_the_command_says_what_it_made_and_refuses_a_second_time() -> None:
    out = StringIO()
    call_command("make_programme", projects=2, seed=4, stdout=out, stderr=StringIO())

    assert "SYN-4-" in out.getvalue()
    assert "260" in out.getvalue()
    with pytest.raises(CommandError, match="4"):
        call_command("make_programme", projects=2, seed=4, stdout=out, stderr=StringIO())


@pytest.mark.parametrize(("projects", "seed"), [(0, 1), (1_000_000, 1), (1, -1)])
def test_the_command_refuses_numbers_out_of_range(projects: int, seed: int) -> None:
    with pytest.raises(CommandError):
        call_command("make_programme", projects=projects, seed=seed, stdout=StringIO(), stderr=StringIO())

    assert not Project.objects.exists()
