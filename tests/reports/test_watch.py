"""Lists, filters and counts over many projects, today from what is kept and on other days judged anew."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.utils import translation

from lifecycle.models import Cluster, Project
from lifecycle.parties.models import Membership, Person, Role
from lifecycle.parties.sight import OPERATOR, sight_of
from lifecycle.rules.answers import Status
from reports.watch import (
    RULE_OF,
    RULES,
    AnswerList,
    ListedAnswer,
    answer_json,
    answers_of,
    filter_projects,
    refresh,
    summary,
)
from tests.builders import day, make_batch, make_cluster, make_milestone, make_park, make_project, yuan

pytestmark = pytest.mark.django_db

TODAY = day("2026-01-15")
ANOTHER_DAY = TODAY - timedelta(days=3)


@pytest.fixture
def cluster() -> Cluster:
    """A cluster of three projects: 甲 breaches FIN-01 and FIN-03, 乙 warns LC-03, 丙 passes what it can."""
    cluster = make_cluster()
    make_project(cluster=cluster, number="甲", park_matching=yuan("1.00"), total_investment=yuan("1.00"))
    make_milestone(make_project(cluster=cluster, number="乙"), "2026-01-10")
    make_project(cluster=cluster, number="丙")
    return cluster


def numbers(projects: Any) -> set[str]:
    return {project.number for project in projects}


def listed(rows: Any) -> list[tuple[str, str, str, str]]:
    return [(row.project.number, row.answer.code, row.answer.status, row.answer.message) for row in rows]


def answers(on: date, **wanted: Any) -> AnswerList:
    return AnswerList(Project.objects.all(), on=on, today=TODAY, **wanted)


@pytest.mark.usefixtures("cluster")
def test_projects_are_filtered_by_rule_and_status() -> None:
    everyone = Project.objects.all()

    assert numbers(filter_projects(everyone, today=TODAY)) == {"甲", "乙", "丙"}
    assert numbers(filter_projects(everyone, today=TODAY, rule="FIN-01")) == {"甲"}
    assert numbers(filter_projects(everyone, today=TODAY, rule="FIN-01", status="pass")) == {"乙", "丙"}
    assert numbers(filter_projects(everyone, today=TODAY, rule="LC-03", status="warn")) == {"乙"}
    assert numbers(filter_projects(everyone, today=TODAY, rule="LC-03", status="breach")) == set()
    assert "甲" in numbers(filter_projects(everyone, today=TODAY, status="breach"))
    assert numbers(filter_projects(everyone.filter(number="乙"), today=TODAY, rule="FIN-01")) == set()


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "wanted",
    [{}, {"rule": "FIN-01"}, {"status": "breach"}, {"rule": "LC-03", "status": "warn"}, {"rule": "XX-99"}],
)
def test_a_list_holds_the_same_whether_kept_or_judged_anew(wanted: dict[str, str]) -> None:
    kept = AnswerList(Project.objects.all(), on=TODAY, today=TODAY, **wanted)
    anew = AnswerList(Project.objects.all(), on=TODAY, today=TODAY + timedelta(days=1), **wanted)

    assert listed(kept) == listed(anew)
    assert len(kept) == len(anew) == len(listed(anew))


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("on", [TODAY, ANOTHER_DAY])
def test_pages_put_together_are_the_whole_list(on: date) -> None:
    whole = listed(answers(on))
    paginator = Paginator(answers(on), 7)

    assert len(whole) == 3 * len(RULES)
    assert [row for page in paginator for row in listed(page)] == whole
    assert [row[1] for row in whole[: len(RULES)]] == list(RULE_OF)


@pytest.mark.usefixtures("cluster")
def test_a_list_of_one_rule_has_a_row_a_project() -> None:
    assert [(row[0], row[1]) for row in listed(answers(TODAY, rule="LC-03"))] == [
        (number, "LC-03") for number in Project.objects.order_by("number").values_list("number", flat=True)
    ]


@pytest.mark.usefixtures("cluster")
def test_a_list_can_be_indexed_like_any_sequence() -> None:
    every = answers(TODAY)

    assert isinstance(every[0], ListedAnswer)
    assert listed([every[-1]]) == listed(every)[-1:]
    with pytest.raises(IndexError):
        every[len(every)]
    with pytest.raises(ValueError, match="forward"):
        every[::2]


@pytest.mark.parametrize(
    ("on", "wanted", "queries"),
    [(TODAY, {}, 4), (TODAY, {"status": "pass"}, 3), (ANOTHER_DAY, {}, 17)],
)
def test_a_page_takes_the_same_queries_of_three_projects_and_of_thirty(
    django_assert_num_queries: Any, on: date, wanted: dict[str, str], queries: int
) -> None:
    cluster = make_cluster()
    for size in (3, 27):
        for _each in range(size):
            make_project(cluster=cluster)
        refresh(Project.objects.all(), on=TODAY)
        with django_assert_num_queries(queries):
            page = answers(on, **wanted)
            assert len(page) >= size
            assert all(str(row.project.cluster.park.parent) for row in page[0:50])


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("on", [TODAY, ANOTHER_DAY])
def test_counts_add_up_by_rule_park_and_batch(on: date) -> None:
    batch = make_batch()
    park = make_park("另一园区")
    make_project(cluster=make_cluster(batch=batch, park=park), site="本高新区外")
    judged = answers_of(Project.objects.all(), on=on)

    counts = summary(Project.objects.all(), on=on, today=TODAY)

    assert counts.projects == 4 == counts.worst.total()
    assert [rule.key for rule in counts.rules] == list(RULE_OF)
    for rule in counts.rules:
        assert rule.projects == 4
        for status in Status:
            expected = sum(
                answer.code == rule.key and answer.status == status
                for given in judged.values()
                for answer in given
            )
            assert rule.answers[status.value] == expected
    (of_park,) = (tally for tally in counts.parks if tally.name == "另一园区")
    (of_batch,) = (tally for tally in counts.batches if tally.key == batch.pk)
    assert of_park.projects == of_batch.projects == 1
    assert of_park.answers == of_batch.answers
    assert of_park.answers["waived"] == 2
    assert of_park.answers.total() == len(RULES)
    assert sum(tally.projects for tally in counts.parks) == 4
    assert counts.worst == sum((tally.worst for tally in counts.batches), start=type(counts.worst)())


@pytest.mark.usefixtures("cluster")
def test_kept_counts_are_those_judged_anew(django_assert_num_queries: Any) -> None:
    refresh(Project.objects.all(), on=TODAY)
    with django_assert_num_queries(5):
        kept = summary(Project.objects.all(), on=TODAY, today=TODAY)

    assert kept == summary(Project.objects.all(), on=TODAY, today=TODAY + timedelta(days=1))


def test_nobody_counts_or_lists_what_is_not_in_sight(cluster: Cluster) -> None:
    hidden = make_project(park_matching=yuan("1.00"))
    person = Person.objects.create_user("park")
    Membership.objects.create(person=person, organisation=cluster.park, role=Role.PARK)
    nobody = Person.objects.create_user("nobody")
    in_sight = Project.objects.visible_to(sight_of(person))
    nothing = Project.objects.visible_to(sight_of(nobody))

    assert summary(in_sight, on=TODAY, today=TODAY).projects == 3
    assert [tally.key for tally in summary(in_sight, on=TODAY, today=TODAY).parks] == [cluster.park_id]
    for on in (TODAY, ANOTHER_DAY):
        for wanted in ({}, {"status": "breach"}):
            shown = AnswerList(in_sight, on=on, today=TODAY, **wanted)
            assert hidden.number not in {row.project.number for row in shown}
            assert len(AnswerList(nothing, on=on, today=TODAY, **wanted)) == 0
    assert numbers(filter_projects(in_sight, today=TODAY, rule="FIN-01")) == {"甲"}
    assert list(filter_projects(nothing, today=TODAY, status="breach")) == []
    assert summary(nothing, on=TODAY, today=TODAY).projects == 0
    assert summary(nothing, on=ANOTHER_DAY, today=TODAY).parks == []
    assert summary(Project.objects.visible_to(OPERATOR), on=TODAY, today=TODAY).projects == 4


def test_an_answer_is_shown_with_its_title_basis_and_place_to_mend_it() -> None:
    project = make_project(park_matching=yuan("1.00"))
    (answer, *_rest) = answers_of([project], on=TODAY)[project.pk]

    with translation.override("zh-hans"):
        shown = answer_json(answer)

    assert shown["code"] == "FIN-01"
    assert shown["title"] == "合同配套比例"
    assert (shown["status"], shown["status_label"]) == ("breach", "违规")
    assert shown["mend"] == "contract"
    assert "还差 3,499,999.00 元" in shown["message"]
    assert shown["basis"].startswith("申报指引")
    assert shown["figures"]["short"] == "3499999.00"
