"""One project opened as of a day."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lifecycle.models import AnnualReport, DatedEvent
from reports.overview import overview_of
from tests.builders import day, make_milestone, make_project, moved

pytestmark = pytest.mark.django_db


def event(project, kind: str, on: str, result: str = "") -> None:
    DatedEvent.objects.create(project=project, kind=kind, happened_on=day(on), result=result)


def test_what_happened_later_is_left_out_of_a_past_day():
    project = make_project(milestones=False)
    make_milestone(project, "2023-12-31", completed_on="2024-01-20")
    event(project, "中期检查", "2024-03-01", "通过")
    AnnualReport.objects.create(project=project, year=2023, submitted_on=day("2023-12-20"), state="handed_in")
    moved(project, "拨付单位", "园区配套", "100", "2024-02-01")

    then = overview_of(project, on=day("2024-01-10"), is_past=True)
    later = overview_of(project, on=day("2024-03-01"), is_past=True)

    assert (
        then.milestones[2023][0].completed_on,
        then.milestones[2023][0].late_days,
    ) == (None, 10)
    assert (
        later.milestones[2023][0].late_days,
        len(later.events),
        len(then.events),
    ) == (20, 1, 0)
    assert (then.total.received, later.total.received) == (
        Decimal("0.00"),
        Decimal("100.00"),
    )
    assert then.pace.park == []
    assert later.pace.park == [(day("2024-02-01"), Decimal("100.00"))]
    assert len(then.reports) == 1


def test_a_reversed_payment_is_not_in_the_pace():
    from finance.posting import reverse_entry
    from lifecycle.parties.log import OPERATOR_ACTOR

    project = make_project()
    moved(project, "拨付单位", "园区配套", "100", "2024-02-01")
    reverse_entry(
        project=project,
        sequence=1,
        on=day("2024-02-02"),
        reason="错",
        actor=OPERATOR_ACTOR,
        today=day("2024-02-02"),
    )

    assert overview_of(project, on=day("2024-03-01"), is_past=True).pace.park == []


@pytest.mark.parametrize(
    ("state", "on", "step", "is_closed", "standing"),
    [
        ("closed", "2022-09-01", 0, False, "active"),
        ("closed", "2022-09-10", 1, False, "active"),
        ("closed", "2022-10-01", 2, False, "active"),
        ("closed", "2026-03-01", 3, False, "active"),
        ("closed", "2026-06-01", 3, True, "active"),
        ("terminated", "2024-01-01", 2, False, "active"),
        ("terminated", "2024-06-01", 2, False, "terminated"),
        ("implementing", "2026-06-01", 2, False, "active"),
    ],
)
def test_the_stage_of_a_past_day_is_read_from_what_had_happened(state, on, step, is_closed, standing):
    project = make_project(state=state)
    moved(project, "拨付单位", "园区配套", "100", "2022-10-01")
    if state == "terminated":
        event(project, "终止", "2024-06-01", "批准")
    else:
        event(project, "验收申请", "2026-03-01")
        event(project, "验收结论", "2026-06-01", "通过验收")

    stage = overview_of(project, on=day(on), is_past=True).stage

    assert (stage.step, stage.is_closed, stage.standing, stage.inferred) == (
        step,
        is_closed,
        standing,
        True,
    )


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("approved", 0),
        ("funding", 1),
        ("implementing", 2),
        ("acceptance", 3),
        ("closed", 3),
    ],
)
def test_the_stage_of_today_is_the_one_that_is_kept(state: str, step: int):
    stage = overview_of(make_project(state=state), on=day("2026-11-22"), is_past=False).stage

    assert (stage.step, stage.inferred, stage.is_closed) == (
        step,
        False,
        state == "closed",
    )


def test_payments_of_one_day_are_one_step_of_the_pace():
    project = make_project()
    moved(project, "拨付单位", "园区配套", "100", "2024-02-01")
    moved(project, "直接拨付", "省拨款", "30", "2024-02-01")
    moved(project, "拨付单位", "园区配套", "50", "2024-02-01")
    moved(project, "拨付单位", "园区配套", "1", "2024-02-02")

    pace = overview_of(project, on=day("2024-03-01"), is_past=True).pace

    assert pace.park == [(day("2024-02-01"), Decimal("150.00")), (day("2024-02-02"), Decimal("151.00"))]
    assert pace.province == [(day("2024-02-01"), Decimal("30.00"))]
