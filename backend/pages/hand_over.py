"""Handing over (交接) when somebody leaves: one page of what is open, what comes, and who takes what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from backend.access import Act, require, responsible_for
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.pages.matter_links import matter_url
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Caretaker, Matter, MatterState
from lifecycle.parties.models import Organisation, Person
from lifecycle.reminders.caretakers import cared_for, colleagues, hand_over, handed_over, open_points
from lifecycle.reminders.wording import title_of

DAYS = 90
SHOWN = 300
"""Points listed of each kind; the page is for one person, and says when there are more."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something open, or to come. days: left, below zero once it is late."""

    matter: Matter
    title: str
    url: str
    days: int

    @property
    def late_days(self) -> int:
        return max(0, -self.days)


@dataclass(frozen=True, slots=True)
class Points:
    """What one who leaves has in hand: late, to be answered by others, due in the next 90 days."""

    late: list[Point]
    answered: list[Point]
    coming: list[Point]


class WhoForm(forms.Form):
    """Whose work it is, in which of one's own organisations."""

    organisation = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("单位"), coerce=int, required=False, empty_value=None
    )
    person = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("离开的人员"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, data: Any, *, organisations: list[Organisation], people: list[Person]) -> None:
        super().__init__(data, auto_id="who-%s")
        choices = {
            "organisation": [(each.pk, each.name) for each in organisations],
            "person": [(each.pk, str(each)) for each in people],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
        if len(organisations) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()


class TakersForm(forms.Form):
    """Who takes all, and who takes a project instead of them; what nobody takes stays as it is."""

    all = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("全部交给"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data: Any = None, *, caring: list[Caretaker], takers: list[Person]) -> None:
        super().__init__(data, auto_id="take-%s")
        self._caring = caring
        self._takers = {each.pk: each for each in takers}
        choices = [(each.pk, str(each)) for each in takers]
        for row in caring:
            self.fields[f"project-{row.project_id}"] = forms.TypedChoiceField(
                widget=Select,
                label=_("%(project)s交给") % {"project": row.project.number},
                required=False,
                coerce=int,
                empty_value=None,
            )
        for name, field in self.fields.items():
            assert isinstance(field, forms.ChoiceField)
            nobody = _("请选择") if name == "all" else _("同上")
            field.choices = [("", nobody), *choices]

    @property
    def rows(self) -> list[tuple[Caretaker, forms.BoundField]]:
        """Each project with its field."""
        return [(row, self[f"project-{row.project_id}"]) for row in self._caring]

    def wanted(self) -> dict[int, Person]:
        """Who takes which project, by its id.

        Raises Invalid where nobody takes anything.
        """
        said = self.cleaned_data
        chosen = {row.project_id: said[f"project-{row.project_id}"] or said["all"] for row in self._caring}
        takers = {project: self._takers[pk] for project, pk in chosen.items() if pk}
        if not takers:
            sentence = _("请选择接手的人员。")
            raise Invalid(sentence, details={"all": sentence})
        return takers


@require_http_methods(["GET", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponseBase:
    """What a colleague, or the reader, has in hand (GET); who takes it (POST)."""
    require(Act.SET_CARETAKER, request.sight)
    organisation, leaver = _asked(request, request.POST if request.method == "POST" else request.GET)
    people = list(colleagues(organisation))
    if leaver not in people:
        raise Http404
    caring = list(cared_for(leaver, organisation))
    takers = [each for each in people if each != leaver]
    bound = request.POST if request.method == "POST" else None
    form = TakersForm(bound, caring=caring, takers=takers)
    if form.is_valid():
        now = timezone.now()
        try:
            moved = hand_over(
                leaver=leaver,
                organisation=organisation,
                takers=form.wanted(),
                actor=replace(actor_of(request), role=organisation.kind),
                now=now,
                today=timezone.localdate(),
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            sentence = ngettext("已交接 %(count)d 个项目。", "已交接 %(count)d 个项目。", moved)
            messages.success(request, sentence % {"count": moved})
            asked = urlencode({"organisation": organisation.pk, "person": leaver.pk})
            return redirect(f"{reverse('hand-over')}?{asked}")
    return _page(request, organisation, leaver, people, form, status=422 if form.is_bound else 200)


def _asked(request: PageRequest, query: QueryDict) -> tuple[Organisation, Person]:
    """The organisation and the person named, one's own where none is; 404 where they are not one's colleagues."""
    own = Organisation.objects.filter(pk__in=responsible_for(request.sight)).order_by("name")
    pk = query.get("organisation", "")
    organisation = own.filter(pk=pk).first() if pk.isascii() and pk.isdigit() else own.first()
    if organisation is None:
        raise Http404
    pk = query.get("person", "")
    if not (pk.isascii() and pk.isdigit()):
        return organisation, request.user
    person = colleagues(organisation).filter(pk=pk).first()
    if person is None:
        raise Http404
    return organisation, person


def _page(
    request: PageRequest,
    organisation: Organisation,
    leaver: Person,
    people: list[Person],
    form: TakersForm,
    *,
    status: int,
) -> HttpResponse:
    on = timezone.localdate()
    organisations = list(Organisation.objects.filter(pk__in=responsible_for(request.sight)).order_by("name"))
    return render(
        request,
        "pages/hand_over.html",
        {
            "on": on,
            "organisation": organisation,
            "leaver": leaver,
            "who": WhoForm(
                {"organisation": organisation.pk, "person": leaver.pk},
                organisations=organisations,
                people=people,
            ),
            "form": form if form.rows and len(people) > 1 else None,
            "is_alone": len(people) == 1,
            "caring": form.rows,
            "points": points_of(leaver, organisation, on),
            "handed": [
                {"step": step, "project": step.project, "person": step.details["person"]}
                for step in handed_over(leaver, organisation)[:SHOWN]
            ],
        },
        status=status,
    )


def points_of(leaver: Person, organisation: Organisation, on: date) -> Points:
    """What is open of what they look after, and what comes in the next DAYS days; one query."""
    until = on + timedelta(days=DAYS)
    points = [
        Point(matter, title_of(matter), matter_url(matter), (matter.due_on - on).days)
        for matter in open_points(leaver, organisation).filter(due_on__lte=until)[:SHOWN]
    ]
    answered = [point for point in points if point.matter.state == MatterState.ANSWERED]
    waiting = [point for point in points if point.matter.state == MatterState.OPEN]
    return Points(
        [point for point in waiting if point.days < 0],
        answered,
        [point for point in waiting if point.days >= 0],
    )
