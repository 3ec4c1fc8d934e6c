"""The administrator's desk: people, roles, organisations, scopes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lifecycle.parties.models import (
    AuditScope,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Role,
)
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_park
from tests.people import PASSWORD, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def park():
    return make_park("测试高新区管委会")


@pytest.fixture
def administrator(park):
    return make_person((Role.ADMINISTRATOR, park.parent.parent))


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


def test_a_new_account_has_no_role_and_must_change_its_password(browser):
    answer = browser.post(
        "/people/",
        {"username": "zhang.san", "full_name": "张三", "password": "initial-horse-1"},
    )

    person = Person.objects.get(username="zhang.san")
    assert answer.headers["Location"] == reverse("person", args=[person.pk])
    assert person.must_change_password
    assert "尚无角色" in text_of(browser.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    "changes",
    [
        {"username": ""},
        {"username": "with space"},
        {"username": "taken"},
        {"password": "short"},
    ],
)
def test_an_account_that_cannot_be_is_refused(changes: dict[str, str], browser):
    make_person(username="taken")
    before = Person.objects.count()

    answer = browser.post("/people/", {"username": "li.si", "password": "initial-horse-1"} | changes)

    assert answer.status_code == 400
    assert Person.objects.count() == before


def test_roles_are_given_and_taken_back(browser, park):
    person = make_person()
    address = reverse("person", args=[person.pk])

    assert browser.post(address, {"organisation": park.name, "role": "park"}).status_code == 302
    assert browser.post(address, {"organisation": park.name, "role": "province"}).status_code == 400
    assert browser.post(address, {"organisation": "没有这个单位", "role": "park"}).status_code == 400
    held = Membership.objects.get(person=person)
    assert held.role == Role.PARK
    browser.post(reverse("person-leave", args=[person.pk, held.pk]))
    assert not Membership.objects.filter(person=person).exists()


def test_a_reset_password_is_shown_once(browser):
    person = make_person()

    answer = browser.post(reverse("person-reset", args=[person.pk]))

    person.refresh_from_db()
    assert person.check_password(answer.context["new_password"])
    assert person.must_change_password
    assert answer.context["new_password"] in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_account_is_switched_off_and_on_but_not_ones_own(browser, administrator):
    person = make_person()

    browser.post(reverse("person-switch", args=[person.pk]), {"active": "no"})
    assert not Person.objects.get(pk=person.pk).is_active
    browser.post(reverse("person-switch", args=[person.pk]), {"active": "yes"})
    assert Person.objects.get(pk=person.pk).is_active
    assert (
        browser.post(reverse("person-switch", args=[administrator.pk]), {"active": "no"}).status_code == 409
    )


def test_whoever_is_switched_off_is_out_at_once(browser, park):
    person = make_person((Role.PARK, park))
    session = browser_of(person)
    assert session.get("/projects/").status_code == 200

    browser.post(reverse("person-switch", args=[person.pk]), {"active": "no"})

    assert session.get("/projects/").status_code == 302
    assert session.post("/sign-in/", {"username": person.username, "password": PASSWORD}).status_code == 400


def test_an_organisation_is_added_in_its_place(browser, park):
    said = {"name": "新单位", "kind": "unit", "parent": park.name}

    assert browser.post("/organisations/", said).status_code == 302
    assert Organisation.objects.get(name="新单位").parent == park
    assert browser.post("/organisations/", said).status_code == 400
    assert browser.post("/organisations/", said | {"name": "另一", "kind": "province"}).status_code == 400


def test_an_auditor_gets_a_scope_and_loses_it(browser, park):
    auditor = Organisation.objects.create(name="审计所", kind=OrganisationKind.AUDITOR)

    browser.post(reverse("scope-open", args=[auditor.pk]), {"root": park.name})
    scope = AuditScope.objects.get(auditor=auditor, root=park)
    assert park.name in text_of(browser.get("/organisations/?kind=auditor"))
    browser.post(reverse("scope-close", args=[scope.pk]))

    assert not AuditScope.objects.exists()
    assert browser.post(reverse("scope-open", args=[park.pk]), {"root": park.name}).status_code == 400
    assert browser.post(reverse("scope-open", args=[auditor.pk]), {"root": "没有"}).status_code == 400


def test_others_cannot_reach_for_accounts(park):
    person = make_person()
    browser = browser_of(make_person((Role.PARK, park)))

    for name in ("person-reset", "person-switch"):
        assert browser.post(reverse(name, args=[person.pk])).status_code == 403
    assert browser.get(reverse("person", args=[person.pk])).status_code == 403
    assert Person.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.parametrize("more", [0, 10])
def test_lists_cost_the_same_queries_however_many_rows(more: int, browser, park, django_assert_num_queries):
    for _ in range(more):
        make_person((Role.PARK, park))

    with django_assert_num_queries(6):
        browser.get("/people/")
