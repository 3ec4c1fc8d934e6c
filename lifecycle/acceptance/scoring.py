"""The score sheet, what an expert submits, and what the sheets of a panel come to.

Source: domain catalogue D93, D95: task 70, money 20, management 10; below 80 % of the task it hardly passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.acceptance.links import panelist_of
from lifecycle.acceptance.panel import note, reread
from lifecycle.acceptance.review import organises
from lifecycle.errors import DomainError
from lifecycle.faults import Faults
from lifecycle.models import VERDICTS, Acceptance, Panelist
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.parties.sight import Sight

OPINION_LENGTH = 5000
CENT = Decimal("0.01")
ROLE_OF_EXPERTS = "expert"
"""In what capacity an expert acts, who holds no account and no role."""


class LinkDead(DomainError):
    """The link leads nowhere: unknown, expired, withdrawn, or used. The four read the same."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the sheet: whole points from 0 to `most`."""

    code: str
    title: str | Promise
    most: int


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are judged together."""

    code: str
    title: str | Promise
    items: tuple[Item, ...]

    @property
    def most(self) -> int:
        return sum(item.most for item in self.items)


SHEET: tuple[Group, ...] = (
    Group(
        "task",
        gettext_lazy("任务完成"),
        (
            Item("content", gettext_lazy("研究开发内容"), 20),
            Item("technical", gettext_lazy("技术指标"), 20),
            Item("economic", gettext_lazy("经济指标"), 10),
            Item("results", gettext_lazy("成果产出"), 20),
        ),
    ),
    Group(
        "money",
        gettext_lazy("经费"),
        (
            Item("in_place", gettext_lazy("资金到位"), 4),
            Item("use", gettext_lazy("资金使用"), 5),
            Item("separate", gettext_lazy("单独核算"), 5),
            Item("special", gettext_lazy("专款专用"), 6),
        ),
    ),
    Group(
        "management",
        gettext_lazy("组织管理"),
        (Item("management", gettext_lazy("组织管理"), 10),),
    ),
)
ITEMS: dict[str, Item] = {item.code: item for group in SHEET for item in group.items}
FULL = sum(group.most for group in SHEET)
TASK_PASSES_AT = Decimal(56)
"""Points of the task's 70 that are 80 % of it."""


