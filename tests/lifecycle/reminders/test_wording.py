"""What is said of a matter: the distance on both sides of its day, who else is told, and names that mean harm."""

from __future__ import annotations

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from lifecycle.models import MatterState
from lifecycle.reminders.wording import TITLE_LENGTH, say
from tests.builders import day
from tests.reminding import know_kinds, make_matter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    know_kinds(monkeypatch)


@pytest.mark.parametrize(
    ("on", "standing"),
    [
        ("2026-12-24", "还有 7 天"),
        ("2026-12-30", "还有 1 天"),
        ("2026-12-31", "今天到期"),
        ("2027-01-01", "已逾期 1 天"),
        ("2027-01-10", "已逾期 10 天"),
    ],
)
def test_a_sentence_ends_with_how_far_off_the_day_is(on: str, standing: str):
    title, sentence = say(make_matter(), -7, day(on))

    assert title == "里程碑：中试线建成"
    assert sentence == f"里程碑“中试线建成”应于 2026-12-31 前完成，{standing}。"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (0, ""),
        (1, "；逾期满 1 天，报高新区管委会"),
        (7, "；逾期满 7 天，报设区市科技局"),
        (30, "；逾期满 30 天，报省科技厅"),
    ],
)
def test_a_late_matter_says_who_else_is_told_and_why(step: int, told: str):
    assert say(make_matter(), step, day("2027-02-15"))[1].endswith(f"已逾期 46 天{told}。")


def test_a_level_that_is_not_above_the_one_responsible_is_not_named():
    matter = make_matter()
    matter.responsible = matter.project.cluster.park

    assert say(matter, 1, day("2027-01-01"))[1].endswith("已逾期 1 天。")
    assert say(matter, 7, day("2027-01-07"))[1].endswith("报设区市科技局。")


def test_figures_are_shown_as_people_read_them_and_a_missing_one_is_a_dash():
    paid = make_matter(kind="test_money", label="省拨款第 2 期", figures={"amount": "1500000.00"})
    unknown = make_matter(kind="test_money", label="省拨款第 3 期")

    assert say(paid, -7, day("2026-12-24"))[1] == (
        "“省拨款第 2 期”尚有 1,500,000.00 元未拨付，应于 2026-12-31 前拨付，还有 7 天。"
    )
    assert "尚有 — 元" in say(unknown, -7, day("2026-12-24"))[1]


def test_what_waits_for_somebody_else_or_is_done_says_that():
    waiting, done = make_matter(), make_matter()
    park = waiting.project.cluster.park
    waiting.state, waiting.waits_for = MatterState.ANSWERED, park
    done.state = MatterState.DONE

    assert say(waiting, 7, day("2027-01-07"))[1].endswith(f"已报{park.name}，待其办理。")
    assert say(done, 7, day("2027-01-07"))[1].endswith("已办结。")


def test_a_name_stays_on_one_line_within_its_bounds_and_writes_no_placeholders():
    matter = make_matter(label="甲\r\nBcc: x@example.org\x07 %(due_on)s %s " + "长" * 200)

    title, sentence = say(matter, -7, day("2026-12-24"))

    assert len(title) <= TITLE_LENGTH
    assert not set("\r\n\x07") & set(title + sentence)
    assert "%(due_on)s %s" in sentence


def test_a_kind_that_is_known_no_more_is_told_by_its_label():
    title, sentence = say(make_matter(kind="gone", label="旧事项"), -7, day("2026-12-24"))

    assert (title, sentence) == ("旧事项", "旧事项，还有 7 天。")


def test_it_is_said_in_the_active_language_without_a_query(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    matter = make_matter()

    with django_assert_num_queries(0), translation.override("en"):
        assert say(matter, 7, day("2027-01-07"))[1]
