"""Makes people for tests: one for each role around a project, and strangers from elsewhere."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from lifecycle.models import Project
from lifecycle.parties.accounts import issue_token, join
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import AuditScope, Organisation, OrganisationKind, Person, Role
from tests.builders import make_park, make_unit

PASSWORD = "correct-horse-9"
_numbers = count(1)


def make_person(
    *posts: tuple[str, Organisation], username: str | None = None, must_change: bool = False
) -> Person:
    """Somebody who signs in with PASSWORD and holds each (role, organisation) of `posts`."""
    person = Person.objects.create(
        username=username or f"person{next(_numbers)}",
        password=make_password(PASSWORD),
        must_change_password=must_change,
    )
    for role, organisation in posts:
        join(person=person, organisation=organisation, role=role, actor=OPERATOR_ACTOR, now=now())
    return person


def people_around(project: Project) -> dict[str, Person | None]:
    """By name: each role towards the project, people from elsewhere, one without any role, nobody."""
    unit, park = project.unit, project.cluster.park
    city = park.parent
    assert city is not None and city.parent is not None
    province = city.parent
    auditor = Organisation.objects.create(
        name=f"{province.name}审计", kind=OrganisationKind.AUDITOR, parent=province
    )
    AuditScope.objects.create(auditor=auditor, root=province)
    elsewhere = make_park()
    return {
        "nobody": None,
        "unit": make_person((Role.UNIT, unit)),
        "park": make_person((Role.PARK, park)),
        "city": make_person((Role.CITY, city)),
        "province": make_person((Role.PROVINCE, province)),
        "auditor": make_person((Role.AUDITOR, auditor)),
        "administrator": make_person((Role.ADMINISTRATOR, province)),
        "log_reader": make_person((Role.LOG_READER, province)),
        "other unit": make_person((Role.UNIT, make_unit(elsewhere))),
        "other park": make_person((Role.PARK, elsewhere)),
        "without role": make_person(),
    }


def api_of(person: Person | None) -> APIClient:
    """A client of the API that carries the person's token; without one for nobody."""
    return client_with(token_of(person) if person is not None else "")


def token_of(person: Person) -> str:
    """A new token of the person's for the API."""
    return issue_token(person=person, actor=OPERATOR_ACTOR, now=now())


def client_with(token: str) -> APIClient:
    """A client of the API that carries the token, if there is one."""
    client = APIClient()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def now() -> datetime:
    return timezone.now()
