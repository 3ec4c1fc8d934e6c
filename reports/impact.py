"""What an asked-for change would move: the very same is applied, looked at, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from finance.ratios import fiscal_share, matching_ratio
from lifecycle.changes import MovedMeanwhile, NotSigned, apply
from lifecycle.changes.shapes import checked
from lifecycle.contracts import Row, difference, in_force, terms_of
from lifecycle.facts import life_facts
from lifecycle.models import ChangeRequest, Project
from lifecycle.rules.answers import Answer
from lifecycle.rules.calendar import add_months
from reports.judging import answers_of
from reports.rule_set import RULE_OF


@dataclass(frozen=True, slots=True)
class MovedAnswer:
    """A rule that would answer otherwise; one whose sentence alone changes is not in the list."""

    before: Answer
    after: Answer

    @property
    def code(self) -> str:
        return self.after.code

    @property
    def title(self) -> str | Promise:
        return RULE_OF[self.code].title


@dataclass(frozen=True, slots=True)
class Impact:
    """What would be otherwise if the change were approved on `on`; each list is empty where nothing would.

    days: the end of the term and the window of acceptance. ratios: as shares to four places. tranches,
    milestones, terms: rows of the contract. answers: rules that would answer with another status.
    """

    on: date
    days: list[Row]
    ratios: list[Row]
    tranches: list[Row]
    milestones: list[Row]
    terms: list[Row]
    answers: list[MovedAnswer]

    @property
    def is_empty(self) -> bool:
        return not (
            self.days or self.ratios or self.tranches or self.milestones or self.terms or self.answers
        )

    def as_json(self) -> dict[str, Any]:
        """As the interface gives it; sentences in the active language."""
        parts = ("days", "ratios", "tranches", "milestones", "terms")
        return {
            "on": self.on.isoformat(),
            **{part: [row.as_json() for row in getattr(self, part)] for part in parts},
            "answers": [
                {
                    "code": moved.code,
                    "title": str(moved.title),
                    "before": {"status": moved.before.status.value, "message": moved.before.message},
                    "after": {"status": moved.after.status.value, "message": moved.after.message},
                }
                for moved in self.answers
            ],
        }


@dataclass(frozen=True, slots=True)
class _Look:
    """A project as it stands at one moment."""

    terms: dict[str, Any]
    days: dict[str, str]
    ratios: dict[str, str]
    answers: dict[str, Answer]


class _TakenBack(Exception):
    """Ends the dry run; whatever it wrote goes with it."""


def impact_of(change: ChangeRequest, *, on: date, today: date) -> Impact:
    """What approving `change` on the day `on` would move, judged for that day. Leaves no trace.

    today: bounds `on`. The project is locked for as long as it takes, some tens of milliseconds.

    Raises:
        NotSigned: there is no contract to change. MovedMeanwhile: what is wanted can no longer be.
    """
    on = min(on, today)
    before: _Look
    after: _Look
    try:
        with transaction.atomic():
            project = Project.objects.select_related("unit__parent").held(change.project_id)
            if in_force(project) is None and project.contract_signed_on is None:
                raise NotSigned(_("合同尚未签订，没有可变更的内容。"))
            _wanted, faults = checked(change.kind, change.wanted, project)
            if faults:
                raise MovedMeanwhile(" ".join(faults.values()), details={"moved": [], "faults": faults})
            before = _look(project, on)
            # The row as it stands; the caller's own instance is left as it is.
            apply(ChangeRequest.objects.get(pk=change.pk), project=project, on=on)
            after = _look(project, on)
            raise _TakenBack
    except _TakenBack:
        pass
    rows = difference(before.terms, after.terms)
    return Impact(
        on=on,
        days=list(_moved("days", before.days, after.days)),
        ratios=list(_moved("ratios", before.ratios, after.ratios)),
        tranches=[row for row in rows if row.part == "tranches"],
        milestones=[row for row in rows if row.part == "milestones"],
        terms=[row for row in rows if row.part not in ("tranches", "milestones")],
        answers=[
            MovedAnswer(before.answers[code], answer)
            for code, answer in after.answers.items()
            if answer.status is not before.answers[code].status
        ],
    )


def _look(project: Project, on: date) -> _Look:
    limits = life_facts([project.pk], on=on)[project.pk].limits
    end = project.end_on
    fiscal = project.provincial_grant + project.park_matching
    matching = matching_ratio(park=project.park_matching, province=project.provincial_grant)
    share = fiscal_share(fiscal=fiscal, investment=project.total_investment)
    return _Look(
        terms=terms_of(project),
        days={
            _("实施结束日期"): end.isoformat(),
            _("应申请验收"): add_months(end, limits.acceptance_months).isoformat(),
            _("最迟申请验收"): add_months(end, limits.acceptance_overdue_months).isoformat(),
        },
        ratios={
            _("园区配套与省拨款之比"): "–" if matching is None else str(matching),
            _("财政资助占总投入"): "–" if share is None else str(share),
        },
        answers={answer.code: answer for answer in answers_of([project.pk], on=on)[project.pk]},
    )


def _moved(part: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Row]:
    for label, value in after.items():
        if before[label] != value:
            yield Row(part, label, before[label], value)
