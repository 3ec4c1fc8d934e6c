"""Random moves, payments, changes and days by random roles; whatever is tried, the invariants of a project hold.

No stage is reached with an unmet condition, no row of its history is missing, what is refused leaves no trace, and
gate, page and `compliance` give the same answers about the money.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from finance.verify import verify
from lifecycle.gates import gates_of, readiness_of
from lifecycle.models import DatedEvent, StateChange, Step
from lifecycle.moves import MOVES
from reports.watch import answers_of, kept_answers_of
from tests.journeys.world import ROLES, World

roles = st.sampled_from(ROLES)
own_roles = st.sampled_from(("unit", "park"))

REACHED: Counter[str] = Counter()
"""Which stages the walks reached, over all of them."""

MENDING: dict[str, tuple[Callable[[World], Any], ...]] = {
    "contract_signed": (
        lambda w: w.draft_contract("park"),
        lambda w: w.sign("unit"),
        lambda w: w.sign("park"),
        lambda w: w.sign("province"),
    ),
    "first_tranche_confirmed": (
        lambda w: w.arrive(0, "park"),
        lambda w: w.arrive(1, "park"),
        lambda w: w.pay(0, "park"),
        lambda w: w.pay(1, "park"),
        lambda w: w.confirm("unit"),
        lambda w: w.confirm("unit"),
    ),
    "tranches_paid": (
        lambda w: w.inspect("city", "plan"),
        lambda w: w.inspect("city", "hold"),
        *(lambda w, place=place: w.arrive(place, "park") for place in range(4)),
        *(lambda w, place=place: w.pay(place, "park") for place in range(4)),
    ),
    "milestones_done": (
        lambda w: w.prove(),
        lambda w: w.work("unit", "hand_in"),
        lambda w: w.work("park", "verify"),
    ),
    "annual_reports_complete": tuple(
        lambda w, role=role, act=act: w.report(role, act)
        for role, act in (("unit", "draft"), ("unit", "write"), ("unit", "hand_in"), ("park", "accept"))
    ),
    "technical_report_filed": (lambda w: w.technical_report("unit"),),
    "dossier_complete": (lambda w: w.file_papers(),),
    "no_open_finding": (
        lambda w: w.mend_finding("unit", "reply"),
        lambda w: w.mend_finding("city", "shut"),
    ),
    "audit_on_file": (lambda w: w.audit("unit"),),
    "settlement_adds_up": (lambda w: w.freeze("unit"),),
    "settlement_sealed": (lambda w: w.freeze("unit"),),
    "term_ended": (lambda w: w.pass_days(90),),
    "FIN-04": (*(lambda w, place=place: w.pay(place, "park") for place in range(4)),),
    "FIN-05": (*(lambda w, place=place: w.pay(place, "park") for place in range(4)),),
    "acceptance_agreed": (lambda w: w.accept("city", "city_review"), lambda w: w.accept("province", "agree")),
    "verdicts_recorded": (
        *(lambda w: w.accept("province", "invite") for _ in range(3)),
        *(lambda w: w.accept("province", "score") for _ in range(3)),
        lambda w: w.accept("province", "verdict"),
    ),
    "FIN-10": (lambda w: w.audit("park"),),
    "surplus_settled": (lambda w: w.accept("province", "surplus"),),
    "refunds_settled": (lambda w: w.receive("province"),),
    "report_sealed": (lambda w: w.seal(),),
}
"""What may mend an unmet condition; some of it is refused, as the order of things wants."""


class Walk(RuleBasedStateMachine):
    """One project on its way, pushed about."""

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World()
        self.steps = 0

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            REACHED.update(StateChange.objects.values_list("to_state", flat=True))
            found = verify([self.world.project.pk])
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            assert found.ok

    def attempt(self, act: Callable[[], Any]) -> None:
        self.world.attempt(act)
        self.steps += 1

    @rule(days=st.integers(1, 120))
    def days_pass(self, days: int) -> None:
        self.world.pass_days(days)

    @rule(picks=st.lists(st.integers(0, 1_000), min_size=1, max_size=8))
    def mend_what_is_missing(self, picks: list[int]) -> None:
        """As a hurried person does: look at the way forward, and do something about one open point after the other."""
        for pick in picks:
            project = self.world.fresh()
            gates = gates_of(project, on=self.world.today, today=self.world.today)
            if not gates:
                return
            unmet = [each.code for each in gates[0].unmet if each.code in MENDING]
            if not unmet:
                forward = gates[0].move
                self.attempt(lambda forward=forward: self.world.move(forward.name, forward.role))  # type: ignore[misc]
                continue
            for act in MENDING[unmet[pick % len(unmet)]]:
                self.attempt(lambda act=act: act(self.world))  # type: ignore[misc]

    @rule(name=st.sampled_from(("suspend", "resume", "resume", "terminate", "revoke")))
    def stop_or_go_on(self, name: str) -> None:
        """As the province does, on the day itself; late in a walk it may be for good."""
        if name in ("terminate", "revoke") and self.steps < 200:
            return
        self.attempt(lambda: self.world.move(name, "province"))

    @rule(name=st.sampled_from(sorted(MOVES)), role=roles, days_ago=st.sampled_from((0, 0, 0, 1, 30, -1)))
    def move(self, name: str, role: str, days_ago: int) -> None:
        if name in ("terminate", "revoke") and self.steps < 40:
            return
        self.attempt(lambda: self.world.move(name, role, days_ago=days_ago))

    @rule(
        place=st.integers(0, 3), role=roles, share=st.integers(1, 4), act=st.sampled_from(("arrive", "pay"))
    )
    def tranche(self, place: int, role: str, share: int, act: str) -> None:
        self.attempt(lambda: getattr(self.world, act)(place, role, share))

    @rule(role=roles)
    def confirm(self, role: str) -> None:
        self.attempt(lambda: self.world.confirm(role))

    @rule(
        kind=st.sampled_from(("支出", "支出", "资金到位", "退回", "到账园区", "拨付单位", "园区退回")),
        source=st.sampled_from(("省拨款", "园区配套", "单位自筹")),
        amount=st.sampled_from((1, 12_345, 600_000, 2_000_000)),
        role=own_roles,
    )
    def post(self, kind: str, source: str, amount: int, role: str) -> None:
        self.attempt(lambda: self.world.post(kind, source, amount, role))

    @rule(role=own_roles)
    def reverse(self, role: str) -> None:
        self.attempt(lambda: self.world.reverse_last(role))

    @rule(
        role=roles,
        act=st.sampled_from(("log", "hand_in", "verify", "give_back", "waive")),
        who=st.integers(0, 1),
    )
    def milestone(self, role: str, act: str, who: int) -> None:
        self.attempt(lambda: self.world.work(role, act, who))

    @rule(role=roles, act=st.sampled_from(("draft", "write", "hand_in", "give_back", "accept")))
    def annual_report(self, role: str, act: str) -> None:
        self.attempt(lambda: self.world.report(role, act))

    @rule(role=roles, act=st.sampled_from(("plan", "hold")), result=st.sampled_from(("通过", "限期整改")))
    def inspection(self, role: str, act: str, result: str) -> None:
        self.attempt(lambda: self.world.inspect(role, act, result))

    @rule(role=roles, act=st.sampled_from(("reply", "give_back", "shut")))
    def finding(self, role: str, act: str) -> None:
        self.attempt(lambda: self.world.mend_finding(role, act))

    @rule(
        role=roles,
        act=st.sampled_from(("ask", "hand_in", "agree", "give_back", "refuse", "withdraw")),
        kind=st.sampled_from(("leader", "term")),
        months=st.sampled_from((6, 12, 13)),
    )
    def change(self, role: str, act: str, kind: str, months: int) -> None:
        self.attempt(lambda: self.world.change(role, act, kind, months))

    @rule(
        role=roles,
        act=st.sampled_from(("ask", "grant")),
        which=st.sampled_from(("FIN-04", "FIN-03", "LC-09")),
    )
    def exemption(self, role: str, act: str, which: str) -> None:
        self.attempt(lambda: self.world.exempt(role, act, which))

    @rule(
        role=roles,
        act=st.sampled_from(("city_review", "agree", "invite", "score", "verdict", "surplus", "certify")),
    )
    def acceptance(self, role: str, act: str) -> None:
        self.attempt(lambda: self.world.accept(role, act))

    @rule(role=roles)
    def receipt(self, role: str) -> None:
        self.attempt(lambda: self.world.receive(role))

    @invariant()
    def history_leads_to_the_stage(self) -> None:
        if not hasattr(self, "world"):
            return
        project = self.world.fresh()
        story = list(StateChange.objects.filter(project=project).order_by("sequence"))
        assert [change.sequence for change in story] == list(range(1, len(story) + 1))
        assert story[-1].to_state == project.state
        for before, after in pairwise(story):
            assert after.from_state == before.to_state
            assert after.from_state in MOVES[after.move].sources
            for when in ("on", "today"):
                assert all(condition["met"] for condition in after.conditions[when]), after
            assert after.conditions["on"]
            assert after.actor_name
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    @invariant()
    def everyone_gives_the_same_answers(self) -> None:
        if not hasattr(self, "world"):
            return
        project, today = self.world.fresh(), self.world.today
        answers = {each.code: each for each in answers_of([project], on=today)[project.pk]}
        kept = {each.code: each for each in kept_answers_of([project], on=today)[project.pk]}
        assert {code: (each.status, each.figures_json()) for code, each in answers.items()} == {
            code: (each.status, each.figures_json()) for code, each in kept.items()
        }
        gates = gates_of(project, on=today, today=today)
        readiness = readiness_of(project, on=today, today=today)
        for gate in [*gates, *([readiness.gate] if readiness else [])]:
            for condition in gate.conditions:
                if condition.code in answers:
                    assert condition.outcome.status == answers[condition.code].status
                    assert condition.as_json()["figures"] == answers[condition.code].figures_json()

    @invariant()
    def what_happened_has_its_story(self) -> None:
        """Each application, extension and check that rules read stands in the history as well."""
        if not hasattr(self, "world"):
            return
        events = Counter(DatedEvent.objects.filter(project=self.world.project).values_list("kind", flat=True))
        moves = Counter(StateChange.objects.filter(project=self.world.project).values_list("move", flat=True))
        steps = Counter(Step.objects.filter(project=self.world.project).values_list("subject", "act"))
        assert events["验收申请"] == moves["apply_for_acceptance"]
        assert events["暂停"] == moves["suspend"]
        assert events["恢复"] == moves["resume"]
        assert events["终止"] + events["撤销"] == moves["terminate"] + moves["revoke"]
        assert events["中期检查"] == steps["inspection", "hold"]


def walk(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=os.environ.get("HYPOTHESIS_PROFILE") != "long",
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_a_project_survives_whatever_is_tried() -> None:
    walk(examples=6, steps=60)


@pytest.mark.django_db
@pytest.mark.long
def test_a_project_survives_long_walks() -> None:
    REACHED.clear()
    walk(examples=150, steps=120)

    assert {"funding", "implementing", "acceptance", "closed", "suspended", "terminated", "revoked"} <= set(
        REACHED
    )
