"""What one has to do, what was said, who is late, what will be said, and who looks after a project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, responsible_for
from backend.api.base import ActView, ProjectView
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from backend.pages.matter_links import matter_url
from lifecycle.calendar import Calendar
from lifecycle.errors import Forbidden, Invalid
from lifecycle.models import Caretaker, Delivery, Matter, Message, Way
from lifecycle.parties.models import Organisation
from lifecycle.reminders.caretakers import colleagues, organisations_around, set_caretaker
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.lists import LISTS, foretold, to_do
from lifecycle.reminders.reading import late, mark_seen
from lifecycle.reminders.recipients import recipients_of
from lifecycle.reminders.wording import say, title_of

KIND = parameter("kind", gettext_lazy("事项类型代码，如 milestone、tranche。"))
PROJECT = parameter("project", gettext_lazy("项目编号。"))
LARGEST_DAYS = 9999


class MatterShape(Shape):
    """Something that has to be done by a day. days: left, below zero once it is late. page: where it is done.

    state: open, answered. waits_for: who has to reply, of one that is answered.
    """

    id = serializers.IntegerField()
    kind = TextField()
    title = TextField()
    project = TextField()
    project_name = TextField()
    responsible = TextField()
    waits_for = TextField(allow_null=True)
    state = TextField()
    due_on = DayField()
    days = serializers.IntegerField()
    page = TextField()


class LateMatterShape(MatterShape):
    """A late matter, with the place it belongs to."""

    park = TextField()
    city = TextField(allow_null=True)


class HeardShape(Shape):
    """A message in one's own list. step: days after the due day, below zero before it. ways: by which it came."""

    id = serializers.IntegerField()
    kind = TextField()
    title = TextField()
    sentence = TextField()
    project = TextField()
    due_on = DayField()
    step = serializers.IntegerField()
    at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    ways = serializers.ListField(child=TextField())


class ForetoldShape(Shape):
    """A message to come. people: whom it would reach. is_provisional: the year's days off are not announced yet."""

    id = serializers.IntegerField()
    send_on = DayField()
    is_provisional = serializers.BooleanField()
    step = serializers.IntegerField()
    organisation = TextField()
    people = serializers.ListField(child=TextField())
    kind = TextField()
    title = TextField()
    project = TextField()
    due_on = DayField()


class CaretakerShape(Shape):
    """Who of an organisation around the project looks after it; null: nobody in particular."""

    organisation = TextField()
    kind = TextField()
    person = TextField(allow_null=True)


class CaretakersShape(Shape):
    """The organisations around the project, from the unit up."""

    results = CaretakerShape(many=True)


class NamingShape(Shape):
    """person: a colleague by user name; null or empty for nobody in particular.

    organisation: which of one's own, where one acts for several around the project.
    """

    person = TextField(max_length=100, allow_blank=True, allow_null=True)
    organisation = TextField(max_length=200, required=False)


