"""Arguments that several commands read alike."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from lifecycle.parties.models import Person


def day(text: str) -> date:
    """A calendar day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("日期“%(found)s”应写作 YYYY-MM-DD。") % {"found": text}) from None


def account(username: str) -> Person:
    """The active account of that name. Raises CommandError where there is none."""
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(_("没有名为“%(name)s”的可用账号。") % {"name": username})
    return person
