"""FIN-11 重复票据."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts
from lifecycle.rules.answers import Answer, Rule

NAMED = 3
"""How many invoice numbers the sentence names; the figures hold all."""


def no_invoice_is_used_twice(facts: FundingFacts) -> Answer:
    """FIN-11: no 票据号 stands on 支出 of two vouchers, in this project or in this and another.

    One voucher may split an invoice over sources. Other projects are counted, never named.
    Cost: one pass over the repeated invoices. Source: audit practice.
    """
    repeated = [
        found
        for found in facts.repeated_invoices
        if found.vouchers and found.invoice and len(found.vouchers) + found.elsewhere > 1
    ]
    if not repeated:
        return Answer.passed("FIN-11", _("未发现重复使用的票据。"))
    elsewhere = sum(found.elsewhere for found in repeated)
    return Answer.breached(
        "FIN-11",
        _(
            "有 %(count)s 个票据号在不止一张凭证上列支（%(invoices)s），本项目涉及凭证 %(vouchers)s，"
            "金额 %(amount)s 元；其他项目涉及凭证 %(elsewhere)s 张。"
        )
        if elsewhere
        else _(
            "有 %(count)s 个票据号在不止一张凭证上列支（%(invoices)s），涉及凭证"
            " %(vouchers)s，金额 %(amount)s 元。"
        ),
        count=len(repeated),
        invoices=_some([found.invoice for found in repeated]),
        vouchers=_some([voucher for found in repeated for voucher in found.vouchers]),
        amount=sum((found.amount for found in repeated), ZERO),
        elsewhere=elsewhere,
        repeated=[
            {
                "invoice": found.invoice,
                "vouchers": list(found.vouchers),
                "elsewhere": found.elsewhere,
                "amount": found.amount,
            }
            for found in repeated
        ],
    )


def _some(names: list[str]) -> list[str]:
    return names if len(names) <= NAMED else [*names[:NAMED], "…"]


RULE = Rule(
    code="FIN-11",
    title=gettext_lazy("重复票据"),
    basis=gettext_lazy("专项审计惯例：同一票据不得重复列支"),
    mend="ledger",
    judge=no_invoice_is_used_twice,
)
