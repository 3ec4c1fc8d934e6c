"""What is said of a matter to people: a title for lists, and a sentence with the day and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from lifecycle.models import Matter, MatterState
from lifecycle.parties.models import OrganisationKind
from lifecycle.reminders.kinds import Kind, kinds
from lifecycle.rules.answers import figures_from_json, shown
from lifecycle.wording import CONTROL, about, shortened

TITLE_LENGTH = 120
LABEL_LENGTH = 120

ESCALATION: dict[int, tuple[OrganisationKind, str]] = {
    1: (OrganisationKind.PARK, gettext_noop("逾期满 1 天，报高新区管委会")),
    7: (OrganisationKind.CITY, gettext_noop("逾期满 7 天，报设区市科技局")),
    30: (OrganisationKind.PROVINCE, gettext_noop("逾期满 30 天，报省科技厅")),
}
"""Who is told besides the one responsible, by the step at which they are, and why."""

_LEVELS = (OrganisationKind.UNIT, OrganisationKind.PARK, OrganisationKind.CITY, OrganisationKind.PROVINCE)


def say(matter: Matter, step: int, on: date) -> tuple[str, str]:
    """(title, sentence) of what is told of the matter at that step, in the active language, as of the day `on`.

    The title is one line of at most TITLE_LENGTH signs. The sentence is the kind's own with the matter's label,
    due day and figures; then how far off the due day is, and on a step at which a level above is told, which one
    and why. A matter that is answered or done says that in their place. Texts of the facts are taken as they
    are, on one line: whoever puts them into HTML or the markup of a chat escapes them.
    Needs `responsible` (and `waits_for`) so as to cost no query.
    """
    parts = {"sentence": sentence_of(matter, on), "standing": standing_of(matter, on)}
    reported = _reported(matter, step)
    if reported:
        parts["reported"] = reported
        return title_of(matter), _("%(sentence)s，%(standing)s；%(reported)s。") % parts
    return title_of(matter), _("%(sentence)s，%(standing)s。") % parts


def title_of(matter: Matter) -> str:
    """The kind and what the matter is called, on one line."""
    kind = kinds().get(matter.kind)
    name = str(kind.title) if kind else ""
    label = _label(matter)
    return shortened(about(name, label) if name and label else name or label or matter.kind, TITLE_LENGTH)


def sentence_of(matter: Matter, on: date) -> str:
    """The kind's sentence with the matter's figures, without the stop at its end."""
    kind = kinds().get(matter.kind)
    values = _Values({key: _shown(value) for key, value in figures_from_json(matter.figures).items()})
    values["label"] = _label(matter)
    values["due_on"] = matter.due_on.isoformat()
    values["days"] = str(abs((matter.due_on - on).days))
    return (_in_words(kind, values) if kind else title_of(matter)).rstrip("。. ")


def standing_of(matter: Matter, on: date) -> str:
    """How far off the due day is on the day `on`, or that nothing is waited for any more."""
    if matter.state == MatterState.DONE:
        return _("已办结")
    if matter.state == MatterState.ANSWERED:
        return _("已报%(organisation)s，待其办理") % {"organisation": matter.waits_for}
    days = (matter.due_on - on).days
    if days > 0:
        return ngettext("还有 %(days)d 天", "还有 %(days)d 天", days) % {"days": days}
    if days < 0:
        return ngettext("已逾期 %(days)d 天", "已逾期 %(days)d 天", -days) % {"days": -days}
    return _("今天到期")


def _reported(matter: Matter, step: int) -> str:
    """Which level above the one responsible is told at this step; empty where none is."""
    if step not in ESCALATION or matter.state != MatterState.OPEN:
        return ""
    level, sentence = ESCALATION[step]
    return _(sentence) if _rank(level) > _rank(matter.responsible.kind) else ""


def _rank(kind: str) -> int:
    """How high in the tree; what is no level of it stands at the foot."""
    return next((rank for rank, level in enumerate(_LEVELS) if level == kind), 0)


def _label(matter: Matter) -> str:
    """What the matter is called: words of the field in the active language, names as they are."""
    kind = kinds().get(matter.kind)
    if kind and kind.label and matter.figures:
        values = {key: _shown(value) for key, value in figures_from_json(matter.figures).items()}
        return shortened(_(kind.label) % _Values(values), LABEL_LENGTH)
    return _shown(matter.label) if matter.label else ""


def _in_words(kind: Kind, values: Mapping[str, str]) -> str:
    return _(kind.sentence) % values


def _shown(value: Any) -> str:
    """A figure as a person reads it, on one line."""
    return "—" if value is None else shortened(CONTROL.sub("", shown(value)), LABEL_LENGTH)


class _Values(dict[str, str]):
    """A figure that the facts do not give is a dash: one gap must not keep the rest of a mail back."""

    def __missing__(self, key: str) -> str:
        return "—"
