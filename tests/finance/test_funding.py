"""Where the money is: kept balances, past days, and what was known at an instant."""

from __future__ import annotations

from typing import Any

import pytest

from finance.funding import funding_of
from finance.posting import reverse_entry
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, instant, make_cluster, make_project, moved, yuan

pytestmark = pytest.mark.django_db


def figures(project: Project, **when: Any) -> dict[str, Any]:
    return funding_of([project], **when)[project.pk].as_json()


def test_money_is_told_by_source_from_the_promise_to_the_refund() -> None:
    project = make_project()
    moved(project, "到账园区", "省拨款", "1000.00", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "700.00", "2022-10-05")
    moved(project, "园区退回", "省拨款", "50.00", "2022-10-06")
    moved(project, "直接拨付", "省拨款", "30.00", "2022-10-07")
    moved(project, "支出", "省拨款", "200.00", "2022-10-08")
    moved(project, "退回", "省拨款", "20.00", "2022-10-09")
    moved(project, "拨付单位", "园区配套", "365.00", "2022-10-10")
    moved(project, "资金到位", "单位自筹", "10.00", "2022-10-11")

    shown = figures(project)

    assert shown["省拨款"] == {
        "committed": "3500000.00",
        "arrived_at_park": "1000.00",
        "held_at_park": "250.00",
        "received": "730.00",
        "spent": "200.00",
        "refunded": "20.00",
        "balance": "510.00",
    }
    assert shown["园区配套"]["arrived_at_park"] == shown["园区配套"]["held_at_park"] == "0.00"
    assert shown["园区配套"]["received"] == "365.00"
    assert shown["单位自筹"]["balance"] == "10.00"
    assert [shown["ratio_committed"], shown["ratio_received"]] == ["1.0000", "0.5000"]
    assert list(shown)[:4] == ["省拨款", "园区配套", "单位自筹", "社会资本"]
    assert figures(project, on=day("2022-10-11")) == shown
    assert funding_of([project])[project.pk].total.received == yuan("1105.00")


def test_ratios_are_null_without_provincial_money() -> None:
    project = make_project(provincial_grant=yuan("0"))
    moved(project, "拨付单位", "园区配套", "1.00", "2022-10-01")

    shown = figures(project)

    assert shown["ratio_committed"] is None
    assert shown["ratio_received"] is None


def test_a_past_day_counts_what_is_dated_on_it_and_before() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2022-10-01")
    moved(project, "资金到位", "单位自筹", "5.00", "2022-10-02")

    assert figures(project, on=day("2022-09-30"))["单位自筹"]["received"] == "0.00"
    assert figures(project, on=day("2022-10-01"))["单位自筹"]["received"] == "10.00"
    assert figures(project, on=day("2022-10-02"))["单位自筹"]["received"] == "15.00"


def test_money_of_a_day_to_come_is_not_there_today() -> None:
    """Kept balances know no day; where one lies ahead, the entries answer. Reversed pairs drop out of both."""
    ahead, settled = make_project(), make_project()
    for project in (ahead, settled):
        moved(project, "资金到位", "单位自筹", "100", "2024-01-10")
    moved(ahead, "支出", "单位自筹", "30", "2024-03-01")

    for on, spent in (("2024-02-29", "0"), ("2024-03-01", "30")):
        money = funding_of([ahead, settled], on=day(on))
        assert money[ahead.pk].sources["单位自筹"].spent == yuan(spent)
        assert money[ahead.pk].sources["单位自筹"].balance == yuan("100") - yuan(spent)
        assert money[settled.pk].sources["单位自筹"].balance == yuan("100")


def test_a_late_posting_changes_a_past_day_but_never_what_was_known() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2022-10-01")
    known = instant()
    before = figures(project, on=day("2022-10-31"), known_at=known)

    moved(project, "资金到位", "单位自筹", "5.00", "2022-10-02")

    assert figures(project, on=day("2022-10-31"))["单位自筹"]["received"] == "15.00"
    assert figures(project, on=day("2022-10-31"), known_at=known) == before
    assert before["单位自筹"]["received"] == "10.00"


def test_a_reversed_entry_drops_out_of_every_day_but_stood_while_its_reversal_was_not_recorded() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2022-10-01")
    known = instant()
    reverse_entry(
        project=project,
        sequence=1,
        on=day("2023-01-01"),
        reason="误记",
        actor=OPERATOR_ACTOR,
        today=day("2023-01-01"),
    )

    assert figures(project)["单位自筹"]["received"] == "0.00"
    assert figures(project, on=day("2022-10-31"))["单位自筹"]["received"] == "0.00"
    assert figures(project, known_at=known)["单位自筹"]["received"] == "10.00"
    assert figures(project, known_at=instant())["单位自筹"]["received"] == "0.00"


def test_promises_are_those_of_the_contract_as_it_was_known() -> None:
    project = make_project()
    known = instant()
    Project.objects.filter(pk=project.pk).update(provincial_grant=yuan("1.00"))

    assert figures(project)["省拨款"]["committed"] == "1.00"
    assert figures(project, known_at=known)["省拨款"]["committed"] == "3500000.00"


def test_a_project_recorded_later_was_not_known() -> None:
    known = instant()
    project = make_project()

    assert funding_of([project], known_at=known) == {}


@pytest.mark.parametrize("when", [{}, {"on": day("2024-01-01")}])
def test_one_query_tells_the_money_of_any_number_of_projects(
    django_assert_num_queries: Any, when: dict[str, Any]
) -> None:
    cluster = make_cluster()
    for _each in range(3):
        moved(
            make_project(cluster=cluster, milestones=False),
            "到账园区",
            "省拨款",
            "1.00",
            "2022-10-01",
        )
    with django_assert_num_queries(1):
        assert len(funding_of(Project.objects.filter(cluster=cluster), **when)) == 3
    for _each in range(27):
        moved(
            make_project(cluster=cluster, milestones=False),
            "到账园区",
            "省拨款",
            "1.00",
            "2022-10-01",
        )
    with django_assert_num_queries(1):
        found = funding_of(Project.objects.filter(cluster=cluster, name__contains="测试"), **when)
    assert len(found) == 30
    assert all(funding.sources["省拨款"].arrived_at_park == yuan("1.00") for funding in found.values())


def test_who_sees_nothing_gets_nothing(django_assert_num_queries: Any) -> None:
    make_project()

    with django_assert_num_queries(0):
        assert funding_of(Project.objects.none()) == {}
    with django_assert_num_queries(0):
        assert funding_of(Project.objects.filter(pk__in=())) == {}
