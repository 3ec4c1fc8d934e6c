"""Acceptance of a project: its rounds, the papers, the review, the panel, the verdict, and what follows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, require_organiser
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField
from lifecycle.acceptance import closing, dossier, links, panel, review, verdict
from lifecycle.acceptance.overview import Round, rounds_of
from lifecycle.acceptance.scoring import ITEMS, OPINION_LENGTH, SHEET, Tally
from lifecycle.errors import Invalid
from lifecycle.models import VERDICTS, Acceptance, Panelist
from lifecycle.wording import listed

DEFAULT_LINK = timedelta(days=14)
"""For how long a link opens when nothing is said."""


class VerdictField(serializers.ChoiceField):
    """One of the three verdicts, by its Chinese name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(VERDICTS, **options)


class CheckShape(Shape):
    """A line of the checklist: whether its paper is on file. document: id of the paper, where there is one."""

    code = TextField()
    title = TextField()
    is_met = serializers.BooleanField()
    is_required = serializers.BooleanField(required=False)
    document = serializers.IntegerField(allow_null=True)


class PanelistShape(Shape):
    """An expert of a panel. What they said is null while it is hidden from the reader."""

    id = serializers.IntegerField(read_only=True)
    name = TextField(max_length=panel.NAME_LENGTH)
    organisation = TextField(max_length=panel.ORGANISATION_LENGTH)
    specialty = TextField(max_length=panel.SPECIALTY_LENGTH, allow_blank=True, default="")
    is_finance = serializers.BooleanField(default=False)
    is_chair = serializers.BooleanField(default=False)
    link_expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    opened_at = serializers.DateTimeField(read_only=True, allow_null=True)
    submitted_at = serializers.DateTimeField(read_only=True, allow_null=True)
    scores = serializers.DictField(child=serializers.IntegerField(), read_only=True, allow_null=True)
    task_verdict = TextField(read_only=True, allow_null=True)
    finance_verdict = TextField(read_only=True, allow_null=True)
    opinion = TextField(read_only=True, allow_null=True)


class TallyShape(Shape):
    """Means of the sheets to two places by line and group, and the votes by verdict."""

    count = serializers.IntegerField()
    items = serializers.DictField(child=serializers.CharField())
    groups = serializers.DictField(child=serializers.CharField())
    total = serializers.CharField()
    task = serializers.DictField(child=serializers.IntegerField())
    finance = serializers.DictField(child=serializers.IntegerField())
    task_majority = TextField()
    finance_majority = TextField()


class RoundShape(Shape):
    """One application for acceptance."""

    round = serializers.IntegerField()
    state = TextField()
    applied_on = serializers.DateField()
    checklist = CheckShape(many=True)
    settlement_digest = TextField()
    city_opinion = TextField()
    city_reviewed_on = serializers.DateField(allow_null=True)
    organiser = TextField(allow_null=True)
    agreed_on = serializers.DateField(allow_null=True)
    meeting_on = serializers.DateField(allow_null=True)
    opinion = TextField()
    task_verdict = TextField()
    finance_verdict = TextField()
    verdict = TextField()
    published_from = serializers.DateField(allow_null=True)
    published_until = serializers.DateField(allow_null=True)
    objection = TextField()
    certificate_no = TextField()
    certified_on = serializers.DateField(allow_null=True)
    archived_on = serializers.DateField(allow_null=True)
    archive_no = TextField()
    panel = PanelistShape(many=True)
    panel_faults = serializers.ListField(child=serializers.CharField())
    tally = TallyShape(allow_null=True)
    doubts = serializers.ListField(child=serializers.CharField())


class AcceptanceShape(Shape):
    """The dossier as it stands now, who may organise, the score sheet, and every round, the latest first."""

    checklist = CheckShape(many=True)
    organisers = serializers.ListField(child=serializers.CharField())
    sheet = serializers.ListField(child=serializers.DictField())
    rounds = RoundShape(many=True)


