"""Two years of the sample, day by day: every message about ten projects beside a table worked out by hand.

How tests/data/reminders_two_years.csv came about, without the program:

- Facts: the workbook of the sample, sheets 项目, 拨款计划, 里程碑, 年度报告, 检查验收 and the arrivals and payments of
  资金流水; and `SCRIPT` below, of which every act was dated before the program was asked. The ten projects meet
  all kinds of matters in docs/reminders.md.
- Due days: from that table of kinds and the rule book, written down matter by matter. So the application of
  BA2022015 is due on 2026-11-30 (the end with its extension, 2026-08-31, and 3 months), the grant held by the
  park of BA2024013 on 2026-03-10 (arrived 2026-02-08, and 30 days), the mid-term of BA2024024 on 2026-04-01
  (start 2024-07-01 and 21 months), and what is found there on 2026-12-09 on 2027-01-08, as was said.
- Working days: no holiday between 2026-11-22 and the end of 2026 (DOMAIN D175). For 2027 and 2028, which have no
  notice yet, weekdays but the days of the law: 1 January; New Year's Eve and three days from the lunar New Year
  (2027-02-05 to 08, 2028-01-25 to 28); Qingming (2027-04-05, 2028-04-04); 1 and 2 May; Dragon Boat (2027-06-09,
  2028-05-28); Mid-Autumn (2027-09-15, 2028-10-03); 1 to 3 October; and for each of them that falls on a weekend the
  next working day (2027: 9 and 10 February, 3 and 4 May, 4 and 5 October; 2028: 3 January, 29 May, 4 October).
- Steps: 60, 30, 15, 7, 3, 1 and 0 days before (links of experts 3, 1, 0) on the last working day not after, to
  whoever is responsible; 1 (with the park), 7 (with the city) and 30 days after (with the province) on the first
  working day not before, a level only where it stands above. Of the steps whose day has come an organisation is
  told the latest, once. No round on the days in `MISSED`, and none sends on days off.

Columns: day of the round, project, kind, what the matter is called, due day, step, organisation told.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from difflib import unified_diff
from pathlib import Path

import pytest

from lifecycle.calendar import is_working_day
from lifecycle.models import Message
from lifecycle.reminders.sending import send_round
from tests.builders import day
from tests.journeys.clock import SHANGHAI, Clock
from tests.journeys.sample_life import SampleLife

TABLE = Path(__file__).parents[1] / "data" / "reminders_two_years.csv"
FIRST, LAST = day("2026-11-22"), day("2028-11-21")

ENOUGH = day("2027-06-30")
"""By then nearly all of `SCRIPT` is done and most steps have been told; what is after it costs more than it shows."""

MISSED = {
    *(day("2026-12-24") + timedelta(days=number) for number in range(7)),
    day("2027-06-01"),
    day("2027-12-30"),
    day("2028-04-07"),
}
"""Days on which no round ran: the week in which most is due, and three single ones."""

SURE = day("2027-01-04")
"""Up to this day there is a round on days off too, which sends nothing; later ones would only take time."""

Row = tuple[str, str, str, str, str, str, str]
Act = tuple[str, Callable[[], object]]

BULK, DRAFT = "形成批量供货", "完成标准草案报批"


def script() -> Iterator[Act]:
    """(moment, act): a day, before its first round, or with `p` after it. In order of time within a project."""
    yield from _of_acceptance()
    yield from _of_money()
    yield from _of_work()
    yield from _of_inspection_and_change()
    yield from _of_contract()


def _of_acceptance() -> Iterator[Act]:
    panel = SampleLife("BA2022001")
    tokens: dict[int, str] = {}

    def judges_at_once(place: int) -> None:
        panel.judges(tokens.get(place) or panel.links_expert(place, "2027-03-01"))

    yield from _acts(
        panel,
        ("2026-12-08", lambda: panel.accept("city", "city_review")),
        ("2027-01-11", lambda: panel.accept("province", "agree")),
        ("2027-02-10", panel.invites_three),
        ("2027-02-10", lambda: tokens.update({0: panel.links_expert(0, "2027-02-18")})),
        ("2027-02-10", lambda: tokens.update({1: panel.links_expert(1, "2027-02-22")})),
        ("2027-02-17", lambda: judges_at_once(0)),
        ("2027-02-22", lambda: judges_at_once(1)),
        ("2027-02-22", lambda: judges_at_once(2)),
        ("2027-02-24", lambda: panel.accept("province", "verdict")),
    )
    late = SampleLife("BA2022014")
    yield from _acts(
        late,
        ("2026-12-15", lambda: late.reports_on(2026)),
        ("2027-01-05", lambda: late.returns_report(2026)),
        ("2027-01-18", lambda: late.reports_on(2026)),
        ("2027-01-27", lambda: late.accepts_report(2026)),
        ("2027-04-12", lambda: late.audit("unit")),
        ("2027-04-12", late.file_papers),
        ("2027-04-12", lambda: late.freeze("unit")),
        ("2027-04-12", lambda: late.move("apply_for_acceptance", "park")),
        ("2027-06-28", lambda: late.accept("city", "city_review")),
    )
    given_up = SampleLife("BA2022015")
    yield from _acts(
        given_up,
        ("2027-05-10", lambda: given_up.move("terminate", "province")),
        ("2027-06-11", lambda: given_up.receives("省拨款")),
        ("2027-08-02", lambda: given_up.receives("园区配套")),
    )
    terminated = SampleLife("BA2022018")
    yield from _acts(
        terminated,
        ("2026-12-02", lambda: terminated.asks_back("省拨款")),
        ("2027-01-28", lambda: terminated.asks_back_no_more("省拨款")),
    )


def _of_money() -> Iterator[Act]:
    short = SampleLife("BA2024012")
    yield from _acts(
        short,
        ("2026-12-01", lambda: short.exempt("park", "ask")),
        ("2026-12-14", lambda: short.excepted("2027-03-14")),
        ("2027-03-03", lambda: short.exempt("park", "ask")),
        ("2027-03-11", short.not_excepted),
        ("2027-04-06", lambda: short.pays("园区配套", 1, "E1")),
        ("2027-04-16", lambda: short.confirms("E1")),
        ("2027-08-02", lambda: short.pays("园区配套", 2, "E2")),
        ("2027-08-30", lambda: short.confirms("E2")),
    )


def _of_work() -> Iterator[Act]:
    held = SampleLife("BA2024013")
    yield from _acts(
        held,
        ("2026-12-21", lambda: held.hands_in(2026, BULK)),
        ("2027-01-05", lambda: held.returns(2026, BULK)),
        ("2027-01-12", lambda: held.hands_in(2026, BULK)),
        ("2027-01-20", lambda: held.pays("省拨款", 2, "F1")),
        ("2027-01-21", lambda: held.verifies(2026, BULK)),
        ("2027-01-22", lambda: held.confirms("F1")),
        ("2027-05-20", lambda: held.waives(2027, DRAFT)),
        ("2027-12-13", lambda: held.hands_in(2027, "完成专利布局")),
        ("2027-12-17", lambda: held.verifies(2027, "完成专利布局")),
    )
    behind = SampleLife("BA2024022")
    yield from _acts(
        behind,
        ("2026-12-01", lambda: behind.hands_in(2026, "通过用户验证")),
        ("2026-12-10", lambda: behind.verifies(2026, "通过用户验证")),
    )
    silent = SampleLife("BA2024023")
    yield from _acts(
        silent,
        ("2026-12-03", lambda: silent.reports_on(2024)),
        ("2026-12-03", lambda: silent.accepts_report(2024)),
        ("2026-12-03", lambda: silent.reports_on(2025)),
        ("2026-12-21", lambda: silent.accepts_report(2025)),
        ("2027-05-31p", lambda: silent.hands_in(2027, DRAFT)),
        ("2027-06-28", lambda: silent.verifies(2027, DRAFT)),
    )


def _of_inspection_and_change() -> Iterator[Act]:
    checked = SampleLife("BA2024024")
    yield from _acts(
        checked,
        ("2026-12-09", lambda: checked.inspect("city", "plan")),
        ("2026-12-09", lambda: checked.inspect("city", "hold", "限期整改")),
        ("2026-12-22", lambda: checked.reports_on(2026)),
        ("2026-12-22", lambda: checked.accepts_report(2026)),
        ("2027-01-06", checked.replies),
        ("2027-01-14", lambda: checked.mend_finding("city", "give_back")),
        ("2027-01-18", checked.replies),
        ("2027-01-28", lambda: checked.mend_finding("city", "close")),
        ("2027-02-02", lambda: checked.inspect("city", "plan")),
        ("2027-02-02", lambda: checked.inspect("city", "hold")),
        ("2027-06-01", lambda: checked.change("unit", "ask", kind="term", months=6)),
        ("2027-06-01", lambda: checked.change("unit", "hand_in")),
        ("2027-06-15", lambda: checked.change("park", "agree")),
        ("2027-07-05", lambda: checked.change("city", "agree")),
        ("2027-07-14", lambda: checked.change("province", "agree")),
    )


def _of_contract() -> Iterator[Act]:
    begun = SampleLife("BA2024025")
    yield from _acts(
        begun,
        ("2026-11-30", lambda: begun.draft_contract("park")),
        ("2026-12-02", lambda: begun.sign("unit")),
        ("2026-12-10", lambda: begun.sign("park")),
        ("2026-12-16", lambda: begun.sign("province")),
        ("2026-12-17", lambda: begun.move("start_funding", "province")),
        ("2027-01-18", lambda: begun.arrives("省拨款", 1, "J0")),
        ("2027-02-03", lambda: begun.pays("省拨款", 1, "J1")),
        ("2027-02-10", lambda: begun.pays("园区配套", 1, "J2")),
        ("2027-02-11", lambda: begun.confirms("J1")),
        ("2027-02-11", lambda: begun.confirms("J2")),
        ("2027-02-22", lambda: begun.move("start_implementation", "park")),
        ("2027-03-01", lambda: begun.arrives("省拨款", 2, "J5")),
        ("2027-03-22", lambda: begun.move("suspend", "province")),
        ("2027-04-12", lambda: begun.move("resume", "province")),
        ("2027-05-03", lambda: begun.pays("省拨款", 2, "J3")),
        ("2027-05-04", lambda: begun.pays("园区配套", 2, "J4")),
        ("2027-05-06", lambda: begun.confirms("J3")),
        ("2027-05-06", lambda: begun.confirms("J4")),
    )


def _acts(life: SampleLife, *acts: Act) -> Iterator[Act]:
    """The acts, each on the day that it is said for."""

    def dated(moment: str, act: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            life.today = day(moment[:10])
            return act()

        return run

    for moment, act in acts:
        yield moment, dated(moment, act)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(ENOUGH, id="half a year"),
        pytest.param(LAST, id="two years", marks=pytest.mark.long),
    ],
)
def test_every_message_is_in_the_table(sample_programme: Clock, last: date) -> None:
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table))[1:]
    told_of = {row[1] for row in rows}
    assert len(told_of) == 10
    wanted = sorted(",".join(row) for row in rows if row[0] <= last.isoformat())

    sent = [",".join(row) for row in _driven(sample_programme, last) if row[1] in told_of]

    difference = "\n".join(unified_diff(wanted, sorted(sent), "by hand", "sent", n=0, lineterm=""))
    assert not difference, difference


def _driven(clock: Clock, last: date) -> list[Row]:
    """All that is sent from FIRST to `last`: acts, then the rounds of each day."""
    acts: dict[str, list[Callable[[], object]]] = {}
    for moment, act in script():
        acts.setdefault(moment, []).append(act)
    sent: list[Row] = []
    on = FIRST
    while on <= last:
        clock.go_to(on.isoformat())
        for act in acts.pop(on.isoformat(), ()):
            act()
        if on not in MISSED and (is_working_day(on) or on < SURE):
            sent += _round(on, time(9))
        if on.isoformat() + "p" in acts:
            for act in acts.pop(on.isoformat() + "p"):
                act()
            sent += _round(on, time(14))
            # Again, and after hours: nothing is left to say.
            assert not _round(on, time(14, 10))
            assert not _round(on, time(18))
        on += timedelta(days=1)
    assert not [moment for moment in acts if moment[:10] <= last.isoformat()]
    return sent


def _round(on: date, at: time) -> list[Row]:
    """What the round sent, as rows of the table."""
    now = datetime.combine(on, at, SHANGHAI)
    told = send_round(now=now)
    messages = Message.objects.filter(sent_at=now).select_related("matter__project", "organisation")
    rows = [
        (
            on.isoformat(),
            each.matter.project.number,
            each.matter.kind,
            each.matter.label,
            each.due_on.isoformat(),
            str(each.step),
            each.organisation.name,
        )
        for each in messages
    ]
    assert len(rows) == told.sent
    return rows
