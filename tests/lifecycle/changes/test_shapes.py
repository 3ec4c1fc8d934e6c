"""What each kind of change may want, with every fault named at once, and what it makes of the project."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from lifecycle.changes import asked_rows, edit
from lifecycle.errors import Invalid
from lifecycle.models import ChangeRequest, Contract, Milestone, MilestoneState, Project, Target, Tranche
from lifecycle.parties.models import Organisation
from tests.builders import day, make_milestone, make_unit, moved
from tests.lifecycle.changes.builders import (
    TODAY,
    UNIT,
    approved,
    asked,
    at_work,
    came_in,
    fresh,
    money,
    tranche,
)
from tests.lifecycle.contracts.builders import contracted, make_award

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return came_in(leader="李工", partners="示例大学")


def faults(project: Project, kind: str, wanted: Any) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        asked(project, kind, wanted)
    assert not ChangeRequest.objects.exists()
    return set(refusal.value.details)


def rows(change: ChangeRequest) -> list[tuple[str, str, str]]:
    return [(row.label, row.before, row.after) for row in asked_rows(change, fresh(change.project))]


@pytest.mark.parametrize(
    ("kind", "wanted", "fields"),
    [
        ("leader", None, {"wanted", "leader"}),
        ("leader", [], {"wanted", "leader"}),
        ("leader", {}, {"leader"}),
        ("leader", {"leader": 5}, {"leader"}),
        ("leader", {"leader": "长" * 101}, {"leader"}),
        ("leader", {"leader": "a\x00"}, {"leader"}),
        ("leader", {"leader": "李工"}, {"leader"}),
        ("leader", {"leader": "王工", "unit": "x"}, {"unit"}),
        ("partners", {"partners": "示例大学"}, {"partners"}),
        ("partners", {"partners": "长" * 4001}, {"partners"}),
        ("members", {"members": " "}, {"members"}),
        ("technical_route", {"technical_route": ""}, {"technical_route"}),
        ("unit", {"unit": "无此单位"}, {"unit"}),
        ("unit", {"unit": "", "site": "别处"}, {"unit", "site"}),
        ("term", {"months": 0}, {"months"}),
        ("term", {"months": 121}, {"months"}),
        ("term", {"months": True}, {"months"}),
        ("term", {"months": "6"}, {"months"}),
        ("term", {}, {"months"}),
    ],
)
def test_a_plain_change_is_held_to_its_shape(project: Project, kind: str, wanted: Any, fields: set[str]):
    assert faults(project, kind, wanted) == fields


class TestUnit:
    def test_the_project_passes_to_another_unit(self, project: Project):
        other = make_unit(project.cluster.park)

        change = approved(project, "unit", {"unit": other.name, "site": "本高新区外"})

        assert (fresh(project).unit, fresh(project).site) == (other, "本高新区外")
        assert rows(change) == [
            ("承担单位", project.unit.name, other.name),
            ("所在地", "本高新区内", "本高新区外"),
        ]
        connection.check_constraints()

    def test_it_is_a_unit_and_another_one(self, project: Project):
        assert faults(project, "unit", {"unit": project.cluster.park.name}) == {"unit"}
        assert faults(project, "unit", {"unit": project.unit.name}) == {"unit"}

    def test_a_unit_that_is_gone_by_then_is_not_approved(self, project: Project):
        other = make_unit(project.cluster.park)
        approved(project, "unit", {"unit": other.name})
        assert Organisation.objects.filter(pk=other.pk).exists()


class TestTargets:
    def target(self, name: str, value: str, **said: Any) -> dict[str, Any]:
        return {"name": name, "contract_value": value, **said}

    def test_the_whole_list_is_what_is_wanted(self, project: Project):
        Target.objects.filter(name="新产品").update(achieved_value="1")
        product = Target.objects.get(name="新产品")

        change = approved(
            project,
            "targets",
            {
                "targets": [
                    self.target("新产品（样机）", "5", id=product.pk, unit_of_measure="台"),
                    self.target("软件著作权", "2", category="知识产权"),
                ]
            },
        )

        kept = list(Target.objects.order_by("pk").values_list("name", "contract_value", "achieved_value"))
        assert kept == [("新产品（样机）", "5", "1"), ("软件著作权", "2", "")]
        assert ("考核指标：发明专利", "10 件", "") in rows(change)

    def test_a_target_is_known_by_its_name(self, project: Project):
        approved(project, "targets", {"targets": [self.target("新产品", "5"), self.target("发明专利", "10")]})
        assert Target.objects.count() == 2
        assert Target.objects.get(name="新产品").contract_value == "5"

    def test_targets_may_exchange_their_names(self, project: Project):
        one, two = Target.objects.order_by("pk")
        approved(
            project,
            "targets",
            {
                "targets": [
                    self.target(two.name, "3", id=one.pk),
                    self.target(one.name, "10", id=two.pk),
                ]
            },
        )
        assert list(Target.objects.order_by("pk").values_list("name", flat=True)) == [two.name, one.name]

    @pytest.mark.parametrize(
        ("targets", "fields"),
        [
            ([], {"targets"}),
            ("x", {"targets"}),
            ([5], {"targets.0", "targets.0.name", "targets.0.contract_value"}),
            ([{"name": "", "contract_value": ""}], {"targets.0.name", "targets.0.contract_value"}),
            (
                [{"name": "a", "contract_value": "1"}, {"name": "a", "contract_value": "2"}],
                {"targets.1.name"},
            ),
            ([{"id": 0, "name": "a", "contract_value": "1"}], {"targets.0.id"}),
            ([{"id": 10**9, "name": "a", "contract_value": "1"}], {"targets.0.id"}),
            ([{"name": "a", "contract_value": "1", "achieved_value": "9"}], {"targets.0.achieved_value"}),
            ([{"name": "a", "contract_value": "1"}] * 201, {"targets"}),
        ],
    )
    def test_every_fault_has_its_row(self, project: Project, targets: Any, fields: set[str]):
        found = faults(project, "targets", {"targets": targets})
        assert found - {"targets"} == fields - {"targets"}
        assert found >= fields


class TestMoney:
    def test_the_structure_of_sources_and_the_plan_change_together(self, project: Project):
        change = approved(project, "source_structure", money())

        kept = fresh(project)
        assert (kept.park_matching, kept.self_raised) == (Decimal("4000000.00"), Decimal("16500000.00"))
        plan = list(
            Tranche.objects.filter(source="园区配套").order_by("number").values_list("number", "amount")
        )
        assert plan == [(1, Decimal("2000000.00")), (2, Decimal("2000000.00"))]
        assert Tranche.objects.get(source="园区配套", number=2).condition == "中期检查通过"
        assert Contract.objects.get(state="in_force").terms["park_matching"] == "4000000.00"
        assert ("拨款计划：园区配套第 3 期", "2026-08-31 拨付 300,000.00 元 · 尾款", "") in rows(change)
        connection.check_constraints()

    def test_the_total_is_the_sum_of_its_sources(self, project: Project):
        more = {"total_investment": "25000000", "self_raised": "17500000"}
        assert approved(project, "total", money(amounts=more)).tier == "major"
        assert fresh(project).total_investment == Decimal("25000000.00")

    @pytest.mark.parametrize(
        ("amounts", "fields"),
        [
            ({"total_investment": "24000000.01"}, {"amounts.total_investment"}),
            ({"self_raised": "16500000.01"}, {"amounts"}),
            ({"provincial_grant": "3500000.01", "self_raised": "16499999.99"}, {"tranches"}),
            ({"provincial_grant": "-1"}, {"amounts.provincial_grant"}),
            ({"provincial_grant": "0.001"}, {"amounts.provincial_grant"}),
            ({"provincial_grant": "NaN"}, {"amounts.provincial_grant"}),
            (
                {"provincial_grant": None, "park_matching": "x"},
                {"amounts.provincial_grant", "amounts.park_matching"},
            ),
            ({"provincial_grant": "1e30"}, {"amounts.provincial_grant"}),
            ({"extra": "1"}, {"amounts.extra"}),
        ],
    )
    def test_the_amounts_of_a_structure_keep_the_total(
        self, project: Project, amounts: dict[str, Any], fields: set[str]
    ):
        assert faults(project, "source_structure", money(amounts=amounts)) == fields

    def test_a_total_off_by_a_fen_is_refused(self, project: Project):
        off = {"total_investment": "25000000.01", "self_raised": "17500000"}
        assert faults(project, "total", money(amounts=off)) == {"amounts.total_investment"}

    @pytest.mark.parametrize(
        ("changed", "fields"),
        [
            ({"amount": "1999999.99"}, {"tranches"}),
            ({"amount": "0"}, {"tranches.0.amount"}),
            ({"amount": -5}, {"tranches.0.amount"}),
            ({"source": "单位自筹"}, {"tranches.0.source"}),
            ({"number": 2}, {"tranches.1.number"}),
            ({"number": 1000}, {"tranches.0.number"}),
            ({"planned_on": "2022-02-30"}, {"tranches.0.planned_on"}),
            ({"planned_on": "1999-12-31"}, {"tranches.0.planned_on"}),
            ({"is_tail": "yes"}, {"tranches.0.is_tail"}),
            ({"condition": "长" * 4001}, {"tranches.0.condition"}),
            ({"paid": "1"}, {"tranches.0.paid"}),
        ],
    )
    def test_the_plan_is_held_to_its_shape_and_adds_up(
        self, project: Project, changed: dict[str, Any], fields: set[str]
    ):
        wanted = money()
        wanted["tranches"][0] |= changed
        assert faults(project, "source_structure", wanted) == fields

    @pytest.mark.parametrize(
        ("planned_on", "fields"), [("2026-02-28", {"tranches.2.planned_on"}), ("2026-03-01", set())]
    )
    def test_a_tail_is_planned_after_the_term(self, project: Project, planned_on: str, fields: set[str]):
        """Acceptance waits for every tranche but a tail."""
        wanted = money()
        wanted["tranches"][2]["planned_on"] = planned_on
        if fields:
            assert faults(project, "source_structure", wanted) == fields
        else:
            asked(project, "source_structure", wanted)

    def test_a_tail_that_was_planned_within_the_term_stays(self, project: Project):
        Tranche.objects.filter(project=project, is_tail=True).update(planned_on="2026-02-28")
        wanted = money()
        wanted["tranches"][2]["planned_on"] = "2026-02-28"
        asked(project, "source_structure", wanted)

    def test_the_same_again_is_no_change(self, project: Project):
        approved(project, "source_structure", money())
        with pytest.raises(Invalid):
            asked(project, "source_structure", money())

    def test_what_was_paid_is_not_planned_away(self, project: Project):
        """The check is finance's own; here that it is asked."""
        moved(project, "拨付单位", "园区配套", "3000000.01", "2023-01-10")
        less = money(
            amounts={"park_matching": "3000000.00", "self_raised": "17500000.00"},
            tranches=[
                tranche("省拨款", 1, "2022-10-31", "3500000"),
                tranche("园区配套", 1, "2022-10-31", "3000000"),
            ],
        )
        assert faults(project, "source_structure", less) == {"tranches"}
        less["amounts"] |= {"park_matching": "3000000.01", "self_raised": "17499999.99"}
        less["tranches"][1]["amount"] = "3000000.01"
        approved(project, "source_structure", less)


