"""Rows of the tables on a project's page, written in one go like the long ones in `rows`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.pages.pictures import LOOKS
from backend.templatetags.pilot import number, yuan
from backend.templatetags.rows import escape
from finance.funding import SourceMoney
from finance.instalments import Instalment
from finance.terms import PROVINCIAL
from lifecycle.models import AnnualReport, DatedEvent, Target, Tranche
from reports.overview import Overview

register = template.Library()


@register.simple_tag
def money_rows(overview: Overview) -> SafeString:
    """A row for each source; what passes through the park is the provincial grant alone."""
    labels = _money_labels()
    return mark_safe(
        "\n".join(
            f'<tr class="source-{LOOKS.get(source, "own")}"><th scope="row">'
            f'<span class="swatch" aria-hidden="true"></span>{escape(_(source))}</th>'
            f"{_money_cells(money, labels, passes_park=source == PROVINCIAL)}</tr>"
            for source, money in overview.funding.sources.items()
        )
    )


@register.simple_tag
def money_total(overview: Overview) -> SafeString:
    """The row of all sources together."""
    cells = _money_cells(overview.total, _money_labels(), passes_park=True)
    return mark_safe(f'<tr><th scope="row">{escape(_("合计"))}</th>{cells}</tr>')


@register.simple_tag
def money_heads() -> SafeString:
    """The heads of the columns of amounts."""
    return mark_safe("".join(f'<th scope="col" class="number">{label}</th>' for label in _money_labels()))


def _money_labels() -> list[str]:
    words = (_("合同"), _("到账园区"), _("园区待拨"), _("到位"), _("支出"), _("退回"), _("结存"))
    return [escape(word) for word in words]


def _money_cells(money: SourceMoney, labels: list[str], *, passes_park: bool) -> str:
    amounts = (
        money.committed,
        money.arrived_at_park if passes_park else None,
        money.held_at_park if passes_park else None,
        money.received,
        money.spent,
        money.refunded,
        money.balance,
    )
    return "".join(
        f'<td class="number{" negative" if amount is not None and amount < 0 else ""}" data-label="{label}">'
        f"{yuan(amount)}</td>"
        for label, amount in zip(labels, amounts, strict=True)
    )


@register.simple_tag
def tranche_rows(instalments: Iterable[Instalment[Tranche]]) -> SafeString:
    """The plan of payments: each tranche with what is paid of it."""
    of_number, of_plan, of_paid = (escape(word) for word in (_("期次"), _("计划（元）"), _("已到位（元）")))
    paid, ahead = escape(_("已足额")), escape(_("未到期"))

    def row(item: Instalment) -> str:
        look, word = "not_applicable", ahead
        if item.is_paid:
            look, word = "pass", paid
        elif item.late_days:
            late = ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", item.late_days)
            look, word = "breach", escape(late % {"days": item.late_days})
        tranche = item.tranche
        return (
            f'<tr><td class="nowrap digits">{tranche.planned_on.isoformat()}</td>'
            f'<td>{escape(_(tranche.source))}</td><td data-label="{of_number}">{tranche.number}</td>'
            f'<td class="number" data-label="{of_plan}">{yuan(tranche.amount)}</td>'
            f'<td class="number" data-label="{of_paid}">{yuan(item.paid)}</td>'
            f'<td><span class="status status-{look}">{word}</span></td>'
            f'<td class="small">{escape(tranche.condition)}</td></tr>'
        )

    return mark_safe("\n".join(map(row, instalments)))


@register.simple_tag
def report_rows(reports: Iterable[AnnualReport]) -> SafeString:
    """Annual reports: year, handed in, reviewed, how it goes."""
    return mark_safe(
        "\n".join(
            f'<tr><th scope="row">{report.year}</th><td class="digits">{_day(report.submitted_on)}</td>'
            f'<td class="digits">{_day(report.reviewed_on)}</td>'
            f"<td>{escape(report.get_progress_display())}</td></tr>"
            for report in reports
        )
    )


@register.simple_tag
def event_rows(events: Iterable[DatedEvent]) -> SafeString:
    """Dated events: day, what, result with months where it has any, document and note."""
    months = _("%(months)s 个月")

    def row(event: DatedEvent) -> str:
        result = _(event.result) if event.result else ""
        if event.value is not None:
            result = f"{result} {months % {'months': number(event.value)}}"
        return (
            f'<tr><td class="nowrap digits">{event.happened_on.isoformat()}</td>'
            f'<th scope="row">{escape(event.get_kind_display())}</th><td>{escape(result)}</td>'
            f'<td>{escape(event.document_no)}</td><td class="small">{escape(event.note)}</td></tr>'
        )

    return mark_safe("\n".join(map(row, events)))


@register.simple_tag
def target_rows(targets: Iterable[Target]) -> SafeString:
    """Targets of the contract with what was achieved and what shows it."""
    of_contract, of_achieved = escape(_("合同值")), escape(_("累计完成值"))
    return mark_safe(
        "\n".join(
            f'<tr><td class="small soft">{escape(target.category)}</td><th scope="row">{escape(target.name)}</th>'
            f'<td data-label="{of_contract}" class="digits">{escape(target.contract_value)}'
            f" {escape(target.unit_of_measure)}</td>"
            f'<td data-label="{of_achieved}" class="digits">{escape(target.achieved_value) or "–"}</td>'
            f'<td class="small">{escape(target.evidence)}</td></tr>'
            for target in targets
        )
    )


def _day(day: date | None) -> str:
    return "–" if day is None else day.isoformat()
