"""The unit's rating of itself (绩效自评): scored with the dossier, frozen with the application.

The unit scores outputs, benefits and satisfaction, a sentence to each. How far the money was used follows from the
ledger, which this package does not know: it is worked out by whoever files. Source: domain catalogue D128–D130.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.errors import ChangedMeanwhile, Conflict
from lifecycle.faults import Faults
from lifecycle.guards import Made
from lifecycle.models import Project, ProjectState, SelfRating
from lifecycle.parties.log import Actor
from lifecycle.rules.self_rating import BENEFIT, CENT, OUTPUT, SATISFACTION
from lifecycle.steps import take_step
from lifecycle.targets import require_stage

RATED_IN = (ProjectState.APPROVED, ProjectState.FUNDING, ProjectState.IMPLEMENTING)
"""Stages in which an application is still to come."""

REASON_LENGTH = 1000
LAST_ROUND = 2


@dataclass(frozen=True, slots=True)
class Score:
    """What the unit scores: from 0 to `most`, to two places."""

    code: str
    title: str | Promise
    most: int


SCORES: tuple[Score, ...] = (
    Score("output", gettext_lazy("产出指标"), OUTPUT),
    Score("benefit", gettext_lazy("效益指标"), BENEFIT),
    Score("satisfaction", gettext_lazy("满意度指标"), SATISFACTION),
)
FIELDS = tuple(name for score in SCORES for name in (score.code, f"{score.code}_reason"))


class RatingFiled(Conflict):
    """The application went in; the rating stands as it was handed in."""

    code = "rating_filed"


def latest_rating(project: Project) -> SelfRating | None:
    """The rating of the latest round that has one."""
    return project.self_ratings.order_by("-round").first()


def rate(
    *, project: Project, scores: Mapping[str, Any], seen: datetime | None = None, actor: Actor, today: date
) -> SelfRating:
    """Write the rating for the application to come; all three scores and what is said to them (FIELDS).

    Scores: Decimal to two places. seen: the `recorded_at` of what was read before writing, where known. Saying
    again what is written changes nothing.

    Raises:
        Invalid: a score is missing or beyond its weight, or nothing is said to it.
        RatingFiled: the project has applied for acceptance.
        StageForbids: the project is suspended or has ended.
        ChangedMeanwhile: somebody saved it after `seen`.
    """
    with transaction.atomic():
        kept = Project.objects.held(project.pk)
        if kept.state == ProjectState.ACCEPTANCE:
            raise RatingFiled(_("项目已申请验收，绩效自评不能再修改。"), details={"state": kept.state})
        require_stage(kept, RATED_IN)
        faults = Faults()
        said = _read(scores, faults)
        faults.refuse()
        number = min(kept.acceptances.count() + 1, LAST_ROUND)
        rating = kept.self_ratings.filter(round=number).first()
        if rating is not None and seen is not None and rating.recorded_at > seen:
            raise ChangedMeanwhile(_("绩效自评已被他人修改，请刷新页面后重新填写。"))
        if rating is None:
            rating = SelfRating(project=kept, round=number)
        elif all(getattr(rating, name) == value for name, value in said.items()):
            return rating
        for name, value in said.items():
            setattr(rating, name, value)
        rating.save()
        rating.refresh_from_db(fields=["recorded_at"])
        take_step(
            rating,
            "save",
            number=kept.number,
            actor=actor,
            on=today,
            round=number,
            **{score.code: f"{said[score.code]:.2f}" for score in SCORES},
        )
    return rating


def _read(scores: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for score in SCORES:
        points, reason = scores.get(score.code), f"{score.code}_reason"
        if (
            not isinstance(points, Decimal)
            or not points.is_finite()
            or not 0 <= points <= score.most
            or points != points.quantize(CENT)
        ):
            faults.say(score.code, _("请填写 0 至 %(most)d 的分数，最多两位小数。") % {"most": score.most})
        said[score.code] = points
        text = str(scores.get(reason) or "").replace("\r\n", "\n")
        said[reason] = faults.text(reason, text, limit=REASON_LENGTH, needed=_("请说明得分理由。"))
    for unknown in sorted(set(scores) - set(FIELDS)):
        faults.say(unknown, _("自评表没有这一项。"))
    return said


def file_rating(made: Made, *, execution: Decimal | None) -> None:
    """After an application was filed: the rating made for it, if any, stands from now on.

    execution: the score that the ledger gives up to that day; None where the contract plans no money.
    """
    rating = made.project.self_ratings.filter(filed_on=None).order_by("-round").first()
    if rating is None:
        return
    rating.execution, rating.filed_on = execution, made.on
    rating.save(update_fields=["execution", "filed_on"])
    take_step(
        rating,
        "file",
        number=made.project.number,
        actor=made.actor,
        on=made.on,
        round=rating.round,
        execution=None if execution is None else f"{execution:.2f}",
    )
