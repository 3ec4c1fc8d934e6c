"""What the ledger adds to a unit's rating of itself, and what both come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.funding import funding_of
from lifecycle.models import Project, SelfRating
from lifecycle.rules.self_rating import band_of, execution_score


@dataclass(frozen=True, slots=True)
class RatingStanding:
    """What a rating comes to. None where the contract plans no money, so that its use cannot be judged."""

    execution: Decimal | None
    total: Decimal | None
    band: str | None


def execution_of(project: Project, *, on: date) -> Decimal | None:
    """The score for using the money by the end of `on`, out of the ledger; None where none is planned."""
    total = funding_of([project], on=on)[project.pk].total
    return execution_score(total.spent, total.committed)


def standing_of(rating: SelfRating, project: Project, *, on: date) -> RatingStanding:
    """The rating's total and band: as it was filed, else with the money as it is on `on`."""
    execution = rating.execution if rating.filed_on is not None else execution_of(project, on=on)
    if execution is None:
        return RatingStanding(None, None, None)
    total = execution + rating.output + rating.benefit + rating.satisfaction
    return RatingStanding(execution, total, band_of(total))