class TestBudget:
    BUDGET = {"省拨款": {"设备费": "3000000.00", "业务费": "500000.00"}}  # noqa: RUF012

    @pytest.fixture
    def project(self) -> Project:
        return at_work()

    def test_money_moves_between_categories(self):
        project = make_award()
        contracted(project, category_budget=self.BUDGET)

        change = approved(
            project, "categories", {"category_budget": {"省拨款": {"设备费": "2900000", "业务费": "600000"}}}
        )

        terms = Contract.objects.get(state="in_force").terms
        assert terms["category_budget"]["省拨款"] == {"设备费": "2900000.00", "业务费": "600000.00"}
        assert rows(change)[0] == ("科目预算：省拨款 · 设备费", "3,000,000.00", "2,900,000.00")

    def test_the_sum_of_a_source_stays(self, project: Project):
        assert faults(project, "categories", {"category_budget": {"省拨款": {"设备费": "3500000.01"}}}) == {
            "category_budget.省拨款"
        }

    def test_a_source_with_a_budget_keeps_one(self):
        project = make_award()
        contracted(project, category_budget=self.BUDGET)

        wanted = {"category_budget": {"园区配套": {"设备费": "3500000"}}}
        assert faults(project, "categories", wanted) == {"category_budget.省拨款"}

    def test_a_contract_with_a_budget_changes_it_with_its_amounts(self):
        project = make_award()
        contracted(project, category_budget={"园区配套": {"设备费": "3500000"}})

        assert faults(project, "source_structure", money()) == {"category_budget.园区配套"}
        approved(project, "source_structure", money(category_budget={"园区配套": {"设备费": "4000000"}}))
        assert Contract.objects.get(state="in_force").terms["category_budget"] == {
            "园区配套": {"设备费": "4000000.00"}
        }


