"""Makes change requests for tests and walks them along their chain."""

from __future__ import annotations

from typing import Any

from lifecycle.changes import agree, ask, hand_in
from lifecycle.models import ChangeRequest, ChangeState, Project, StateChange
from tests.builders import day, walked
from tests.lifecycle.contracts.builders import TODAY, acting_as, contracted, make_award, make_planned

ASKED = "2024-03-01"
UNIT = acting_as("unit")
TURN = {"at_park": "park", "at_city": "city", "at_province": "province"}


def at_work(**facts: Any) -> Project:
    """A project in implementation with a contract signed here."""
    project = make_award(**facts)
    contracted(project)
    project = walked(Project.objects.get(pk=project.pk), "implementing")
    return Project.objects.with_parties().get(pk=project.pk)


def came_in(**facts: Any) -> Project:
    """A project that came in at work, its contract signed elsewhere."""
    return make_planned(**facts)


def asked(
    project: Project, kind: str, wanted: dict[str, Any], *, on: str = ASKED, **said: Any
) -> ChangeRequest:
    values = {"reason": "研发进度需要", "actor": UNIT, "on": day(on), "today": TODAY}
    return ask(project_id=project.pk, kind=kind, wanted=wanted, **(values | said))


def handed_in(project: Project, kind: str, wanted: dict[str, Any], *, on: str = ASKED) -> ChangeRequest:
    return hand_in(change=asked(project, kind, wanted, on=on), actor=UNIT, on=day(on), today=TODAY)


def agreed(change: ChangeRequest, *, on: str = "2024-04-01", until: str = "") -> ChangeRequest:
    """Agreed to by everyone whose turn it is, until it has come to `until` or is approved."""
    while change.state in TURN and change.state != until:
        change = agree(change=change, actor=acting_as(TURN[change.state]), on=day(on), today=TODAY)
    return change


def approved(project: Project, kind: str, wanted: dict[str, Any], *, on: str = "2024-04-01") -> ChangeRequest:
    change = agreed(handed_in(project, kind, wanted), on=on)
    assert change.state == ChangeState.APPROVED
    return change


def fresh(project: Project) -> Project:
    return Project.objects.with_parties().get(pk=project.pk)


def halted(project: Project, state: str) -> None:
    """The project moved to a stage the arrows lead to, whatever it lacks."""
    walked(fresh(project), state)
    assert StateChange.objects.filter(project=project, to_state=state).exists()


def money(**said: Any) -> dict[str, Any]:
    """A source structure: 50 万元 of the park's money moved to the unit's own, in three tranches each."""
    amounts = {
        "total_investment": "24000000.00",
        "provincial_grant": "3500000.00",
        "park_matching": "4000000.00",
        "self_raised": "16500000.00",
        "social_capital": "0.00",
    }
    tranches = [
        tranche("省拨款", 1, "2022-10-31", "2000000"),
        tranche("省拨款", 2, "2024-06-30", "1200000"),
        tranche("省拨款", 3, "2026-08-31", "300000", is_tail=True),
        tranche("园区配套", 1, "2022-10-31", "2000000"),
        tranche("园区配套", 2, "2024-12-31", "2000000", condition="中期检查通过"),
    ]
    return {"amounts": amounts | said.pop("amounts", {}), "tranches": said.pop("tranches", tranches), **said}


def tranche(source: str, number: int, planned_on: str, amount: str, **said: Any) -> dict[str, Any]:
    return {"source": source, "number": number, "planned_on": planned_on, "amount": amount, **said}
