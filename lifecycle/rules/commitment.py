"""LC-08 承诺书."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import LifeFacts


def commitment_is_on_file(facts: LifeFacts) -> Answer:
    """LC-08: the park's commitment letter for the cluster is on file, dated on or before `on`.

    Cost: constant. Source: guide 承诺书.
    """
    committed = facts.commitment_on
    if committed is None:
        return Answer.breached("LC-08", _("集群没有登记高新区管委会承诺书。"))
    if committed > facts.on:
        return Answer.breached("LC-08", _("高新区管委会承诺书 %(committed)s 才出具。"), committed=committed)
    return Answer.passed("LC-08", _("高新区管委会承诺书已于 %(committed)s 出具。"), committed=committed)


RULE = Rule(
    code="LC-08",
    title=gettext_lazy("承诺书"),
    basis=gettext_lazy("申报指引 四.1；创新型产业集群培育试点项目承诺书"),
    mend="cluster",
    judge=commitment_is_on_file,
)
