"""Organisations in their tree, people, memberships, and the log of who did what from where."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    PROVINCE = "province", _("省科技厅")
    CITY = "city", _("设区市科技局")
    PARK = "park", _("高新区管委会")
    UNIT = "unit", _("承担单位")
    PARTNER = "partner", _("参与单位")
    AUDITOR = "auditor", _("审计机构")


class Organisation(models.Model):
    """A party to the programme. Its parent is the organisation that answers for it."""

    name = models.CharField(_("单位名称"), max_length=200)
    kind = models.CharField(_("单位类型"), max_length=20, choices=OrganisationKind.choices)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级单位"),
    )
    contact = models.CharField(_("联系人"), max_length=100, blank=True)
    phone = models.CharField(_("联系电话"), max_length=100, blank=True)
    email = models.CharField(_("电子邮箱"), max_length=254, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="organisation_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name"),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="organisation_is_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **facts: object) -> Person:
        """A person who may sign in once the password is set."""
        person = self.model(username=username, **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone who signs in. What they may see and do follows from their memberships alone."""

    username = models.CharField(_("用户名"), max_length=100, unique=True)
    full_name = models.CharField(_("姓名"), max_length=100, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    language = models.CharField(_("语言"), max_length=10, blank=True)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.full_name or self.username


class Role(models.TextChoices):
    UNIT = "unit", _("承担单位")
    PARK = "park", _("高新区管委会")
    CITY = "city", _("设区市科技局")
    PROVINCE = "province", _("省科技厅")
    AUDITOR = "auditor", _("审计")
    ADMINISTRATOR = "administrator", _("系统管理")
    LOG_READER = "log_reader", _("安全日志查阅")


ROLE_KINDS: dict[str, frozenset[str]] = {
    Role.UNIT: frozenset({OrganisationKind.UNIT}),
    Role.PARK: frozenset({OrganisationKind.PARK}),
    Role.CITY: frozenset({OrganisationKind.CITY}),
    Role.PROVINCE: frozenset({OrganisationKind.PROVINCE}),
    Role.AUDITOR: frozenset({OrganisationKind.AUDITOR}),
    Role.ADMINISTRATOR: frozenset(OrganisationKind.values),
    Role.LOG_READER: frozenset(OrganisationKind.values),
}
"""Which kinds of organisation a role can be held in."""


class Membership(models.Model):
    """A person acts for an organisation in a role."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "organisation", "role"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation} ({self.role})"


class AuditScope(models.Model):
    """An auditing organisation may read everything below `root` of the tree."""

    auditor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="audit_scopes")
    root = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="audited_by")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["auditor", "root"], name="audit_scope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.auditor} → {self.root}"


class AccessToken(models.Model):
    """Lets a program act as a person until it expires. Only a digest is kept, so a stolen table opens no door."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="token_lasts_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.expires_at:%F}"


class SecurityEvent(models.Model):
    """Who did what, from where. Appended only: the database refuses UPDATE, DELETE and TRUNCATE.

    The actor is kept by name as well, so that the record reads the same after a person leaves.
    """

    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        Person,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("操作人"),
    )
    actor_name = models.CharField(_("操作人"), max_length=100, blank=True)
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    act = models.CharField(_("动作"), max_length=50)
    subject = models.CharField(_("对象"), max_length=200, blank=True)
    details = models.JSONField(_("详情"), default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="security_event_latest"),
            models.Index(fields=["actor_name", "act", "at"], name="security_event_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.act} {self.subject}"
