"""What reports can be drawn up on a project, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext as _

from finance.models import RefundState
from lifecycle.models import Acceptance, AnnualReport, DatedEvent, EventKind, Inspection, Project
from reports.collect.annual import years_to_report
from reports.collect.midterm import midterm_key, midterms_of
from reports.collect.refund import refunds_in_order
from reports.models import ReportKind
from reports.records import records_of


class Available(NamedTuple):
    """A report that can be drawn up; or, where `why` is not empty, one that cannot, and why.

    which: the year, the day of the check, the place of the refund or the round; empty where a kind has one alone.
    """

    kind: str
    which: str
    label: str
    why: str = ""


_TABLES: tuple[type[Model], ...] = (AnnualReport, DatedEvent, Inspection, Acceptance)


def available(project: Project, *, on: date) -> list[Available]:
    """By kind, in the order in which they are offered, then in time; two queries."""
    records = records_of(project, _TABLES)
    found = [Available(kind, "", _label(kind)) for kind in _WHOLE]
    for kind, of_kind, why in _SEVERAL:
        several = list(of_kind(project, records, on))
        found += several or [Available(kind, "", _label(kind), why(records))]
    return found


_Records = Mapping[type[Model], list[Any]]

_WHOLE = (ReportKind.ACCEPTANCE, ReportKind.SETTLEMENT, ReportKind.DISBURSEMENTS, ReportKind.SPENDING)


def _label(kind: str, what: str = "") -> str:
    label = str(ReportKind(kind).label)
    return _("%(report)s（%(what)s）") % {"report": label, "what": what} if what else label


def _years(project: Project, records: _Records, on: date) -> Iterator[Available]:
    for year in reversed(years_to_report(project, records[AnnualReport], on=on)):
        yield Available(
            ReportKind.ANNUAL, str(year), _label(ReportKind.ANNUAL, _("%(year)d 年") % {"year": year})
        )


def _midterms(project: Project, records: _Records, on: date) -> Iterator[Available]:
    for each in midterms_of(records[Inspection], records[DatedEvent], on=on):
        label = _label(ReportKind.MIDTERM, each.held_on.isoformat())
        yield Available(ReportKind.MIDTERM, midterm_key(each.held_on), label)


def _refunds(project: Project, records: _Records, on: date) -> Iterator[Available]:
    for place, each in enumerate(refunds_in_order(project), 1):
        if each.asked_on <= on and each.state != RefundState.WITHDRAWN:
            what = each.notice_no or each.asked_on.isoformat()
            yield Available(
                ReportKind.REFUND, str(place), _label(ReportKind.REFUND, f"{_(each.source)} {what}")
            )


def _certificates(project: Project, records: _Records, on: date) -> Iterator[Available]:
    for each in records[Acceptance]:
        if each.certified_on is not None and each.certified_on <= on:
            label = _label(ReportKind.CERTIFICATE, each.certificate_no)
            yield Available(ReportKind.CERTIFICATE, str(each.round), label)


def _no_certificate(records: _Records) -> str:
    kinds = {each.kind for each in records[DatedEvent]}
    if not records[Acceptance] and EventKind.ACCEPTANCE_VERDICT in kinds:
        return _("验收结论由历史资料补录，证书未经本系统颁发。")
    if records[Acceptance] or EventKind.ACCEPTANCE_APPLICATION in kinds:
        return _("验收尚未颁发证书。")
    return _("项目尚未申请验收。")


_SEVERAL: tuple[
    tuple[str, Callable[[Project, _Records, date], Iterator[Available]], Callable[[_Records], str]], ...
] = (
    (ReportKind.ANNUAL, _years, lambda records: _("实施期尚未开始。")),
    (ReportKind.MIDTERM, _midterms, lambda records: _("没有中期检查的记录。")),
    (ReportKind.REFUND, _refunds, lambda records: _("没有应退款项。")),
    (ReportKind.CERTIFICATE, _certificates, _no_certificate),
)
"""Kinds of which a project can have several: how they are found, and what is said where there is none."""
