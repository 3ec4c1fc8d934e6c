"""CSV: exact columns and bytes, formulas defused, texts whole, cut at a day, connections left clean."""

from __future__ import annotations

import io
import time

import pytest
from django.db import connection

from finance.models import Entry
from reports.ledger.csv_file import FORMULA_SIGNS, stream_csv, write_csv
from tests.builders import day, make_project, moved
from tests.reports.ledger.ledgers import awkward_project, csv_rows, hashed_texts, joined

HEADINGS = (
    "序号,业务日期,记账时间,业务类型,资金来源,支出科目,借方科目,贷方科目,"
    "金额（元）,凭证号,票据号,对方单位,摘要,红冲序号,前序哈希,哈希"
)


@pytest.mark.django_db
def test_a_ledger_without_entries_has_its_headings():
    content = joined(stream_csv(make_project(milestones=False)))

    assert content == b"\xef\xbb\xbf" + HEADINGS.encode() + b"\r\n"


@pytest.mark.django_db
def test_a_row_says_what_the_entry_says():
    project = awkward_project()

    rows = csv_rows(joined(stream_csv(project)))

    entries = list(
        Entry.objects.filter(project=project).select_related("debit", "credit").order_by("sequence")
    )
    assert len(rows) == len(entries) + 1
    for row, entry in zip(rows[1:], entries, strict=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT finance_instant(%s)", [entry.recorded_at])
            (instant,) = cursor.fetchone()
        assert row[:9] == [
            str(entry.sequence),
            entry.on.isoformat(),
            instant,
            entry.kind,
            entry.source,
            entry.category,
            entry.debit.name,
            entry.credit.name,
            f"{entry.amount:.2f}",
        ]
        assert row[13:] == ["3" if entry.reverses_id else "", entry.previous_hash, entry.hash]


@pytest.mark.django_db
def test_texts_read_back_without_their_apostrophe_are_those_that_were_hashed():
    project = awkward_project()

    rows = csv_rows(joined(stream_csv(project)))[1:]

    assert [tuple(text.removeprefix("'") for text in row[9:13]) for row in rows] == hashed_texts(project)


@pytest.mark.django_db
def test_no_text_begins_as_a_formula_and_others_stay_bare():
    project = awkward_project()

    rows = csv_rows(joined(stream_csv(project)))[1:]

    for row, texts in zip(rows, hashed_texts(project), strict=True):
        for shown, text in zip(row[9:13], texts, strict=True):
            assert shown == (f"'{text}" if text[:1] and text[0] in FORMULA_SIGNS else text)


@pytest.mark.django_db
def test_records_end_in_crlf_and_line_ends_inside_texts_stay():
    project = awkward_project()

    content = joined(stream_csv(project))

    assert content.endswith(b"\r\n")
    assert "第一行\n第二行".encode() in content
    assert '第一行\r\n第二行\n"'.encode() in content
    assert len(csv_rows(content)) == Entry.objects.filter(project=project).count() + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "last"), [("2022-10-04", "1"), ("2022-10-05", "2"), ("2023-01-09", "22"), ("2023-01-10", "23")]
)
def test_a_cut_takes_the_entries_dated_up_to_its_day(on, last):
    rows = csv_rows(joined(stream_csv(awkward_project(), day(on))))

    assert rows[-1][0] == last
    assert len(rows) == int(last) + 1


@pytest.mark.django_db
def test_a_ledger_holds_no_entry_of_another_project():
    project = awkward_project()
    awkward_project()

    assert len(csv_rows(joined(stream_csv(project)))) == 24


@pytest.mark.django_db
def test_writing_is_streaming_into_a_file():
    project = awkward_project()
    out = io.BytesIO()

    write_csv(project, out, on=day("2022-12-31"))

    assert out.getvalue() == joined(stream_csv(project, day("2022-12-31")))


def has_other_connections(count: int) -> bool:
    """Whether so many others are connected to the test's database, once those that left are gone."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (count,):
                return True
            time.sleep(0.01)
    return False


def test_a_download_given_up_leaves_no_connection_and_harms_none(committed_db):
    project = awkward_project()
    assert has_other_connections(0)
    download = stream_csv(project)
    next(download)
    next(download)
    assert has_other_connections(1)
    assert (
        Entry.objects.filter(project=project).count() == 23
    )  # the request's own connection is free meanwhile

    download.close()

    assert has_other_connections(0)
    assert len(csv_rows(joined(stream_csv(project)))) == 24


def test_a_download_never_begun_opens_no_connection(committed_db):
    project = awkward_project()

    download = stream_csv(project)
    next(download)

    assert has_other_connections(0)
    download.close()


def test_a_download_sees_one_state_though_others_post_meanwhile(committed_db):
    project = awkward_project()
    download = stream_csv(project)
    content = next(download) + next(download)

    moved(project, "到账园区", "省拨款", "5", "2022-10-01")

    assert len(csv_rows(content + joined(download))) == 24
    assert len(csv_rows(joined(stream_csv(project)))) == 25
