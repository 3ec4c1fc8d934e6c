"""What the province says of each kind of matter: whether it may be turned off, and whether it is told at once."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models import KindSetting
from lifecycle.parties.log import Actor, record
from lifecycle.reminders.kinds import Kind, kinds


class UnknownKind(Invalid):
    """There is no kind of matter of that code."""

    code = "unknown_kind"


class Setting(NamedTuple):
    """A kind with what holds for it: as the province said, else as the kind was declared."""

    kind: Kind
    is_binding: bool
    is_urgent: bool


def settings() -> dict[str, Setting]:
    """What holds for every kind, by its code, in order of registration; one query."""
    said = {row.kind: row for row in KindSetting.objects.all()}
    return {
        code: Setting(kind, said[code].is_binding, said[code].is_urgent)
        if code in said
        else Setting(kind, kind.is_binding, kind.is_urgent)
        for code, kind in kinds().items()
    }


@transaction.atomic
def set_kinds(wanted: dict[str, tuple[bool, bool]], *, actor: Actor) -> list[str]:
    """Say of kinds, by code, whether they are binding and urgent; the codes that changed.

    What is said already is neither written nor logged again.
    Raises UnknownKind for a code that is none; nothing changes.
    """
    unknown = sorted(set(wanted) - set(kinds()))
    if unknown:
        raise UnknownKind(
            _("没有这种提醒事项：%(kinds)s。") % {"kinds": ", ".join(unknown)}, details={"kinds": unknown}
        )
    # Two people at once: the later one waits, and compares with what the first one said.
    list(KindSetting.objects.select_for_update().order_by("kind"))
    present = settings()
    changed = {
        code: said
        for code, said in wanted.items()
        if said != (present[code].is_binding, present[code].is_urgent)
    }
    if changed:
        KindSetting.objects.bulk_create(
            [KindSetting(kind=code, is_binding=said[0], is_urgent=said[1]) for code, said in changed.items()],
            update_conflicts=True,
            unique_fields=["kind"],
            update_fields=["is_binding", "is_urgent"],
        )
        record(
            actor,
            "set_reminders",
            kinds=[
                f"{code} binding={said[0]} urgent={said[1]}".lower() for code, said in sorted(changed.items())
            ],
        )
    return sorted(changed)