class TodoView(ActView):
    acts: ClassVar = {"GET": Act.SEE_TODO}

    @extend_schema(
        summary=gettext_lazy(
            "本人及所在单位的待办，期限在前的在前；不填 when 时为 60 天内到期的和已逾期的。"
        ),
        parameters=[
            *PAGING,
            ordering("due_on"),
            parameter(
                "when",
                gettext_lazy(
                    "late 已逾期、week 本周、soon 60 天内、later 以后、answered 已报待复、chase 下级逾期。"
                ),
                enum=list(LISTS),
            ),
            KIND,
            PROJECT,
            parameter("mine", gettext_lazy("yes：只看本人经办的项目。"), enum=["yes"]),
        ],
        responses=page_of(MatterShape),
        operation_id="todo_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        query.choice("ordering", ["due_on"])
        when = query.choice("when", LISTS)
        kind, project = query.choice("kind", kinds()), query.text("project")
        mine = query.choice("mine", ["yes"])
        query.done()

        def narrow(matters: QuerySet[Matter]) -> QuerySet[Matter]:
            matters = _narrowed(matters, kind, project)
            if mine:
                cared_for = Caretaker.objects.filter(person=self.person).values("project")
                matters = matters.filter(project__in=cared_for)
            return matters

        own = responsible_for(self.sight)
        found = to_do(self.sight, self.person, self.today, own=own, narrow=narrow)
        matters = found.lists[when] if when else found.near
        count = matters.count()
        page.check(count)
        rows = matters.order_by("due_on", "pk")[page.start : page.end]
        return page.answer(request, count, [matter_json(matter, self.today) for matter in rows])


class MessagesView(ActView):
    acts: ClassVar = {"GET": Act.SEE_TODO}

    @extend_schema(
        summary=gettext_lazy("提醒过本人的事项，最近的在前。"),
        parameters=[*PAGING, parameter("seen", gettext_lazy("no：只看未读。"), enum=["no"])],
        responses=page_of(HeardShape),
        operation_id="messages_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        unseen = query.choice("seen", ["no"])
        query.done()
        rows = _heard_by(self.person.pk)
        if unseen:
            rows = rows.filter(seen_at=None, done_at=None)
        count = rows.count()
        page.check(count)
        return page.answer(
            request, count, heard_json(rows.order_by("-made_at", "-pk")[page.start : page.end])
        )


class SeenView(ActView):
    acts: ClassVar = {"POST": Act.SEE_TODO}

    @extend_schema(summary=gettext_lazy("将一条消息标为已读。"), request=None, responses=HeardShape)
    def post(self, request: Request, pk: int) -> Response:
        delivery = _heard_by(self.person.pk).filter(message=pk).first()
        if delivery is None:
            raise not_found()
        mark_seen(self.person, [delivery.pk], now=timezone.now())
        return Response(heard_json(_heard_by(self.person.pk).filter(pk=delivery.pk))[0])


class LateView(ActView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=gettext_lazy("可查看项目中已逾期的事项，逾期最久的在前。"),
        parameters=[
            *PAGING,
            ordering("due_on"),
            parameter("park", gettext_lazy("高新区管委会名称，可重复。"), many=True),
            parameter("city", gettext_lazy("设区市科技局名称，可重复。"), many=True),
            KIND,
            PROJECT,
            parameter("days", gettext_lazy("至少逾期多少天。")),
        ],
        responses=page_of(LateMatterShape),
        operation_id="late_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        query.choice("ordering", ["due_on"])
        parks, cities = query.texts("park"), query.texts("city")
        kind, project = query.choice("kind", kinds()), query.text("project")
        days = query.count("days", default=1, largest=LARGEST_DAYS)
        query.done()
        matters = _narrowed(late(self.sight, self.today), kind, project)
        matters = matters.filter(due_on__lte=self.today - timedelta(days=days))
        if parks:
            matters = matters.filter(project__cluster__park__name__in=parks)
        if cities:
            matters = matters.filter(project__cluster__park__parent__name__in=cities)
        count = matters.count()
        page.check(count)
        results = []
        for matter in matters.order_by("due_on", "pk")[page.start : page.end]:
            park = matter.project.cluster.park
            place = {"park": park.name, "city": park.parent.name if park.parent else None}
            results.append(matter_json(matter, self.today) | place)
        return page.answer(request, count, results)


class ForecastView(ActView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=gettext_lazy("今后 90 天将向本单位及下级单位发出的提醒，按发送日排列。"),
        parameters=[*PAGING, KIND, PROJECT, parameter("organisation", gettext_lazy("提醒对象的单位名称。"))],
        responses=page_of(ForetoldShape),
        operation_id="forecast_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        kind, project = query.choice("kind", kinds()), query.text("project")
        organisation = query.text("organisation")
        query.done()
        messages = foretold(self.sight, self.today, own=responsible_for(self.sight))
        if kind:
            messages = messages.filter(matter__kind=kind)
        if project:
            messages = messages.filter(matter__project__number=project)
        if organisation:
            messages = messages.filter(organisation__name=organisation)
        count = messages.count()
        page.check(count)
        rows = list(messages.order_by("send_on", "pk")[page.start : page.end])
        return page.answer(request, count, _foretold_json(rows, self.today))


class CaretakersView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.SET_CARETAKER}

    @extend_schema(summary=gettext_lazy("项目在各单位的经办人。"), responses=CaretakersShape)
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        return self._answer()

    @extend_schema(
        summary=gettext_lazy("指定本单位的经办人；提醒只发给经办人，不指定时发给全部人员。"),
        request=NamingShape,
        responses=CaretakersShape,
    )
    def post(self, request: Request, number: str) -> Response:
        shape = NamingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        organisation = self._organisation(said.get("organisation", ""))
        person = None
        if said["person"]:
            person = colleagues(organisation).filter(username=said["person"]).first()
            if person is None:
                sentence = _("没有这个人员，或其不在本单位。")
                raise Invalid(sentence, details={"person": sentence})
        set_caretaker(
            project=self.project,
            organisation=organisation,
            person=person,
            actor=replace(self.actor, role=organisation.kind),
            today=self.today,
        )
        return self._answer()

    def _organisation(self, name: str) -> Organisation:
        """Which of one's own organisations around the project is meant, the first from the unit up without a name."""
        around = organisations_around(self.project)
        own = [each for each in around if each.pk in responsible_for(self.sight)]
        if not name and own:
            return own[0]
        chosen = next((each for each in around if each.name == name), None)
        if chosen is None:
            sentence = _("该单位与本项目无关。")
            raise Invalid(sentence, details={"organisation": sentence})
        if chosen not in own:
            raise Forbidden(_("只能指定本单位的经办人。"), details={"organisation": chosen.name})
        return chosen

    def _answer(self) -> Response:
        held = dict(
            Caretaker.objects.filter(project=self.project).values_list("organisation", "person__username")
        )
        return Response(
            {
                "results": [
                    {"organisation": each.name, "kind": each.kind, "person": held.get(each.pk)}
                    for each in organisations_around(self.project)
                ]
            }
        )


def matter_json(matter: Matter, on: date) -> dict[str, Any]:
    """As MatterShape; needs the matter's parties."""
    return {
        "id": matter.pk,
        "kind": matter.kind,
        "title": title_of(matter),
        "project": matter.project.number,
        "project_name": matter.project.name,
        "responsible": matter.responsible.name,
        "waits_for": matter.waits_for.name if matter.waits_for else None,
        "state": matter.state,
        "due_on": matter.due_on,
        "days": (matter.due_on - on).days,
        "page": matter_url(matter),
    }


def heard_json(rows: QuerySet[Delivery]) -> list[dict[str, Any]]:
    """As HeardShape; two queries however many rows."""
    deliveries = list(rows)
    mailed = {
        (message, person)
        for message, person in Delivery.objects.filter(
            way=Way.MAIL,
            message__in=[each.message_id for each in deliveries],
            person__in={each.person_id for each in deliveries},
        ).values_list("message", "person")
    }
    told = []
    for delivery in deliveries:
        message = delivery.message
        title, sentence = say(message.matter, message.step, timezone.localdate(delivery.made_at))
        by_mail = (message.pk, delivery.person_id) in mailed
        told.append(
            {
                "id": message.pk,
                "kind": message.matter.kind,
                "title": title,
                "sentence": sentence,
                "project": message.matter.project.number,
                "due_on": message.due_on,
                "step": message.step,
                "at": delivery.made_at,
                "seen_at": delivery.seen_at,
                "done_at": delivery.done_at,
                "ways": [Way.BELL.value, *([Way.MAIL.value] if by_mail else [])],
            }
        )
    return told


def _heard_by(person: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(person=person, way=Way.BELL).select_related(
        "message__matter__project", "message__matter__responsible", "message__matter__waits_for"
    )


def _narrowed(matters: QuerySet[Matter], kind: str, project: str) -> QuerySet[Matter]:
    chosen = Q(kind=kind) if kind else Q()
    return matters.filter(chosen & Q(project__number=project) if project else chosen)


def _foretold_json(messages: list[Message], on: date) -> list[dict[str, Any]]:
    told = recipients_of(message.pk for message in messages)
    calendar = Calendar.load(on, on)
    return [
        {
            "id": message.pk,
            "send_on": message.send_on,
            "is_provisional": calendar.is_provisional(message.send_on.year),
            "step": message.step,
            "organisation": message.organisation.name,
            "people": sorted({each.name for each in told.get(message.pk, []) if each.person is not None}),
            "kind": message.matter.kind,
            "title": title_of(message.matter),
            "project": message.matter.project.number,
            "due_on": message.due_on,
        }
        for message in messages
    ]
