"""A ledger with everything that can go wrong in a file: formulas, quotes, line ends, markup, a reversal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from finance.bulk import post_many
from finance.models import Entry
from finance.posting import Movement, reverse_entry
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_project, yuan

AWKWARD: tuple[str, ...] = (
    "=1+1",
    "+86 25 8000",
    "-退货",
    "@SUM(A1)",
    "＝全角",
    "\t制表",
    "\r回车",
    "\n换行",
    "'撇号",
    "''两个",
    '逗号, 和 "引号"',
    "第一行\n第二行",
    "第一行\r\n第二行\n",
    " 前后空格 ",
    "<b>&amp;</b> ]]>",
    "_x000D_",
    '反斜杠\\n \\ \\"',
    "省😀略",
    "\\.",
    "普通",
)
FIELDS = ("voucher", "invoice", "counterparty", "memo")
ON_A_SECOND = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
"""No fraction of a second, and another day in UTC than some hours later in Shanghai."""


def movement(kind: str, source: str, amount: str, on: str, **texts: str) -> Movement:
    return Movement(kind=kind, source=source, amount=yuan(amount), on=day(on), **texts)


def post(project: Project, *movements: Movement, recorded_at: datetime | None = None) -> None:
    post_many([(project.pk, each) for each in movements], actor=OPERATOR_ACTOR, recorded_at=recorded_at)


def awkward_project(**facts: Any) -> Project:
    """Money arrives, is passed on and spent under every awkward text; then the first spending is reversed."""
    project = make_project(milestones=False, **facts)
    post(
        project,
        movement("到账园区", "省拨款", "1000000", "2022-10-01", voucher="a1"),
        movement("拨付单位", "省拨款", "1000000", "2022-10-05", voucher="a2"),
        recorded_at=ON_A_SECOND,
    )
    post(
        project,
        *(
            movement(
                "支出",
                "省拨款",
                f"{number}.50",
                f"2022-11-{number:02}",
                category="设备费",
                **(dict.fromkeys(FIELDS, text) | {"voucher": f"{text}{number}"}),
            )
            for number, text in enumerate(AWKWARD, start=1)
        ),
    )
    reverse_entry(
        project=project,
        sequence=3,
        on=day("2023-01-10"),
        reason="=误记",
        actor=OPERATOR_ACTOR,
        today=day("2026-11-21"),
    )
    return project


def joined(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows as a reader of CSV gets them, headings first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def hashed_texts(project: Project) -> list[tuple[str, ...]]:
    """The free texts of every entry as they are kept, in sequence."""
    return list(Entry.objects.filter(project=project).order_by("sequence").values_list(*FIELDS))
