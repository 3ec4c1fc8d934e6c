"""Who is late by how much: counted, cut, followed by its messages, and taken away as a file."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Project
from lifecycle.parties.models import Role, SecurityEvent
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.backend.pages.matters import stand_still
from tests.builders import make_cluster, make_matter, make_message, make_park, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db
LATE = "/late/"


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def province(project: Project) -> Client:
    return browser_of(people_around(project)["province"])


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def labels(browser: Client, **asked: Any) -> list[str]:
    return [row.matter.label for row in browser.get(LATE, asked).context["rows"]]


def test_the_longest_late_comes_first_and_each_place_is_counted(project: Project, province: Client):
    other = make_project(milestones=False)
    for label, where, days in (("短", project, 1), ("长", other, 40), ("中", project, 9)):
        make_matter(where, due_on=ago(days), label=label)
    make_matter(project, due_on=ago(0), label="今天到期")
    make_matter(project, due_on=ago(5), label="已报", state="answered", waits_for=project.cluster.park)

    context = province.get(LATE).context

    assert [row.matter.label for row in context["rows"]] == ["长", "中", "短"]
    assert [(tally.name, tally.matters, tally.projects, tally.days) for tally in context["parks"]] == [
        (project.cluster.park.name, 2, 1, 9),
        (other.cluster.park.name, 1, 1, 40),
    ]
    assert {tally.name for tally in context["cities"]} == {
        each.cluster.park.parent.name  # type: ignore[union-attr]
        for each in (project, other)
    }


@pytest.mark.parametrize(("days", "shown"), [(1, 3), (7, 2), (30, 1), (90, 0)])
def test_late_by_so_many_days_has_its_edge(days: int, shown: int, project: Project, province: Client):
    for late in (1, 7, 30):
        make_matter(project, due_on=ago(late))

    assert len(labels(province, days=days)) == shown


def test_the_list_is_cut_by_park_city_and_kind(project: Project, province: Client):
    park = make_park()
    other = make_project(milestones=False, cluster=make_cluster(park=park))
    make_matter(project, "finding", due_on=ago(3), label="甲")
    make_matter(other, due_on=ago(2), label="乙")

    assert labels(province, park=park.pk) == ["乙"]
    assert labels(province, city=park.parent_id) == ["乙"]
    assert labels(province, kind="finding") == ["甲"]
    assert labels(province, park=0) == []


def test_everybody_sees_what_is_in_sight(project: Project):
    make_matter(project, due_on=ago(3), label="甲")
    make_matter(make_project(milestones=False), due_on=ago(3), label="乙")
    found = people_around(project)

    assert {
        who: sorted(labels(browser_of(found[who])))
        for who in ("unit", "park", "city", "province", "auditor", "other park")
    } == {
        "unit": ["甲"],
        "park": ["甲"],
        "city": ["甲"],
        "province": ["乙", "甲"],
        "auditor": ["乙", "甲"],
        "other park": [],
    }


def test_the_trail_tells_every_message_and_how_it_arrived(project: Project, province: Client):
    matter = make_matter(project, due_on=ago(8))
    people = [make_person((Role.UNIT, project.unit)) for _ in range(2)]
    told = make_message(matter, *people, step=-7)
    told.deliveries.filter(person=people[0]).update(seen_at=timezone.now())
    make_message(matter, organisation=project.cluster.park, step=7)
    address = reverse("late-trail", args=[matter.pk])

    part, whole = text_of(province.get(address, **HTMX)), text_of(province.get(address))

    for words in ("提前 7 天", "逾期 7 天", project.unit.name, project.cluster.park.name, "1 / 2", "已发出"):
        assert words in part
    assert "<html" not in part
    assert whole.count("<h1>") == 1
    assert f'href="/messages/{told.pk}/"' in part


def test_a_trail_out_of_sight_does_not_exist(project: Project):
    matter = make_matter(project, due_on=ago(8))
    found = people_around(project)

    for who, status in (("other park", 404), ("auditor", 200), ("administrator", 403)):
        assert browser_of(found[who]).get(reverse("late-trail", args=[matter.pk])).status_code == status


def test_the_file_says_the_same_and_runs_no_formula(project: Project, province: Client):
    Project.objects.filter(pk=project.pk).update(name="=HYPERLINK()")
    matter = make_matter(project, due_on=ago(8), label="中试线")
    make_message(matter, make_person((Role.UNIT, project.unit)))

    answer = province.get(reverse("late-download"))
    content = answer.getvalue()
    (row,) = csv.DictReader(StringIO(content.decode("utf-8-sig")))

    assert answer.streaming
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    assert "attachment" in answer["Content-Disposition"]
    assert row["项目名称"] == "'=HYPERLINK()"
    assert (row["项目编号"], row["逾期天数"], row["事项"]) == (project.number, "8", "里程碑：中试线")
    assert (row["已提醒次数"], row["最近提醒日期"]) == ("1", timezone.localdate().isoformat())
    assert SecurityEvent.objects.filter(act="download_late").count() == 1


def test_the_file_is_cut_as_the_page_is(project: Project, province: Client):
    for days in (3, 40):
        make_matter(project, due_on=ago(days))

    content = province.get(reverse("late-download"), {"days": 30}).getvalue().decode("utf-8-sig")

    assert [row["逾期天数"] for row in csv.DictReader(StringIO(content))] == ["40"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_the_same_for_any_number(
    count: int, project: Project, province: Client, django_assert_num_queries: Any
):
    for number in range(count):
        make_matter(project, due_on=ago(number + 1))

    # Session, person, roles; places to choose from, counts by place, a page of rows; the bell.
    with django_assert_num_queries(7):
        province.get(LATE)
