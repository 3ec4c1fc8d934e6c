"""The same format, filled: what goes out comes back and changes nothing."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from backend.workbook import exporting
from backend.workbook.cells import FIRST_DAY, LAST_DAY
from backend.workbook.exporting import export_workbook
from backend.workbook.faults import Findings
from backend.workbook.plan import same
from backend.workbook.reading import read_book
from backend.workbook.sheets import TABLES, movements
from finance.models import Entry
from finance.posting import Movement, post_entry, reverse_entry
from lifecycle.models import Batch, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Membership, Organisation, Person
from lifecycle.parties.sight import OPERATOR, Sight, sight_of
from tests.backend.workbook.books import programme
from tests.backend.workbook.conftest import Bring

TODAY = date(2026, 11, 21)


def exported(sight: Sight = OPERATOR, **chosen: Any) -> bytes:
    target = io.BytesIO()
    export_workbook(target, sight=sight, **chosen)
    return target.getvalue()


def rows_of(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The values of every sheet, as the import reads them."""
    findings = Findings()
    sheets = read_book(content, findings)
    assert (findings.faults, findings.warnings) == ([], [])
    return {title: [row.values for row in sheet.rows] for title, sheet in sheets.items()}


def test_the_sample_goes_out_and_comes_back_unchanged(bring: Bring, sample: bytes) -> None:
    bring(sample)
    content = exported()
    again = bring(content)
    assert (again.faults, again.warnings, again.changes) == ([], [], [])
    assert not again.changes_anything
    assert rows_of(exported()) == rows_of(content)


def test_an_exported_workbook_builds_the_same_system_from_nothing(bring: Bring, sample: bytes) -> None:
    bring(sample)
    there, here = rows_of(exported()), rows_of(sample)
    for title in here:
        assert sorted(map(str, there[title])) == sorted(map(str, here[title])), title


def test_sheets_and_columns_stand_in_the_order_of_the_format(bring: Bring) -> None:
    bring(programme())
    book = openpyxl.load_workbook(io.BytesIO(exported()))
    assert book.sheetnames == ["填表说明", *(table.title for table in TABLES)]
    assert [cell.value for cell in book["资金流水"][1]] == [
        "项目编号",
        "业务日期",
        "业务类型",
        "资金来源",
        "支出科目",
        "金额（元）",
        "凭证号",
        "票据号",
        "对方单位",
        "摘要",
    ]
    assert [cell.value for cell in book["批次"][2]][2:6] == [42, 500, "1:1", "1/3"]
    assert book["项目"]["T2"].is_date


def test_text_that_would_run_goes_out_behind_an_apostrophe_and_comes_back_without(bring: Bring) -> None:
    bring(programme())
    content = exported()
    assert openpyxl.load_workbook(io.BytesIO(content))["资金流水"]["J4"].value == "'=买设备"
    assert bring(content).warnings == []
    assert Entry.objects.get(voucher="记-3").memo == "=买设备"


def test_reversed_movements_are_left_out_and_may_come_in_again(bring: Bring) -> None:
    bring(programme())
    project = Project.objects.get(number="E1")
    sequence = Entry.objects.get(voucher="记-3").sequence
    reverse_entry(
        project=project, sequence=sequence, on=TODAY, reason="记错", actor=OPERATOR_ACTOR, today=TODAY
    )
    assert [row["voucher"] for row in rows_of(exported())["资金流水"]] == ["记-1", "记-2"]
    assert bring(programme()).created["资金流水"] == 1


def test_a_limit_of_a_later_day_stays_out_and_is_left_alone(bring: Bring) -> None:
    bring(programme())
    batch = Batch.objects.get()
    batch.limits.create(code="grant_cap", value="8000000.00", applies_from=date(2025, 1, 1), basis="调整")
    content = exported()
    assert rows_of(content)["批次"][0]["grant_cap"] == Decimal("5000000.00")
    assert not bring(content).changes_anything


def test_a_batch_without_limits_of_its_own_goes_out_without(bring: Bring) -> None:
    sheets = programme()
    sheets["批次"] = [[*row[:2], *row[6:]] for row in sheets["批次"]]
    bring(sheets)
    content = exported()
    assert rows_of(content)["批次"][0]["matching_ratio"] is None
    assert not bring(content).changes_anything


