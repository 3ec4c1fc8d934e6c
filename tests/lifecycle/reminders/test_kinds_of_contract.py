"""Signing the contract, changes that wait for somebody, exceptions to be decided or about to end."""

from __future__ import annotations

import pytest

from lifecycle.changes import agree, give_back
from lifecycle.models import Exemption, Project
from lifecycle.parties.models import Organisation, OrganisationKind
from tests.builders import day, make_batch, make_cluster, make_exemption, make_project, set_limit
from tests.due import due
from tests.finance.settling import paper
from tests.lifecycle.changes.builders import TODAY, acting_as, agreed, at_work, halted, handed_in
from tests.lifecycle.contracts.builders import drafted, make_award, signed_by

pytestmark = pytest.mark.django_db


def above(project: Project) -> dict[str, int]:
    """Who stands around the project, by level."""
    park = project.cluster.park
    assert park.parent is not None and park.parent.parent_id is not None
    return {
        "unit": project.unit_id,
        "park": park.pk,
        "city": park.parent.pk,
        "province": park.parent.parent_id,
    }


def unsigned(**facts: object) -> Project:
    return make_project(milestones=False, state="approved", contract_signed_on=None, **facts)


def test_a_contract_is_due_thirty_days_after_the_award() -> None:
    project = unsigned()

    [found] = due(project, "contract_signing", "2022-08-25")

    assert (found.subject, found.due_on) == (project.pk, day("2022-09-19"))
    assert found.figures == {"party": "承担单位", "award": "2022-08-20"}
    assert due(project, "contract_signing", "2022-08-25", "2022-09-18") == []


def test_the_turn_goes_upward_to_whoever_has_not_signed() -> None:
    project = make_award()
    around = above(project)
    assert [found.responsible for found in due(project, "contract_signing", "2022-08-25")] == [around["unit"]]

    contract = signed_by(drafted(project), "park")
    assert [found.responsible for found in due(project, "contract_signing", "2022-09-06")] == [around["unit"]]
    signed_by(contract, "unit")
    [found] = due(project, "contract_signing", "2022-09-10")
    assert (found.responsible, found.figures["party"]) == (around["province"], "省科技厅")
    signed_by(contract, "province")
    assert due(project, "contract_signing", "2022-09-10") == []
    # On the day before the last party signed it was not signed yet.
    assert len(due(project, "contract_signing", "2022-09-09")) == 1


def test_the_days_of_signing_are_those_in_force_on_the_day() -> None:
    batch = make_batch(signing_days="10")
    set_limit(batch, "signing_days", "60", applies_from="2022-09-01")
    project = unsigned(cluster=make_cluster(batch=batch))

    assert [found.due_on for found in due(project, "contract_signing", "2022-08-31")] == [day("2022-08-30")]
    assert [found.due_on for found in due(project, "contract_signing", "2022-09-01")] == [day("2022-10-19")]


@pytest.mark.parametrize(("until", "count"), [("2022-09-30", 0), ("2022-09-29", 1)])
def test_an_exception_in_force_asks_for_no_contract(until: str, count: int) -> None:
    project = unsigned()
    make_exemption(
        project,
        "LC-06",
        state="granted",
        granted_on=day("2022-09-01"),
        until=day(until),
        granted_by="省科技厅",
        document=paper(project, "exemption"),
    )

    assert len(due(project, "contract_signing", "2022-09-30")) == count


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_nothing_is_signed_once_the_project_is_over(state: str) -> None:
    assert due(make_project(state=state, contract_signed_on=None), "contract_signing", "2022-09-30") == []


def test_a_change_waits_fifteen_days_for_each_it_is_handed_to() -> None:
    project = at_work()
    around = above(project)
    change = handed_in(project, "leader", {"leader": "赵工"}, on="2024-03-01")
    [found] = due(project, "change_review", "2024-03-01")
    assert (found.responsible, found.due_on) == (around["park"], day("2024-03-16"))
    assert (found.label, found.figures["change"]) == ("变更项目负责人", "变更项目负责人")
    assert due(project, "change_review", "2024-03-01", "2024-03-15") == []

    for role, level, on in (("park", "city", "2024-03-20"), ("city", "province", "2024-03-28")):
        change = agree(change=change, actor=acting_as(role), on=day(on), today=TODAY)
        [found] = due(project, "change_review", on)
        assert (found.responsible, (found.due_on - day(on)).days) == (around[level], 15)
    agreed(change)
    assert due(project, "change_review", "2024-04-01") == []


