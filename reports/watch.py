"""The watch over many projects: today's answers for lists, filters and counts, or those of any other day.

Every function takes projects that were already cut to what the asker may see (`visible_to`).
`on` is the day asked for and `today` the present one: for today the kept answers serve, refreshed
first; any other day is judged anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, overload

from django.db.models import Count, Exists, OuterRef, QuerySet

from lifecycle.models import Batch, Project
from lifecycle.models.project import ProjectQuerySet
from lifecycle.parties.models import Organisation
from lifecycle.rules.answers import Answer, Status
from reports.judging import CHUNK, answers_of, judged
from reports.kept import judgements_of, kept_answers_of, refresh
from reports.models import Judgement, RuleAnswer
from reports.rule_set import RULE_OF, RULE_SET_VERSION, RULES, answer_json, worst_of

__all__ = [
    "CHUNK",
    "RULES",
    "RULE_OF",
    "RULE_SET_VERSION",
    "AnswerList",
    "ListedAnswer",
    "Summary",
    "Tally",
    "answer_json",
    "answers_of",
    "filter_projects",
    "judged",
    "judgements_of",
    "kept_answers_of",
    "refresh",
    "summary",
]

UNMET = (Status.WARN, Status.BREACH)

_PARTIES_OF_PROJECT = ("project__unit", "project__cluster__batch", "project__cluster__park__parent")
_PLACE = ("pk", "cluster__park", "cluster__batch")


def filter_projects(
    projects: ProjectQuerySet, *, today: date, rule: str | None = None, status: str | None = None
) -> ProjectQuerySet:
    """The projects with an answer of `status` to `rule` today.

    Without a rule: to any rule. Without a status: one that is not met (提醒 or 违规). With neither:
    all of them. Refreshes what is stale among `projects` first, one query when nothing is.
    """
    if rule is None and status is None:
        return projects
    refresh(projects, on=today)
    answers = RuleAnswer.objects.filter(
        project=OuterRef("pk"), status__in=UNMET if status is None else (status,)
    )
    if rule is not None:
        answers = answers.filter(rule=rule)
    return projects.filter(Exists(answers))


class ListedAnswer(NamedTuple):
    """One answer of a list, with the project it is about (unit, cluster, park and batch at hand)."""

    project: Project
    answer: Answer


class AnswerList(Sequence[ListedAnswer]):
    """Answers by project number, then rule; a sequence, so that a paginator counts and slices it.

    rule, status: only answers to this rule, of this status. Without a status a page costs only its own
    projects, for any day. With one, today's come from what is kept; another day judges all `projects`
    once, and holds what was found.
    """

    def __init__(
        self,
        projects: ProjectQuerySet,
        *,
        on: date,
        today: date,
        rule: str | None = None,
        status: str | None = None,
    ) -> None:
        self._projects = projects
        self._on = on
        self._is_today = on == today
        self._status = status
        self._codes = [each.code for each in RULES if rule is None or each.code == rule]

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        if self._status is None:
            return self._projects.count() * len(self._codes)
        return len(self._found) if not self._is_today else self._kept.count()

    def __iter__(self) -> Iterator[ListedAnswer]:
        return iter(self[:])

    @overload
    def __getitem__(self, index: int) -> ListedAnswer: ...
    @overload
    def __getitem__(self, index: slice) -> list[ListedAnswer]: ...
    def __getitem__(self, index: int | slice) -> ListedAnswer | list[ListedAnswer]:
        if isinstance(index, int):
            return self[index : index + 1 or None][0]
        start, stop, step = index.indices(len(self))
        if step != 1:
            raise ValueError("a list of answers is read forward")
        if self._status is None:
            return self._of_page(start, max(start, stop))
        if self._is_today:
            kept = self._kept.select_related(*_PARTIES_OF_PROJECT)
            return [ListedAnswer(row.project, row.answer) for row in kept[start : max(start, stop)]]
        return _with_projects(self._found[start:stop])

    def _of_page(self, start: int, stop: int) -> list[ListedAnswer]:
        """Each project has one answer to each rule, so the page says which projects it shows."""
        width = len(self._codes)
        if start == stop or not width:
            return []
        first, last = start // width, -(-stop // width)
        shown = list(self._projects.with_parties().order_by("number")[first:last])
        answers = kept_answers_of(shown, on=self._on) if self._is_today else answers_of(shown, on=self._on)
        rows = [
            ListedAnswer(project, answer)
            for project in shown
            for answer in answers[project.pk]
            if answer.code in self._codes
        ]
        return rows[start - first * width : stop - first * width]

    @cached_property
    def _kept(self) -> QuerySet[RuleAnswer]:
        refresh(self._projects, on=self._on)
        return RuleAnswer.objects.filter(
            project__in=self._projects.order_by(), status=self._status, rule__in=self._codes
        ).order_by("project__number", "rule")

    @cached_property
    def _found(self) -> list[tuple[int, Answer]]:
        ids = list(self._projects.order_by("number").values_list("pk", flat=True))
        return [
            (pk, answer)
            for pk, answers in judged(ids, on=self._on)
            for answer in answers
            if answer.status == self._status and answer.code in self._codes
        ]


def _with_projects(found: list[tuple[int, Answer]]) -> list[ListedAnswer]:
    projects = Project.objects.with_parties().in_bulk([pk for pk, _ in found])
    return [ListedAnswer(projects[pk], answer) for pk, answer in found]


@dataclass(slots=True)
class Tally:
    """Counts of answers by status.

    key: number of the rule, or id of the park or batch. projects: how many were judged; of a park or a
    batch, worst counts them by the worst status they have (breach, warn, pass).
    """

    key: str | int
    name: str
    projects: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    worst: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over many projects: by rule in the order of RULES, by park and by batch, by name."""

    on: date
    projects: int
    worst: Counter[str]
    rules: list[Tally]
    parks: list[Tally]
    batches: list[Tally]


