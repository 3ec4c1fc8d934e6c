"""How each person wants to be told, and what the province does not let them turn off."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifecycle.models.project import Project
from lifecycle.parties.models import Organisation, Person


class Preference(models.Model):
    """The choices of one person; without a row, the defaults below.

    mail_from: the hour of the day from which the digest mail may go out, within working hours. muted: codes of
    kinds that neither bell nor mail tells of; binding kinds are told of all the same.
    """

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    by_mail = models.BooleanField(_("接收邮件汇总"), default=True)
    urgent_at_once = models.BooleanField(_("紧急事项立即发送邮件"), default=True)
    mail_from = models.PositiveSmallIntegerField(_("邮件时间"), default=9)
    muted = models.JSONField(_("不再提醒的事项"), default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(mail_from__gte=9, mail_from__lte=17), name="preference_mails_in_working_hours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class KindSetting(models.Model):
    """What the province says of a kind of matter. is_binding: nobody turns it off. is_urgent: told at once."""

    kind = models.CharField(max_length=30, primary_key=True)
    is_binding = models.BooleanField(_("不可关闭"), default=False)
    is_urgent = models.BooleanField(_("紧急"), default=False)

    def __str__(self) -> str:
        return self.kind


class Caretaker(models.Model):
    """Who in an organisation looks after a project (经办人); its messages go to them rather than to everybody there."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="caretakers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="caretakers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="caretaking")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "organisation"], name="caretaker_one_a_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.person_id}"