def test_one_park_goes_out_with_what_its_projects_need(bring: Bring) -> None:
    bring(programme())
    rows = rows_of(exported(park=Organisation.objects.get(name="西高新区管委会")))
    assert [row["number"] for row in rows["项目"]] == ["W1"]
    assert [row["name"] for row in rows["集群"]] == ["西集群"]
    assert [row["name"] for row in rows["单位"]] == [
        "示例省科技厅",
        "西市科技局",
        "西高新区管委会",
        "西方公司",
    ]
    assert rows["资金流水"] == []
    assert len(rows["批次"]) == 1


def test_one_batch_goes_out_alone(bring: Bring, sample: bytes) -> None:
    bring(sample)
    batch = Batch.objects.get(year=2024)
    rows = rows_of(exported(batch=batch))
    assert [row["name"] for row in rows["批次"]] == [batch.name]
    assert {row["batch"] for row in rows["集群"]} == {batch.name}
    assert len(rows["项目"]) == Project.objects.filter(cluster__batch=batch).count()


@pytest.mark.parametrize(
    ("role", "name"), [("park", "东高新区管委会"), ("unit", "东方（集团）公司"), ("city", "东市科技局")]
)
def test_a_person_takes_out_what_is_in_sight_and_brings_it_back_unchanged(
    bring: Bring, role: str, name: str
) -> None:
    bring(programme())
    person = Person.objects.create_user("someone", "x")
    Membership.objects.create(person=person, organisation=Organisation.objects.get(name=name), role=role)
    content = exported(sight_of(person))
    rows = rows_of(content)
    assert [row["number"] for row in rows["项目"]] == ["E1"]
    assert not any("西" in str(row) for title in rows for row in rows[title])
    again = bring(content, by=[(role, name)])
    assert again.faults == []
    assert not again.changes_anything


def test_the_number_of_queries_is_the_same_for_any_number_of_rows(
    bring: Bring, sample: bytes, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bring(programme())
    with django_assert_num_queries(11):
        exported()
    bring(sample)
    with django_assert_num_queries(11):
        exported()


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff\x7f")).filter(
    lambda text: not any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text)
)


@given(
    st.lists(
        st.tuples(texts, st.integers(1, 10**13 - 1), st.dates(FIRST_DAY, LAST_DAY)), min_size=1, max_size=20
    )
)
def test_whatever_is_written_is_read_back_the_same(facts: list[tuple[str, int, date]]) -> None:
    rows = [
        {
            "project": "E1",
            "on": on,
            "kind": "支出",
            "source": "省拨款",
            "category": "设备费",
            "amount": Decimal(fen).scaleb(-2),
            "voucher": f"={number}",
            "invoice": f"0{number}",
            "counterparty": "",
            "memo": text,
        }
        for number, (text, fen, on) in enumerate(facts)
    ]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, exporting.OPTIONS) as book:
        exporting.write_sheet(book, exporting.Formats(book), movements.TABLE, rows)
    read = rows_of(target.getvalue())["资金流水"]
    for row, wanted in zip(read, rows, strict=True):
        assert same(wanted.pop("memo"), row.pop("memo"))
        assert row == wanted


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "'=1",
        " 两边 ",
        "两\r\n行",
        "_x0041_",
        "\t",
        "<&>\"'",
        "２０２２",
        "0012",
        "1E5",
        "#REF!",
        "TRUE",
    ],
)
def test_text_that_was_typed_on_a_page_comes_back_as_known(bring: Bring, text: str) -> None:
    bring(programme())
    project = Project.objects.get(number="E1")
    movement = Movement(
        kind="资金到位",
        source="单位自筹",
        amount=Decimal("0.01"),
        on=TODAY,
        voucher="页-1",
        memo=text,
        counterparty=text,
    )
    post_entry(project=project, movement=movement, key=None, actor=OPERATOR_ACTOR, today=TODAY)
    Milestone.objects.filter(year=2023).update(progress=text)
    again = bring(exported())
    assert (again.faults, again.warnings, again.changes) == ([], [], [])
    assert not again.changes_anything