class TechnicalReportShape(Shape):
    """The number of the technical report and the day it was taken in."""

    document_no = TextField(max_length=dossier.REPORT_NO_LENGTH)
    on = DayField()
    document = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class CityReviewShape(Shape):
    """What the city says."""

    opinion = TextField(max_length=review.OPINION_LENGTH)
    on = DayField()


class AgreeShape(Shape):
    """The consent; organiser: one of `organisers`, by name."""

    organiser = TextField(max_length=200)
    on = DayField()


class LinkShape(Shape):
    """Until when the link opens; 14 days when nothing is said, 30 at most."""

    expires_at = serializers.DateTimeField(required=False)


class SentLinkShape(Shape):
    """The address to give to the expert; it is shown this once."""

    url = TextField()
    expires_at = serializers.DateTimeField()


class VerdictShape(Shape):
    """What the panel decided."""

    meeting_on = DayField()
    opinion = TextField(max_length=OPINION_LENGTH)
    task_verdict = VerdictField()
    finance_verdict = VerdictField()


class PublicationShape(Shape):
    """From when until when the verdict is published, both days counted; what was objected."""

    published_from = DayField()
    published_until = DayField()
    objection = TextField(max_length=closing.OBJECTION_LENGTH, allow_blank=True, default="")


class CertificateShape(Shape):
    """The certificate."""

    certificate_no = TextField(max_length=closing.NUMBER_LENGTH)
    on = DayField()


class ArchiveShape(Shape):
    """Where the papers are kept."""

    archive_no = TextField(max_length=closing.NUMBER_LENGTH)
    on = DayField()


class _View(ProjectView):
    """What the views of this subject share."""

    def read(self, shape: type[Shape], request: Request) -> dict[str, Any]:
        found = shape(data=request.data)
        found.is_valid(raise_exception=True)
        values: dict[str, Any] = found.validated_data
        return values

    def present_round(self, status: int = 200) -> Response:
        """The latest round as it stands after an act."""
        return Response(round_json(rounds_of(self.project, self.sight, on=self.today)[0]), status=status)

    def require_organiser(self) -> None:
        require_organiser(self.sight, self.project)

    def expert(self, pk: int) -> Panelist:
        """The expert of that id on a panel of the project."""
        found = (
            Panelist.objects.filter(acceptance__project=self.project, pk=pk)
            .select_related("acceptance__project")
            .first()
        )
        if found is None:
            raise not_found()
        return found


class AcceptanceView(_View):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(summary=_("某项目的验收：材料清单、各轮申请、专家组和结论。"), responses=AcceptanceShape)
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        return Response(
            {
                "checklist": [
                    {**row.as_json(), "title": row.title, "is_required": row.requirement.is_required}
                    for row in dossier.checklist_of(self.project, on=self.today)
                ],
                "organisers": [each.name for each in review.possible_organisers(self.project)],
                "sheet": [
                    {"group": group.code, "code": item.code, "title": str(item.title), "most": item.most}
                    for group in SHEET
                    for item in group.items
                ],
                "rounds": [round_json(each) for each in rounds_of(self.project, self.sight, on=self.today)],
            }
        )


class TechnicalReportView(_View):
    acts: ClassVar = {"POST": Act.PREPARE_ACCEPTANCE}

    @extend_schema(
        summary=_("登记科技报告的收录（实施阶段）。"),
        request=TechnicalReportShape,
        responses={201: TechnicalReportShape},
    )
    def post(self, request: Request, number: str) -> Response:
        said = self.read(TechnicalReportShape, request)
        dossier.record_technical_report(project=self.project, actor=self.actor, today=self.today, **said)
        return Response(TechnicalReportShape(said).data, status=201)


