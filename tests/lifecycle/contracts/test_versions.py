"""Drafting and signing a contract, and what the database itself holds to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.contracts import (
    SIGNED,
    AlreadySigned,
    ContractStands,
    NotADraft,
    TermsMoved,
    parties_left,
    withdraw_draft,
)
from lifecycle.errors import Forbidden, Invalid, StageForbids
from lifecycle.guards import Case
from lifecycle.models import Contract, Milestone, Project, ProjectState, Signature, Step
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_project, walked
from tests.lifecycle.contracts.builders import (
    TODAY,
    acting_as,
    contracted,
    drafted,
    make_award,
    signed_by,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_award()


def withdrawn(contract: Contract, on: str = "2022-09-20") -> Contract:
    return withdraw_draft(contract=contract, actor=acting_as("park"), on=day(on), today=TODAY)


def outcome(project: Project, on: str = "2026-11-21") -> tuple[bool, dict[str, Any]]:
    found = SIGNED.look(Case(Project.objects.get(pk=project.pk), day(on), TODAY))
    return found.is_met, found.figures


def test_the_contract_is_in_force_when_the_last_party_signs_on_the_latest_day(project: Project):
    contract = drafted(project)
    assert (contract.version, contract.state) == (1, "draft")

    signed_by(contract, "unit", "province")
    assert Contract.objects.get().state == "draft"
    assert Project.objects.get().contract_signed_on is None

    signed_by(contract, "park")
    kept = Contract.objects.get()
    assert (kept.state, kept.in_force_on) == ("in_force", date(2022, 9, 10))
    assert Project.objects.get().contract_signed_on == date(2022, 9, 10)
    connection.check_constraints()


def test_each_party_signs_for_its_own_organisation(project: Project):
    contracted(project)

    park = project.cluster.park
    assert park.parent is not None
    assert dict(Signature.objects.values_list("party", "organisation")) == {
        "unit": project.unit_id,
        "park": park.pk,
        "province": park.parent.parent_id,
    }
    story = [(step.act, step.role, step.to_state) for step in Step.objects.of(Contract.objects.get())]
    assert story == [
        ("draft", "", "draft"),
        ("sign", "park", "draft"),
        ("sign", "province", "draft"),
        ("sign", "unit", "in_force"),
    ]
    assert SecurityEvent.objects.filter(act="contract_sign", subject=project.number).count() == 3


def test_a_party_signs_once(project: Project):
    contract = signed_by(drafted(project), "park")

    with pytest.raises(AlreadySigned):
        signed_by(contract, "park")
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("role", ["city", "auditor", ""])
def test_nobody_else_signs(project: Project, role: str):
    contract = drafted(project)

    with pytest.raises(Forbidden):
        signed_by(contract, "park", actor=acting_as(role))


@pytest.mark.parametrize("on", ["2022-08-31", "2026-11-22"])
def test_a_signature_lies_between_the_draft_and_today(project: Project, on: str):
    contract = drafted(project)

    with pytest.raises(Invalid) as refusal:
        signed_by(contract, "park", on=day(on))
    assert set(refusal.value.details) == {"on"}


@pytest.mark.parametrize("on", ["2022-09-01", "2026-11-21"])
def test_the_days_at_both_ends_are_taken(project: Project, on: str):
    contract = signed_by(drafted(project), "park", on=day(on))

    assert contract.signatures.get().signed_on == day(on)


def test_a_signature_without_a_name_or_with_a_paper_of_another_project_is_refused(project: Project):
    contract = drafted(project)

    with pytest.raises(Invalid) as refusal:
        signed_by(contract, "park", signatory=" ", document_id=999)
    assert set(refusal.value.details) == {"signatory", "document"}


def test_a_draft_is_not_signed_once_the_project_says_something_else(project: Project):
    contract = signed_by(drafted(project), "park")
    milestone = Milestone.objects.filter(project=project).latest("year")
    Milestone.objects.filter(pk=milestone.pk).update(planned_on=day("2026-01-31"))
    Project.objects.filter(pk=project.pk).update(leader="王工")

    with pytest.raises(TermsMoved) as refusal:
        signed_by(contract, "unit")

    assert [(row["label"], row["before"], row["after"]) for row in refusal.value.details["moved"]] == [
        ("项目负责人", "", "王工"),
        (f"里程碑：2026 年度 {milestone.name}", "2026-02-10", "2026-01-31"),
    ]
    assert parties_left(contract) == ["province", "unit"]


def test_a_withdrawn_draft_makes_room_for_another(project: Project):
    contract = signed_by(drafted(project), "park")

    assert withdrawn(contract).state == "withdrawn"
    with pytest.raises(NotADraft):
        signed_by(contract, "unit")
    with pytest.raises(NotADraft):
        withdrawn(contract)
    again = contracted(project)
    assert (again.version, again.state) == (2, "in_force")


def test_a_draft_is_not_withdrawn_before_it_was_signed(project: Project):
    contract = signed_by(drafted(project), "province")

    with pytest.raises(Invalid):
        withdrawn(contract, on="2022-09-07")
    assert withdrawn(contract, on="2022-09-08").state == "withdrawn"


def test_there_is_one_draft_and_one_contract(project: Project):
    contract = drafted(project)
    with pytest.raises(ContractStands):
        drafted(project)
    signed_by(contract, "park", "unit", "province")
    with pytest.raises(ContractStands):
        drafted(project)
    with pytest.raises(NotADraft):
        withdrawn(contract)


def test_a_contract_signed_elsewhere_is_not_drafted_again():
    with pytest.raises(ContractStands):
        drafted(make_award(contract_signed_on=day("2022-09-10")))


@pytest.mark.parametrize("state", [state for state in ProjectState if state != "approved"])
def test_a_contract_is_drafted_at_award_alone(state: str):
    with pytest.raises(StageForbids):
        drafted(make_project(state=state, contract_signed_on=None))


def test_a_draft_is_not_signed_once_the_project_was_broken_off(project: Project):
    contract = drafted(project)
    walked(project, "terminated")

    with pytest.raises(StageForbids):
        signed_by(contract, "park")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"members": "长" * 4001}, {"members"}),
        ({"technical_route": "a\x00"}, {"technical_route"}),
        ({"on": day("2022-08-19")}, {"on"}),
        ({"on": day("2026-11-22")}, {"on"}),
        ({"category_budget": []}, {"category_budget"}),
        ({"category_budget": {"外汇": {}}}, {"category_budget"}),
        ({"category_budget": {"省拨款": {"材料费": "1"}}}, {"category_budget.省拨款.材料费"}),
        ({"category_budget": {"省拨款": {"设备费": "-1"}}}, {"category_budget.省拨款.设备费"}),
        ({"category_budget": {"省拨款": {"设备费": "0.001"}}}, {"category_budget.省拨款.设备费"}),
        ({"category_budget": {"省拨款": {"设备费": True}}}, {"category_budget.省拨款.设备费"}),
        ({"category_budget": {"省拨款": {"设备费": "3499999.99"}}}, {"category_budget.省拨款"}),
        ({"category_budget": {"省拨款": {"设备费": "3500000.01"}}}, {"category_budget.省拨款"}),
    ],
)
def test_a_draft_that_cannot_stand_is_refused(project: Project, said: dict[str, Any], fields: set[str]):
    with pytest.raises(Invalid) as refusal:
        drafted(project, **said)
    assert set(refusal.value.details) == fields
    assert not Contract.objects.exists()


def test_a_budget_adds_up_to_the_contract(project: Project):
    contract = drafted(
        project,
        category_budget={"省拨款": {"业务费": "500000", "设备费": 3000000, "劳务费": ""}, "社会资本": {}},
    )

    assert contract.terms["category_budget"] == {"省拨款": {"设备费": "3000000.00", "业务费": "500000.00"}}


class TestTheCondition:
    def test_it_names_the_parties_still_to_sign(self, project: Project):
        assert outcome(project) == (False, {"parties": ["省科技厅", "高新区管委会", "承担单位"]})
        signed_by(drafted(project), "park", "province")
        assert outcome(project) == (False, {"parties": ["承担单位"]})
        assert outcome(project, "2022-09-07") == (False, {"parties": ["省科技厅", "承担单位"]})

    def test_it_is_met_from_the_day_on_which_the_contract_is_in_force(self, project: Project):
        contracted(project)

        assert outcome(project, "2022-09-09") == (False, {"parties": ["承担单位"]})
        assert outcome(project, "2022-09-10") == (True, {"signed": date(2022, 9, 10)})

    def test_a_contract_signed_before_the_project_came_in_meets_it(self):
        project = make_award(contract_signed_on=day("2022-09-10"))

        assert outcome(project, "2022-09-09")[0] is False
        assert outcome(project, "2022-09-10")[0] is True

    def test_a_draft_that_was_withdrawn_says_nothing(self, project: Project):
        withdrawn(drafted(project))

        assert outcome(project)[0] is False


class TestTheDatabase:
    """Whatever goes round the program is refused, at the latest at the commit."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("terms", {"leader": "王工"}),
            ("digest", "0" * 64),
            ("version", 7),
            ("drafted_on", day("2022-09-02")),
            ("in_force_on", day("2022-09-11")),
            ("state", "draft"),
            ("state", "withdrawn"),
        ],
    )
    def test_a_version_never_changes(self, project: Project, field: str, value: Any):
        contract = contracted(project)

        with pytest.raises(IntegrityError), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**{field: value})

    def test_a_version_is_never_deleted(self, project: Project):
        drafted(project)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM lifecycle_contract")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("total_investment", "24000000.01"),
            ("provincial_grant", "3500000.01"),
            ("park_matching", "3499999.99"),
            ("self_raised", "0"),
            ("social_capital", "1"),
            ("start_on", "2022-09-02"),
            ("end_on", "2026-03-01"),
        ],
    )
    def test_a_project_says_what_its_contract_says(self, project: Project, field: str, value: str):
        contracted(project)

        with pytest.raises(IntegrityError, match="contract"), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(**{field: value})
            connection.check_constraints()

    def test_a_project_keeps_its_unit(self, project: Project):
        contracted(project)
        other = make_award().unit

        with pytest.raises(IntegrityError, match="contract"), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(unit=other)
            connection.check_constraints()

    def test_without_a_contract_in_force_facts_may_be_put_right(self, project: Project):
        drafted(project)

        Project.objects.filter(pk=project.pk).update(total_investment="25000000")
        connection.check_constraints()

    def test_a_contract_that_says_something_else_does_not_come_into_force(self, project: Project):
        terms = {**drafted(project).terms, "end_on": "2026-03-01"}
        withdrawn(Contract.objects.get())

        with pytest.raises(IntegrityError, match="contract"), transaction.atomic():
            Contract.objects.create(
                project=project,
                version=9,
                state="in_force",
                terms=terms,
                digest="0" * 64,
                drafted_on=day("2022-09-01"),
                in_force_on=day("2022-09-01"),
            )
            connection.check_constraints()
