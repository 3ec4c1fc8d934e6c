"""What stands below a ledger on paper: where its chain stood, and room to sign. Pure."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from reports.document import Column, Paragraph, Table, Text
from reports.facts import LedgerFacts
from reports.sections.cells import day


def chain(ledger: LedgerFacts, on: date) -> Paragraph:
    """By what the figures can be held against the ledger."""
    return Paragraph(
        _("本表取自项目台账截至%(on)s的 %(count)d 笔分录，台账链校验值为 %(head)s。")
        % {"on": day(on), "count": ledger.entries, "head": ledger.head_hash}
    )


def signed(*signers: str) -> Table:
    """A row to sign in, with the day, low enough to stay beside the end of the ledger."""
    return Table(
        "",
        [*(Column(signer) for signer in signers), Column(_("日期"))],
        [[Text("　\n　"), *(Text("") for _signer in signers[1:]), Text(_("年　　月　　日"))]],
    )
