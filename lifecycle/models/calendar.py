"""Days on which offices work where they differ from the rule, and calendars that people subscribe to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import sane_day
from lifecycle.parties.models import Person


class CalendarDay(models.Model):
    """A day that the province says is, or is not, a working day, whatever the library of holidays says."""

    on = models.DateField(_("日期"), db_column="day", primary_key=True)
    is_working = models.BooleanField(_("工作日"))
    reason = models.CharField(_("依据"), max_length=200)

    class Meta:
        constraints: ClassVar = [sane_day("on", "calendar_day_is_sane")]

    def __str__(self) -> str:
        return f"{self.on} {self.is_working}"


class CalendarNotice(models.Model):
    """The province confirms that the notice of the State Council for a year is worked in; until then the year is 暂定."""

    year = models.PositiveSmallIntegerField(_("年度"), primary_key=True)
    document_no = models.CharField(_("文号"), max_length=200)

    def __str__(self) -> str:
        return f"{self.year}"


class CalendarLink(models.Model):
    """Lets a calendar program read the due days of one person. Only a digest of the token is kept; renewing replaces it."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="calendar_link"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}"
