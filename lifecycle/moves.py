"""The moves between stages: from where to where, by whom, and what has to be said with them.

Source: PRODUCT 'The life of a project'.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.models.project import BEFORE_CLOSEOUT, ProjectState
from lifecycle.parties.models import Role


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow of `lifecycle.models.Project`. label: what people call it, untranslated. needs: what must be said
    with it: reason, reason_class, document, findings (with a day to mend them by).
    """

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    role: str
    needs: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """What people call it, in the active language."""
        return str(_LIKE_A_STAGE.get(self.label) or gettext(self.label))


_LIKE_A_STAGE = {
    "结题": pgettext_lazy("move", "结题"),
    "暂停": pgettext_lazy("move", "暂停"),
    "终止": pgettext_lazy("move", "终止"),
    "撤销": pgettext_lazy("move", "撤销"),
}
"""Labels that Chinese has for a stage too; other languages say the act and the stage differently."""

_STOPPING = frozenset({"reason", "reason_class", "document"})
_BEFORE_CLOSEOUT = tuple(state.value for state in BEFORE_CLOSEOUT)

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            "start_funding",
            _("进入拨款"),
            (ProjectState.APPROVED.value,),
            ProjectState.FUNDING.value,
            Role.PROVINCE.value,
        ),
        Move(
            "start_implementation",
            _("进入实施"),
            (ProjectState.FUNDING.value,),
            ProjectState.IMPLEMENTING.value,
            Role.PARK.value,
        ),
        Move(
            "apply_for_acceptance",
            _("申请验收"),
            (ProjectState.IMPLEMENTING.value,),
            ProjectState.ACCEPTANCE.value,
            Role.PARK.value,
        ),
        Move(
            "close",
            _("结题"),
            (ProjectState.ACCEPTANCE.value,),
            ProjectState.CLOSED.value,
            Role.PROVINCE.value,
        ),
        Move(
            "return_for_rectification",
            _("退回整改"),
            (ProjectState.ACCEPTANCE.value,),
            ProjectState.IMPLEMENTING.value,
            Role.PROVINCE.value,
            frozenset({"reason", "findings"}),
        ),
        Move(
            "suspend",
            _("暂停"),
            (ProjectState.IMPLEMENTING.value,),
            ProjectState.SUSPENDED.value,
            Role.PROVINCE.value,
            frozenset({"reason"}),
        ),
        Move(
            "resume",
            _("恢复实施"),
            (ProjectState.SUSPENDED.value,),
            ProjectState.IMPLEMENTING.value,
            Role.PROVINCE.value,
            frozenset({"reason"}),
        ),
        Move(
            "terminate",
            _("终止"),
            _BEFORE_CLOSEOUT,
            ProjectState.TERMINATED.value,
            Role.PROVINCE.value,
            _STOPPING,
        ),
        Move(
            "revoke",
            _("撤销"),
            _BEFORE_CLOSEOUT,
            ProjectState.REVOKED.value,
            Role.PROVINCE.value,
            _STOPPING,
        ),
    )
}
"""Every move, in the order of a project's life."""


def moves_from(state: str) -> list[Move]:
    """The moves out of a stage."""
    return [move for move in MOVES.values() if state in move.sources]
