"""七、规则核查情况: the answer of every rule, as it was said, with what it rests on. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.document import Column, Paragraph, Section, Source, Table, Text
from reports.facts import AcceptanceFacts
from reports.sections.cells import day, words

STATUSES = {
    "pass": gettext_lazy("通过"),
    "warn": gettext_lazy("提醒"),
    "breach": gettext_lazy("违规"),
    "waived": gettext_lazy("豁免"),
    "not_applicable": gettext_lazy("不适用"),
}


def rules_section(facts: AcceptanceFacts) -> Section:
    return Section(
        _("规则核查情况"),
        [
            Paragraph(_summary(facts)),
            Table(
                _("规则核查结果一览"),
                [
                    Column(_("编号"), 0.85),
                    Column(_("规则"), 1.1),
                    Column(_("结果"), 0.75),
                    Column(_("说明"), 3.8),
                    Column(_("依据"), 3),
                ],
                [
                    [
                        Text(each.code, Source("rule", (("code", each.code),))),
                        words(_(each.title)),
                        words(_(each.status_label)),
                        words(each.sentence, Source("rule", (("code", each.code),))),
                        words(_(each.basis)),
                    ]
                    for each in facts.answers
                ],
            ),
        ],
    )


def _summary(facts: AcceptanceFacts) -> str:
    counts = [
        _("%(status)s %(count)d 项") % {"status": label, "count": count}
        for status, label in STATUSES.items()
        if (count := sum(each.status == status for each in facts.answers))
    ]
    said = _("按截至%(on)s登记的数据，对 %(all)d 项规则逐项核查：%(counts)s。") % {
        "on": day(facts.on),
        "all": len(facts.answers),
        "counts": _("、").join(counts),
    }
    open_ones = [
        f"{_(each.title)}（{each.code}）" for each in facts.answers if each.status in ("breach", "warn")
    ]
    if open_ones:
        said += _("需要关注的为：%(rules)s。") % {"rules": _("、").join(open_ones)}
    return said
