"""Projects: the list with its filters, and one with all that its contract and its life say."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import access
from backend.access import Act
from backend.api.base import ActView, ProjectView
from backend.api.formats import Query, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from finance.models import Journal
from lifecycle.models import AnnualReport, DatedEvent, Project, ProjectState, Target, Tranche
from lifecycle.models.project import ProjectQuerySet
from lifecycle.rules.answers import Status
from reports.watch import RULE_OF, filter_projects

COLUMNS = {
    "number": "number",
    "name": "name",
    "state": "state",
    "city": "cluster__park__parent__name",
    "park": "cluster__park__name",
    "batch": "cluster__batch__name",
    "cluster": "cluster__name",
    "unit": "unit__name",
    "site": "site",
    "leader": "leader",
    "start_on": "start_on",
    "end_on": "end_on",
    "total_investment": "total_investment",
    "provincial_grant": "provincial_grant",
    "park_matching": "park_matching",
    "self_raised": "self_raised",
    "social_capital": "social_capital",
    "contract_signed_on": "contract_signed_on",
}
"""Names in the answer, and where each is found."""

DETAILS = (
    "partners",
    "target_product",
    "chain_link",
    "technology_source",
    "expected_level",
    "category_scheme",
)

ORDERS = (
    "number",
    "name",
    "state",
    "start_on",
    "end_on",
    "total_investment",
    "provincial_grant",
    "park_matching",
)
STATUSES = [status.value for status in Status]


class ProjectShape(Shape):
    """A project in a list: its parties, its term, the amounts of its contract in yuan."""

    number = TextField()
    name = TextField()
    state = serializers.ChoiceField(ProjectState.choices)
    state_label = TextField()
    city = TextField(allow_null=True)
    park = TextField()
    batch = TextField()
    cluster = TextField()
    unit = TextField()
    site = TextField()
    leader = TextField()
    start_on = serializers.DateField()
    end_on = serializers.DateField()
    total_investment = TextField()
    provincial_grant = TextField()
    park_matching = TextField()
    self_raised = TextField()
    social_capital = TextField()
    contract_signed_on = serializers.DateField(allow_null=True)


class TargetShape(Shape):
    """A target of the contract; values as written."""

    category = TextField()
    name = TextField()
    unit_of_measure = TextField()
    contract_value = TextField()
    achieved_value = TextField()
    evidence = TextField()


class TrancheShape(Shape):
    """A planned instalment, in yuan."""

    source = TextField()  # type: ignore[assignment]
    number = serializers.IntegerField()
    planned_on = serializers.DateField()
    amount = TextField()
    condition = TextField()


class AnnualReportShape(Shape):
    """The report on a year."""

    year = serializers.IntegerField()
    submitted_on = serializers.DateField(allow_null=True)
    reviewed_on = serializers.DateField(allow_null=True)
    progress = TextField()


class EventShape(Shape):
    """Something that happened on a day."""

    kind = TextField()
    happened_on = serializers.DateField()
    result = TextField()
    value = TextField(allow_null=True)
    document_no = TextField()
    note = TextField()


class JournalShape(Shape):
    """The head of the ledger's chain."""

    sequence = serializers.IntegerField()
    head_hash = TextField(allow_null=True)


class ProjectDetailShape(ProjectShape):
    """A project whole. `postable`: the sources that the reader may post, by kind of movement."""

    partners = TextField()
    target_product = TextField()
    chain_link = TextField()
    technology_source = TextField()
    expected_level = TextField()
    category_scheme = TextField()
    targets = TargetShape(many=True)
    tranches = TrancheShape(many=True)
    annual_reports = AnnualReportShape(many=True)
    events = EventShape(many=True)
    journal = JournalShape()
    postable = serializers.DictField(child=serializers.ListField(child=TextField()))


