"""Somebody of the province, signed in for pages and with a token for the API."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from lifecycle.parties.accounts import issue_token, join
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, OrganisationKind, Person, Role


@dataclass(frozen=True, slots=True)
class Keys:
    """Headers that open the site."""

    api: dict[str, str]
    pages: dict[str, str]


def province_keys() -> Keys:
    now = timezone.now()
    person = Person.objects.create(username="bench")
    province = Organisation.objects.filter(kind=OrganisationKind.PROVINCE).order_by("pk")[0]
    join(person=person, organisation=province, role=Role.PROVINCE, actor=OPERATOR_ACTOR, now=now)
    client = Client()
    client.force_login(person)
    return Keys(
        api={"Authorization": f"Token {issue_token(person=person, actor=OPERATOR_ACTOR, now=now)}"},
        pages={"Cookie": f"sessionid={client.cookies['sessionid'].value}"},
    )
