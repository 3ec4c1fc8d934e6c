"""The rounds of acceptance as of a day: what had been filed, agreed, said and certified by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lifecycle.acceptance.overview import TITLES
from lifecycle.acceptance.scoring import SHEET, tally_of
from lifecycle.models import Acceptance, AcceptanceState, Panelist
from reports.facts import FiledPaper, PanelistFacts, RoundFacts, ScoreFacts


def rounds_of(
    acceptances: Sequence[Acceptance], panelists: Sequence[Panelist], names: dict[int, str], *, on: date
) -> list[RoundFacts]:
    """The applications filed by the end of `on`, the first first.

    What single experts said is there once the verdict is recorded, as `lifecycle.acceptance.scoring.sees_sheets` has
    it for everybody. names: of the organisers, by id.
    """
    return [
        _round(each, [expert for expert in panelists if expert.acceptance_id == each.pk], names, on=on)
        for each in acceptances
        if each.applied_on <= on
    ]


def _round(each: Acceptance, panel: Sequence[Panelist], names: dict[int, str], *, on: date) -> RoundFacts:
    def by(day: date | None) -> bool:
        return day is not None and day <= on

    met = bool(each.verdict) and by(each.meeting_on)
    agreed, reviewed, certified = by(each.agreed_on), by(each.city_reviewed_on), by(each.certified_on)
    published = by(each.published_from)
    tally = tally_of(panel) if met else None
    return RoundFacts(
        pk=each.pk,
        round=each.round,
        applied_on=each.applied_on,
        is_returned=each.state == AcceptanceState.RETURNED,
        settlement_digest=each.settlement_digest,
        papers=[
            FiledPaper(title=TITLES.get(row["code"], row["code"]), is_met=row["is_met"])
            for row in each.checklist
        ],
        city_opinion=each.city_opinion if reviewed else "",
        city_reviewed_on=each.city_reviewed_on if reviewed else None,
        organiser=names.get(each.organiser_id or 0, "") if agreed else "",
        agreed_on=each.agreed_on if agreed else None,
        meeting_on=each.meeting_on if met else None,
        opinion=each.opinion if met else "",
        task_verdict=each.task_verdict if met else "",
        finance_verdict=each.finance_verdict if met else "",
        verdict=each.verdict if met else "",
        published_from=each.published_from if published else None,
        published_until=each.published_until if published else None,
        objection=each.objection if published else "",
        certificate_no=each.certificate_no if certified else "",
        certified_on=each.certified_on if certified else None,
        archive_no=each.archive_no if by(each.archived_on) else "",
        archived_on=each.archived_on if by(each.archived_on) else None,
        panel=[_panelist(expert, is_open=met) for expert in panel] if agreed else [],
        mean_total=None if tally is None else tally.total,
        means=[]
        if tally is None
        else [
            ScoreFacts(
                group=str(group.title), item=str(item.title), most=item.most, points=tally.items[item.code]
            )
            for group in SHEET
            for item in group.items
        ],
    )


def _panelist(expert: Panelist, *, is_open: bool) -> PanelistFacts:
    shows = is_open and expert.submitted_at is not None
    points = {code: int(score) for code, score in expert.scores.items()} if shows else {}
    return PanelistFacts(
        pk=expert.pk,
        name=expert.name,
        organisation=expert.organisation,
        specialty=expert.specialty,
        is_finance=expert.is_finance,
        is_chair=expert.is_chair,
        total=sum(points.values()) if shows else None,
        scores=[
            ScoreFacts(
                group=str(group.title),
                item=str(item.title),
                most=item.most,
                points=Decimal(points.get(item.code, 0)),
            )
            for group in SHEET
            for item in group.items
        ]
        if shows
        else [],
        task_verdict=expert.task_verdict if shows else "",
        finance_verdict=expert.finance_verdict if shows else "",
        opinion=expert.opinion if shows else "",
    )
