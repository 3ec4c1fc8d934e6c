"""A workbook into the system: all of it or nothing, the same file twice changing nothing the second time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.workbook.cells import shown
from backend.workbook.directory import Directory
from backend.workbook.faults import Findings, TooManyFaults
from backend.workbook.money import MovementPlan, plan_movements
from backend.workbook.plan import Desk, Plan
from backend.workbook.planning import PLANNERS
from backend.workbook.preview import Preview
from backend.workbook.reading import read_book
from backend.workbook.scope import Scope
from backend.workbook.sheets import TABLES
from finance.bulk import post_many
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight

Progress = Callable[[str, int, int], None]
"""Hears the sheet being written, the rows done of it and its rows in all."""

_MONEY = "资金流水"
_SAVED_AT_ONCE = 1_000
# Two imports at once would each find the other's rows missing.
_LOCK = 7_301_022


def import_workbook(
    content: bytes,
    *,
    actor: Actor,
    sight: Sight,
    now: datetime,
    dry_run: bool = False,
    name: str = "",
    progress: Progress | None = None,
    before_commit: Callable[[Preview], None] | None = None,
) -> Preview:
    """Bring in the .xlsx file in `content`, or with `dry_run` find out what that would do.

    sight: what the actor may see; `lifecycle.parties.sight.OPERATOR` for the one at the command line.
    name: of the file, for the log. Every fault is listed; if there is one, nothing is written and all counts
    are zero. Movements enter the ledger as they happened, even where a balance falls below zero. The number
    of queries does not depend on the number of rows but by thousands written at once.
    before_commit: called last in the transaction that wrote; what it raises undoes all of it.
    Source: WORKBOOK, "What an import promises".
    """
    findings = Findings()
    preview = _empty_preview()
    try:
        sheets = read_book(content, findings)
        with transaction.atomic():
            if not dry_run:
                _lock()
            today = timezone.localdate(now)
            desk = Desk(today, sheets, Directory(sheets.values(), sight), Scope(sight), findings, preview)
            plans, money = _plan(desk)
            if not findings.faults and not dry_run:
                _write(desk, plans, money, actor=actor, now=now, name=name, progress=progress)
                preview.written = True
                if before_commit is not None:
                    preview.warnings = findings.warnings
                    before_commit(preview)
    except TooManyFaults:
        pass
    except IntegrityError:
        findings.fault(_("导入时他人同时改动了相同的数据，本次未写入任何内容；请重新导入"))
    except DataError:
        findings.fault(_("有数值超出系统可保存的范围，本次未写入任何内容；请核对金额"))
    if findings.faults:
        preview = _empty_preview()
    preview.faults = list(findings.in_book_order([table.title for table in TABLES]))
    preview.warnings = findings.warnings
    return preview


def _empty_preview() -> Preview:
    titles = [table.title for table in TABLES]
    return Preview(
        created=dict.fromkeys(titles, 0),
        updated=dict.fromkeys(titles, 0),
        unchanged=dict.fromkeys(titles, 0),
        additions={title: [] for title in titles},
    )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _plan(desk: Desk) -> tuple[dict[str, Plan], MovementPlan]:
    plans: dict[str, Plan] = {}
    money = MovementPlan()
    for title, sheet in desk.sheets.items():
        if title == _MONEY:
            money = plan_movements(desk, sheet)
        else:
            plans[title] = PLANNERS[title](desk, sheet)
    return plans, money


def _write(
    desk: Desk,
    plans: dict[str, Plan],
    money: MovementPlan,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    progress: Progress | None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pilot.actor', %s, true)", [actor.name])
    for title, plan in plans.items():
        _save(plan)
        if progress is not None and desk.sheets[title].rows:
            rows = len(desk.sheets[title].rows)
            progress(title, rows, rows)
    total = len(money.rows)
    if total:
        post_many(
            money.movements(),
            actor=actor,
            progress=None if progress is None else lambda done: progress(_MONEY, done, total),
        )
    if desk.preview.changes_anything:
        record(
            actor,
            "import_workbook",
            at=now,
            subject=shown(name, 200),
            created={title: count for title, count in desk.preview.created.items() if count},
            updated={title: count for title, count in desk.preview.updated.items() if count},
        )


def _save(plan: Plan) -> None:
    """Save what is new, then what changed; those that others refer to first."""
    pending = plan.added
    while pending:
        ready = [each for each in pending if not _waits_for_parent(each)]
        type(ready[0])._default_manager.bulk_create(ready, batch_size=_SAVED_AT_ONCE)
        pending = [each for each in pending if each.pk is None]
    if plan.changed:
        fields = sorted({name for _instance, names in plan.changed for name in names})
        instances: list[Any] = [instance for instance, _names in plan.changed]
        type(instances[0])._default_manager.bulk_update(instances, fields, batch_size=_SAVED_AT_ONCE)
    if plan.beside is not None:
        _save(plan.beside)


def _waits_for_parent(instance: object) -> bool:
    """Whether an organisation's parent is new too and not saved yet."""
    if not isinstance(instance, Organisation):
        return False
    parent = instance._state.fields_cache.get("parent")
    return parent is not None and parent.pk is None