class Sheet(NamedTuple):
    """What one expert submitted."""

    scores: Mapping[str, int]
    task_verdict: str
    finance_verdict: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What the sheets come to. items, groups, total: means to two places, half up. Votes by verdict, all three.

    task_majority, finance_majority: the verdict of more than half; empty when there is none.
    """

    count: int
    items: dict[str, Decimal]
    groups: dict[str, Decimal]
    total: Decimal
    task: dict[str, int]
    finance: dict[str, int]
    task_majority: str
    finance_majority: str


def tally(sheets: Sequence[Sheet]) -> Tally | None:
    """What the sheets come to; None without any. Pure."""
    if not sheets:
        return None
    count = len(sheets)
    sums = {code: sum(sheet.scores.get(code, 0) for sheet in sheets) for code in ITEMS}
    task = _votes(sheet.task_verdict for sheet in sheets)
    finance = _votes(sheet.finance_verdict for sheet in sheets)
    return Tally(
        count=count,
        items={code: _mean(points, count) for code, points in sums.items()},
        groups={group.code: _mean(sum(sums[item.code] for item in group.items), count) for group in SHEET},
        total=_mean(sum(sums.values()), count),
        task=task,
        finance=finance,
        task_majority=_majority(task, count),
        finance_majority=_majority(finance, count),
    )


def tally_of(panel: Sequence[Panelist]) -> Tally | None:
    """The tally of those who have submitted."""
    return tally(
        [
            Sheet(expert.scores, expert.task_verdict, expert.finance_verdict)
            for expert in panel
            if expert.submitted_at is not None
        ]
    )


def sees_sheets(acceptance: Acceptance, panel: Sequence[Panelist], sight: Sight) -> bool:
    """Whether a person who sees the project may read what each expert said.

    Once the verdict is recorded, everybody; before, only the province and who organises, and not until all experts
    have submitted, so that nobody sways those who have not.
    """
    if acceptance.verdict:
        return True
    everybody_has = bool(panel) and all(expert.submitted_at is not None for expert in panel)
    return everybody_has and (sight.holds(Role.PROVINCE) or organises(acceptance, sight))


def doubts(found: Tally, *, task_verdict: str, finance_verdict: str) -> list[str]:
    """Where a verdict goes against the sheets, in the active language; it may, but should be seen."""
    said = []
    if found.task_majority and task_verdict and found.task_majority != task_verdict:
        said.append(
            _("任务验收结论“%(verdict)s”与多数专家的意见“%(majority)s”不一致。")
            % {"verdict": _(task_verdict), "majority": _(found.task_majority)}
        )
    if found.finance_majority and finance_verdict and found.finance_majority != finance_verdict:
        said.append(
            _("财务验收结论“%(verdict)s”与多数专家的意见“%(majority)s”不一致。")
            % {"verdict": _(finance_verdict), "majority": _(found.finance_majority)}
        )
    if found.groups["task"] < TASK_PASSES_AT and task_verdict in ("", VERDICTS[0]):
        said.append(
            _("任务完成平均 %(points)s 分，低于通过验收通常要求的 %(needed)s 分（80%%）。")
            % {"points": found.groups["task"], "needed": TASK_PASSES_AT}
        )
    return said


@dataclass(frozen=True, slots=True)
class Expert(Actor):
    """Somebody who acts by a personal link, without an account."""

    full_name: str = ""

    @property
    def name(self) -> str:
        return self.full_name


def submit_scores(
    *,
    token: str,
    scores: Mapping[str, int | None],
    task_verdict: str,
    finance_verdict: str,
    opinion: str,
    has_no_conflict: bool,
    address: str,
    now: datetime,
    today: date,
) -> Panelist:
    """What an expert says by their link, once and for good; the link is dead from then on.

    scores: whole points by the code of every line of SHEET.

    Raises:
        LinkDead: the link opens nothing.
        Invalid: a line without points or beyond them, a verdict or the opinion missing, or no declaration that
            there is no conflict of interest. The link lives on.
    """
    with transaction.atomic():
        known = panelist_of(token, now=now)
        if known is None:
            raise LinkDead(_("链接无效或已失效，请向组织单位索取新的链接。"))
        expert = reread(known)
        # Locked by now; between the two looks the link may have been withdrawn or replaced.
        if panelist_of(token, now=now) is None:
            raise LinkDead(_("链接无效或已失效，请向组织单位索取新的链接。"))
        faults = Faults()
        for code, item in ITEMS.items():
            points = scores.get(code)
            if not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= item.most:
                faults.say(code, _("请填写 0 至 %(most)d 的整数。") % {"most": item.most})
        for unknown in sorted(set(scores) - set(ITEMS)):
            faults.say(unknown, _("评分表没有这一项。"))
        check_verdicts(faults, task_verdict=task_verdict, finance_verdict=finance_verdict)
        said = faults.text("opinion", opinion, limit=OPINION_LENGTH)
        if not has_no_conflict:
            faults.say(
                "has_no_conflict", _("请声明与承担单位、参与单位及项目无利益关系；有利益关系的应当回避。")
            )
        faults.refuse()
        expert.scores = dict(scores)
        expert.task_verdict, expert.finance_verdict, expert.opinion = task_verdict, finance_verdict, said
        expert.token_digest, expert.submitted_at = "", now
        expert.save(
            update_fields=[
                "scores",
                "task_verdict",
                "finance_verdict",
                "opinion",
                "token_digest",
                "submitted_at",
            ]
        )
        actor = Expert(None, address, ROLE_OF_EXPERTS, full_name=expert.name)
        note(expert, "submit_scores", actor=actor, on=today)
    return expert


def check_verdicts(faults: Faults, *, task_verdict: str, finance_verdict: str) -> None:
    """A fault for each verdict that is none."""
    for field, verdict in (("task_verdict", task_verdict), ("finance_verdict", finance_verdict)):
        if verdict not in VERDICTS:
            faults.say(field, _("请选择：通过验收、结题或不通过验收。"))


def _votes(verdicts: Iterable[str]) -> dict[str, int]:
    given = list(verdicts)
    return {verdict: given.count(verdict) for verdict in VERDICTS}


def _majority(votes: Mapping[str, int], count: int) -> str:
    return next((verdict for verdict, given in votes.items() if given * 2 > count), "")


def _mean(points: int, count: int) -> Decimal:
    return (Decimal(points) / count).quantize(CENT, ROUND_HALF_UP)