class TestWorkPlan:
    def plan(self, **said: Any) -> dict[str, Any]:
        return said

    def test_milestones_are_moved_added_and_dropped(self, project: Project):
        first, second, third, *_rest = Milestone.objects.order_by("year")
        change = approved(
            project,
            "work_plan",
            {
                "move": [{"id": first.pk, "year": 2023, "name": "样机", "planned_on": "2023-03-31"}],
                "add": [{"year": 2022, "name": "开题", "planned_on": "2022-12-31"}],
                "drop": [third.pk],
            },
        )

        first.refresh_from_db()
        assert (first.year, first.name, first.planned_on) == (2023, "样机", date(2023, 3, 31))
        assert Milestone.objects.get(name="开题").state == "planned"
        assert not Milestone.objects.filter(pk=third.pk).exists()
        assert Milestone.objects.filter(pk=second.pk, planned_on=second.planned_on).exists()
        assert len(rows(change)) == 4
        assert change.tier == "ordinary"

    def test_milestones_of_a_year_may_exchange_their_names(self, project: Project):
        one = make_milestone(project, "2024-03-31")
        two = make_milestone(project, "2024-06-30")
        approved(
            project,
            "work_plan",
            {
                "move": [
                    {"id": one.pk, "year": 2024, "name": two.name, "planned_on": "2024-03-31"},
                    {"id": two.pk, "year": 2024, "name": one.name, "planned_on": "2024-06-30"},
                ]
            },
        )
        assert Milestone.objects.get(pk=one.pk).name == two.name

    @pytest.mark.parametrize("state", list(MilestoneState))
    def test_only_what_is_not_done_is_moved_or_dropped(self, project: Project, state: MilestoneState):
        milestone = Milestone.objects.order_by("year").first()
        assert milestone is not None
        Milestone.objects.filter(pk=milestone.pk).update(
            state=state,
            completed_on=day("2022-12-01") if state in ("handed_in", "verified") else None,
            waived_on=day("2022-12-01") if state == "waived" else None,
        )
        move = {"id": milestone.pk, "year": 2022, "name": "另", "planned_on": "2022-12-01"}

        if state in ("planned", "in_progress", "returned"):
            asked(project, "work_plan", {"move": [move]})
        else:
            assert faults(project, "work_plan", {"move": [move]}) == {"move.0.id"}
            assert faults(project, "work_plan", {"drop": [milestone.pk]}) == {"drop.0"}

    def test_every_fault_has_its_row(self, project: Project):
        first, second, *_rest = Milestone.objects.order_by("year")
        wanted = {
            "move": [
                {"id": 10**9, "year": 2023, "name": "a", "planned_on": "2023-01-01"},
                {"id": first.pk, "year": 2021, "name": "", "planned_on": "2022-08-31"},
                {"id": first.pk, "year": 2027, "name": "b", "planned_on": "2026-03-01"},
            ],
            "add": [{"year": "2023", "name": "c", "planned_on": ""}],
            "drop": [second.pk, 10**9],
        }
        assert faults(project, "work_plan", wanted) == {
            "move.0.id",
            "move.1.year",
            "move.1.name",
            "move.1.planned_on",
            "move.2.id",
            "move.2.year",
            "move.2.planned_on",
            "add.0.year",
            "add.0.planned_on",
            "drop.1",
        }
        assert faults(project, "work_plan", {}) == {"move"}
        assert faults(project, "work_plan", {"drop": ["1"]}) >= {"drop"}

    def test_a_name_stands_once_in_a_year(self, project: Project):
        first, second, *_rest = Milestone.objects.order_by("year")
        move = {"id": first.pk, "year": second.year, "name": second.name, "planned_on": "2023-06-30"}

        assert faults(project, "work_plan", {"move": [move]}) == {"move.0.name"}
        added = {"year": second.year, "name": second.name, "planned_on": "2023-06-30"}
        assert faults(project, "work_plan", {"add": [added]}) == {"add.0.name"}
        # What is dropped makes room.
        asked(project, "work_plan", {"add": [added], "drop": [second.pk]})


def test_saying_a_draft_otherwise_is_held_to_the_same_shape(project: Project):
    change = asked(project, "leader", {"leader": "王工"})

    with pytest.raises(Invalid):
        edit(change=change, reason="", wanted={"leader": ""}, actor=UNIT, on=TODAY, today=TODAY)
    change.refresh_from_db()
    assert change.wanted == {"leader": "王工"}
