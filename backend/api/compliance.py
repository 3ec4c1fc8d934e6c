"""What the rules say: of one project, across all in sight, and counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ActView, ProjectView
from backend.api.errors import not_found
from backend.api.formats import Query, Shape, TextField
from backend.api.paging import Page
from backend.api.schema import KNOWN_AT, ON, PAGING, ordering, page_of, parameter
from lifecycle.models import Project
from lifecycle.models.project import ProjectQuerySet
from lifecycle.rules.answers import Status
from reports.watch import RULE_OF, AnswerList, Tally, answer_json, answers_of, kept_answers_of, summary

STATUSES = [status.value for status in Status]

FILTERS = [
    parameter("park", _("高新区管委会名称，可重复。"), many=True),
    parameter("batch", _("批次名称，可重复。"), many=True),
    parameter("q", _("按项目编号、名称、承担单位查找。")),
]


class AnswerShape(Shape):
    """What a rule says of a project. mend: where the facts behind it are put right."""

    code = TextField()
    title = TextField()
    status = serializers.ChoiceField(STATUSES)
    status_label = TextField()
    message = TextField()
    basis = TextField()
    mend = TextField()
    figures = serializers.DictField()


class ProjectRulesShape(Shape):
    """Every rule's answer for one project on a day."""

    on = serializers.DateField()
    rules = AnswerShape(many=True)


class ListedAnswerShape(AnswerShape):
    """An answer in a list across projects."""

    project = TextField()
    project_name = TextField()
    unit = TextField()
    park = TextField()
    batch = TextField()
    on = serializers.DateField()


class CountsShape(Shape):
    """Numbers by status."""

    breach = serializers.IntegerField()
    warn = serializers.IntegerField()
    waived = serializers.IntegerField()
    not_applicable = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {Status.PASS.value: serializers.IntegerField()} | super().get_fields()


class RuleTallyShape(Shape):
    """Answers to one rule, by status."""

    rule = TextField()
    title = TextField()
    answers = CountsShape()


class PlaceTallyShape(Shape):
    """Projects of a park or a batch, by their worst status, and their answers by status."""

    name = TextField()
    projects = serializers.IntegerField()
    worst = CountsShape()
    answers = CountsShape()


class SummaryShape(Shape):
    """Counts across the projects in sight."""

    on = serializers.DateField()
    projects = serializers.IntegerField()
    worst = CountsShape()
    rules = RuleTallyShape(many=True)
    parks = PlaceTallyShape(many=True)
    batches = PlaceTallyShape(many=True)


class ProjectRulesView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("某项目在某一天的全部规则判定。"), parameters=[ON, KNOWN_AT], responses=ProjectRulesShape
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        on, known_at = query.moment(self.today)
        query.done()
        ids = [self.project.pk]
        if on == self.today and known_at is None:
            answers = kept_answers_of(ids, on=on)
        else:
            answers = answers_of(ids, on=on, known_at=known_at)
        if self.project.pk not in answers:
            raise not_found()
        return Response({"on": on, "rules": [answer_json(answer) for answer in answers[self.project.pk]]})


class ComplianceView(ActView):
    acts: ClassVar = {"GET": Act.SEE_COMPLIANCE}

    @extend_schema(
        summary=_("可查看项目的规则判定，按项目编号、规则编号排列。"),
        parameters=[
            *PAGING,
            ordering(),
            ON,
            *FILTERS,
            parameter("rule", _("规则编号。"), enum=list(RULE_OF)),
            parameter("status", _("判定结果。"), enum=STATUSES),
        ],
        responses=page_of(ListedAnswerShape),
        operation_id="compliance_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        query.choice("ordering", ["number"])
        on = query.day("on") or self.today
        rule = query.choice("rule", RULE_OF) or None
        status = query.choice("status", STATUSES) or None
        projects = _wanted(Project.objects.visible_to(self.sight), query)
        answers = AnswerList(projects, on=on, today=self.today, rule=rule, status=status)
        count = len(answers)
        page.check(count)
        results = [
            {
                "project": project.number,
                "project_name": project.name,
                "unit": project.unit.name,
                "park": project.cluster.park.name,
                "batch": project.cluster.batch.name,
                "on": on,
                **answer_json(answer),
            }
            for project, answer in answers[page.start : page.end]
        ]
        return page.answer(request, count, results)


class SummaryView(ActView):
    acts: ClassVar = {"GET": Act.SEE_COMPLIANCE}

    @extend_schema(
        summary=_("可查看项目的规则判定统计：按规则、园区、批次。"),
        parameters=[ON, *FILTERS],
        responses=SummaryShape,
        operation_id="compliance_summary",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        on: date = query.day("on") or self.today
        counted = summary(_wanted(Project.objects.visible_to(self.sight), query), on=on, today=self.today)
        return Response(
            {
                "on": on,
                "projects": counted.projects,
                "worst": _counts(counted.worst),
                "rules": [
                    {"rule": tally.key, "title": tally.name, "answers": _counts(tally.answers)}
                    for tally in counted.rules
                ],
                "parks": _places(counted.parks),
                "batches": _places(counted.batches),
            }
        )


def _wanted(projects: ProjectQuerySet, query: Query) -> ProjectQuerySet:
    """The projects that the query asks for; raises Invalid when one of its parameters is wrong."""
    parks, batches, q = query.texts("park"), query.texts("batch"), query.text("q")
    query.done()
    if parks:
        projects = projects.filter(cluster__park__name__in=parks)
    if batches:
        projects = projects.filter(cluster__batch__name__in=batches)
    if q:
        projects = (
            projects.filter(number__icontains=q)
            | projects.filter(name__icontains=q)
            | projects.filter(unit__name__icontains=q)
        )
    return projects


def _counts(by_status: dict[str, int]) -> dict[str, int]:
    return {status: by_status.get(status, 0) for status in STATUSES}


def _places(tallies: Iterable[Tally]) -> list[dict[str, Any]]:
    return [
        {
            "name": tally.name,
            "projects": tally.projects,
            "worst": _counts(tally.worst),
            "answers": _counts(tally.answers),
        }
        for tally in tallies
    ]
