"""Papers that stand in two places: named to those who see both, counted for the others."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.models import Document, Project
from lifecycle.parties.models import Role
from lifecycle.parties.sight import OPERATOR, Sight, sight_of
from lifecycle.used_twice import Others, duplicates_of, papers_used_twice
from tests.builders import make_milestone, make_project
from tests.papers import make_document, pdf
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]

CONTENT = pdf("the same")


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def sight(project: Project) -> Sight:
    """What the project's park sees."""
    return sight_of(make_person((Role.PARK, project.cluster.park)))


def test_the_same_bytes_elsewhere_are_named_in_sight_and_counted_beyond(
    project: Project, sight: Sight
) -> None:
    own = make_document(project, content=CONTENT)
    neighbour = make_document(make_project(cluster=project.cluster), content=CONTENT)
    stranger = make_document(make_project(milestones=False), content=CONTENT)
    make_document(project)

    found = duplicates_of(own, sight)

    assert found.content == Others([neighbour], 1)
    assert not found.number
    assert duplicates_of(own, OPERATOR).content == Others([neighbour, stranger], 0)
    assert duplicates_of(stranger, sight_of(make_person((Role.UNIT, stranger.project.unit)))).content == (
        Others([], 2)
    )


def test_the_same_bytes_in_the_same_project_are_named(project: Project, sight: Sight) -> None:
    milestones = [make_milestone(project, f"202{year}-12-31") for year in (3, 4)]
    first, second = (
        make_document(project, content=CONTENT, subject="milestone", subject_id=milestone.pk)
        for milestone in milestones
    )

    assert duplicates_of(first, sight).content.named == [second]
    assert [twice.document for twice in papers_used_twice(project, sight)] == [first, second]


@pytest.mark.parametrize("category", ["certificate", "audit", "technical_report"])
def test_a_number_stands_once_within_its_kind(project: Project, sight: Sight, category: str) -> None:
    own = make_document(project, category=category, number="ZL 2026-1")
    neighbour = make_document(
        make_project(cluster=project.cluster), category=category, number=" ＺＬ  2026-1"
    )
    make_document(make_project(milestones=False), category=category, number="ZL 2026-1")
    for other in ({"category": "contract"}, {"category": category, "number": "ZL 2026-2"}):
        make_document(make_project(cluster=project.cluster), **{"number": "ZL 2026-1", **other})

    found = duplicates_of(own, sight)

    assert found.number == Others([neighbour], 1)
    assert not found.content


@pytest.mark.parametrize("facts", [{"category": "other", "number": "1"}, {"category": "audit", "number": ""}])
def test_other_numbers_and_none_say_nothing(project: Project, sight: Sight, facts: dict[str, Any]) -> None:
    own = make_document(project, **facts)
    make_document(make_project(cluster=project.cluster), **facts)

    assert not duplicates_of(own, sight)
    assert papers_used_twice(project, sight) == []


def test_versions_of_one_paper_are_no_second_use(project: Project, sight: Sight) -> None:
    about: dict[str, Any] = {"category": "audit", "number": "审 1"}
    first = make_document(project, content=CONTENT, **about)
    second = make_document(project, replaces=first.pk, **about)
    third = make_document(project, content=CONTENT, replaces=second.pk, **about)

    for version in (first, second, third):
        assert not duplicates_of(version, sight)
    other = make_document(project, **about)
    assert duplicates_of(third, sight).number.named == [other]
    assert not duplicates_of(first, sight)
    assert duplicates_of(other, sight).number.named == [third]


def test_any_number_of_papers_costs_the_same(
    project: Project, sight: Sight, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        make_document(make_project(cluster=project.cluster), content=CONTENT, category="audit", number="1")
        make_document(project, category="audit", number="1")
    own = Document.objects.filter(project=project).earliest("pk")

    with django_assert_num_queries(4):
        assert len(duplicates_of(own, sight).number.named) == 7
    with django_assert_num_queries(5):
        assert len(papers_used_twice(project, sight)) == 4
    with django_assert_num_queries(1):
        assert papers_used_twice(Project(pk=0), sight) == []
