"""Who looks after a project, named on its page, and handing over when somebody leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Caretaker, Project
from lifecycle.parties.models import Person, Role, SecurityEvent
from tests.backend.pages.browsing import browser_of, text_of
from tests.backend.pages.matters import stand_still
from tests.builders import make_matter, make_park, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db
PAGE = "/hand-over/"


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def wang(project: Project) -> Person:
    return make_person((Role.PARK, project.cluster.park), username="wang")


@pytest.fixture
def li(project: Project) -> Person:
    return make_person((Role.PARK, project.cluster.park), username="li")


@pytest.fixture
def browser(wang: Person) -> Client:
    return browser_of(wang)


def cares(person: Person, *projects: Project) -> None:
    for project in projects:
        Caretaker.objects.create(project=project, organisation=project.cluster.park, person=person)


def held() -> dict[str, str]:
    return dict(Caretaker.objects.values_list("project__number", "person__username"))


def asked(project: Project, person: Person, **said: str) -> dict[str, str]:
    return {"organisation": str(project.cluster.park_id), "person": str(person.pk), **said}


class TestOnTheProjectsPage:
    def named(self, browser: Client, project: Project, organisation: int, person: Person | None) -> Any:
        address = reverse("caretaker", args=[project.number, organisation])
        return browser.post(address, {"person": str(person.pk) if person else ""}, follow=True)

    def test_a_colleague_is_named_and_taken_back(
        self, project: Project, browser: Client, wang: Person, li: Person
    ):
        park = project.cluster.park_id

        said = text_of(self.named(browser, project, park, li))
        assert f"{project.cluster.park.name}的经办人：li。" in said
        assert held() == {project.number: "li"}

        self.named(browser, project, park, None)
        assert held() == {}

    def test_everybody_who_sees_the_project_sees_who_it_is_and_only_colleagues_choose(
        self, project: Project, li: Person
    ):
        cares(li, project)
        around = people_around(project)

        for who, chooses in (("unit", 1), ("park", 1), ("city", 1), ("province", 1), ("auditor", 0)):
            shown = text_of(browser_of(around[who]).get(reverse("project", args=[project.number])))
            assert "<dd>li</dd>" in shown
            assert shown.count("/caretakers/") == chooses

    def test_for_another_organisation_nobody_names(self, project: Project, browser: Client):
        answer = self.named(browser, project, project.unit_id, None)

        assert answer.status_code == 403
        assert self.named(browser, project, make_park().pk, None).status_code == 404

    def test_a_stranger_is_not_taken(self, project: Project, browser: Client):
        stranger = make_person((Role.PARK, make_park()))

        assert self.named(browser, project, project.cluster.park_id, stranger).status_code == 400
        assert held() == {}


def test_the_page_tells_what_one_leaves(project: Project, browser: Client, wang: Person, li: Person):
    cares(wang, project)
    park = project.cluster.park
    today = timezone.localdate()
    make_matter(project, "tranche", due_on=str(today.replace(day=1)), responsible=park, label="首期款")
    make_matter(
        project,
        "acceptance_application",
        due_on=str(today),
        responsible=park,
        state="answered",
        waits_for=park.parent,
        label="待复事项",
    )

    shown = text_of(browser.get(PAGE))

    for words in ("wang的工作交接", project.number, "首期款", "待复事项", "已报待复", "全部交给"):
        assert words in shown
    assert shown.count("<h1>") == 1


def test_one_takes_all_but_what_another_takes_once(
    project: Project, browser: Client, wang: Person, li: Person
):
    zhao = make_person((Role.PARK, project.cluster.park), username="zhao")
    other = make_project(milestones=False, cluster=project.cluster)
    cares(wang, project, other)
    said = asked(project, wang, all=str(li.pk)) | {f"project-{other.pk}": str(zhao.pk)}

    done = text_of(browser.post(PAGE, said, follow=True))
    again = text_of(browser.post(PAGE, said, follow=True))

    assert held() == {project.number: "li", other.number: "zhao"}
    assert "已交接 2 个项目" in done
    assert "接手人" in done
    assert "已交接 2 个项目" not in again
    assert SecurityEvent.objects.filter(act="hand_over").count() == 1


def test_a_colleague_does_it_for_one_who_has_left_already(project: Project, wang: Person, li: Person):
    cares(wang, project)

    browser_of(li).post(PAGE, asked(project, wang, all=str(li.pk)))

    assert held() == {project.number: "li"}


def test_without_anybody_chosen_nothing_changes(project: Project, browser: Client, wang: Person, li: Person):
    cares(wang, project)

    answer = browser.post(PAGE, asked(project, wang))

    assert answer.status_code == 422
    assert "请选择接手的人员" in text_of(answer)
    assert held() == {project.number: "wang"}


def test_who_is_alone_is_warned(browser: Client):
    assert "没有其他在用账号" in text_of(browser.get(PAGE))


@pytest.mark.parametrize(
    "query", ["person={stranger}", "organisation={elsewhere}", "person=99999999999999999999"]
)
def test_the_work_of_other_organisations_does_not_exist(query: str, project: Project, browser: Client):
    elsewhere = make_park()
    stranger = make_person((Role.PARK, elsewhere))

    answer = browser.get(f"{PAGE}?{query.format(stranger=stranger.pk, elsewhere=elsewhere.pk)}")

    assert answer.status_code == 404


def test_one_of_the_unit_does_not_hand_over_for_the_park(project: Project, wang: Person, li: Person):
    cares(wang, project)
    unit = browser_of(make_person((Role.UNIT, project.unit)))

    assert unit.post(PAGE, asked(project, wang, all=str(li.pk))).status_code == 404
    assert held() == {project.number: "wang"}


@pytest.mark.parametrize("count", [1, 8])
def test_the_page_costs_the_same_for_any_number_of_projects(
    count: int, project: Project, browser: Client, wang: Person, li: Person, django_assert_num_queries: Any
):
    projects = [make_project(milestones=False, cluster=project.cluster) for _ in range(count)]
    cares(wang, *projects)
    for each in projects:
        make_matter(each, "tranche", due_on="2026-06-30", responsible=project.cluster.park)

    with django_assert_num_queries(10):
        browser.get(PAGE)


def test_the_administrator_sees_where_somebody_acts_and_no_business(
    project: Project, wang: Person, li: Person
):
    cares(wang, project)
    administrator = browser_of(people_around(project)["administrator"])
    address = reverse("person-hand-over", args=[wang.pk])

    shown = text_of(administrator.get(address))

    assert address in text_of(administrator.get(reverse("person", args=[wang.pk])))
    assert project.cluster.park.name in shown
    assert "尚未移交" in shown
    assert project.number not in shown
    assert browser_of(wang).get(address).status_code == 403
    assert browser_of(None).get(address).status_code == 302
