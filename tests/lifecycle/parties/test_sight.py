"""What each role sees: its own, and nothing beside it."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from finance.models import Entry
from lifecycle.models import Cluster, Project, Site
from lifecycle.parties.models import AuditScope, Organisation, OrganisationKind, Role
from lifecycle.parties.sight import sight_of
from tests.builders import make_cluster, make_park, make_project, make_unit, moved
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

SEEING = {"unit", "park", "city", "province", "auditor"}


def test_only_those_around_a_project_see_it_its_cluster_and_its_entries():
    project = make_project()
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")

    for name, person in people_around(project).items():
        if person is None:
            continue
        sight = sight_of(person)
        assert Project.objects.visible_to(sight).filter(pk=project.pk).exists() == (name in SEEING), name
        assert Cluster.objects.visible_to(sight).filter(pk=project.cluster_id).exists() == (name in SEEING), (
            name
        )
        assert Entry.objects.visible_to(sight).filter(project=project).exists() == (name in SEEING), name


def test_the_city_of_a_unit_sees_its_project_in_the_park_of_another():
    elsewhere = make_park().parent
    assert elsewhere is not None
    unit = Organisation.objects.create(name="外地单位", kind=OrganisationKind.UNIT, parent=elsewhere)
    project = make_project(unit=unit, site=Site.OUTSIDE)
    beside = make_project(cluster=project.cluster)

    sight = sight_of(make_person((Role.CITY, elsewhere)))

    assert list(Project.objects.visible_to(sight)) == [project]
    assert beside.pk != project.pk


def test_a_unit_sees_its_projects_in_every_park():
    unit = make_unit(make_park())
    projects = {make_project(unit=unit), make_project(unit=unit, cluster=make_cluster())}
    make_project()

    assert set(Project.objects.visible_to(sight_of(make_person((Role.UNIT, unit))))) == projects


def test_an_auditor_sees_what_the_scope_gives():
    project, other = make_project(), make_project()
    auditor = Organisation.objects.create(name="审计", kind=OrganisationKind.AUDITOR)
    person = make_person((Role.AUDITOR, auditor))
    assert not Project.objects.visible_to(sight_of(person)).exists()

    AuditScope.objects.create(auditor=auditor, root=project.cluster.park)

    assert list(Project.objects.visible_to(sight_of(person))) == [project]
    assert other.pk != project.pk


def test_two_roles_see_what_each_sees():
    first, second = make_project(), make_project()
    person = make_person((Role.UNIT, first.unit), (Role.PARK, second.cluster.park))

    assert set(Project.objects.visible_to(sight_of(person))) == {first, second}


def test_one_who_is_switched_off_sees_nothing():
    project = make_project()
    person = make_person((Role.PARK, project.cluster.park))
    person.is_active = False

    assert not Project.objects.visible_to(sight_of(person)).exists()


def test_sight_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries):
    project = make_project()
    person = make_person((Role.PARK, project.cluster.park))

    with django_assert_num_queries(1):
        sight_of(person)
