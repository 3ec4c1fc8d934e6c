"""Signing in and its limits, passwords, tokens, and who may hold which role where."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecycle.errors import Invalid
from lifecycle.parties import accounts
from lifecycle.parties.accounts import NameTaken, RoleDoesNotFit, RolesApart, SignInRefused, TooManyAttempts
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Membership, Organisation, OrganisationKind, Person, Role, SecurityEvent
from tests.builders import make_park
from tests.people import PASSWORD, make_person

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HERE, THERE = "10.0.0.1", "10.0.0.2"

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return make_person(username="park.9")


def sign_in(
    username: str = "park.9", password: str = PASSWORD, *, address: str = HERE, now: datetime = NOW
) -> Person:
    return accounts.sign_in(username=username, password=password, address=address, now=now)


def fail(times: int, username: str = "park.9", *, address: str = HERE, now: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in(username, "wrong", address=address, now=now)


def acts() -> list[str]:
    return list(SecurityEvent.objects.order_by("pk").values_list("act", flat=True))


def test_the_right_password_lets_in_and_is_logged(person: Person):
    assert sign_in() == person

    event = SecurityEvent.objects.get(act="sign_in")
    assert (event.actor_name, event.address, event.at) == ("park.9", HERE, NOW)


def test_a_name_typed_in_full_width_letters_is_the_same_name(person: Person):
    assert sign_in(" ｐａｒｋ．９ ") == person


@pytest.mark.parametrize("username", ["park.9", "nobody", "", "a\x00b", "长" * 500])
def test_a_wrong_pair_is_refused_in_the_same_words_whoever_it_names(person: Person, username: str):
    with pytest.raises(SignInRefused) as refusal:
        sign_in(username, "wrong")

    assert refusal.value.message == "用户名或密码不正确，或账号已停用。"
    assert acts() == ["sign_in_refused"]


def test_an_account_switched_off_is_refused(person: Person):
    accounts.switch(person=person, active=False, actor=OPERATOR_ACTOR, now=NOW)

    with pytest.raises(SignInRefused):
        sign_in()


def test_the_sixth_attempt_is_not_even_looked_at(person: Person):
    later = NOW + timedelta(seconds=2)
    fail(4)
    assert sign_in(now=NOW + timedelta(seconds=1)) == person
    fail(5, now=later)

    with pytest.raises(TooManyAttempts) as refusal:
        sign_in(now=later)

    assert refusal.value.details == {"retry_after": 900}


def test_the_door_opens_again_when_the_oldest_attempt_is_past(person: Person):
    fail(5)

    with pytest.raises(TooManyAttempts):
        sign_in(now=NOW + timedelta(minutes=14, seconds=59))
    assert sign_in(now=NOW + timedelta(minutes=15)) == person


def test_one_address_does_not_shut_out_another(person: Person):
    fail(5, address=THERE)

    assert sign_in(address=HERE) == person


def test_a_name_is_shut_after_twenty_attempts_from_anywhere(person: Person):
    for number in range(20):
        fail(1, address=f"10.1.0.{number}")

    with pytest.raises(TooManyAttempts):
        sign_in(address="10.2.0.1")


def test_an_address_is_shut_after_fifty_attempts_whatever_the_names(person: Person):
    for number in range(50):
        fail(1, f"guess{number}")

    with pytest.raises(TooManyAttempts):
        sign_in()
    assert sign_in(address=THERE) == person


def test_attempts_at_a_shut_door_are_logged_once_and_do_not_prolong_it(person: Person):
    fail(5)
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            sign_in()

    assert acts().count("sign_in_throttled") == 1
    assert sign_in(now=NOW + timedelta(minutes=15)) == person


def test_a_new_password_ends_the_tokens_made_under_the_old_one(person: Person):
    token = accounts.issue_token(person=person, actor=Actor(person), now=NOW)

    accounts.change_password(
        person=person, old=PASSWORD, new="quite-another-8", actor=Actor(person, HERE), now=NOW
    )

    assert accounts.bearer(token, now=NOW) is None
    assert sign_in(password="quite-another-8") == person
    assert "change_password" in acts()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "quite-another-8", "old"),
        (PASSWORD, "short-1", "new"),
        (PASSWORD, "12345678901234", "new"),
        (PASSWORD, "password1234", "new"),
        (PASSWORD, PASSWORD, "new"),
    ],
)
def test_a_new_password_is_refused_with_the_field_that_is_wrong(
    person: Person, old: str, new: str, field: str
):
    with pytest.raises(Invalid) as refusal:
        accounts.change_password(person=person, old=old, new=new, actor=Actor(person, HERE), now=NOW)

    assert set(refusal.value.details) == {field}
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_guessing_the_old_password_is_throttled_like_signing_in(person: Person):
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.change_password(person=person, old="wrong", new="x", actor=Actor(person, HERE), now=NOW)

    with pytest.raises(TooManyAttempts):
        accounts.change_password(person=person, old=PASSWORD, new="x", actor=Actor(person, HERE), now=NOW)


def test_a_password_given_out_has_to_be_changed(person: Person):
    given = accounts.reset_password(person=person, actor=OPERATOR_ACTOR, now=NOW)

    assert sign_in(password=given).must_change_password
    accounts.change_password(
        person=person, old=given, new="quite-another-8", actor=Actor(person, HERE), now=NOW
    )
    person.refresh_from_db()
    assert not person.must_change_password


@pytest.mark.parametrize("username", ["", "  ", "two words", "tab\tinside", "nul\x00", "长" * 101])
def test_a_name_that_cannot_be_typed_again_is_refused(username: str):
    with pytest.raises(Invalid):
        accounts.create_person(username=username, password="quite-another-8", actor=OPERATOR_ACTOR, now=NOW)


def test_a_name_is_given_once(person: Person):
    with pytest.raises(NameTaken):
        accounts.create_person(username="ｐark.9", password="quite-another-8", actor=OPERATOR_ACTOR, now=NOW)

    assert Person.objects.count() == 1


def test_a_token_is_kept_as_a_digest_and_ends_after_ninety_days(person: Person):
    token = accounts.issue_token(person=person, actor=Actor(person), now=NOW)

    assert person.tokens.get().digest != token
    assert accounts.bearer(token, now=NOW + timedelta(days=90) - timedelta(seconds=1)) == person
    assert accounts.bearer(token, now=NOW + timedelta(days=90)) is None
    assert accounts.bearer("unknown", now=NOW) is None
    assert accounts.bearer("\ud800", now=NOW) is None


def test_switching_an_account_off_ends_its_tokens(person: Person):
    token = accounts.issue_token(person=person, actor=Actor(person), now=NOW)

    accounts.switch(person=person, active=False, actor=OPERATOR_ACTOR, now=NOW)

    assert accounts.bearer(token, now=NOW) is None


def test_a_role_is_held_only_where_it_fits(person: Person):
    park = make_park()

    with pytest.raises(RoleDoesNotFit):
        accounts.join(person=person, organisation=park, role=Role.PROVINCE, actor=OPERATOR_ACTOR, now=NOW)
    with pytest.raises(RoleDoesNotFit):
        accounts.join(person=person, organisation=park, role="king", actor=OPERATOR_ACTOR, now=NOW)
    assert not Membership.objects.exists()


def test_joining_twice_is_joining_once_and_leaving_ends_it(person: Person):
    park = make_park()

    first = accounts.join(person=person, organisation=park, role=Role.PARK, actor=OPERATOR_ACTOR, now=NOW)
    again = accounts.join(person=person, organisation=park, role=Role.PARK, actor=OPERATOR_ACTOR, now=NOW)
    assert first == again
    accounts.leave(membership=again, actor=OPERATOR_ACTOR, now=NOW)

    assert not Membership.objects.exists()
    assert acts() == ["join", "leave"]


@pytest.mark.parametrize(
    ("first", "second"), [(Role.ADMINISTRATOR, Role.LOG_READER), (Role.LOG_READER, Role.ADMINISTRATOR)]
)
def test_who_keeps_the_accounts_does_not_read_the_log(person: Person, first: str, second: str):
    park = make_park()
    accounts.join(person=person, organisation=park, role=first, actor=OPERATOR_ACTOR, now=NOW)

    with pytest.raises(RolesApart):
        accounts.join(person=person, organisation=park, role=second, actor=OPERATOR_ACTOR, now=NOW)
    accounts.join(person=person, organisation=park, role=first, actor=OPERATOR_ACTOR, now=NOW)

    assert [membership.role for membership in person.memberships.all()] == [first]


def test_an_administrator_may_sit_in_any_organisation(person: Person):
    auditor = Organisation.objects.create(name="审计", kind=OrganisationKind.AUDITOR)

    accounts.join(person=person, organisation=auditor, role=Role.ADMINISTRATOR, actor=OPERATOR_ACTOR, now=NOW)

    assert person.memberships.get().role == Role.ADMINISTRATOR
