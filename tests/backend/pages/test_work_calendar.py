"""The calendar of working days by page."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from backend.pages.work_calendar import months_of
from lifecycle.calendar import Calendar
from lifecycle.models import CalendarDay, CalendarNotice
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_park
from tests.people import make_person

ADDRESS = "/calendar/"


@pytest.fixture
def park(db):
    return make_park()


@pytest.fixture
def province(park):
    return browser_of(make_person((Role.PROVINCE, park.parent.parent)))


def said(**changes: str) -> dict[str, str]:
    return {
        "act": "set",
        "first": "2027-02-04",
        "last": "2027-02-12",
        "is_working": "0",
        "reason": "国办发明电〔2026〕9号",
    } | changes


def looks(year: int, shown: Calendar | None = None) -> dict[str, list[str]]:
    """Days of the grid by their look, without plain working days and weekends."""
    found: dict[str, list[str]] = {"off": [], "worked": []}
    for month in months_of(shown or Calendar(), year, today=date(2026, 11, 26)):
        for cell in (cell for week in month.weeks for cell in week if cell):
            if cell.look in found:
                found[cell.look].append(f"{cell.day:%m-%d}")
    return found


def test_the_grid_shows_days_off_and_weekend_days_worked():
    found = looks(2026)

    assert found["worked"] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert {"01-01", "01-02", "02-16", "02-23", "10-07"} <= set(found["off"])
    assert [month.working for month in months_of(Calendar(), 2026, today=date(2026, 1, 1))] == [
        *(21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23)
    ]


def test_the_grid_shows_the_word_of_the_province():
    shown = Calendar({day("2026-11-23"): False, day("2026-11-28"): True, day("2026-10-01"): True})

    found = looks(2026, shown)

    assert "11-23" in found["off"]
    assert {"11-28", "10-01"} <= set(found["worked"])


def test_a_year_without_its_notice_says_so(province):
    assert "暂定" not in text_of(province.get(ADDRESS, {"year": "2026"}))
    assert "暂定" in text_of(province.get(ADDRESS, {"year": "2027"}))


def test_without_a_year_it_is_the_present_one(province):
    assert f"<h1>{timezone.localdate().year} 年工作日历</h1>" in text_of(province.get(ADDRESS))


@pytest.mark.parametrize("year", ["1999", "2100", "x", "20260", "２０２６", "-1", "999999999999"])
def test_a_year_that_is_none_is_not_there(year: str, province):
    assert province.get(ADDRESS, {"year": year}).status_code == 404


def test_it_is_read_in_a_constant_number_of_queries(province, django_assert_num_queries):
    CalendarDay.objects.bulk_create(
        CalendarDay(on=date(2027, 3, number), is_working=False, reason="依据") for number in range(1, 20)
    )

    with django_assert_num_queries(7):
        province.get(ADDRESS, {"year": "2027"})


def test_days_are_set_and_taken_away_again(province):
    answer = province.post(f"{ADDRESS}?year=2027", said(), follow=True)

    assert answer.status_code == 200
    assert "已登记 9 天" in text_of(answer)
    assert CalendarDay.objects.filter(is_working=False).count() == 9
    assert "国办发明电〔2026〕9号" in text_of(answer)

    province.post(f"{ADDRESS}?year=2027", {"act": "remove", "on": "2027-02-04"})
    assert CalendarDay.objects.count() == 8
    assert province.post(ADDRESS, {"act": "remove", "on": "2027-02-04"}).status_code == 409


def test_one_day_is_set_without_an_end(province):
    province.post(ADDRESS, said(last="", is_working="1", first="2027-02-20"))

    assert list(CalendarDay.objects.values_list("on", "is_working")) == [(day("2027-02-20"), True)]


def test_a_notice_is_confirmed_and_taken_back(province):
    confirm = {"act": "confirm", "document_no": "国办发明电〔2026〕9号"}
    shown = text_of(province.post(f"{ADDRESS}?year=2027", confirm, follow=True))
    assert "暂定" not in shown.replace("不再标为暂定", "")
    assert CalendarNotice.objects.get().year == 2027
    assert province.post(f"{ADDRESS}?year=2027", confirm).status_code == 422

    shown = text_of(province.post(f"{ADDRESS}?year=2027", {"act": "withdraw"}, follow=True))
    assert "暂定" in shown
    assert province.post(f"{ADDRESS}?year=2027", {"act": "withdraw"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": " "}, 422),
        ({"first": ""}, 422),
        ({"last": "2027-02-03"}, 422),
        ({"last": "2027-03-07"}, 422),
        ({"is_working": "2"}, 422),
        ({"act": "confirm"}, 422),
        ({"act": "nonsense"}, 404),
        ({"act": "remove"}, 404),
        ({"act": "remove", "on": "morgen"}, 404),
    ],
)
def test_what_is_no_day_is_refused_at_its_field(changes: dict[str, str], status: int, province):
    answer = province.post(f"{ADDRESS}?year=2027", said(**changes))

    assert answer.status_code == status
    assert not CalendarDay.objects.exists()
    assert status != 422 or "error-text" in text_of(answer)


def test_a_park_reads_but_does_not_set(park):
    browser = browser_of(make_person((Role.PARK, park)))

    assert "登记放假或上班" not in text_of(browser.get(ADDRESS))
    assert browser.post(ADDRESS, said()).status_code == 403
    assert not CalendarDay.objects.exists()


def test_the_administrator_sets_it(park):
    browser = browser_of(make_person((Role.ADMINISTRATOR, park)))

    assert reverse("calendar") in text_of(browser.get("/people/"))
    assert browser.post(ADDRESS, said()).status_code == 302
