"""Who of each organisation looks after a project: named on the project's page by a colleague."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
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
from lifecycle.parties.models import Membership, Organisation, Person
from lifecycle.reminders.caretakers import organisations_around, set_caretaker


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
    """The organisations around the project with their caretakers; two queries, three for whoever names one."""
    around = organisations_around(project)
    held = {
        row.organisation_id: row.person
        for row in Caretaker.objects.filter(project=project).select_related("person")
    }
    own = responsible_for(request.sight) if may_on(Act.SET_CARETAKER, request.sight, project) else frozenset()
    people = _colleagues([each for each in around if each.pk in own])
    return [
        Row(
            each,
            held.get(each.pk),
            CaretakerForm(
                organisation=each,
                colleagues=people.get(each.pk, []),
                held=held[each.pk].pk if each.pk in held else None,
            )
            if each.pk in own
            else None,
        )
        for each in around
    ]


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
    people = _colleagues([chosen]).get(chosen.pk, [])
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


def _colleagues(organisations: list[Organisation]) -> dict[int, list[Person]]:
    """Who acts for each in the role of its kind, by name; one query, none without organisations."""
    if not organisations:
        return {}
    kinds = {each.pk: each.kind for each in organisations}
    members = (
        Membership.objects.filter(organisation__in=organisations, person__is_active=True)
        .select_related("person")
        .order_by("person__full_name", "person__username")
    )
    found: dict[int, list[Person]] = {}
    for member in members:
        if member.role == kinds[member.organisation_id]:
            found.setdefault(member.organisation_id, []).append(member.person)
    return found


def _named(person: Person) -> str:
    return f"{person.full_name}（{person.username}）" if person.full_name else person.username
