"""The kinds of change: how weighty each is, which way it goes, and in which stages it may be asked for.

Source: DOMAIN 16.3, after 浙科发规〔2025〕26号 art. 30.
"""

from __future__ import annotations

from lifecycle.models import ChangeKind, ChangeState, ChangeTier, ProjectState
from lifecycle.parties.models import Role

TIER: dict[str, ChangeTier] = {
    ChangeKind.UNIT: ChangeTier.MAJOR,
    ChangeKind.LEADER: ChangeTier.MAJOR,
    ChangeKind.TERM: ChangeTier.MAJOR,
    ChangeKind.TARGETS: ChangeTier.MAJOR,
    ChangeKind.TOTAL: ChangeTier.MAJOR,
    ChangeKind.EARLY_ACCEPTANCE: ChangeTier.MAJOR,
    ChangeKind.PARTNERS: ChangeTier.IMPORTANT,
    ChangeKind.SOURCE_STRUCTURE: ChangeTier.IMPORTANT,
    ChangeKind.MEMBERS: ChangeTier.ORDINARY,
    ChangeKind.TECHNICAL_ROUTE: ChangeTier.ORDINARY,
    ChangeKind.CATEGORIES: ChangeTier.ORDINARY,
    ChangeKind.WORK_PLAN: ChangeTier.ORDINARY,
}

CHAIN: dict[str, tuple[ChangeState, ...]] = {
    ChangeTier.MAJOR: (ChangeState.AT_PARK, ChangeState.AT_CITY, ChangeState.AT_PROVINCE),
    ChangeTier.IMPORTANT: (ChangeState.AT_PARK, ChangeState.AT_CITY, ChangeState.AT_PROVINCE),
    ChangeTier.ORDINARY: (ChangeState.AT_PARK,),
}
"""Whom a change passes after the unit, by tier; the last one approves (an ordinary one the park, 备案)."""

REVIEWER: dict[str, Role] = {
    ChangeState.AT_PARK: Role.PARK,
    ChangeState.AT_CITY: Role.CITY,
    ChangeState.AT_PROVINCE: Role.PROVINCE,
}
"""Who looks at a change that has come there."""

CHANGED_IN = frozenset({ProjectState.APPROVED, ProjectState.FUNDING, ProjectState.IMPLEMENTING})
"""Stages in which a contract may be changed."""

AT_WORK_ALONE = frozenset({ChangeKind.TERM, ChangeKind.EARLY_ACCEPTANCE})
"""Kinds that make sense only while the work goes on."""
