"""The to-do list: whose it is, in which order, how it is cut, what unfolds under a row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Caretaker, Matter, Project
from lifecycle.parties.models import Person, Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.backend.pages.matters import stand_still
from tests.builders import make_matter, make_milestone, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db
TODO = "/todo/"


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, name="第一个项目")


@pytest.fixture
def person(project: Project) -> Person:
    return make_person((Role.UNIT, project.unit))


@pytest.fixture
def unit(person: Person) -> Client:
    return browser_of(person)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def titles(browser: Client, **asked: str) -> dict[str, list[str]]:
    """The labels of the matters shown, by group."""
    context = browser.get(TODO, asked).context
    return {name: [row.matter.label for row in rows] for name, _, rows in context["groups"]}


def test_what_is_late_comes_first_then_by_due_day_in_groups(project: Project, unit: Client):
    for label, days in (("以后", 100), ("下月", 40), ("昨天", -1), ("今天", 0), ("上月", -30)):
        make_matter(project, due_on=in_days(days), label=label)

    assert titles(unit) == {"late": ["上月", "昨天"], "week": ["今天"], "soon": ["下月"]}
    assert titles(unit, when="later") == {"later": ["以后"]}
    counts = unit.get(TODO).context["counts"]
    assert counts == {"late": 2, "week": 1, "soon": 1, "later": 1, "answered": 0, "chase": 0}


@pytest.mark.parametrize(
    ("today", "due", "group"),
    [
        ("2026-06-03", "2026-06-02", "late"),
        ("2026-06-03", "2026-06-03", "week"),
        ("2026-06-03", "2026-06-07", "week"),
        ("2026-06-03", "2026-06-08", "soon"),
        ("2026-06-07", "2026-06-08", "soon"),
        ("2026-06-03", "2026-08-02", "soon"),
        ("2026-06-03", "2026-08-03", "later"),
    ],
)
def test_each_day_belongs_to_one_group(
    today: str, due: str, group: str, project: Project, unit: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date.fromisoformat(today))
    make_matter(project, due_on=due)

    counts = unit.get(TODO).context["counts"]

    assert [name for name, count in counts.items() if count] == [group]


def test_what_is_of_others_is_not_there(project: Project, unit: Client):
    make_matter(project, due_on=in_days(3), responsible=project.cluster.park, label="园区的")
    make_matter(make_project(milestones=False), due_on=in_days(3), label="别家的")
    make_matter(project, due_on=in_days(3), state="done", done_on=timezone.localdate(), label="办完的")

    assert titles(unit) == {}
    assert "近期没有待办" in text_of(unit.get(TODO))


def test_what_waits_for_a_reply_and_what_came_up_stand_apart(project: Project, unit: Client):
    park = project.cluster.park
    make_matter(project, due_on=in_days(-3), state="answered", waits_for=park, label="已报")
    make_matter(project, due_on=in_days(-3), label="拖延")

    assert titles(unit) == {"late": ["拖延"]}
    assert titles(unit, when="answered") == {"answered": ["已报"]}
    above = browser_of(make_person((Role.PARK, park)))
    assert titles(above) == {}
    assert titles(above, when="chase") == {"chase": ["拖延"]}


def test_the_list_is_cut_by_project_kind_and_caretaker(project: Project, person: Person, unit: Client):
    other = make_project(milestones=False, name="第二个项目", unit=project.unit, cluster=project.cluster)
    make_matter(project, due_on=in_days(3), label="甲")
    make_matter(other, "finding", due_on=in_days(4), label="乙")
    Caretaker.objects.create(project=other, organisation=other.unit, person=person)

    def shown(**asked: str) -> list[str]:
        return [label for labels in titles(unit, **asked).values() for label in labels]

    assert shown(q="第一个") == ["甲"]
    assert shown(q=other.number) == ["乙"]
    assert shown(kind="finding") == ["乙"]
    assert shown(mine="on") == ["乙"]
    assert shown(kind="nothing") == []


def test_a_row_leads_to_the_place_and_says_who_waits(project: Project):
    park = browser_of(make_person((Role.PARK, project.cluster.park)))
    milestone = make_milestone(project, "2026-06-30")
    make_matter(
        project,
        "milestone_check",
        due_on=in_days(2),
        subject=milestone.pk,
        responsible=project.cluster.park,
        label="中试线",
    )

    shown = text_of(park.get(TODO))

    assert f'href="/projects/{project.number}/milestones/#milestone-{milestone.pk}"' in shown
    assert "里程碑核实：中试线" in shown
    assert f"{project.unit.name}在等" in shown
    assert shown.count("<h1>") == 1


def test_without_htmx_a_row_unfolds_to_its_place(project: Project, unit: Client):
    milestone = make_milestone(project, "2026-06-30")
    matter = make_matter(project, subject=milestone.pk)

    plain = unit.get(reverse("todo-matter", args=[matter.pk]))
    part = unit.get(reverse("todo-matter", args=[matter.pk]), headers={"HX-Request": "true"})

    assert plain.headers["Location"].endswith(f"/milestones/#milestone-{milestone.pk}")
    assert milestone.name in text_of(part)
    assert "<html" not in text_of(part)


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("other park", 404), ("other unit", 404), ("auditor", 403), ("administrator", 403)],
)
def test_the_work_of_others_is_not_laid_out(who: str, status: int, project: Project):
    matter = make_matter(project, subject=make_milestone(project, "2026-06-30").pk)
    browser = browser_of(people_around(project)[who])

    assert browser.get(reverse("todo-matter", args=[matter.pk])).status_code == status
    assert browser.post(reverse("todo-act", args=[matter.pk, "progress"])).status_code == status


def test_what_another_has_to_do_is_refused(project: Project):
    milestone = make_milestone(project, "2026-06-30")
    matter = make_matter(project, subject=milestone.pk)
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    answer = park.post(reverse("todo-act", args=[matter.pk, "progress"]), {"progress": "开始"}, **HTMX)

    assert answer.status_code == 403
    milestone.refresh_from_db()
    assert milestone.progress == ""


def test_an_act_that_is_not_open_any_more_says_so_and_shows_the_list_anew(project: Project, unit: Client):
    milestone = make_milestone(project, "2026-06-30", completed_on="2026-06-01")
    matter = make_matter(project, subject=milestone.pk, due_on=in_days(1))

    answer = unit.post(reverse("todo-act", args=[matter.pk, "progress"]), {"progress": "开始"}, **HTMX)

    assert "已有变化" in text_of(answer)
    assert answer.headers["HX-Retarget"] == "#todo"


def test_a_kind_that_is_not_done_here_leads_to_its_page(project: Project):
    matter = make_matter(project, "tranche", responsible=project.cluster.park)
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    answer = park.get(reverse("todo-matter", args=[matter.pk]), **HTMX)

    assert answer.headers["Location"] == f"/projects/{project.number}/tranches/"
    assert park.post(reverse("todo-act", args=[matter.pk, "pay"])).status_code == 404


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_costs_the_same_for_any_number(
    count: int, project: Project, unit: Client, django_assert_num_queries: Any
):
    Matter.objects.bulk_create(
        Matter(
            project=project,
            kind="milestone",
            subject=number,
            due_on=timezone.localdate() + timedelta(days=number),
            responsible=project.unit,
            opened_on=timezone.localdate(),
        )
        for number in range(count)
    )
    unit.get(TODO)

    # Session, person, roles; counts of the lists (3) and a page of one; the bell.
    with django_assert_num_queries(8):
        unit.get(TODO)


def test_a_long_list_goes_on_on_the_next_page(project: Project, unit: Client):
    for number in range(53):
        make_matter(project, due_on=in_days(number))

    first = unit.get(TODO)
    second = unit.get(TODO, {"after": first.context["page"].after})

    assert [len(each.context["page"].rows) for each in (first, second)] == [50, 3]


@pytest.mark.parametrize("query", ["?when=nothing", "?q=%00", "?after=zzz", "?kind=%27", "?mine=x"])
def test_what_is_asked_amiss_breaks_nothing(query: str, project: Project, unit: Client):
    make_matter(project)

    assert unit.get(TODO + query).status_code in (200, 400)
