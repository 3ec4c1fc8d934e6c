"""The sample programme and the accounts that go with it, for a first look at an empty system.

Its password is public, so the accounts are made only together with the sample, never beside other data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backend.workbook.importing import import_workbook
from lifecycle.errors import Conflict
from lifecycle.models import Batch, Project
from lifecycle.parties.accounts import join
from lifecycle.parties.log import OPERATOR_ACTOR, record
from lifecycle.parties.models import (
    AuditScope,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    SecurityEvent,
)
from lifecycle.parties.sight import OPERATOR

PROGRAMME = Path(__file__).parent / "programme.xlsx"
PASSWORD = "Pilot-demo-2026"
AUDITOR = gettext_noop("示范审计机构")

LOADED = "load_sample"
"""The act in the security log that tells that the sample was loaded into this database."""


class HoldsOtherData(Conflict):
    """The database is not empty, so that the sample has no place in it."""

    code = "holds_other_data"


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """An account of the sample, for the sign-in page."""

    username: str
    role: str
    organisation: str


def is_loaded() -> bool:
    """Whether this database holds the sample."""
    return SecurityEvent.objects.filter(actor_name=OPERATOR_ACTOR.name, act=LOADED).exists()


def sample_accounts() -> list[SampleAccount]:
    """The sample's accounts that can still sign in, in the order they were made; empty without the sample."""
    loaded = (
        SecurityEvent.objects.filter(actor_name=OPERATOR_ACTOR.name, act=LOADED)
        .values_list("details", flat=True)
        .first()
    )
    if loaded is None:
        return []
    memberships = Membership.objects.filter(
        person__username__in=loaded["accounts"], person__is_active=True
    ).select_related("person", "organisation")
    return [
        SampleAccount(
            membership.person.username, str(Role(membership.role).label), membership.organisation.name
        )
        for membership in memberships.order_by("person__pk")
    ]


def load(*, now: datetime) -> int:
    """Load the sample programme through the importer and make its accounts; how many. All or nothing.

    0 when it was loaded before.

    Raises:
        HoldsOtherData: the database holds anything else; nothing was written.
    """
    with transaction.atomic():
        if is_loaded():
            return 0
        if Organisation.objects.exists() or Person.objects.exists() or Batch.objects.exists():
            raise HoldsOtherData(_("数据库中已有其他数据，未载入示范数据。"))
        preview = import_workbook(
            PROGRAMME.read_bytes(), actor=OPERATOR_ACTOR, sight=OPERATOR, now=now, name=PROGRAMME.name
        )
        if not preview.ok:
            raise RuntimeError(f"the sample workbook has faults: {preview.faults[:3]}")
        places = _places()
        encoded = make_password(PASSWORD)
        people = Person.objects.bulk_create(
            Person(username=username, full_name=organisation.name, password=encoded)
            for username, _role, organisation in places
        )
        for person, (username, role, organisation) in zip(people, places, strict=True):
            record(OPERATOR_ACTOR, "create_person", at=now, subject=username)
            join(person=person, organisation=organisation, role=role, actor=OPERATOR_ACTOR, now=now)
        record(
            OPERATOR_ACTOR, LOADED, at=now, subject=PROGRAMME.name, accounts=[place[0] for place in places]
        )
    return len(places)


def _places() -> list[tuple[str, str, Organisation]]:
    """(user name, role, organisation) of every account; organisations counted in the workbook's order."""
    province = Organisation.objects.get(kind=OrganisationKind.PROVINCE)
    auditor = Organisation.objects.create(name=AUDITOR, kind=OrganisationKind.AUDITOR, parent=province)
    AuditScope.objects.create(auditor=auditor, root=province)
    places = [("province", Role.PROVINCE.value, province)]
    for role, kind in ((Role.CITY, OrganisationKind.CITY), (Role.PARK, OrganisationKind.PARK)):
        organisations = Organisation.objects.filter(kind=kind).order_by("pk")
        places += [(f"{role}.{count}", role.value, each) for count, each in enumerate(organisations, start=1)]
    projects = Project.objects.select_related("unit").order_by("number")
    places += [(f"unit.{project.number}", Role.UNIT.value, project.unit) for project in projects]
    places += [("auditor", Role.AUDITOR.value, auditor), ("admin", Role.ADMINISTRATOR.value, province)]
    return places
