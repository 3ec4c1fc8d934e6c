"""The sample programme with its accounts: into an empty database only, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from backend import sample
from lifecycle.models import Project
from lifecycle.parties.models import Membership, Organisation, OrganisationKind, Person, Role
from lifecycle.parties.sight import sight_of
from reports.watch import answers_of
from tests.people import make_person

pytestmark = pytest.mark.django_db

TEST_DATA = Path(__file__).parents[1] / "data" / "programme.xlsx"


def seen_by(username: str) -> int:
    return Project.objects.visible_to(sight_of(Person.objects.get(username=username))).count()


def test_the_sample_is_the_one_whose_answers_are_known():
    assert sample.PROGRAMME.read_bytes() == TEST_DATA.read_bytes()


def test_every_account_sees_just_its_own():
    assert sample.load(now=timezone.now()) == len(sample.sample_accounts())

    parks = Organisation.objects.filter(kind=OrganisationKind.PARK).count()
    assert seen_by("province") == seen_by("auditor") == Project.objects.count() == 34
    assert sum(seen_by(f"park.{number}") for number in range(1, parks + 1)) == 34
    assert seen_by("admin") == 0
    for project in Project.objects.select_related("unit"):
        person = Person.objects.get(username=f"unit.{project.number}")
        assert Project.objects.visible_to(sight_of(person)).filter(pk=project.pk).exists()
        assert person.check_password("Pilot-demo-2026")
    assert not Person.objects.filter(must_change_password=True).exists()


def test_loading_it_again_changes_nothing():
    sample.load(now=timezone.now())
    people = Person.objects.count()

    assert sample.load(now=timezone.now()) == 0
    assert (Person.objects.count(), Membership.objects.count()) == (people, people)


def test_a_database_with_other_data_is_left_alone(capsys: pytest.CaptureFixture[str]):
    make_person(username="somebody")

    call_command("load_sample")

    assert "已有其他数据" in capsys.readouterr().err
    assert (Person.objects.count(), Project.objects.count()) == (1, 0)
    assert sample.sample_accounts() == []


def test_the_sign_in_page_learns_of_accounts_that_still_work():
    assert sample.sample_accounts() == []
    sample.load(now=timezone.now())
    Person.objects.filter(username="auditor").update(is_active=False)

    accounts = {account.username: account for account in sample.sample_accounts()}

    assert list(accounts)[:2] == ["province", "city.1"]
    assert "auditor" not in accounts
    assert accounts["unit.BA2022001"].role == str(Role.UNIT.label)
    assert accounts["unit.BA2022001"].organisation == Project.objects.get(number="BA2022001").unit.name


def test_the_sample_answers_rules():
    sample.load(now=timezone.now())
    project = Project.objects.get(number="BA2022001")

    answers = answers_of([project], on=date(2026, 11, 21))[project.pk]

    assert {answer.code: str(answer.status) for answer in answers}["FIN-07"] == "breach"
