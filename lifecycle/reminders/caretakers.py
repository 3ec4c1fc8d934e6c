"""Who of an organisation looks after a project (经办人): named by the organisation itself, and handed over when one leaves.

A project has at most one in each organisation around it. The messages of that organisation about the project go
to them; without one, to everybody there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models import Caretaker, Delivery, Matter, MatterState, Project, Step, Way
from lifecycle.models.reminder import MatterQuerySet
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import Organisation, OrganisationKind, Person
from lifecycle.steps import take_step

KINDS = (OrganisationKind.UNIT, OrganisationKind.PARK, OrganisationKind.CITY, OrganisationKind.PROVINCE)
"""The kinds of organisation that look after projects; people act for each in the role of the same name."""


class NotAColleague(Invalid):
    """The person does not act for the organisation, or is switched off."""

    code = "not_a_colleague"


def colleagues(organisation: Organisation) -> QuerySet[Person]:
    """The people who act for the organisation in the role of its kind, by name; those switched off left out."""
    return Person.objects.filter(
        memberships__organisation=organisation, memberships__role=organisation.kind, is_active=True
    ).order_by("full_name", "username")


def organisations_around(project: Project) -> list[Organisation]:
    """Unit, park, city (also that of a unit elsewhere) and province of the project, those there are, from below.

    Needs `with_parties`; one query, for what stands above those.
    """
    park, unit = project.cluster.park, project.unit
    city = park.parent
    known = {each.pk: each for each in (unit, park, city) if each is not None}
    above = {unit.parent_id, city.parent_id if city else None} - {None, *known}
    known |= Organisation.objects.in_bulk(above)
    looking_after = [each for each in known.values() if each.kind in KINDS]
    return sorted(looking_after, key=lambda each: (KINDS.index(OrganisationKind(each.kind)), each.pk))


@transaction.atomic
def set_caretaker(
    *, project: Project, organisation: Organisation, person: Person | None, actor: Actor, today: date
) -> Caretaker | None:
    """Name who of the organisation looks after the project; None: nobody in particular. Once more changes nothing.

    Raises:
        Invalid: the organisation is none around the project; details: organisation.
        NotAColleague: the person does not act for it; details: person.
    """
    kept = Project.objects.held(project.pk)
    if organisation.kind not in KINDS or not _is_around(organisation, kept):
        raise Invalid(_("该单位与本项目无关。"), details={"organisation": _("该单位与本项目无关。")})
    if person is not None:
        _require_colleague(person, organisation, "person")
    present = (
        Caretaker.objects.select_related("person").filter(project=kept, organisation=organisation).first()
    )
    former = present.person.username if present else ""
    if (person.username if person else "") == former:
        return present
    if person is None:
        assert present is not None
        take_step(
            present,
            "clear",
            number=kept.number,
            actor=actor,
            on=today,
            organisation=organisation.name,
            former=former,
        )
        present.delete()
        return None
    named, _is_new = Caretaker.objects.update_or_create(
        project=kept, organisation=organisation, defaults={"person": person}
    )
    take_step(
        named,
        "set",
        number=kept.number,
        actor=actor,
        on=today,
        organisation=organisation.name,
        person=person.username,
        former=former,
    )
    return named


def cared_for(person: Person, organisation: Organisation) -> QuerySet[Caretaker]:
    """What the person looks after in the organisation, by the project's number."""
    return (
        Caretaker.objects.filter(person=person, organisation=organisation)
        .select_related("project")
        .order_by("project__number")
    )


def open_points(person: Person, organisation: Organisation) -> MatterQuerySet:
    """What is not done of the projects that the person looks after in the organisation, the soonest first.

    ANSWERED ones too: they come back when the reply is negative.
    """
    mine = Caretaker.objects.filter(person=person, organisation=organisation).values("project")
    return (
        Matter.objects.filter(responsible=organisation, project__in=mine)
        .exclude(state=MatterState.DONE)
        .select_related("project", "waits_for")
        .order_by("due_on", "pk")
    )


