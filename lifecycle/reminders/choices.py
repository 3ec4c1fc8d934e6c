"""What each person chose about being told: by mail or not, from which hour, and of which kinds not at all."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.faults import Faults
from lifecycle.models import Preference
from lifecycle.parties.models import Person
from lifecycle.reminders.settings import settings

MAIL_HOURS = range(9, 18)
"""The hours from which a mail may go out."""


def preference_of(person: Person) -> Preference:
    """What the person chose, or the defaults, which are not saved; one query."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


@transaction.atomic
def choose(
    *, person: Person, by_mail: bool, urgent_at_once: bool, mail_from: int, muted: Iterable[str]
) -> Preference:
    """Keep the person's choices.

    Raises Invalid: the hour lies outside MAIL_HOURS, or a muted kind is unknown or binding.
    """
    wanted = sorted(set(muted))
    known = settings()
    binding = {code for code, setting in known.items() if setting.is_binding}
    faults = Faults()
    if mail_from not in MAIL_HOURS:
        faults.say(
            "mail_from",
            _("邮件时间应在 %(first)d 点至 %(last)d 点之间。")
            % {"first": MAIL_HOURS[0], "last": MAIL_HOURS[-1]},
        )
    if not set(wanted) <= set(known):
        faults.say("muted", _("没有这种事项。"))
    if not binding.isdisjoint(wanted):
        faults.say("muted", _("省科技厅规定必须提醒的事项不能关闭。"))
    faults.refuse()
    chosen, _is_new = Preference.objects.update_or_create(
        person=person,
        defaults={
            "by_mail": by_mail,
            "urgent_at_once": urgent_at_once,
            "mail_from": mail_from,
            "muted": wanted,
        },
    )
    return chosen
