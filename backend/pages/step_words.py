"""Words for the story of a project: what took a step, what the step was, where it led."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.pages import security_log
from backend.templatetags.pilot import yuan
from lifecycle.models import Step

SUBJECTS: dict[str, str | Promise] = {
    "acceptance": _("验收"),
    "annualreport": _("年度报告"),
    "audit": _("专项审计"),
    "caretaker": _("经办人"),
    "changerequest": _("变更申请"),
    "contract": _("合同"),
    "creditrecord": _("信用记录"),
    "datedevent": _("登记事项"),
    "document": _("文件"),
    "exemption": _("例外"),
    "finding": _("问题整改"),
    "inspection": _("检查"),
    "milestone": _("里程碑"),
    "panelist": _("评审专家"),
    "paymentconfirmation": _("到账确认"),
    "refund": _("退款"),
    "refundreceipt": _("退款到账"),
    "selfrating": _("绩效自评"),
    "settlement": _("决算"),
    "signature": _("签署"),
    "surplusdecision": _("结余处理"),
    "target": _("考核指标"),
    "tranche": _("拨款期次"),
    "yearbenefits": _("年度效益"),
}
"""What things inside a project are called, by the names of their models."""


def subject_word(name: str) -> str:
    """What a thing is called; its own name where nobody said."""
    return str(SUBJECTS.get(name, name))


def act_word(subject: str, act: str) -> str:
    """What a step is called, as in the security log; the act itself where nobody said."""
    return str(security_log.ACTS.get(f"{subject}_{act}", act))


def state_word(subject: str, state: str) -> str:
    """A state in the words of its model; the state itself where there are none."""
    return str(_states_of(subject).get(state, state))


def called(thing: models.Model | None) -> str:
    """Which one it is, in a few words; empty where it is no more or needs none."""
    tell = _CALLED.get(str(thing._meta.model_name)) if thing is not None else None
    return str(tell(thing))[:60] if tell else ""


def named_in(step: Step) -> str:
    """Who changed places with whom, of a step that names people instead of a thing; empty of any other."""
    if step.subject != "caretaker":
        return ""
    people = " → ".join(filter(None, (step.details.get("former", ""), step.details.get("person", "") or "–")))
    return f"{step.details.get('organisation', '')} {people}"


def things_of(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], models.Model]:
    """The things of these (model name, id) that there still are; a query for each name among them."""
    wanted: dict[str, set[int]] = {}
    for name, pk in pairs:
        wanted.setdefault(name, set()).add(pk)
    return {
        (name, pk): thing
        for name, ids in wanted.items()
        if (model := _model_of(name)) is not None
        for pk, thing in model._default_manager.in_bulk(ids).items()
    }


@cache
def _model_of(name: str) -> type[models.Model] | None:
    for app in ("lifecycle", "finance"):
        try:
            return apps.get_model(app, name)
        except LookupError:
            continue
    return None


@cache
def _states_of(name: str) -> dict[str, Any]:
    model = _model_of(name)
    fields = {field.name: field for field in model._meta.fields} if model else {}
    return dict(fields["state"].flatchoices) if "state" in fields else {}


def _of_refund(refund: Any) -> str:
    return f"{gettext(refund.source)} {yuan(refund.amount + refund.interest)}"


_CALLED: dict[str, Callable[[Any], str]] = {
    "acceptance": lambda acceptance: gettext("第 %(round)d 轮") % {"round": acceptance.round},
    "annualreport": lambda report: gettext("%(year)d 年度") % {"year": report.year},
    "audit": lambda audit: audit.report_no,
    "changerequest": lambda change: change.get_kind_display(),
    "contract": lambda contract: gettext("第 %(version)d 版") % {"version": contract.version},
    "creditrecord": lambda credit: credit.subject_name,
    "datedevent": lambda event: event.document_no,
    "document": lambda document: document.title,
    "exemption": lambda exemption: exemption.rule,
    "finding": lambda finding: finding.text,
    "inspection": lambda inspection: (
        f"{inspection.get_kind_display()} {(inspection.held_on or inspection.planned_on).isoformat()}"
    ),
    "milestone": lambda milestone: f"{milestone.year} {milestone.name}",
    "refund": _of_refund,
    "selfrating": lambda rating: gettext("第 %(round)d 轮") % {"round": rating.round},
    "signature": lambda signature: signature.get_party_display(),
    "target": lambda target: target.name,
    "tranche": lambda tranche: f"{gettext(tranche.source)} {tranche.number}",
    "yearbenefits": lambda benefits: gettext("%(year)d 年度") % {"year": benefits.year},
}