def handed_over(person: Person, organisation: Organisation) -> QuerySet[Step]:
    """What was handed over from the person in the organisation, the latest first; with the projects."""
    return (
        Step.objects.filter(
            subject="caretaker",
            act="hand_over",
            details__former=person.username,
            details__organisation=organisation.name,
        )
        .select_related("project")
        .order_by("-pk")
    )


@transaction.atomic
def hand_over(
    *,
    leaver: Person,
    organisation: Organisation,
    takers: Mapping[int, Person],
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    """Let colleagues take the projects that the leaver looks after; how many changed hands.

    takers: who takes which project, by its id. What the leaver does not look after (any more) is left alone, so
    the same again changes nothing and writes nothing. The last word said to the leaver about each open matter
    comes into the list of the one who takes it.

    Raises:
        NotAColleague: one who is to take does not act for the organisation, or is the leaver; nothing changes.
    """
    for taker in {taker.pk: taker for taker in takers.values()}.values():
        _require_colleague(taker, organisation, "takers")
        if taker.pk == leaver.pk:
            raise _not_a_colleague(taker, organisation, "takers")
    ids = sorted(takers)
    # Each project first, in one order, as whoever names a caretaker does.
    list(Project.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk"))
    moving = list(
        Caretaker.objects.filter(project__in=ids, organisation=organisation, person=leaver)
        .select_related("project")
        .order_by("project__number")
    )
    if not moving:
        return 0
    _pass_on_messages(moving, takers, leaver, organisation, now)
    for row in moving:
        row.person = takers[row.project_id]
    Caretaker.objects.bulk_update(moving, ["person"])
    Step.objects.bulk_create(
        Step(
            project_id=row.project_id,
            subject="caretaker",
            subject_id=row.pk,
            act="hand_over",
            on=today,
            actor_id=actor.pk,
            actor_name=actor.name,
            role=actor.role,
            details={
                "organisation": organisation.name,
                "person": row.person.username,
                "former": leaver.username,
            },
        )
        for row in moving
    )
    record(
        actor,
        "hand_over",
        at=now,
        subject=leaver.username,
        organisation=organisation.name,
        takers=sorted({row.person.username for row in moving}),
        projects=[row.project.number for row in moving],
    )
    return len(moving)


def _pass_on_messages(
    moving: Iterable[Caretaker],
    takers: Mapping[int, Person],
    leaver: Person,
    organisation: Organisation,
    now: datetime,
) -> None:
    """Two statements, however many projects."""
    said = (
        Delivery.objects.filter(
            person=leaver,
            way=Way.BELL,
            message__organisation=organisation,
            message__matter__project__in=[row.project_id for row in moving],
        )
        .exclude(message__matter__state=MatterState.DONE)
        .order_by("message__matter", "-message__due_on", "-message__step")
        .distinct("message__matter")
        .values_list("message", "message__matter__project")
    )
    Delivery.objects.bulk_create(
        [
            Delivery(message_id=message, way=Way.BELL, person=takers[project], made_at=now)
            for message, project in said
        ],
        ignore_conflicts=True,
    )


def _is_around(organisation: Organisation, project: Project) -> bool:
    # There is one province; that it stands above the park need not have been written down.
    return organisation.kind == OrganisationKind.PROVINCE or organisation in organisations_around(project)


def _require_colleague(person: Person, organisation: Organisation, field: str) -> None:
    if not colleagues(organisation).filter(pk=person.pk).exists():
        raise _not_a_colleague(person, organisation, field)


def _not_a_colleague(person: Person, organisation: Organisation, field: str) -> NotAColleague:
    sentence = _("“%(person)s”不能接手“%(organisation)s”的工作：须是该单位的其他在用账号。") % {
        "person": person,
        "organisation": organisation,
    }
    return NotAColleague(sentence, details={field: sentence})
