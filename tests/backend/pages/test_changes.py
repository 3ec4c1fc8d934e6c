"""The pages of changes: a form for each kind, one change with its way and impact, and each step of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lifecycle.models import ChangeKind, ChangeRequest, Milestone, Project, Target
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_unit
from tests.lifecycle.changes.builders import asked, at_work, came_in, fresh, halted, handed_in
from tests.lifecycle.contracts.builders import contracted, make_award
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return at_work(leader="李工")


@pytest.fixture
def browsers(project: Project) -> dict[str, Client]:
    people = people_around(project)
    return {name: browser_of(people[name]) for name in ("unit", "park", "city", "province", "auditor")}


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(make_person((Role.UNIT, project.unit)))


def address(project: Project, page: str = "changes", /, **more: Any) -> str:
    return reverse(page, kwargs={"number": project.number, **more})


def fields_of(answer: Any) -> dict[str, Any]:
    """What a browser would send back of the form as it stands."""
    editor = answer.context["editor"]
    sent: dict[str, Any] = {}
    forms = [editor.head, editor.form, editor.budget, *(row for rows in editor.row_sets for row in rows.rows)]
    for form in filter(None, forms):
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                sent |= {field.html_name: "on"} if value else {}
            else:
                sent[field.html_name] = "" if value is None else str(value)
    for rows in editor.row_sets:
        sent[f"{rows.prefix}-count"] = str(rows.count)
    return sent


def saved(browser: Client, project: Project, kind: str, **typed: Any) -> ChangeRequest:
    """A draft made by filling in the form of the kind."""
    place = address(project, "change-new", kind=kind)
    sent = fields_of(browser.get(place)) | {"reason": "研发需要"} | typed
    answer = browser.post(place, sent)
    assert answer.status_code == 302, text_of(answer)
    return ChangeRequest.objects.get(kind=kind)


class TestTheFormOfEachKind:
    @pytest.mark.parametrize("kind", ChangeKind.values)
    def test_it_opens_for_the_unit(self, project: Project, unit: Client, kind: str):
        answer = unit.get(address(project, "change-new", kind=kind))

        assert answer.status_code == 200
        assert answer.content.decode().count("<h1>") == 1

    @pytest.mark.parametrize("kind", ChangeKind.values)
    def test_left_empty_it_says_what_is_missing(self, project: Project, unit: Client, kind: str):
        answer = unit.post(address(project, "change-new", kind=kind), {})

        assert answer.status_code == 422
        assert not ChangeRequest.objects.exists()

    def test_plain_kinds(self, project: Project, unit: Client):
        other = make_unit(project.cluster.park)
        assert saved(unit, project, "unit", unit=other.name).wanted == {
            "unit": other.name,
            "site": "本高新区内",
        }
        assert saved(unit, project, "leader", leader="王工").wanted == {"leader": "王工"}
        assert saved(unit, project, "term", months="6").wanted == {"months": 6}
        assert saved(unit, project, "partners", partners="示例大学").wanted == {"partners": "示例大学"}
        assert saved(unit, project, "members", members="李工").wanted == {"members": "李工"}
        assert saved(unit, project, "technical_route", technical_route="改用").wanted == {
            "technical_route": "改用"
        }
        planned = saved(unit, project, "early_acceptance", planned_on="2025-06-30")
        assert planned.wanted == {"planned_on": "2025-06-30"}

    def test_targets_row_by_row(self, project: Project, unit: Client):
        first, second = Target.objects.order_by("pk")
        change = saved(
            unit,
            project,
            "targets",
            **{
                "targets-0-contract_value": "5",
                "targets-1-gone": "on",
                "targets-2-name": "软件著作权",
                "targets-2-contract_value": "2",
            },
        )
        assert [(row["id"], row["name"], row["contract_value"]) for row in change.wanted["targets"]] == [
            (first.pk, "新产品", "5"),
            (None, "软件著作权", "2"),
        ]
        assert second.name == "发明专利"

    def test_money_row_by_row(self, project: Project, unit: Client):
        change = saved(
            unit,
            project,
            "source_structure",
            park_matching="4,000,000",
            self_raised="16500000",
            **{
                "tranches-5-gone": "on",
                "tranches-6-source": "园区配套",
                "tranches-6-number": "4",
                "tranches-6-planned_on": "2025/12/31",
                "tranches-6-amount": "800,000.00 元",
                "tranches-6-is_tail": "",
            },
        )
        assert change.wanted["amounts"]["park_matching"] == "4000000.00"
        assert [
            (row["number"], row["amount"]) for row in change.wanted["tranches"] if row["source"] == "园区配套"
        ] == [
            (1, "2000000.00"),
            (2, "1200000.00"),
            (4, "800000.00"),
        ]

    def test_a_work_plan_row_by_row(self, project: Project, unit: Client):
        first, second, third, *_rest = Milestone.objects.order_by("planned_on")
        change = saved(
            unit,
            project,
            "work_plan",
            **{
                "move-0-planned_on": "2022-11-30",
                "move-2-gone": "on",
                "add-0-year": "2024",
                "add-0-name": "小批量试产",
                "add-0-planned_on": "2024-09-30",
            },
        )
        assert change.wanted == {
            "move": [{"id": first.pk, "year": 2022, "name": first.name, "planned_on": "2022-11-30"}],
            "add": [{"year": 2024, "name": "小批量试产", "planned_on": "2024-09-30"}],
            "drop": [third.pk],
        }
        assert second.pk not in {row["id"] for row in change.wanted["move"]}
        # Opened again the form shows what was asked for.
        again = fields_of(unit.get(address(project, "change-edit", pk=change.pk)))
        assert (again["move-0-planned_on"], again.get("move-2-gone"), again["add-0-name"]) == (
            "2022-11-30",
            "on",
            "小批量试产",
        )

    def test_a_budget_in_its_grid(self):
        project = make_award()
        contracted(project, category_budget={"省拨款": {"设备费": "3000000", "业务费": "500000"}})
        unit = browser_of(make_person((Role.UNIT, project.unit)))

        change = saved(unit, project, "categories", **{"budget-0-0": "2,900,000", "budget-0-1": "600000"})

        assert change.wanted == {
            "category_budget": {"省拨款": {"设备费": "2900000.00", "业务费": "600000.00"}}
        }

    def test_the_budget_goes_with_the_amounts_where_there_is_one(self):
        project = make_award()
        contracted(project, category_budget={"园区配套": {"设备费": "3500000"}})
        unit = browser_of(make_person((Role.UNIT, project.unit)))
        typed = {
            "park_matching": "4000000",
            "self_raised": "16500000",
            "tranches-5-amount": "800000",
            "budget-1-0": "4000000",
        }

        change = saved(unit, project, "source_structure", **typed)

        assert change.wanted["category_budget"] == {"园区配套": {"设备费": "4000000.00"}}

    def test_more_blank_rows_keep_what_was_typed(self, project: Project, unit: Client):
        place = address(project, "change-new", kind="targets")
        sent = fields_of(unit.get(place)) | {"reason": "写到一半", "more": "targets"}
        sent |= {"targets-0-contract_value": "", "targets-1-gone": "on", "targets-2-name": "软著"}

        answer = unit.post(place, sent)

        assert answer.status_code == 200
        again = fields_of(answer)
        assert (again["targets-count"], again["reason"], again["targets-0-contract_value"]) == (
            "7",
            "写到一半",
            "",
        )
        assert (again["targets-1-gone"], again["targets-2-name"]) == ("on", "软著")
        assert "error-text" not in answer.content.decode()

    @pytest.mark.parametrize("count", ["", "x", "-1", "99999999999", "³"])
    def test_a_number_of_rows_that_is_none_is_no_row(self, project: Project, unit: Client, count: str):
        answer = unit.post(
            address(project, "change-new", kind="targets"), {"reason": "另", "targets-count": count}
        )
        assert answer.status_code == 422
        assert "至少应有一项考核指标" in text_of(answer)

    def test_faults_stand_beside_their_fields(self, project: Project, unit: Client):
        place = address(project, "change-new", kind="work_plan")
        sent = fields_of(unit.get(place)) | {
            "reason": "另",
            "move-3-planned_on": "2030-01-01",
            "add-0-year": "2031",
            "add-0-name": "晚",
            "add-0-planned_on": "2031-01-01",
        }
        answer = unit.post(place, sent)

        editor = answer.context["editor"]
        assert answer.status_code == 422
        assert set(editor.row_sets[0].rows[3].errors) == {"planned_on"}
        assert set(editor.row_sets[1].rows[0].errors) == {"planned_on", "year"}

    def test_a_plan_that_does_not_add_up_is_said_above_it(self, project: Project, unit: Client):
        place = address(project, "change-new", kind="source_structure")
        sent = fields_of(unit.get(place)) | {"reason": "另", "tranches-0-amount": "1"}
        answer = unit.post(place, sent)

        assert answer.status_code == 422
        assert answer.context["editor"].row_sets[0].faults
        assert "应等于合同金额" in text_of(answer)

    def test_an_id_that_was_meddled_with_is_refused(self, project: Project, unit: Client):
        place = address(project, "change-new", kind="work_plan")
        for forged in ("x", "9" * 30, "0"):
            sent = fields_of(unit.get(place)) | {"reason": "另", "move-0-id": forged, "move-0-gone": "on"}
            assert unit.post(place, sent).status_code == 422


class TestOneChange:
    def test_its_way_impact_and_story_are_shown(self, project: Project, browsers: dict[str, Client]):
        change = handed_in(project, "term", {"months": 6})

        shown = text_of(browsers["auditor"].get(address(project, "change", pk=change.pk)))

        for words in (
            "办理中",
            "高新区管委会",
            "设区市科技局",
            "省科技厅",
            "2026-08-31",
            "如果今天批准",
            "提交变更申请",
        ):
            assert words in shown
        assert "同意" not in shown
        assert fresh(project).end_on.isoformat() == "2026-02-28"

    def test_it_walks_its_way_by_buttons(self, project: Project, browsers: dict[str, Client]):
        change = asked(project, "leader", {"leader": "王工"})
        page = address(project, "change", pk=change.pk)

        def act(who: str, name: str, **typed: str) -> int:
            sent = {"on": "2024-04-01", **typed}
            place = address(project, "change-act", pk=change.pk, name=name)
            return int(browsers[who].post(place, sent).status_code)

        assert "提交申请" in text_of(browsers["unit"].get(page))
        assert act("unit", "hand-in") == 302
        assert act("city", "agree") == 403
        assert act("park", "return") == 422
        assert act("park", "return", reason="请说明") == 302
        assert "退回修改" not in text_of(browsers["park"].get(page))
        assert act("unit", "hand-in") == 302
        for who in ("park", "city", "province"):
            assert "不批准" in text_of(browsers[who].get(page))
            assert act(who, "agree", comment="同意") == 302
        assert act("province", "agree") == 409
        assert fresh(project).leader == "王工"
        assert "生效" in text_of(browsers["unit"].get(page))

    def test_a_refused_and_a_withdrawn_one_end_there(self, project: Project, browsers: dict[str, Client]):
        change = handed_in(project, "leader", {"leader": "王工"})
        place = address(project, "change-act", pk=change.pk, name="refuse")
        assert browsers["park"].post(place, {"on": "2024-04-01", "reason": "理由不充分"}).status_code == 302

        shown = text_of(browsers["unit"].get(address(project, "change", pk=change.pk)))
        assert "理由不充分" in shown and "如果今天批准" not in shown

    def test_what_moved_meanwhile_is_said(self, project: Project, browsers: dict[str, Client]):
        change = handed_in(project, "leader", {"leader": "王工"})
        Project.objects.filter(pk=project.pk).update(leader="赵工")

        assert "提交后以下情况有变动" in text_of(
            browsers["park"].get(address(project, "change", pk=change.pk))
        )

    def test_an_impact_that_cannot_be_told_says_why(self, project: Project, browsers: dict[str, Client]):
        milestone = Milestone.objects.latest("year")
        change = handed_in(project, "work_plan", {"drop": [milestone.pk]})
        milestone.delete()

        assert "没有这个里程碑" in text_of(browsers["park"].get(address(project, "change", pk=change.pk)))

    def test_a_draft_is_edited_by_the_unit_alone(self, project: Project, browsers: dict[str, Client]):
        change = asked(project, "leader", {"leader": "王工"})
        place = address(project, "change-edit", pk=change.pk)

        assert browsers["park"].get(place).status_code == 403
        done = browsers["unit"].post(place, {"reason": "调离", "leader": "赵工"})
        assert done.status_code == 302
        change.refresh_from_db()
        assert (change.reason, change.wanted) == ("调离", {"leader": "赵工"})

    def test_one_of_another_project_is_not_found(self, project: Project, browsers: dict[str, Client]):
        other = asked(came_in(), "leader", {"leader": "王工"})

        for page in ("change", "change-edit"):
            assert browsers["unit"].get(address(project, page, pk=other.pk)).status_code == 404
        act = address(project, "change-act", pk=other.pk, name="withdraw")
        assert browsers["unit"].post(act, {}).status_code == 404
        own = asked(project, "leader", {"leader": "王工"})
        nonsense = address(project, "change-act", pk=own.pk, name="nonsense")
        assert browsers["unit"].post(nonsense, {}).status_code == 404
        assert browsers["unit"].get(address(project, "change-new", kind="nonsense")).status_code == 404


class TestTheList:
    def test_it_offers_what_the_stage_takes(self, project: Project, unit: Client):
        shown = text_of(unit.get(address(project)))
        assert "延长实施期" in shown and "提前验收" in shown

        halted(project, "suspended")
        assert "不能申请变更" in text_of(unit.get(address(project)))

    def test_before_signing_it_says_that_there_is_nothing_to_change(self):
        project = make_award()
        browser = browser_of(make_person((Role.UNIT, project.unit)))

        assert "合同尚未签订" in text_of(browser.get(address(project)))

    def test_it_costs_the_same_for_any_number_of_changes(
        self, project: Project, unit: Client, django_assert_max_num_queries: Any
    ):
        for number in range(5):
            ChangeRequest.objects.create(
                project=project, kind="leader", tier="major", state="withdrawn", reason=f"{number}", wanted={}
            )
        unit.get(address(project))

        with django_assert_max_num_queries(7):
            assert "已撤回" in text_of(unit.get(address(project)))
