"""Keeping organisations: each in its place, an auditor with its scope."""

from __future__ import annotations

import pytest

from lifecycle.errors import Invalid
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import AuditScope, Organisation, OrganisationKind
from lifecycle.parties.organisations import OrganisationExists, add_organisation, close_scope, open_scope
from tests.builders import make_park

pytestmark = pytest.mark.django_db


def add(name: str, kind: str, parent: Organisation | None = None) -> Organisation:
    return add_organisation(name=name, kind=kind, parent=parent, actor=OPERATOR_ACTOR)


def test_an_organisation_stands_below_one_that_answers_for_it():
    park = make_park()

    assert add("甲公司", OrganisationKind.UNIT, park).parent == park
    with pytest.raises(Invalid) as refusal:
        add("乙厅", OrganisationKind.PROVINCE, park)
    assert list(refusal.value.details) == ["parent"]


def test_a_name_is_taken_once():
    add("甲公司", OrganisationKind.UNIT)

    with pytest.raises(OrganisationExists):
        add(" 甲公司 ", OrganisationKind.PARTNER)


@pytest.mark.parametrize(("name", "kind", "field"), [(" ", "unit", "name"), ("丙", "club", "kind")])
def test_what_cannot_be_an_organisation_is_refused_by_field(name: str, kind: str, field: str):
    with pytest.raises(Invalid) as refusal:
        add(name, kind)

    assert list(refusal.value.details) == [field]


def test_only_auditors_get_a_scope_and_only_over_who_has_projects():
    park = make_park()
    auditor, partner = add("审计所", OrganisationKind.AUDITOR), add("伙伴", OrganisationKind.PARTNER)

    scope = open_scope(auditor=auditor, root=park, actor=OPERATOR_ACTOR)
    assert open_scope(auditor=auditor, root=park, actor=OPERATOR_ACTOR) == scope
    for wrong in ((park, park), (auditor, partner)):
        with pytest.raises(Invalid):
            open_scope(auditor=wrong[0], root=wrong[1], actor=OPERATOR_ACTOR)
    close_scope(scope=scope, actor=OPERATOR_ACTOR)

    assert not AuditScope.objects.exists()
