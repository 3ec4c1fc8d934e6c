"""Review of the application: the city's opinion, the province's consent, and who organises the acceptance.

Source: guide 三.7: the province organises, or leaves it to the city.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.acceptance.rounds import latest_acceptance, locked, present_acceptance, require_step
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import Acceptance, AcceptanceState, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, OrganisationKind, Role
from lifecycle.parties.sight import Sight
from lifecycle.steps import take_step

OPINION_LENGTH = 5000

_APPLIED = gettext_lazy("申请日期")
_REVIEWED = gettext_lazy("设区市审核日期")
_CONSENTED = gettext_lazy("省同意日期")


def city_review(*, project: Project, opinion: str, on: date, actor: Actor, today: date) -> Acceptance:
    """What the city says of the application; may be said anew until the province agrees.

    Raises:
        NotApplied, WrongStep: there is no application that waits.
        Invalid: no opinion, or a day to come or before the application.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, AcceptanceState.FILED)
        faults = Faults()
        acceptance.city_opinion = faults.text("opinion", opinion, limit=OPINION_LENGTH)
        faults.day("on", on, today=today, since=acceptance.applied_on, after=_APPLIED)
        faults.refuse()
        acceptance.city_reviewed_on = on
        acceptance.save(update_fields=["city_opinion", "city_reviewed_on"])
        take_step(
            acceptance,
            "city_review",
            number=kept.number,
            actor=actor,
            on=on,
            from_state=acceptance.state,
            reason=acceptance.city_opinion,
        )
    return acceptance


def possible_organisers(project: Project) -> list[Organisation]:
    """Who may organise: the province above the park, its city, and the city of the unit; each once.

    Two queries however many there are.
    """
    park, unit = project.cluster.park, project.unit
    cities = Organisation.objects.filter(
        pk__in=[pk for pk in (park.parent_id, unit.parent_id) if pk], kind=OrganisationKind.CITY
    ).select_related("parent")
    found = sorted(cities, key=lambda city: city.pk != park.parent_id)
    provinces = [city.parent for city in found if city.parent is not None]
    if not provinces:
        provinces = list(Organisation.objects.filter(kind=OrganisationKind.PROVINCE).order_by("pk")[:1])
    return [*{province.pk: province for province in provinces}.values(), *found]


def agree(*, project: Project, organiser: Organisation, on: date, actor: Actor, today: date) -> Acceptance:
    """The province agrees and names who organises: itself or the city.

    Said once more before the panel has judged, it hands the task to another; the day of the consent stays.

    Raises:
        NotApplied, WrongStep: there is no application that waits, or it has been judged.
        Invalid: one who may not organise it, or a day to come or before the application or the city's review.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, AcceptanceState.FILED, AcceptanceState.AGREED)
        faults = Faults()
        if organiser not in possible_organisers(kept):
            faults.say("organiser", _("应由省科技厅或项目所在设区市科技局组织验收。"))
        faults.day("on", on, today=today, since=acceptance.applied_on, after=_APPLIED)
        for day, name in ((acceptance.city_reviewed_on, _REVIEWED), (acceptance.agreed_on, _CONSENTED)):
            if day is not None:
                faults.day("on", on, since=day, after=name)
        faults.refuse()
        former = acceptance.state
        acceptance.organiser = organiser
        if former == AcceptanceState.FILED:
            acceptance.agree()
            acceptance.agreed_on = on
        acceptance.save(update_fields=["state", "organiser", "agreed_on"])
        take_step(
            acceptance,
            "agree" if former == AcceptanceState.FILED else "hand_over",
            number=kept.number,
            actor=actor,
            on=on,
            from_state=former,
            organiser=organiser.name,
        )
    return acceptance


def organises(acceptance: Acceptance, sight: Sight) -> bool:
    """Whether the person acts for the one who was named to organise. No query when the organiser is at hand."""
    organiser = acceptance.organiser
    if organiser is None:
        return False
    if organiser.kind == OrganisationKind.PROVINCE:
        return sight.holds(Role.PROVINCE)
    return organiser.pk in sight.acting.get(Role.CITY, ())


def present_of(case: Case) -> Acceptance | None:
    """The round a case is about, for the guards; None before any, or after a return."""
    acceptance = latest_acceptance(case.project)
    return None if acceptance is None or acceptance.state == AcceptanceState.RETURNED else acceptance


def _agreed(case: Case) -> Outcome:
    acceptance = case.ask(present_of)
    if acceptance is None or acceptance.agreed_on is None or acceptance.organiser is None:
        return unmet(gettext_noop("省科技厅尚未同意验收申请并确定组织单位。"))
    if acceptance.agreed_on > case.on:
        return unmet(
            gettext_noop("省科技厅于 %(approved)s 同意验收申请，晚于生效日期。"),
            approved=acceptance.agreed_on,
        )
    return met(
        gettext_noop("省科技厅已于 %(approved)s 同意验收申请，由%(organiser)s组织验收。"),
        approved=acceptance.agreed_on,
        organiser=acceptance.organiser.name,
    )


AGREED = Guard(
    "acceptance_agreed",
    gettext_lazy("省厅同意验收"),
    gettext_lazy("申报指引 三.7"),
    "acceptance",
    (Role.PROVINCE.value,),
    _agreed,
)
