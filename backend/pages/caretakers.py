"""Who of each organisation looks after a project: named on the project's page by a colleague."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from backend.access import Act, may_on, require_on, responsible_for
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import Select
from lifecycle.errors import Forbidden, Invalid
from lifecycle.models import Caretaker, Project
from lifecycle.parties.models import Membership, Organisation, OrganisationKind, Person
from lifecycle.reminders.caretakers import KINDS, colleagues, organisations_around, set_caretaker


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation around the project with who looks after it there; the form for a colleague."""

    organisation: Organisation
    person: Person | None
    form: CaretakerForm | None


class CaretakerForm(forms.Form):
    """A colleague, or nobody in particular."""

    person = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("经办人"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self,
        data: Any = None,
        *,
        organisation: Organisation,
        colleagues: list[Person],
        held: int | None = None,
    ) -> None:
        super().__init__(data, initial={"person": held}, auto_id=f"caretaker-{organisation.pk}-%s")
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("不指定（提醒本单位全部人员）")),
            *((each.pk, _named(each)) for each in colleagues),
        ]


def caretaker_rows(request: PageRequest, project: Project) -> list[Row]:
    """Unit, park and city with their caretakers, and whoever else has one or is the reader's own.

    One query, two for whoever may name one.
    """
    park, unit = project.cluster.park, project.unit
    city = park.parent
    held = {
        row.organisation_id: row
        for row in Caretaker.objects.filter(project=project).select_related("person", "organisation")
    }
    around = {unit.pk, park.pk, unit.parent_id, park.parent_id, city.parent_id if city else None}
    own = responsible_for(request.sight) & around if may_on(Act.SET_CARETAKER, request.sight, project) else ()
    people = _colleagues(own)
    shown = {each.pk: each for each in (unit, park, city) if each is not None and each.kind in KINDS}
    shown |= {pk: row.organisation for pk, row in held.items()}
    shown |= {pk: members[0].organisation for pk, members in people.items()}
    rows = [
        Row(
            each,
            held[each.pk].person if each.pk in held else None,
            CaretakerForm(
                organisation=each,
                colleagues=[member.person for member in people[each.pk]],
                held=held[each.pk].person_id if each.pk in held else None,
            )
            if each.pk in people
            else None,
        )
        for each in shown.values()
    ]
    return sorted(rows, key=lambda row: KINDS.index(OrganisationKind(row.organisation.kind)))


@require_POST
@signed_in
def caretaker(request: PageRequest, number: str, organisation: int) -> HttpResponseBase:
    """Name who of one's own organisation looks after the project."""
    project = project_in_sight(request, number)
    require_on(Act.SET_CARETAKER, request.sight, project)
    chosen = next((each for each in organisations_around(project) if each.pk == organisation), None)
    if chosen is None:
        raise Http404
    if chosen.pk not in responsible_for(request.sight):
        raise Forbidden(_("只能指定本单位的经办人。"), details={"organisation": chosen.name})
    people = list(colleagues(chosen))
    form = CaretakerForm(request.POST, organisation=chosen, colleagues=people)
    if not form.is_valid():
        raise Invalid(_("请选择本单位的在用人员。"))
    person = next((each for each in people if each.pk == form.cleaned_data["person"]), None)
    set_caretaker(
        project=project,
        organisation=chosen,
        person=person,
        actor=replace(actor_of(request), role=chosen.kind),
        today=timezone.localdate(),
    )
    said = {"organisation": chosen, "person": person or _("未指定")}
    messages.success(request, _("%(organisation)s的经办人：%(person)s。") % said)
    return redirect(f"{reverse('project', args=[project.number])}#caretakers")


def _colleagues(organisations: Collection[int]) -> dict[int, list[Membership]]:
    """Who acts for each in the role of its kind, by name; one query, none without organisations."""
    if not organisations:
        return {}
    found: dict[int, list[Membership]] = {}
    members = Membership.objects.filter(
        organisation__in=organisations, role=F("organisation__kind"), person__is_active=True
    )
    for member in members.select_related("person", "organisation").order_by(
        "person__full_name", "person__username"
    ):
        found.setdefault(member.organisation_id, []).append(member)
    return found


def _named(person: Person) -> str:
    said = {"name": person.full_name, "username": person.username}
    return _("%(name)s（%(username)s）") % said if person.full_name else person.username
