"""The panel (验收专家组): who is on it, and what is wrong with it.

Source: domain catalogue D98: an odd number, a finance expert, nobody from a party to the project.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifecycle.acceptance.rounds import locked, present_acceptance, require_step
from lifecycle.errors import Conflict
from lifecycle.facts import limits_on
from lifecycle.faults import Faults
from lifecycle.models import Acceptance, AcceptanceState, Panelist, Project
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step
from lifecycle.wording import listed

NAME_LENGTH = 100
ORGANISATION_LENGTH = 200
SPECIALTY_LENGTH = 100
AT_MOST = 25

_BETWEEN_NAMES = re.compile(r"[、;；,，\n]")
_NOT_IN_NAMES = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]")
SHORTEST_PARTY = 4
"""Signs of a party's name from which on one that begins with it is taken for a part of that party."""


class PanelistExists(Conflict):
    """The panel has somebody of that name from that organisation, or a chair already."""

    code = "panelist_exists"


class HasSubmitted(Conflict):
    """The expert has judged; what they said stands."""

    code = "has_submitted"


def folded(name: str) -> str:
    """A name for comparison: one width, no spaces, no difference of case."""
    return _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", name)).casefold()


def parties_of(project: Project) -> list[str]:
    """The unit and each of its partners, folded."""
    names = [project.unit.name, *_BETWEEN_NAMES.split(project.partners)]
    return [name for name in map(folded, names) if name]


def is_party(organisation: str, project: Project) -> bool:
    """Whether an expert from there must stay away: it is the unit or a partner, or a part of one."""
    name = folded(organisation)
    return any(
        name == party or (len(party) >= SHORTEST_PARTY and name.startswith(party))
        for party in parties_of(project)
    )


def panel_faults(panel: Sequence[Panelist], project: Project, *, least: int) -> list[str]:
    """What keeps the panel from judging, in the active language; empty when nothing does. No query.

    least: of experts, the batch's limit. project: with its unit.
    """
    found = []
    if len(panel) < least:
        found.append(
            _("专家组应不少于 %(least)d 人，现有 %(count)d 人。") % {"least": least, "count": len(panel)}
        )
    if len(panel) % 2 == 0:
        found.append(_("专家组人数应为单数，现有 %(count)d 人。") % {"count": len(panel)})
    if not any(expert.is_finance for expert in panel):
        found.append(_("专家组应至少有一名财务专家。"))
    if sum(expert.is_chair for expert in panel) != 1:
        found.append(_("专家组应有一名组长。"))
    names = Counter(folded(expert.name) for expert in panel)
    if twice := [expert.name for expert in panel if names[folded(expert.name)] > 1]:
        found.append(_("专家姓名重复：%(names)s。") % {"names": listed(dict.fromkeys(twice))})
    if own := [expert.name for expert in panel if is_party(expert.organisation, project)]:
        found.append(
            _("来自承担单位或参与单位的专家应当回避：%(names)s。") % {"names": listed(dict.fromkeys(own))}
        )
    return found


def least_of(project: Project, *, on: date) -> int:
    """How many experts a panel has at least, by the batch; one query."""
    return limits_on(project.cluster.batch_id, on=on).panel_size


def invite(
    *,
    project: Project,
    name: str,
    organisation: str,
    specialty: str,
    is_finance: bool,
    is_chair: bool,
    actor: Actor,
    today: date,
) -> Panelist:
    """Put an expert on the panel.

    Raises:
        NotApplied, WrongStep: the acceptance is not agreed, or was judged.
        Invalid: a text is empty or too long, the panel is full, or the expert comes from a party to the project.
        PanelistExists: the panel has the same expert, or a chair.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = _agreed(kept)
        faults = Faults()
        said = {
            "name": faults.text("name", name, limit=NAME_LENGTH),
            "organisation": faults.text("organisation", organisation, limit=ORGANISATION_LENGTH),
            "specialty": faults.text("specialty", specialty, limit=SPECIALTY_LENGTH, is_required=False),
        }
        if is_party(said["organisation"], kept):
            faults.say("organisation", _("来自承担单位或参与单位的专家应当回避。"))
        if acceptance.panel.count() >= AT_MOST:
            faults.say("name", _("专家组最多 %(most)d 人。") % {"most": AT_MOST})
        faults.refuse()
        if is_chair and acceptance.panel.filter(is_chair=True).exists():
            raise PanelistExists(_("专家组已有组长，请先调整。"), details={"is_chair": True})
        try:
            with transaction.atomic():
                expert = Panelist.objects.create(
                    acceptance=acceptance, is_finance=is_finance, is_chair=is_chair, **said
                )
        except IntegrityError as error:
            raise PanelistExists(
                _("专家组已有%(organisation)s的%(name)s。") % said, details={"name": said["name"]}
            ) from error
        note(expert, "invite", actor=actor, on=today)
    return expert


def drop(*, panelist: Panelist, actor: Actor, today: date) -> None:
    """Take an expert off the panel again, with their link.

    Raises:
        WrongStep: the acceptance was judged. HasSubmitted: so has the expert.
    """
    with transaction.atomic():
        expert = reread(panelist)
        note(expert, "drop", actor=actor, on=today)
        expert.delete()


def reread(panelist: Panelist) -> Panelist:
    """The expert as they stand, with the project locked.

    Raises:
        NotApplied, WrongStep: their acceptance is not the one that is being judged.
        HasSubmitted: they have judged.
    """
    project = locked(panelist.acceptance.project)
    acceptance = _agreed(project)
    expert = acceptance.panel.filter(pk=panelist.pk).first()
    if expert is None:
        raise Conflict(_("专家已不在办理中的专家组内。"), details={"id": panelist.pk})
    if expert.submitted_at is not None:
        raise HasSubmitted(
            _("%(name)s已提交评审意见，不能再更改。") % {"name": expert.name}, details={"id": expert.pk}
        )
    return expert


def note(expert: Panelist, act: str, *, actor: Actor, on: date, **details: str) -> None:
    """A step in the story of the acceptance, about one expert: who it is, never what they think."""
    acceptance = expert.acceptance
    take_step(
        acceptance,
        act,
        number=acceptance.project.number,
        actor=actor,
        on=on,
        from_state=acceptance.state,
        panelist=expert.pk,
        name=expert.name,
        **details,
    )


def _agreed(project: Project) -> Acceptance:
    acceptance = present_acceptance(project)
    require_step(acceptance, AcceptanceState.AGREED)
    return acceptance