def test_a_change_given_back_waits_for_nobody_until_it_is_handed_in_again() -> None:
    project = at_work()
    change = handed_in(project, "leader", {"leader": "赵工"}, on="2024-03-01")
    give_back(change=change, reason="请补充材料", actor=acting_as("park"), on=day("2024-03-05"), today=TODAY)

    assert due(project, "change_review", "2024-03-05") == []


def test_the_city_of_the_units_place_looks_at_a_change_where_the_unit_lies_elsewhere() -> None:
    project = at_work()
    elsewhere = Organisation.objects.create(name="外市", kind=OrganisationKind.CITY)
    Organisation.objects.filter(pk=project.unit_id).update(parent=elsewhere)
    agreed(handed_in(project, "leader", {"leader": "赵工"}), until="at_city", on="2024-03-10")

    assert [found.responsible for found in due(project, "change_review", "2024-03-10")] == [elsewhere.pk]


@pytest.mark.parametrize("state", ["suspended", "terminated"])
def test_no_change_is_looked_at_while_the_project_stands_still(state: str) -> None:
    project = at_work()
    handed_in(project, "leader", {"leader": "赵工"})
    halted(project, state)

    assert due(project, "change_review", "2024-03-10") == []


def granted(project: Project, until: str | None, rule: str = "FIN-04", on: str = "2024-02-01") -> Exemption:
    return make_exemption(
        project,
        rule,
        state="granted",
        granted_on=day(on),
        until=until and day(until),
        granted_by="省科技厅",
        document=paper(project, "exemption"),
    )


def test_the_province_decides_on_an_exception_within_fifteen_days() -> None:
    project = make_project()
    asked = make_exemption(project)

    [found] = due(project, "exemption_decision", "2024-01-10")
    assert (found.subject, found.responsible) == (asked.pk, above(project)["province"])
    assert (found.due_on, found.label) == (day("2024-01-25"), "FIN-04")
    assert due(project, "exemption_decision", "2024-01-09") == []
    assert due(project, "exemption_decision", "2024-01-10", "2024-01-24") == []
    Exemption.objects.filter(pk=asked.pk).update(state="refused")
    assert due(project, "exemption_decision", "2024-01-10") == []


@pytest.mark.parametrize(
    ("on", "count"), [("2024-01-31", 0), ("2024-02-01", 1), ("2024-05-31", 1), ("2024-06-01", 0)]
)
def test_an_exception_comes_to_its_end_and_nothing_is_left_to_do_after_it(on: str, count: int) -> None:
    project = make_project()
    granted(project, "2024-05-31")

    found = due(project, "exemption_end", on)

    assert len(found) == count
    assert {(each.responsible, each.due_on) for each in found} <= {
        (project.cluster.park_id, day("2024-05-31"))
    }


def test_an_end_waits_for_the_province_while_another_is_asked_for_and_goes_once_that_is_granted() -> None:
    project = make_project()
    granted(project, "2024-05-31")
    granted(project, None, "LC-07")
    again = make_exemption(project, asked_on=day("2024-04-01"))
    province = above(project)["province"]
    assert [each.waits_for for each in due(project, "exemption_end", "2024-04-01")] == [province]

    again.delete()
    granted(project, "2024-12-31", on="2024-04-05")
    assert [each.due_on for each in due(project, "exemption_end", "2024-04-05", "2025-01-31")] == [
        day("2024-12-31")
    ]


def test_where_no_city_and_no_province_stand_above_the_next_there_is_answers() -> None:
    project = make_project()
    around = above(project)
    make_exemption(project)
    Organisation.objects.filter(pk=around["park"]).update(parent=around["province"])
    assert [each.responsible for each in due(project, "exemption_decision", "2024-01-10")] == [
        around["province"]
    ]
    Organisation.objects.filter(pk=around["park"]).update(parent=None)
    first = Organisation.objects.filter(kind=OrganisationKind.PROVINCE).earliest("pk")
    assert [each.responsible for each in due(project, "exemption_decision", "2024-01-10")] == [first.pk]