FILTERS = [
    parameter("state", _("阶段，可重复。"), enum=list(ProjectState.values), many=True),
    parameter("park", _("高新区管委会名称，可重复。"), many=True),
    parameter("city", _("设区市科技局名称，可重复。"), many=True),
    parameter("batch", _("批次名称，可重复。"), many=True),
    parameter("cluster", _("集群名称，可重复。"), many=True),
    parameter("rule", _("规则编号；不带 status 时为该规则提醒或违规的项目。"), enum=list(RULE_OF)),
    parameter("status", _("今天有规则（带 rule 时为该规则）判定为此结果的项目。"), enum=STATUSES),
    parameter("q", _("按编号、名称、承担单位、负责人查找。")),
]


class ProjectsView(ActView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("可查看的项目。"),
        parameters=[*PAGING, ordering(*ORDERS), *FILTERS],
        responses=page_of(ProjectShape),
        operation_id="projects_list",
    )
    def get(self, request: Request) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="number")
        projects = filtered(Project.objects.visible_to(self.sight), query, today=self.today)
        count = projects.count()
        page.check(count)
        rows = projects.order_by(order, "pk").values_list(*COLUMNS.values())[page.start : page.end]
        labels = {state.value: str(state.label) for state in ProjectState}
        results = []
        for row in rows:
            shown = dict(zip(COLUMNS, row, strict=True))
            shown["state_label"] = labels[shown["state"]]
            results.append(shown)
        return page.answer(request, count, results)


class ProjectDetailView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("某项目：合同事实、考核指标、拨款计划、年度报告、检查验收。"),
        responses=ProjectDetailShape,
        operation_id="projects_retrieve",
    )
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        project = self.project
        shown: dict[str, Any] = {name: _at(project, path) for name, path in COLUMNS.items()}
        shown["state_label"] = project.get_state_display()
        shown |= {name: getattr(project, name) for name in DETAILS}
        shown["targets"] = list(
            Target.objects.filter(project=project).order_by("pk").values(*TargetShape().fields)
        )
        shown["tranches"] = list(
            Tranche.objects.filter(project=project)
            .order_by("planned_on", "source", "number")
            .values(*TrancheShape().fields)
        )
        shown["annual_reports"] = list(
            AnnualReport.objects.filter(project=project).order_by("year").values(*AnnualReportShape().fields)
        )
        shown["events"] = list(
            DatedEvent.objects.filter(project=project)
            .order_by("happened_on", "pk")
            .values(*EventShape().fields)
        )
        head = Journal.objects.filter(project=project).values("sequence", "head_hash").first()
        shown["journal"] = head or {"sequence": 0, "head_hash": None}
        shown["postable"] = access.postable(self.sight, project)
        return Response(shown)


def filtered(projects: ProjectQuerySet, query: Query, *, today: date) -> ProjectQuerySet:
    """The projects that the query asks for; answers of rules are today's.

    Raises:
        Invalid: a parameter is wrong; nothing was asked of the database.
    """
    states = query.texts("state", ProjectState.values)
    rule = query.choice("rule", RULE_OF) or None
    status = query.choice("status", STATUSES) or None
    named = {
        path: query.texts(name)
        for name, path in (
            ("park", "cluster__park__name__in"),
            ("city", "cluster__park__parent__name__in"),
            ("batch", "cluster__batch__name__in"),
            ("cluster", "cluster__name__in"),
        )
    }
    q = query.text("q")
    query.done()
    if states:
        projects = projects.filter(state__in=states)
    for path, names in named.items():
        if names:
            projects = projects.filter(**{path: names})
    if q:
        projects = projects.filter(
            Q(number__icontains=q)
            | Q(name__icontains=q)
            | Q(unit__name__icontains=q)
            | Q(leader__icontains=q)
        )
    return filter_projects(projects, today=today, rule=rule, status=status)


def _at(project: Project, path: str) -> Any:
    value: Any = project
    for step in path.split("__"):
        value = getattr(value, step, None)
    return value
