"""What reports demand before a move: a project is closed on a report that was issued, and that still says what is so."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.models import Journal
from lifecycle.guards import Case, Guard, Outcome, demand, met, stand_on, unmet
from lifecycle.parties.models import Role
from reports.models import Issue, ReportKind


class _Round(msgspec.Struct):
    verdict: str


class _Ledger(msgspec.Struct):
    head_hash: str


class _Sealed(msgspec.Struct):
    """Of an acceptance report's frozen facts, what closing rests on."""

    rounds: list[_Round]
    ledger: _Ledger


def _report_is_sealed(case: Case) -> Outcome:
    latest = Issue.objects.filter(project=case.project, kind=ReportKind.ACCEPTANCE).order_by("-pk").first()
    if latest is None or timezone.localdate(latest.issued_at) > case.on:
        return unmet(_("尚未出具验收报告。"))
    said = msgspec.json.decode(latest.facts, type=_Sealed)
    figures = {"report": latest.number}
    if not said.rounds or not said.rounds[-1].verdict:
        return unmet(_("验收报告 %(report)s 出具于验收结论登记之前，应重新出具。"), **figures)
    head = Journal.objects.filter(project=case.project).values_list("head_hash", flat=True).first()
    if head is not None and head != said.ledger.head_hash:
        return unmet(_("验收报告 %(report)s 出具之后台账有新的分录，应重新出具。"), **figures)
    return met(_("验收报告 %(report)s 已出具封存，与现有台账一致。"), **figures)


REPORT_SEALED = Guard(
    "report_sealed",
    gettext_lazy("验收报告已出具"),
    gettext_lazy("申报指引 四.2：纸质材料与网上填报内容一致；报告封存后结题"),
    "reports",
    (Role.UNIT.value, Role.PARK.value, Role.PROVINCE.value),
    _report_is_sealed,
)


def register() -> None:
    """Let a project be closed only on its sealed report."""
    demand("close", REPORT_SEALED)
    stand_on([Path(__file__)])