class CityReviewView(_View):
    acts: ClassVar = {"POST": Act.REVIEW_ACCEPTANCE}

    @extend_schema(
        summary=_("设区市对验收申请的意见；省同意之前可以修改。"),
        request=CityReviewShape,
        responses=RoundShape,
    )
    def post(self, request: Request, number: str) -> Response:
        said = self.read(CityReviewShape, request)
        review.city_review(project=self.project, actor=self.actor, today=self.today, **said)
        return self.present_round()


class AgreeView(_View):
    acts: ClassVar = {"POST": Act.AGREE_ACCEPTANCE}

    @extend_schema(
        summary=_("省同意验收申请并确定组织单位；评审之前可改由他方组织。"),
        request=AgreeShape,
        responses=RoundShape,
    )
    def post(self, request: Request, number: str) -> Response:
        said = self.read(AgreeShape, request)
        possible = {each.name: each for each in review.possible_organisers(self.project)}
        organiser = possible.get(said.pop("organiser"))
        if organiser is None:
            sentence = gettext("应为其中之一：%(names)s。") % {"names": listed(possible)}
            raise Invalid(sentence, details={"organiser": sentence})
        review.agree(project=self.project, organiser=organiser, actor=self.actor, today=self.today, **said)
        return self.present_round()


class PanelView(_View):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.ORGANISE_ACCEPTANCE}

    @extend_schema(
        summary=_("最近一轮验收的专家组。"),
        responses=PanelistShape(many=True),
        operation_id="projects_acceptance_panel_list",
    )
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        rounds = rounds_of(self.project, self.sight, on=self.today)
        return Response(panel_json(rounds[0]) if rounds else [])

    @extend_schema(
        summary=_("邀请一名专家（由组织单位办理）。"), request=PanelistShape, responses={201: PanelistShape}
    )
    def post(self, request: Request, number: str) -> Response:
        self.require_organiser()
        said = self.read(PanelistShape, request)
        added = panel.invite(project=self.project, actor=self.actor, today=self.today, **said)
        return Response(_expert_json(added, shows=False), status=201)


class PanelistView(_View):
    acts: ClassVar = {"DELETE": Act.ORGANISE_ACCEPTANCE}

    @extend_schema(summary=_("将一名尚未提交意见的专家移出专家组。"), responses={204: None})
    def delete(self, request: Request, number: str, panelist: int) -> Response:
        expert = self.expert(panelist)
        self.require_organiser()
        panel.drop(panelist=expert, actor=self.actor, today=self.today)
        return Response(status=204)


class PanelistLinkView(_View):
    acts: ClassVar = {"POST": Act.ORGANISE_ACCEPTANCE, "DELETE": Act.ORGANISE_ACCEPTANCE}

    @extend_schema(
        summary=_("生成专家的个人评审链接，只返回这一次；此前的链接随即失效。"),
        request=LinkShape,
        responses={201: SentLinkShape},
    )
    def post(self, request: Request, number: str, panelist: int) -> Response:
        expert = self.expert(panelist)
        self.require_organiser()
        now = timezone.now()
        expires_at = self.read(LinkShape, request).get("expires_at", now + DEFAULT_LINK)
        token = links.send_link(
            panelist=expert, expires_at=expires_at, actor=self.actor, now=now, today=self.today
        )
        url = request.build_absolute_uri(reverse("expert", args=[token]))
        answer = Response(SentLinkShape({"url": url, "expires_at": expires_at}).data, status=201)
        add_never_cache_headers(answer)
        return answer

    @extend_schema(summary=_("使专家的评审链接失效。"), responses={204: None})
    def delete(self, request: Request, number: str, panelist: int) -> Response:
        expert = self.expert(panelist)
        self.require_organiser()
        links.withdraw_link(panelist=expert, actor=self.actor, today=self.today)
        return Response(status=204)


class VerdictView(_View):
    acts: ClassVar = {"POST": Act.ORGANISE_ACCEPTANCE}

    @extend_schema(
        summary=_("登记专家组意见和任务、财务两项结论（由组织单位办理）。"),
        request=VerdictShape,
        responses=RoundShape,
    )
    def post(self, request: Request, number: str) -> Response:
        self.require_organiser()
        said = self.read(VerdictShape, request)
        verdict.record_verdict(project=self.project, actor=self.actor, today=self.today, **said)
        return self.present_round()


