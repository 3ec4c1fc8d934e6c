"""Benefits of a project by year: what its reports tell, and what was added for years without."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act
from backend.api.base import ProjectView
from backend.api.formats import Shape, TextField
from lifecycle.benefits import record_benefits, told_benefits, years_untold
from lifecycle.errors import Invalid


class ToldBenefitsShape(Shape):
    """A year: sales, tax in yuan, export in US dollars, the others counts; each since the start of the project.

    told_by: annual_report or acceptance.
    """

    year = serializers.IntegerField()
    told_by = TextField()
    benefits = serializers.DictField()


class BenefitsShape(Shape):
    """What is told, by year, and the years for which something may be added."""

    years = ToldBenefitsShape(many=True)
    open_years = serializers.ListField(child=serializers.IntegerField())


class AddedBenefitsShape(Shape):
    """{year: {name: number}} for years without a report; null takes a number away, what is left out stays."""

    years = serializers.DictField(child=serializers.DictField(), allow_empty=False)


class BenefitsView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}

    @extend_schema(summary=_("某项目各年度的经济社会效益。"), responses=BenefitsShape)
    def get(self, request: Request, number: str) -> Response:
        self.query.done()
        return self.shown()

    @extend_schema(
        summary=_("补报没有年度报告的年度的效益（结题之前）。"),
        request=AddedBenefitsShape,
        responses=BenefitsShape,
    )
    def put(self, request: Request, number: str) -> Response:
        sent = AddedBenefitsShape(data=request.data)
        sent.is_valid(raise_exception=True)
        years = {_year(year): said for year, said in sent.validated_data["years"].items()}
        record_benefits(project=self.project, years=years, actor=self.actor, today=self.today)
        return self.shown()

    def shown(self) -> Response:
        answer: dict[str, Any] = {
            "years": [
                {
                    "year": each.year,
                    "told_by": "acceptance" if each.report is None else "annual_report",
                    "benefits": each.as_json(),
                }
                for each in told_benefits(self.project)
            ],
            "open_years": years_untold(self.project, on=self.today),
        }
        return Response(answer)


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        sentence = str(_("年度应为四位数字。"))
        raise Invalid(sentence, details={"years": sentence})
    return int(text)
