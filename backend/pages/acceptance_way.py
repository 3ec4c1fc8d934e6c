"""The way of an acceptance, from the papers to the archive: which step is done, and which is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lifecycle.acceptance.closing import CERTIFIED
from lifecycle.acceptance.dossier import Row
from lifecycle.acceptance.overview import Round


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step. look: done, now, skipped or ahead, which is a class of the page's look. on: the day it was done."""

    number: int
    label: str | Promise
    look: str
    on: date | None
    note: str | Promise = ""

    @property
    def is_here(self) -> bool:
        return self.look == "now"


@dataclass(frozen=True, slots=True)
class _Step:
    label: str | Promise
    is_done: bool
    on: date | None = None
    is_skipped: bool = False
    note: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An application that the program has no round of: the day it was filed, and of the verdict its day and words,
    where one was given.
    """

    filed_on: date
    judged_on: date | None = None
    verdict: str = ""


def way_of(
    present: Round | None,
    checklist: Sequence[Row],
    *,
    today: date,
    elsewhere: Elsewhere | None = None,
    is_over: bool = False,
) -> list[WayStep]:
    """The nine steps; the first that is neither done nor left out is the present one. Pure.

    elsewhere: where there is no round, what happened before the project came in. is_over: nothing is done any more,
    so that no step is the present one.
    """
    if present is None and elsewhere is not None:
        steps = _as_recorded(elsewhere, is_over=is_over)
    else:
        papers = present is not None or all(row.is_met for row in checklist if row.requirement.is_required)
        steps = [_Step(_("材料"), papers), *_after_papers(present, today)]
    found: list[WayStep] = []
    is_found = is_over
    for number, step in enumerate(steps, 1):
        if step.is_done:
            look = "done"
        elif step.is_skipped:
            look = "skipped"
        else:
            look = "ahead" if is_found else "now"
            is_found = True
        found.append(WayStep(number, step.label, look, step.on if look == "done" else None, step.note))
    return found


_NAMES = (
    _("申请"),
    _("市审核"),
    _("省同意"),
    _("评审"),
    _("结论"),
    _("公示"),
    _("证书"),
    _("归档"),
)
"""The steps after the papers."""


def _as_recorded(elsewhere: Elsewhere, *, is_over: bool) -> list[_Step]:
    """What is known of an application without a round; of a project that is over the rest is left out."""
    applied, reviewed, agreed, judged, concluded, *rest = _NAMES
    return [
        _Step(_("材料"), True),
        _Step(applied, True, elsewhere.filed_on),
        *(_Step(name, False, is_skipped=is_over) for name in (reviewed, agreed, judged)),
        _Step(
            concluded,
            elsewhere.judged_on is not None,
            elsewhere.judged_on,
            is_skipped=is_over,
            note=elsewhere.verdict,
        ),
        *(_Step(name, False, is_skipped=is_over) for name in rest),
    ]


def _after_papers(present: Round | None, today: date) -> list[_Step]:
    if present is None:
        return [_Step(name, False) for name in _NAMES]
    acceptance = present.acceptance
    has_judged = bool(present.panel) and present.submitted == len(present.panel)
    published = acceptance.published_until
    has_no_certificate = bool(acceptance.verdict) and acceptance.verdict not in CERTIFIED
    applied, reviewed, agreed, judged, concluded, public, certified, archived = _NAMES
    return [
        _Step(applied, True, acceptance.applied_on),
        _Step(
            reviewed,
            acceptance.city_reviewed_on is not None,
            acceptance.city_reviewed_on,
            is_skipped=acceptance.agreed_on is not None,
            note=_("未经市审核") if acceptance.city_reviewed_on is None and acceptance.agreed_on else "",
        ),
        _Step(agreed, acceptance.agreed_on is not None, acceptance.agreed_on),
        _Step(judged, has_judged or bool(acceptance.verdict), acceptance.meeting_on),
        _Step(concluded, bool(acceptance.verdict), acceptance.meeting_on, note=acceptance.verdict),
        _Step(
            public,
            published is not None and published < today,
            published,
            note=_("公示中") if published is not None and published >= today else "",
        ),
        _Step(
            certified,
            acceptance.certified_on is not None,
            acceptance.certified_on,
            is_skipped=has_no_certificate,
            note=_("不颁发") if has_no_certificate else "",
        ),
        _Step(archived, acceptance.archived_on is not None, acceptance.archived_on),
    ]
