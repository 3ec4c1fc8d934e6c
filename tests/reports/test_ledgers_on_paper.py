"""The ledgers of payments and of spending: every row and sum is what plain SQL says, in every format."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from finance.bulk import post_many
from finance.posting import Movement, reverse_entry
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.collect import collect_disbursements, collect_spending
from reports.exports import build
from reports.renderers import render
from reports.renderers.grids import ROWS_ON_PAPER
from tests.builders import day, make_project, make_tranche, moved
from tests.reports import plain_sql
from tests.reports.test_exports import READ, Row, missing

TODAY = date(2026, 11, 21)
DAYS = (TODAY, date(2023, 6, 30))
FISCAL = ("省拨款", "园区配套")


def yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def test_the_facts_of_every_project_say_what_plain_sql_says(programme: None) -> None:
    for number in plain_sql.numbers():
        project = Project.objects.get(number=number)
        for on in DAYS:
            paid = collect_disbursements(project, on=on, today=TODAY)
            wanted = plain_sql.tranches(number, on)
            of_tranche: dict[tuple[str, int], Decimal] = dict.fromkeys(wanted, Decimal(0))
            for each in paid.payments:
                if each.number is not None:
                    of_tranche[each.source, each.number] += each.amount or Decimal(0)
            assert of_tranche == {key: amount for key, (_planned, amount, _a, _p) in wanted.items()}
            assert sum(each.planned or 0 for each in paid.payments) == sum(row[0] for row in wanted.values())
            for source in FISCAL:
                assert sum(
                    each.amount or Decimal(0) for each in paid.payments if each.source == source
                ) == plain_sql.amount(number, on, "拨付单位", "直接拨付", source=source)
            held = paid.arrivals[-1].held if paid.arrivals else Decimal(0)
            assert sum(
                each.amount if each.kind == "到账园区" else -each.amount for each in paid.arrivals
            ) == plain_sql.amount(number, on, "到账园区", source="省拨款") - plain_sql.amount(
                number, on, "园区退回", source="省拨款"
            )
            assert held >= 0

            spent = collect_spending(project, on=on, today=TODAY)
            assert [(each.sequence, each.on, each.amount) for each in spent.entries] == plain_sql.live(
                "SELECT sequence, day, amount FROM live WHERE kind = '支出' ORDER BY day, sequence",
                number,
                on,
            )
            assert sum((sum(row.amounts) for row in spent.categories), Decimal(0)) == plain_sql.amount(
                number, on, "支出"
            )


@pytest.mark.parametrize("form", list(READ))
@pytest.mark.parametrize("number", ["BA2022003", "BA2022021"])
def test_the_figures_stand_on_paper(programme: None, number: str, form: str) -> None:
    project = Project.objects.get(number=number)
    money = plain_sql.money(number, TODAY)
    paid_rows: list[Row] = [
        (source, yuan(money[source]["committed"]), yuan(money[source]["received"])) for source in FISCAL
    ]
    for (source, place), (planned, _paid, _arrived, paid_on) in plain_sql.tranches(number, TODAY).items():
        row = (source, str(place), yuan(planned))
        paid_rows.append((*row, paid_on.isoformat()) if paid_on and form == "docx" else row)
    spent = plain_sql.spent(number, TODAY)
    spent_rows: list[Row] = [("合计", yuan(plain_sql.amount(number, TODAY, "支出")))]
    for category in sorted({category for _, category, _ in spent}):
        total = sum((amount for (_, of, _), amount in spent.items() if of == category), Decimal(0))
        spent_rows.append((category, yuan(total)))
    for _sequence, on, amount in plain_sql.live(
        "SELECT sequence, day, amount FROM live WHERE kind = '支出' ORDER BY day, sequence", number, TODAY
    ):
        spent_rows.append((on.isoformat(), yuan(amount)))

    for kind, rows in (("disbursements", paid_rows), ("spending", spent_rows)):
        _facts, document = build(kind, project, on=TODAY, today=TODAY)
        lines = READ[form](render(document, form).content)
        if form == "pdf":
            # A row of several lines comes out of a PDF in pieces; each figure has to be there as often as it should.
            found = Counter(cell for line in lines for cell in line)
            wanted = Counter(figure for row in rows for figure in row[1:] if "." in figure)
            assert not wanted - found
        else:
            assert missing(rows, lines) == []


@pytest.mark.django_db
def test_what_waits_at_the_park_is_told_with_its_days() -> None:
    project = make_project(milestones=False)
    make_tranche(project, 1, amount="100.00", planned_on="2024-01-31")
    moved(project, "到账园区", "省拨款", "100.00", "2024-01-10")
    moved(project, "拨付单位", "省拨款", "40.00", "2024-01-20")

    facts = collect_disbursements(project, on=date(2024, 3, 1), today=TODAY)

    paid, waiting = facts.payments
    assert (paid.amount, paid.days_at_park, paid.left) == (Decimal("40.00"), 10, Decimal("60.00"))
    assert (waiting.amount, waiting.days_at_park, waiting.total) == (None, 51, Decimal("40.00"))
    assert [each.held for each in facts.arrivals] == [Decimal("100.00")]


@pytest.mark.django_db
def test_reversed_spending_is_left_out_and_counted() -> None:
    project = make_project(milestones=False)
    moved(project, "资金到位", "单位自筹", "500.00", "2022-10-05")
    moved(project, "支出", "单位自筹", "40.00", "2023-03-10", category="设备费")
    moved(project, "支出", "单位自筹", "60.00", "2023-03-11", category="设备费")
    reverse_entry(
        project=project, sequence=2, on=day("2023-04-01"), reason="记错", actor=OPERATOR_ACTOR, today=TODAY
    )

    facts = collect_spending(project, on=TODAY, today=TODAY)

    assert [each.amount for each in facts.entries] == [Decimal("60.00")]
    assert facts.taken_back == 1


@pytest.mark.django_db
def test_of_very_many_entries_paper_says_how_many_it_leaves_to_the_workbook() -> None:
    project = make_project(milestones=False)
    moved(project, "资金到位", "单位自筹", "20000.00", "2022-10-01")
    count = ROWS_ON_PAPER + 50
    post_many(
        [
            (
                project.pk,
                Movement(
                    kind="支出",
                    source="单位自筹",
                    category="设备费",
                    amount=Decimal("1.01"),
                    on=date(2023, 1, 1) + timedelta(days=number // 20),
                    voucher=f"长-{number}",
                    invoice="",
                ),
            )
            for number in range(count)
        ],
        actor=OPERATOR_ACTOR,
    )

    with CaptureQueriesContext(connection) as asked:
        _facts, document = build("spending", project, on=TODAY, today=TODAY)

    assert len(asked) <= 12
    rows = READ["xlsx"](render(document, "xlsx").content)
    assert sum(any(cell.startswith("长-") for cell in row) for row in rows) == count


@pytest.mark.django_db
def test_a_project_without_plan_or_money_is_told_so() -> None:
    project = make_project(milestones=False, state="approved", contract_signed_on=None)

    for kind, words in (("disbursements", "也没有拨付"), ("spending", "没有支出")):
        _facts, document = build(kind, project, on=TODAY, today=TODAY)
        assert words in str(document.sections)
