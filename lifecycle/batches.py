"""Setting the limits of a batch: a new value from a day on, never a changed one."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import Batch, BatchLimit
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.parties.log import Actor, record
from lifecycle.rules.limits import LimitUnreadable, format_value, parse

BASIS_LENGTH = 500


class LimitStands(Conflict):
    """The batch has another value of this limit from that very day."""

    code = "limit_stands"


def add_limit(
    *, batch: Batch, code: str, value: str, applies_from: date, basis: str, actor: Actor
) -> BatchLimit:
    """A limit of the batch from a day on, with what it rests on; earlier values stay for earlier days.

    Raises:
        Invalid: no such limit, a value that is none of its kind, no basis, or a day outside 2000–2099.
        LimitStands: a value applies from that day already.
    """
    faults = Faults()
    written = value
    try:
        written = format_value(code, parse(code, value))
    except LimitUnreadable as fault:
        faults["value"] = fault.message
    basis = basis.strip()
    faults.text("basis", basis, limit=BASIS_LENGTH, needed=_("请写明依据。"))
    if not EARLIEST <= applies_from < LATEST:
        faults["applies_from"] = _("生效日期应在 2000 年至 2099 年之间。")
    faults.refuse()
    try:
        with transaction.atomic():
            added = BatchLimit.objects.create(
                batch=batch,
                code=code,
                value=written,
                applies_from=applies_from,
                basis=basis,
            )
            record(
                actor,
                "add_limit",
                subject=batch.name,
                code=code,
                value=written,
                applies_from=applies_from.isoformat(),
            )
    except IntegrityError as error:
        raise LimitStands(
            _("该参数自 %(day)s 起已有取值。") % {"day": applies_from.isoformat()},
            details={"code": code},
        ) from error
    return added
