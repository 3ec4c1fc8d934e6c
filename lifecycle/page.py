"""The life of a project as a page of the documentation: diagram and tables out of what the program runs on."""

from __future__ import annotations

from django.utils import translation

from lifecycle.guards import guards_of
from lifecycle.models import ProjectState
from lifecycle.moves import MOVES
from lifecycle.parties.models import Role

HEAD = """# The life of a project

Written by `make lifecycle` from `lifecycle/moves.py` and the conditions registered in `lifecycle/conditions.py` and
`finance/guards.py`; a test fails when this page and the program differ.

A move is one function of `lifecycle/transitions.py`: it locks the project, looks whether it stands where the arrow
begins, asks every condition for the effective day and for today, moves, and keeps who made it, for which day, why,
every condition with its figures, and the version of the conditions and rules. The database holds stage and record
together: neither changes without the other, whoever writes. Before a move the same conditions are shown by
`manage.py gates`, `GET projects/{no}/gates/` and the card on the project's page.
"""


def lifecycle_page() -> str:
    """The whole page, in English with the field's own words; one diagram, a table of moves, a table of conditions."""
    with translation.override("zh-hans"):
        return "\n".join([HEAD, *_diagram(), *_moves(), *_conditions()])


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label} {state.value}" as {state.value}' for state in ProjectState]
    lines.append("    [*] --> approved")
    lines += [
        f"    {source} --> {move.target}: {move.title} {move.name}"
        for move in MOVES.values()
        for source in move.sources
    ]
    lines += [f"    {state} --> [*]" for state in ("closed", "terminated", "revoked")]
    return [*lines, "```", ""]


def _moves() -> list[str]:
    lines = ["## Moves", "", "| move | from | to | by | said with it |", "|---|---|---|---|---|"]
    for move in MOVES.values():
        sources = "、".join(str(ProjectState(source).label) for source in move.sources)
        needs = ", ".join(sorted(move.needs)) or "–"
        lines.append(
            f"| {move.title} `{move.name}` | {sources} | {ProjectState(move.target).label} | "
            f"{Role(move.role).label} | {needs} |"
        )
    return [*lines, ""]


def _conditions() -> list[str]:
    lines = [
        "## Conditions",
        "",
        "| move | condition | what | rests on | mended by |",
        "|---|---|---|---|---|",
    ]
    for move in MOVES.values():
        for guard in guards_of(move.name):
            who = "、".join(str(Role(role).label) for role in guard.who)
            lines.append(
                f"| `{move.name}` | `{guard.code}` | {guard.title}{f' ({guard.wants})' * bool(guard.wants)} | "
                f"{guard.basis} | {who} |"
            )
    return [*lines, ""]
