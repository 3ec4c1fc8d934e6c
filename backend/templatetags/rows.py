"""Rows of the long tables, written in one go: fifty of them through the template engine were most of a page's time.

Whatever comes from outside goes through `escape`; what is written here in between is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape as escaped
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backend.pages.figures import labelled
from backend.pages.pictures import LOOKS
from backend.templatetags.pilot import stage_tag, status_mark, wan
from finance.models.account import spoken
from lifecycle.models import Project, ProjectState

register = template.Library()


def escape(text: object) -> str:
    """`text` safe in HTML; Django's own asks of each text whether it is lazy, which costs more than escaping."""
    return escaped(str(text))


@register.simple_tag
def entry_rows(
    entries: Iterable[Any],
    project: Project,
    postable: dict[str, tuple[str, ...]] | None = None,
    brief: bool = False,
    fresh: int | None = None,
) -> SafeString:
    """Rows of a ledger. brief: without accounts and hashes. postable: what the reader may post, and so reverse.

    fresh: the sequence of the entry just posted, which is marked.
    """
    word = cache(lambda text: escape(_(text)))
    account = cache(lambda name: escape(spoken(name)))
    ledger = reverse("project-ledger", args=[project.number])
    amount_label, voucher_label = escape(_("金额（元）")), escape(_("凭证"))
    reverse_label, reverses, reversed_by = (
        escape(_("红冲")),
        _("红冲 %(sequence)d 号"),
        _("已被 %(sequence)d 号红冲"),
    )

    def row(entry: Any) -> str:
        looks = ["struck"] if entry.reverses_id or entry.reversed_by else []
        if entry.sequence == fresh:
            looks.append("fresh")
        marks = ""
        if entry.category:
            marks += f'<div class="small soft">{word(entry.category)}</div>'
        if entry.reverses_id:
            marks += _mark(entry.reverses_sequence, reverses)
        if entry.reversed_by:
            marks += _mark(entry.reversed_by, reversed_by)
        invoice = f' <span class="soft block">{escape(entry.invoice)}</span>' if entry.invoice else ""
        memo = f'<div class="soft">{escape(entry.memo)}</div>' if entry.memo else ""
        action = ""
        if not brief and not looks and entry.source in (postable or {}).get(entry.kind, ()):
            action = f'<a class="no-print" href="{ledger}{entry.sequence}/reversal/">{reverse_label}</a>'
        accounts = chained = ""
        if not brief:
            accounts = (
                f'<td class="small">{account(entry.debit_name)}'
                f'<div class="soft">← {account(entry.credit_name)}</div></td>'
            )
            chained = f'<td class="code soft" title="{entry.hash}">{entry.hash[:12]}</td>'
        return (
            f'<tr id="entry-{entry.sequence}" class="{" ".join(looks)}">'
            f'<th scope="row" class="nowrap digits">{entry.sequence}</th>'
            f'<td class="nowrap digits">{entry.on.isoformat()}</td>'
            f'<td class="keep"><span class="source-{LOOKS.get(entry.source, "own")}">'
            f'<span class="swatch" aria-hidden="true"></span></span>{word(entry.kind)} · {word(entry.source)}{marks}</td>'
            f'<td class="number amount" data-label="{amount_label}">'
            f"{'−' if entry.reverses_id else ''}{entry.amount:,.2f}</td>"
            f"{accounts}"
            f'<td class="small" data-label="{voucher_label}"><span>{escape(entry.voucher)}{invoice}</span></td>'
            f'<td class="small">{escape(entry.counterparty)}{memo}{action}</td>'
            f"{chained}</tr>"
        )

    return mark_safe("\n".join(map(row, entries)))


def _mark(sequence: int, words: str) -> str:
    said = escape(words % {"sequence": sequence})
    return f'<div><a class="tag reversal" href="#entry-{sequence}">{said}</a></div>'


@register.simple_tag
def project_rows(rows: Iterable[Any]) -> SafeString:
    """Rows of the list of projects (`backend.pages.projects.Row`)."""
    stages = {state.value: stage_tag(state.value) for state in ProjectState}
    passed = status_mark("pass")
    labels = (_("承担单位"), _("高新区"), _("结束日期"), _("省拨款"), _("到位 / 合同"), _("已支出"))
    of_unit, of_park, of_end, of_grant, of_received, of_spent = map(escape, labels)

    def row(item: Any) -> str:
        project, total, judgement = item.project, item.funding.total, item.judgement
        address = escape(reverse("project", args=[project.number]))
        marks = []
        if judgement.breaches:
            marks.append(status_mark("breach", judgement.breaches))
        if judgement.warnings:
            marks.append(status_mark("warn", judgement.warnings))

        def cell(label: str, look: str, text: str) -> str:
            return f'<td class="{look}" data-label="{label}"><span>{text}</span></td>'

        return (
            f'<tr><td class="nowrap digits"><a href="{address}">{escape(project.number)}</a></td>'
            f'<th scope="row"><a href="{address}">{escape(project.name)}</a></th>'
            f"{cell(of_unit, '', escape(project.unit.name))}"
            f"{cell(of_park, '', escape(project.cluster.park.name))}"
            f"<td>{stages[project.state]}</td>"
            f"{cell(of_end, 'nowrap digits', project.end_on.isoformat())}"
            f"{cell(of_grant, 'number', wan(project.provincial_grant))}"
            f"{cell(of_received, 'number', f'{wan(total.received)} / {wan(total.committed)}')}"
            f"{cell(of_spent, 'number', wan(total.spent))}"
            f'<td class="marks">{" ".join(marks) or passed}</td></tr>'
        )

    return mark_safe("\n".join(map(row, rows)))


@register.simple_tag
def answer_rows(items: Iterable[Any]) -> SafeString:
    """Answers that ask for nothing (`backend.pages.project.Judged`): a line each, opening to basis and figures."""
    basis_label = escape(_("依据"))

    def row(item: Any) -> str:
        rule, answer = item.rule, item.answer
        facts = "".join(
            f'<dt>{escape(name)}</dt><dd class="digits">{escape(value)}</dd>'
            for name, value in labelled(answer)
        )
        return (
            f'<li id="{rule.code}"><details><summary>{status_mark(answer.status.value)}'
            f'<span class="rule-title">{escape(rule.title)}<span class="code">{rule.code}</span></span>'
            f'<span class="says">{escape(answer.message)}</span></summary>'
            f'<dl class="facts"><dt>{basis_label}</dt><dd>{escape(rule.basis)}</dd>{facts}</dl></details></li>'
        )

    return mark_safe("\n".join(map(row, items)))
