"""What the frame of every page shows: where one can go, who one is, which language."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from backend.access import Act, may, responsible_for, sight_for
from backend.pages.health import banner
from lifecycle.parties.models import Person, Role
from lifecycle.parties.sight import Sight
from lifecycle.reminders.bell import Bell, bell_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame; no query beyond the sight that the page asks for anyway, and one for the bell.

    The bell is counted where it is drawn, so that a part of a page does not pay for it. An administrator's costs
    one more, for what runs behind.
    """
    user = getattr(request, "user", None)
    sight = sight_for(request) if isinstance(user, Person) and not user.must_change_password else None
    bell = None
    if isinstance(user, Person) and sight is not None and may(Act.SEE_TODO, sight):
        bell = SimpleLazyObject(partial(_bell, user, sight))
    return {
        "has_bell": bell is not None,
        "bell": bell,
        "places": places(sight, request.path) if sight else [],
        "roles_held": [Role(role).label for role in sorted(sight.roles)] if sight else [],
        "troubles_behind": banner(sight) if sight else [],
        "other_language": "en" if (get_language() or "").startswith("zh") else settings.LANGUAGE_CODE,
    }


_LOOKS_AFTER_OTHERS = (Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR)
"""Roles for which who is late is more than what they have to do themselves."""


def _bell(person: Person, sight: Sight) -> Bell:
    return bell_of(person, responsible_for(sight), timezone.localdate())


def places(sight: Sight, path: str) -> list[dict[str, Any]]:
    """The main menu: only what the person's roles open."""
    menu = (
        (may(Act.SEE_TODO, sight), _("待办"), "todo"),
        (may(Act.SEE_PROJECTS, sight), _("项目"), "projects"),
        (may(Act.SEE_COMPLIANCE, sight), _("合规"), "compliance"),
        (sight.holds(*_LOOKS_AFTER_OTHERS), _("逾期"), "late"),
        (may(Act.IMPORT_WORKBOOK, sight), _("导入"), "imports"),
        (
            may(Act.SEE_PROJECTS, sight) or may(Act.SET_LIMITS, sight),
            pgettext("list", "批次"),
            "batches",
        ),
        (may(Act.SET_CALENDAR, sight), _("日历"), "calendar"),
        (may(Act.MANAGE_PEOPLE, sight), _("人员"), "people"),
        (may(Act.MANAGE_PEOPLE, sight), pgettext("list", "单位"), "organisations"),
        (may(Act.READ_LOG, sight), _("安全日志"), "security-log"),
        (may(Act.SEE_HEALTH, sight), _("运行状况"), "health"),
    )
    addresses = [(label, reverse(name)) for allowed, label, name in menu if allowed]
    return [{"label": label, "url": url, "here": path.startswith(url)} for label, url in addresses]