class PublicationView(_View):
    acts: ClassVar = {"POST": Act.CERTIFY_ACCEPTANCE}

    @extend_schema(
        summary=_("登记验收结论的公示和异议情况。"), request=PublicationShape, responses=RoundShape
    )
    def post(self, request: Request, number: str) -> Response:
        said = self.read(PublicationShape, request)
        closing.publish(project=self.project, actor=self.actor, today=self.today, **said)
        return self.present_round()


class CertificateView(_View):
    acts: ClassVar = {"POST": Act.CERTIFY_ACCEPTANCE}

    @extend_schema(summary=_("公示结束后登记验收证书。"), request=CertificateShape, responses=RoundShape)
    def post(self, request: Request, number: str) -> Response:
        said = self.read(CertificateShape, request)
        closing.certify(project=self.project, actor=self.actor, today=self.today, **said)
        return self.present_round()


class ArchiveView(_View):
    acts: ClassVar = {"POST": Act.CERTIFY_ACCEPTANCE}

    @extend_schema(summary=_("结题后登记归档。"), request=ArchiveShape, responses=RoundShape)
    def post(self, request: Request, number: str) -> Response:
        said = self.read(ArchiveShape, request)
        closing.archive(project=self.project, actor=self.actor, today=self.today, **said)
        return self.present_round()


PLAIN = (
    "round",
    "state",
    "applied_on",
    "settlement_digest",
    "city_opinion",
    "city_reviewed_on",
    "agreed_on",
    "meeting_on",
    "opinion",
    "task_verdict",
    "finance_verdict",
    "verdict",
    "published_from",
    "published_until",
    "objection",
    "certificate_no",
    "certified_on",
    "archived_on",
    "archive_no",
)
"""Fields of a round that are given as they are."""


def round_json(shown: Round) -> dict[str, Any]:
    acceptance: Acceptance = shown.acceptance
    return {
        **{field: getattr(acceptance, field) for field in PLAIN},
        "organiser": acceptance.organiser and acceptance.organiser.name,
        "checklist": [
            {"code": row.code, "title": row.title, "is_met": row.is_met, "document": row.document}
            for row in shown.filed
        ],
        "panel": panel_json(shown),
        "panel_faults": shown.faults,
        "tally": shown.tally and _tally_json(shown.tally),
        "doubts": shown.doubts,
    }


def panel_json(shown: Round) -> list[dict[str, Any]]:
    return [_expert_json(expert, shows=shown.shows_sheets) for expert in shown.panel]


def _expert_json(expert: Panelist, *, shows: bool) -> dict[str, Any]:
    return {
        "id": expert.pk,
        "name": expert.name,
        "organisation": expert.organisation,
        "specialty": expert.specialty,
        "is_finance": expert.is_finance,
        "is_chair": expert.is_chair,
        "link_expires_at": expert.expires_at if expert.token_digest else None,
        "opened_at": expert.opened_at,
        "submitted_at": expert.submitted_at,
        "scores": {code: expert.scores.get(code, 0) for code in ITEMS} if shows else None,
        "task_verdict": expert.task_verdict if shows else None,
        "finance_verdict": expert.finance_verdict if shows else None,
        "opinion": expert.opinion if shows else None,
    }


def _tally_json(found: Tally) -> dict[str, Any]:
    return {
        "count": found.count,
        "items": {code: f"{mean:.2f}" for code, mean in found.items.items()},
        "groups": {code: f"{mean:.2f}" for code, mean in found.groups.items()},
        "total": f"{found.total:.2f}",
        "task": found.task,
        "finance": found.finance,
        "task_majority": found.task_majority,
        "finance_majority": found.finance_majority,
    }