def summary(projects: ProjectQuerySet, *, on: date, today: date) -> Summary:
    """Counts by rule, park and batch. Today's are counted where they are kept: five queries when fresh."""
    if on == today:
        refresh(projects, on=on)
        return _summed(on, _counts_of_kept(projects), _worst_of_kept(projects))
    place = {pk: (park, batch) for pk, park, batch in projects.order_by().values_list(*_PLACE)}
    answers: _Answers = Counter()
    worst: _Worst = Counter()
    for pk, given in judged(sorted(place), on=on):
        answers.update((*place[pk], answer.code, answer.status.value) for answer in given)
        worst[(*place[pk], worst_of(given).value)] += 1
    return _summed(on, answers, worst)


_Answers = Counter[tuple[int, int, str, str]]
"""How many answers, by park, batch, rule and status."""

_Worst = Counter[tuple[int, int, str]]
"""How many projects, by park, batch and worst status."""


def _counts_of_kept(projects: ProjectQuerySet) -> _Answers:
    rows = (
        RuleAnswer.objects.filter(project__in=projects.order_by())
        .order_by()
        .values_list("project__cluster__park", "project__cluster__batch", "rule", "status")
        .annotate(number=Count("pk"))
    )
    return Counter({(park, batch, rule, status): number for park, batch, rule, status, number in rows})


def _worst_of_kept(projects: ProjectQuerySet) -> _Worst:
    rows = (
        Judgement.objects.filter(project__in=projects.order_by())
        .order_by()
        .values_list("project__cluster__park", "project__cluster__batch", "worst")
        .annotate(number=Count("pk"))
    )
    return Counter({(park, batch, worst): number for park, batch, worst, number in rows})


def _summed(on: date, answers: _Answers, worst: _Worst) -> Summary:
    parks = _tallies(Organisation.objects.filter(pk__in={park for park, _, _ in worst}))
    batches = _tallies(Batch.objects.filter(pk__in={batch for _, batch, _ in worst}))
    rules = {rule.code: Tally(rule.code, str(rule.title)) for rule in RULES}
    for (park, batch, rule, status), number in answers.items():
        for tally in (parks[park], batches[batch], rules[rule]):
            tally.answers[status] += number
        rules[rule].projects += number
    overall: Counter[str] = Counter()
    for (park, batch, status), number in worst.items():
        overall[status] += number
        for tally in (parks[park], batches[batch]):
            tally.projects += number
            tally.worst[status] += number
    return Summary(
        on=on,
        projects=overall.total(),
        worst=overall,
        rules=list(rules.values()),
        parks=list(parks.values()),
        batches=list(batches.values()),
    )


def _tallies(named: QuerySet[Organisation] | QuerySet[Batch]) -> dict[int, Tally]:
    return {pk: Tally(pk, name) for pk, name in named.order_by("name").values_list("pk", "name")}
