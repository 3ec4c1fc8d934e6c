"""Projects at the edges: nothing yet, very much, broken off, looked at from another day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from finance.bulk import post_many
from finance.posting import Movement, reverse_entry
from lifecycle.acceptance.self_rating import FIELDS, rate
from lifecycle.models import (
    Acceptance,
    AnnualReport,
    DatedEvent,
    Document,
    Project,
    SelfRating,
    Target,
    YearBenefits,
)
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from reports.collect import collect_acceptance, collect_settlement
from reports.collect.ledger import AT_EACH_END
from reports.facts import AcceptanceFacts, SourceFacts, decode, encode
from tests.builders import day, make_milestone, make_project, make_tranche, moved, walked
from tests.finance.settling import paper, spent_project
from tests.lifecycle.acceptance.builders import applied, judged
from tests.lifecycle.inspecting import found, held, planned

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def facts_of(project: Project, on: date = TODAY) -> AcceptanceFacts:
    return collect_acceptance(project, on=on, today=TODAY)


def money(facts: AcceptanceFacts, source: str = "省拨款") -> SourceFacts:
    return next(each for each in facts.sources if each.source == source)


def statements(project: Project, on: date = TODAY) -> int:
    with CaptureQueriesContext(connection) as asked:
        collect_acceptance(project, on=on, today=TODAY)
    return len(asked)


def spend(project: Project, count: int) -> None:
    movements = (
        Movement(
            kind="支出",
            source="单位自筹",
            category="设备费",
            amount=Decimal("1.01"),
            on=date(2023, 1, 1) + timedelta(days=number // 20),
            voucher=f"长-{number}",
            invoice="",
        )
        for number in range(count)
    )
    moved(project, "资金到位", "单位自筹", "20000.00", "2022-10-01")
    post_many([(project.pk, movement) for movement in movements], actor=OPERATOR_ACTOR)


def test_a_report_asks_no_more_of_a_large_project_than_of_a_small_one():
    small, large = make_project(milestones=False), make_project()
    spend(large, 3_000)
    for number in range(1, 40):
        make_tranche(large, number)
        make_milestone(large, f"2024-05-{number % 28 + 1:02}")
        paper(large, "other")
        Target.objects.create(project=large, name=f"指标{number}", contract_value="1")
    inspection = planned(large)
    held(inspection, result="限期整改", findings=[found(text=f"问题{number}") for number in range(20)])
    judged(applied())
    for project in (small, large):
        facts_of(project)

    # Today's answers are kept; those of a past day are judged anew.
    assert statements(small) == statements(large) == 13
    assert statements(small, date(2024, 6, 30)) == statements(large, date(2024, 6, 30)) <= 30


def test_of_ten_thousand_entries_the_first_and_the_last_are_shown_and_all_are_counted():
    project = make_project()
    spend(project, 9_999)

    facts = facts_of(project)

    assert facts.ledger.entries == facts.ledger.sequence == 10_000
    assert [each.sequence for each in facts.ledger.shown] == [
        *range(1, AT_EACH_END + 1),
        *range(10_001 - AT_EACH_END, 10_001),
    ]
    assert facts.ledger.leading == AT_EACH_END
    assert facts.ledger.left_out == 10_000 - 2 * AT_EACH_END
    assert money(facts, "单位自筹").spent == Decimal("10098.99")


@pytest.mark.parametrize(("entries", "shown"), [(2 * AT_EACH_END, 200), (2 * AT_EACH_END + 1, 200)])
def test_a_ledger_that_fits_is_shown_whole(entries, shown):
    project = make_project()
    spend(project, entries - 1)

    assert len(facts_of(project).ledger.shown) == shown


def test_a_project_without_money_plan_or_papers_has_facts_all_the_same():
    project = make_project(milestones=False, state="approved", contract_signed_on=None)

    facts = facts_of(project)

    assert {each.received for each in facts.sources} == {Decimal("0.00")}
    assert (facts.course, facts.tranches, facts.milestones, facts.spending) == ([], [], [], [])
    assert facts.ratio_received is None
    assert facts.contract.signed_on is None
    assert (facts.ledger.entries, facts.ledger.shown) == (0, [])
    assert len(facts.ledger.head_hash) == 64
    assert [year.year for year in facts.years] == [2022, 2023, 2024, 2025, 2026]
    assert len(facts.answers) == 22


def test_reversed_entries_are_in_the_extract_and_in_no_sum():
    project = spent_project()
    spending = project.entries.get(kind="支出", source="省拨款")
    reverse_entry(
        project=project,
        sequence=spending.sequence,
        reason="记错科目",
        key="r1",
        actor=Actor(role="park"),
        on=day("2023-01-20"),
        today=TODAY,
    )

    facts = facts_of(project)

    assert money(facts).spent == Decimal("0.00")
    assert money(facts).balance == Decimal("80.00")
    assert money(facts).held_at_park == Decimal("20.00")
    back = facts.ledger.shown[-1]
    assert back.reverses == spending.sequence
    assert facts.ledger.shown[spending.sequence - 1].is_reversed
    assert "设备费" not in {row.category for row in facts.spending}


@pytest.mark.parametrize(
    ("state", "kind", "shown"),
    [("suspended", "暂停", "已暂停"), ("terminated", "终止", "已终止"), ("revoked", "撤销", "已撤销")],
)
def test_a_project_that_was_stopped_says_so_from_that_day_on(state, kind, shown):
    project = spent_project()
    DatedEvent.objects.create(project=project, kind=kind, happened_on=day("2025-03-01"), result="批准")
    walked(project, state)

    assert facts_of(project).project.stage == shown
    assert facts_of(project, day("2025-03-01")).project.stage == shown
    assert facts_of(project, day("2025-02-28")).project.stage == "实施"


def test_a_past_day_knows_nothing_of_what_came_later():
    project = Project.objects.get(pk=judged(applied()).project_id)
    DatedEvent.objects.create(
        project=project,
        kind="延期",
        happened_on=day("2025-06-01"),
        decided_on=day("2025-07-01"),
        result="批准",
        value=6,
    )
    Project.objects.filter(pk=project.pk).update(end_on=day("2026-08-31"))

    before, between, now = (
        facts_of(project, day(text)) for text in ("2025-06-30", "2026-05-10", "2026-11-21")
    )

    assert [each.project.end_on.isoformat() for each in (before, between, now)] == [
        "2026-02-28",
        "2026-08-31",
        "2026-08-31",
    ]
    assert [change.is_approved for change in before.changes] == [False]
    assert before.changes[0].state == "审核中"
    assert [change.is_approved for change in now.changes] == [True]
    assert before.rounds == []
    (agreed,) = between.rounds
    assert (agreed.verdict, agreed.meeting_on, agreed.means) == ("", None, [])
    assert [expert.total for expert in agreed.panel] == [None, None, None]
    (done,) = now.rounds
    assert done.verdict == "通过验收"
    assert [expert.total for expert in done.panel] == [100, 100, 100]
    assert done.mean_total == Decimal("100.00")


def test_only_the_latest_version_of_a_paper_is_listed():
    project = make_project()
    first = paper(project, "other")
    values: dict[str, Any] = {"title": "新版", "file_name": "2.pdf", "sha256": "1" * 64}
    Document.objects.create(
        project=project,
        category="other",
        stored_as="second",
        media_type="application/pdf",
        size=2,
        version=2,
        replaces=first,
        **values,
    )

    (listed,) = facts_of(project).documents

    assert (listed.title, listed.version, listed.sha256) == ("新版", 2, "1" * 64)


def test_a_settlement_of_a_project_without_money_is_all_zero():
    facts = collect_settlement(make_project(milestones=False), on=TODAY, today=TODAY)

    assert {amount for row in facts.categories for amount in row.amounts} == {Decimal("0.00")}
    assert [row.category for row in facts.categories] == ["设备费", "业务费", "劳务费", "间接费用"]


def test_what_the_unit_handed_in_is_gathered_as_of_the_day():
    project = make_project(milestones=False)
    former, other = paper(project, "other"), paper(project, "other")
    newer = Document.objects.create(
        project=project,
        category="other",
        title="新版",
        file_name="b.pdf",
        stored_as="stored-newer",
        media_type="application/pdf",
        size=1,
        sha256="1" * 64,
        version=2,
        replaces=former,
    )
    Target.objects.create(
        project=project, name="发明专利", contract_value="8", achieved_value="9", papers=[former.pk, other.pk]
    )
    for year, content in ((2023, {"benefits": {"sales": "100.00"}}), (2024, {})):
        AnnualReport.objects.create(
            project=project,
            year=year,
            state="accepted",
            submitted_on=day(f"{year}-12-10"),
            reviewed_on=day(f"{year}-12-12"),
            content=content,
        )
    for year in (2023, 2024, 2026):
        YearBenefits.objects.create(project=project, year=year, sales=Decimal(year))
    rate(
        project=project,
        scores={
            name: Decimal("9.50") if name in ("output", "benefit", "satisfaction") else "说明"
            for name in FIELDS
        },
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )

    facts = facts_of(project)

    assert facts.targets[0].papers == [newer.pk, other.pk]
    assert set(facts.targets[0].papers) <= {each.pk for each in facts.documents}
    assert [(each.year, each.benefits.sales) for each in facts.added_benefits] == [
        (2024, Decimal("2024.00")),
        (2026, Decimal("2026.00")),
    ]
    assert facts.rating is not None
    assert (facts.rating.filed_on, facts.rating.execution) == (None, None)
    assert [(each.most, each.points) for each in facts.rating.scores] == [
        (50, Decimal("9.50")),
        (30, Decimal("9.50")),
        (10, Decimal("9.50")),
    ]
    assert decode(encode(facts), AcceptanceFacts) == facts
    # On a day before the report of 2023 was handed in, what was added for the year is all that is told.
    assert [each.year for each in facts_of(project, day("2023-06-30")).added_benefits] == [2023]

    SelfRating.objects.update(filed_on=day("2026-04-01"), execution=Decimal("7.77"))
    Acceptance.objects.create(project=project, round=1, applied_on=day("2026-04-01"))
    filed, before = facts_of(project).rating, facts_of(project, day("2026-03-31")).rating
    assert filed is not None and before is not None
    assert (filed.filed_on, filed.execution) == (day("2026-04-01"), Decimal("7.77"))
    assert (before.filed_on, before.execution) == (None, None)
