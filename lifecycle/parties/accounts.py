"""Accounts of people: signing in and out, passwords, tokens, and the roles they hold.

Every act writes the security log in its own transaction. Sign-ins are throttled by counting the log,
so that the limit holds across processes and a restart.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, DomainError, Invalid
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import (
    ROLE_KINDS,
    AccessToken,
    Membership,
    Organisation,
    Person,
    Role,
    SecurityEvent,
)

WINDOW = timedelta(minutes=15)
FAILURES_BY_NAME_AND_ADDRESS = 5
FAILURES_BY_NAME = 20
FAILURES_BY_ADDRESS = 50
"""How many refused passwords within WINDOW close the door: for a name from one address since it last
got in from there, for a name from anywhere, for an address whatever the names (an office shares one)."""

TOKEN_LIFE = timedelta(days=90)
NAME_LENGTH = 100

NO_PASSWORD = "!"
"""What Django takes for a password that nothing fits."""

APART: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.LOG_READER})
"""Roles of which a person holds one at most."""

SIGN_IN = "sign_in"
SIGN_IN_REFUSED = "sign_in_refused"
SIGN_IN_THROTTLED = "sign_in_throttled"


class SignInRefused(DomainError):
    """Name or password is wrong, or the account is switched off; which of them is not told."""

    code = "sign_in_refused"


class TooManyAttempts(DomainError):
    """Too many refused passwords; details: retry_after in seconds."""

    code = "too_many_attempts"


class RoleDoesNotFit(Invalid):
    """The role cannot be held in an organisation of that kind."""

    code = "role_does_not_fit"


class RolesApart(Conflict):
    """Who keeps the accounts does not read the log of what was done to them, and the other way round."""

    code = "roles_apart"


class NameTaken(Conflict):
    """Another person signs in under that name."""

    code = "name_taken"


def folded(username: str) -> str:
    """A name as it is kept: full-width letters, as an input method gives them, are the plain ones."""
    return unicodedata.normalize("NFKC", username).strip()


def sign_in(*, username: str, password: str, address: str, now: datetime, by: str = "page") -> Person:
    """The person of that name and password. `by` (page, token) goes into the log.

    Raises:
        TooManyAttempts: the limits above are reached; the password was not looked at.
        SignInRefused: no such name and password, or the account is switched off.
    """
    person = _checked(username, password, address, now, SIGN_IN, by)
    if person is None:
        raise SignInRefused(_("用户名或密码不正确，或账号已停用。"))
    return person


def sign_out(*, actor: Actor, now: datetime) -> None:
    """Note that the person left."""
    record(actor, "sign_out", at=now)


def change_password(*, person: Person, old: str, new: str, actor: Actor, now: datetime) -> None:
    """The person's own new password; tokens made under the old one end.

    Raises:
        TooManyAttempts: the old password was wrong too often.
        Invalid: the old password is wrong, or the new one too weak or the same; details name the field.
    """
    if _checked(person.username, old, actor.address, now, "confirm_password", "password") is None:
        raise Invalid(_("原密码不正确。"), details={"old": _("原密码不正确。")})
    if new == old:
        raise Invalid(_("新密码不能与原密码相同。"), details={"new": _("新密码不能与原密码相同。")})
    _check_strength(new, person)
    with transaction.atomic():
        _set_password(person, new, must_change=False)
        record(actor, "change_password", at=now, subject=person.username)


def change_email(*, person: Person, email: str, password: str, actor: Actor, now: datetime) -> None:
    """Where the person's mail goes from now on; empty: nowhere. The password says that it is they who ask.

    Raises:
        TooManyAttempts: the password was wrong too often.
        Invalid: the password is wrong, or the address none; details name the field.
    """
    address = email.strip()
    if address:
        try:
            validate_email(address)
            Person._meta.get_field("email").run_validators(address)
        except ValidationError as error:
            wanted = _("请填写有效的电子邮箱。")
            raise Invalid(wanted, details={"email": wanted}) from error
    if _checked(person.username, password, actor.address, now, "confirm_password", "email") is None:
        raise Invalid(_("密码不正确。"), details={"password": _("密码不正确。")})
    with transaction.atomic():
        person.email = address
        person.save(update_fields=["email"])
        record(actor, "change_email", at=now, subject=person.username)


def reset_password(*, person: Person, actor: Actor, now: datetime) -> str:
    """A random password, to be told to the person, who has to change it at the next sign-in."""
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        _set_password(person, password, must_change=True)
        record(actor, "reset_password", at=now, subject=person.username)
    return password


def create_person(
    *,
    username: str,
    password: str,
    actor: Actor,
    now: datetime,
    full_name: str = "",
    email: str = "",
    must_change_password: bool = True,
) -> Person:
    """A new account without any role.

    Raises:
        Invalid: the name cannot be one, or the password is too weak; details name the field.
        NameTaken: somebody signs in under that name.
    """
    name = folded(username)
    if not name or len(name) > NAME_LENGTH or not name.isprintable() or " " in name:
        wanted = _("用户名应为 1–%(limit)d 个字符，不含空格和控制字符。") % {"limit": NAME_LENGTH}
        raise Invalid(wanted, details={"username": wanted})
    person = Person(
        username=name, full_name=full_name, email=email, must_change_password=must_change_password
    )
    _check_strength(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            record(actor, "create_person", at=now, subject=name)
    except IntegrityError as error:
        raise NameTaken(
            _("用户名“%(name)s”已被使用。") % {"name": name}, details={"username": name}
        ) from error
    return person


def switch(*, person: Person, active: bool, actor: Actor, now: datetime) -> None:
    """Switch an account on or off; switched off, it sees nothing and its tokens end."""
    with transaction.atomic():
        person.is_active = active
        person.save(update_fields=["is_active"])
        if not active:
            AccessToken.objects.filter(person=person).delete()
        record(actor, "switch_on" if active else "switch_off", at=now, subject=person.username)


def join(*, person: Person, organisation: Organisation, role: str, actor: Actor, now: datetime) -> Membership:
    """Let the person act for the organisation in a role; once more changes nothing.

    Raises:
        RoleDoesNotFit: no such role, or one that is not held in organisations of that kind.
        RolesApart: the person would keep the accounts and read the security log as well.
    Source: PRODUCT.md 'People': 系统管理 is separate from the security log's reader.
    """
    if organisation.kind not in ROLE_KINDS.get(role, frozenset()):
        raise RoleDoesNotFit(
            _("“%(organisation)s”（%(kind)s）中不能担任“%(role)s”。")
            % {
                "organisation": organisation.name,
                "kind": organisation.get_kind_display(),
                "role": Role(role).label if role in Role.values else role,
            },
            details={"role": role, "kind": organisation.kind},
        )
    with transaction.atomic():
        if role in APART:
            # Two such roles given at once would each not see the other.
            Person.objects.select_for_update().get(pk=person.pk)
            if Membership.objects.filter(person=person, role__in=APART - {role}).exists():
                raise RolesApart(_("系统管理和安全日志查阅不能由同一人担任。"), details={"role": role})
        membership, is_new = Membership.objects.get_or_create(
            person=person, organisation=organisation, role=role
        )
        if is_new:
            record(actor, "join", at=now, subject=person.username, organisation=organisation.name, role=role)
    return membership


def leave(*, membership: Membership, actor: Actor, now: datetime) -> None:
    """Take a role back."""
    with transaction.atomic():
        record(
            actor,
            "leave",
            at=now,
            subject=membership.person.username,
            organisation=membership.organisation.name,
            role=membership.role,
        )
        membership.delete()


def issue_token(*, person: Person, actor: Actor, now: datetime) -> str:
    """A new token for programs, good for TOKEN_LIFE; it is told once and kept as a digest."""
    token = secrets.token_hex(20)
    with transaction.atomic():
        AccessToken.objects.filter(person=person, expires_at__lte=now).delete()
        AccessToken.objects.create(
            person=person, digest=_digest(token), created_at=now, expires_at=now + TOKEN_LIFE
        )
        record(actor, "issue_token", at=now, subject=person.username)
    return token


def bearer(token: str, *, now: datetime) -> Person | None:
    """Whose token it is; None when unknown, expired, or of an account that is switched off. One query."""
    return Person.objects.filter(
        tokens__digest=_digest(token), tokens__expires_at__gt=now, is_active=True
    ).first()


def _checked(username: str, password: str, address: str, now: datetime, act: str, by: str) -> Person | None:
    """The active person whose password this is, logged as `act`; None, logged and counted, when it is not.

    Attempts on one name are taken one after another, so that a burst of guesses cannot outrun the count.
    """
    name = folded(username.replace("\x00", ""))[:NAME_LENGTH]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sign-in ' || %s, 0))", [name])
        wait = _wait_for(name, address, now)
        if not wait:
            person = Person.objects.filter(username=name).first()
            # Without a person the hasher runs all the same, so that time does not tell who exists.
            fits = check_password(password, person.password if person else NO_PASSWORD)
            if person is not None and fits and person.is_active:
                record(Actor(person, address), act, at=now, by=by)
                return person
            _note(SIGN_IN_REFUSED, name, address, now, by)
            return None
        if not _claims(SIGN_IN_THROTTLED, now).filter(subject=name, address=address).exists():
            _note(SIGN_IN_THROTTLED, name, address, now, by)
    raise TooManyAttempts(
        _("登录失败次数过多，请在 %(minutes)d 分钟后再试。") % {"minutes": math.ceil(wait / 60)},
        details={"retry_after": wait},
    )


def _claims(act: str, now: datetime) -> QuerySet[SecurityEvent]:
    """What was tried within WINDOW under a claimed name; the log keeps it without an actor."""
    return SecurityEvent.objects.filter(actor_name="", act=act, at__gt=now - WINDOW)


def _note(act: str, name: str, address: str, now: datetime, by: str) -> None:
    SecurityEvent.objects.create(at=now, address=address, act=act, subject=name, details={"by": by})


def _wait_for(name: str, address: str, now: datetime) -> int:
    """Seconds until the next attempt is looked at; 0 when it may be made now."""
    tried = (
        _claims(SIGN_IN_REFUSED, now)
        .filter(Q(subject=name) | Q(address=address))
        .order_by("at")
        .values_list("at", "subject", "address")
    )
    got_in = (
        SecurityEvent.objects.filter(actor_name=name, act=SIGN_IN, address=address, at__gt=now - WINDOW)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    here, anywhere, from_address = [], [], []
    for at, subject, origin in tried:
        if subject == name:
            anywhere.append(at)
            if origin == address and (got_in is None or at > got_in):
                here.append(at)
        if origin == address:
            from_address.append(at)
    waits = [
        times[-limit] + WINDOW - now
        for times, limit in (
            (here, FAILURES_BY_NAME_AND_ADDRESS),
            (anywhere, FAILURES_BY_NAME),
            (from_address, FAILURES_BY_ADDRESS),
        )
        if len(times) >= limit
    ]
    return math.ceil(max(waits).total_seconds()) if waits else 0


def _check_strength(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), details={"new": error.messages}) from error


def _set_password(person: Person, password: str, *, must_change: bool) -> None:
    person.set_password(password)
    person.must_change_password = must_change
    person.save(update_fields=["password", "must_change_password"])
    AccessToken.objects.filter(person=person).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
