"""The way of a change: asked for, handed in, passed on, given back, refused, withdrawn, approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lifecycle.changes import (
    TIER,
    ChangeOpen,
    MovedMeanwhile,
    NotSigned,
    agree,
    ask,
    early_acceptance_granted,
    edit,
    give_back,
    hand_in,
    refuse_change,
    withdraw,
)
from lifecycle.errors import DomainError, Forbidden, Invalid, StageForbids, WrongState
from lifecycle.models import (
    ChangeKind,
    ChangeRequest,
    Contract,
    Document,
    Project,
    ProjectState,
    Step,
)
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, SecurityEvent
from tests.builders import day, make_project
from tests.lifecycle.changes.builders import (
    ASKED,
    TODAY,
    UNIT,
    agreed,
    approved,
    asked,
    at_work,
    came_in,
    fresh,
    halted,
    handed_in,
)
from tests.lifecycle.contracts.builders import acting_as, drafted, make_award

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return at_work(leader="李工")


LEADER = {"leader": "王工"}


def story(change: ChangeRequest) -> list[tuple[str, str, str, str]]:
    return [(step.act, step.role, step.from_state, step.to_state) for step in Step.objects.of(change)]


def test_a_weighty_change_goes_to_park_city_and_province(project: Project):
    change = handed_in(project, "leader", LEADER)
    assert (change.tier, change.state, change.asked_on) == ("major", "at_park", day(ASKED))
    assert change.former == {"leader": "李工"}

    assert agreed(change, until="at_province").state == "at_province"
    assert fresh(project).leader == "李工"
    change = agreed(ChangeRequest.objects.get())
    assert (change.state, change.decided_on) == ("approved", date(2024, 4, 1))
    assert fresh(project).leader == "王工"
    assert story(change) == [
        ("ask", "unit", "", "draft"),
        ("hand_in", "unit", "draft", "at_park"),
        ("agree", "park", "at_park", "at_city"),
        ("agree", "city", "at_city", "at_province"),
        ("approve", "province", "at_province", "approved"),
    ]
    assert SecurityEvent.objects.filter(act="changerequest_approve", subject=project.number).exists()


def test_an_ordinary_change_is_filed_with_the_park(project: Project):
    change = agreed(handed_in(project, "members", {"members": "李工、王工"}))

    assert (change.tier, change.state) == ("ordinary", "approved")
    assert [act for act, *_rest in story(change)] == ["ask", "hand_in", "approve"]
    assert Contract.objects.get(state="in_force").terms["members"] == "李工、王工"


def test_where_no_city_is_the_park_passes_on_to_the_province(project: Project):
    Organisation.objects.filter(pk=project.cluster.park_id).update(parent=project.cluster.park.parent.parent)  # type: ignore[union-attr]

    change = agreed(handed_in(project, "leader", LEADER), until="at_province")

    assert [step.to_state for step in Step.objects.of(change)] == ["draft", "at_park", "at_province"]


def test_every_kind_has_its_tier():
    assert set(TIER) == set(ChangeKind)


@pytest.mark.parametrize("role", ["unit", "city", "province", "auditor", ""])
def test_only_whose_turn_it_is_may_decide(project: Project, role: str):
    change = handed_in(project, "leader", LEADER)
    facts = {"change": change, "actor": acting_as(role), "on": day("2024-04-01"), "today": TODAY}

    for act in (
        lambda: agree(**facts),
        lambda: give_back(reason="不明", **facts),
        lambda: refuse_change(reason="不明", **facts),
    ):
        with pytest.raises(Forbidden):
            act()
    assert ChangeRequest.objects.get().state == "at_park"


def test_what_is_given_back_is_mended_and_handed_in_again_for_the_day_it_was_asked(project: Project):
    change = handed_in(project, "leader", LEADER)
    facts = {"change": change, "today": TODAY}
    back = give_back(reason="请说明", actor=acting_as("park"), on=day("2024-03-05"), **facts)
    assert (back.state, Step.objects.of(change).last().reason) == ("returned", "请说明")  # type: ignore[union-attr]

    edit(reason="原负责人调离", wanted={"leader": "赵工"}, actor=UNIT, on=day("2024-03-06"), **facts)
    again = hand_in(actor=UNIT, on=day("2024-03-07"), **facts)

    assert (again.state, again.asked_on, again.wanted) == ("at_park", day(ASKED), {"leader": "赵工"})


def test_a_refused_change_leaves_the_contract_as_it_is(project: Project):
    change = handed_in(project, "leader", LEADER)
    versions = Contract.objects.count()

    refused = refuse_change(
        change=change, reason="理由不充分", actor=acting_as("park"), on=day("2024-03-05"), today=TODAY
    )

    assert (refused.state, refused.decided_on) == ("refused", day("2024-03-05"))
    assert (fresh(project).leader, Contract.objects.count()) == ("李工", versions)
    # Another of the kind may be asked for now.
    assert handed_in(project, "leader", LEADER).pk != change.pk


@pytest.mark.parametrize("until", ["", "at_city", "at_province"])
def test_the_unit_takes_it_back_before_it_is_decided(project: Project, until: str):
    change = asked(project, "leader", LEADER)
    if until:
        change = agreed(hand_in(change=change, actor=UNIT, on=day(ASKED), today=TODAY), until=until, on=ASKED)

    taken = withdraw(change=change, actor=UNIT, on=day("2024-03-05"), today=TODAY)

    assert taken.state == "withdrawn"
    assert fresh(project).leader == "李工"


def test_one_change_of_a_kind_is_under_way(project: Project):
    first = asked(project, "leader", LEADER)

    with pytest.raises(ChangeOpen) as refusal:
        asked(project, "leader", {"leader": "赵工"})
    assert refusal.value.details == {"id": first.pk, "state": "draft"}
    asked(project, "members", {"members": "李工"})


ACTS: dict[str, Callable[[ChangeRequest], object]] = {
    "edit": lambda change: edit(
        change=change, reason="另", wanted={"leader": "赵工"}, actor=UNIT, on=TODAY, today=TODAY
    ),
    "hand_in": lambda change: hand_in(change=change, actor=UNIT, on=TODAY, today=TODAY),
    "agree": lambda change: agree(change=change, actor=acting_as("park"), on=TODAY, today=TODAY),
    "give_back": lambda change: give_back(
        change=change, reason="另", actor=acting_as("park"), on=TODAY, today=TODAY
    ),
    "refuse": lambda change: refuse_change(
        change=change, reason="另", actor=acting_as("park"), on=TODAY, today=TODAY
    ),
    "withdraw": lambda change: withdraw(change=change, actor=UNIT, on=TODAY, today=TODAY),
}


@pytest.mark.parametrize(
    ("state", "open_acts"),
    [
        ("draft", {"edit", "hand_in", "withdraw"}),
        ("at_park", {"agree", "give_back", "refuse", "withdraw"}),
        ("returned", {"edit", "hand_in", "withdraw"}),
        ("approved", set()),
        ("refused", set()),
        ("withdrawn", set()),
    ],
)
def test_an_act_out_of_its_state_says_where_the_change_stands(
    project: Project, state: str, open_acts: set[str]
):
    change = asked(project, "leader", LEADER)
    at_park = state not in ("draft", "withdrawn")
    if at_park:
        change = ACTS["hand_in"](change)  # type: ignore[assignment]
    match state:
        case "returned":
            ACTS["give_back"](change)
        case "refused":
            ACTS["refuse"](change)
        case "withdrawn":
            ACTS["withdraw"](change)
        case "approved":
            agreed(change, on=TODAY.isoformat())
    change.refresh_from_db()
    assert change.state == state
    steps = Step.objects.count()

    for name in set(ACTS) - open_acts:
        with pytest.raises(WrongState) as refusal:
            ACTS[name](change)
        assert refusal.value.details["state"] == state
    assert Step.objects.count() == steps


@pytest.mark.parametrize("state", [state for state in ProjectState if state != "implementing"])
def test_which_stage_takes_which_change(state: str):
    project = make_project(state=state)

    def answer(kind: str, wanted: dict[str, object]) -> str:
        try:
            asked(project, kind, wanted)
        except DomainError as refusal:
            return refusal.code
        return ""

    taken = "" if state in ("approved", "funding") else "stage_forbids"
    assert answer("leader", LEADER) == taken
    assert answer("term", {"months": 6}) == "stage_forbids"
    assert answer("early_acceptance", {"planned_on": "2025-06-30"}) == "stage_forbids"


@pytest.mark.parametrize("state", ["suspended", "acceptance", "terminated"])
def test_nothing_is_approved_once_the_project_stands_still(project: Project, state: str):
    change = handed_in(project, "members", {"members": "李工"})
    halted(project, state)

    with pytest.raises(StageForbids):
        agreed(change)
    withdraw(change=change, actor=UNIT, on=TODAY, today=TODAY)


def test_before_the_contract_is_signed_there_is_nothing_to_change():
    project = make_award()
    with pytest.raises(NotSigned):
        asked(project, "leader", LEADER)
    drafted(project)
    with pytest.raises(NotSigned):
        asked(project, "leader", LEADER)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"reason": " "}, {"reason"}),
        ({"reason": "长" * 2001}, {"reason"}),
        ({"on": "2026-11-22"}, {"on"}),
        ({"on": "2022-09-09"}, {"on"}),
        ({"reason": "", "wanted": {}, "on": "2026-11-22"}, {"reason", "on", "leader"}),
    ],
)
def test_a_request_that_cannot_stand_names_every_fault(
    project: Project, said: dict[str, str], fields: set[str]
):
    wanted = said.pop("wanted", LEADER)

    with pytest.raises(Invalid) as refusal:
        asked(project, "leader", wanted, **said)  # type: ignore[arg-type]
    assert set(refusal.value.details) == fields
    assert not ChangeRequest.objects.exists()


def test_an_unknown_kind_is_refused(project: Project):
    with pytest.raises(Invalid):
        ask(
            project_id=project.pk,
            kind="name",
            reason="另",
            wanted={},
            actor=UNIT,
            on=TODAY,
            today=TODAY,
        )


def test_no_step_is_dated_before_the_last(project: Project):
    change = handed_in(project, "leader", LEADER, on="2024-03-10")
    with pytest.raises(Invalid):
        agreed(change, on="2024-03-09")
    assert agreed(change, on="2024-03-10").state == "approved"


def test_a_paper_of_the_project_goes_with_a_step(project: Project):
    change = asked(project, "leader", LEADER)
    paper = Document.objects.create(
        project=project,
        category="change",
        title="调动文件",
        file_name="a.pdf",
        stored_as="x",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
    with pytest.raises(Invalid):
        hand_in(change=change, actor=UNIT, on=day(ASKED), today=TODAY, document_id=paper.pk + 1)

    hand_in(change=change, actor=UNIT, on=day(ASKED), today=TODAY, document_id=paper.pk)

    assert Step.objects.of(change).last().details["title"] == "调动文件"  # type: ignore[union-attr]


class TestWhatMovedMeanwhile:
    def test_an_approval_on_other_facts_is_refused_with_what_moved(self, project: Project):
        change = agreed(handed_in(project, "leader", LEADER), until="at_province")
        Project.objects.filter(pk=project.pk).update(leader="赵工")
        versions = Contract.objects.count()

        with pytest.raises(MovedMeanwhile) as refusal:
            agreed(change)

        assert refusal.value.details["moved"] == [
            {"part": "contract", "label": "项目负责人", "before": "李工", "after": "赵工"}
        ]
        assert ChangeRequest.objects.get().state == "at_province"
        assert (fresh(project).leader, Contract.objects.count()) == ("赵工", versions)

    def test_given_back_and_handed_in_again_it_is_asked_on_the_facts_of_then(self, project: Project):
        change = agreed(handed_in(project, "leader", LEADER), until="at_province")
        Project.objects.filter(pk=project.pk).update(leader="赵工")

        give_back(
            change=change, reason="有变动", actor=acting_as("province"), on=day("2024-04-02"), today=TODAY
        )
        again = hand_in(change=change, actor=UNIT, on=day("2024-04-03"), today=TODAY)

        assert again.former == {"leader": "赵工"}
        assert agreed(again, on="2024-04-04").state == "approved"

    def test_other_facts_of_the_project_may_move(self, project: Project):
        change = agreed(handed_in(project, "leader", LEADER), until="at_province")
        approved(project, "members", {"members": "赵工"})

        assert agreed(change).state == "approved"


class TestEarlyAcceptance:
    def test_it_is_granted_from_the_day_of_its_approval(self, project: Project):
        versions = Contract.objects.count()
        approved(project, "early_acceptance", {"planned_on": "2025-06-30"})

        assert early_acceptance_granted(project.pk, day("2024-03-31")) is None
        assert early_acceptance_granted(project.pk, day("2024-04-01")) == date(2024, 4, 1)
        assert Contract.objects.count() == versions

    def test_asking_for_it_grants_nothing(self, project: Project):
        agreed(handed_in(project, "early_acceptance", {"planned_on": "2025-06-30"}), until="at_province")

        assert early_acceptance_granted(project.pk, TODAY) is None

    @pytest.mark.parametrize("planned_on", ["2022-09-01", "2026-03-01", "2025-13-01", None, 20250630])
    def test_its_day_lies_within_the_term(self, project: Project, planned_on: object):
        with pytest.raises(Invalid) as refusal:
            asked(project, "early_acceptance", {"planned_on": planned_on})
        assert set(refusal.value.details) == {"planned_on"}


class TestTheFirstVersionOfAProjectThatCameIn:
    def test_it_is_made_when_the_first_change_is_approved(self):
        project = came_in(leader="李工")
        change = handed_in(project, "leader", LEADER)
        assert not Contract.objects.exists()

        agreed(change)

        first, second = Contract.objects.order_by("version")
        assert (first.state, first.in_force_on, first.terms["leader"]) == (
            "superseded",
            date(2022, 9, 10),
            "李工",
        )
        assert (second.state, second.in_force_on, second.terms["leader"], second.change_id) == (
            "in_force",
            date(2024, 4, 1),
            "王工",
            change.pk,
        )
        acts = [(step.act, step.to_state) for step in Step.objects.filter(subject="contract").order_by("pk")]
        assert acts == [("enter", "in_force"), ("supersede", "superseded"), ("amend", "in_force")]

    def test_the_next_change_goes_on_from_there(self):
        project = came_in()
        approved(project, "leader", LEADER)
        approved(project, "partners", {"partners": "示例大学"}, on="2024-05-01")

        states = list(Contract.objects.order_by("version").values_list("version", "state"))
        assert states == [(1, "superseded"), (2, "superseded"), (3, "in_force")]

    def test_the_operator_reviews_nothing(self):
        change = handed_in(came_in(), "leader", LEADER)

        with pytest.raises(Forbidden):
            agree(change=change, actor=OPERATOR_ACTOR, on=TODAY, today=TODAY)
