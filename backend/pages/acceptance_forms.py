"""The forms of the page of an acceptance; each asks for what its service takes, under the same names."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.pages.fields import DayField, Select
from lifecycle.acceptance import closing, dossier, panel, review
from lifecycle.acceptance.overview import Round
from lifecycle.acceptance.scoring import OPINION_LENGTH
from lifecycle.facts import limits_on
from lifecycle.models import VERDICTS, Document, DocumentCategory, Project
from lifecycle.parties.models import Organisation


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


def verdict_choices() -> list[tuple[str, str]]:
    """The three verdicts, none chosen."""
    return [("", _("请选择")), *((verdict, _(verdict)) for verdict in VERDICTS)]


class _Deed(forms.Form):
    """A form of the page: its fields carry its own ids, since several stand beside one another."""

    word = ""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id=f"{self.word}-%s")


class TechnicalReportForm(_Deed):
    word = "technical-report"
    document_no = forms.CharField(label=gettext_lazy("收录编号"), max_length=dossier.REPORT_NO_LENGTH)
    on = DayField(label=gettext_lazy("收录日期"))
    document = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("收录证明"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data: Any = None, *, project: Project, today: date) -> None:
        super().__init__(data, initial={"on": today})
        chooser = self.fields["document"]
        assert isinstance(chooser, forms.ChoiceField)
        papers = Document.objects.filter(
            project=project, category=DocumentCategory.TECHNICAL_REPORT
        ).present()
        chooser.choices = [("", _("暂无文件"))] + [
            (str(pk), f"{title} {number}".strip())
            for pk, title, number in papers.order_by("-pk").values_list("pk", "title", "number")
        ]


class CityReviewForm(_Deed):
    word = "city-review"
    opinion = forms.CharField(
        label=gettext_lazy("设区市意见"), max_length=review.OPINION_LENGTH, widget=_long()
    )
    on = DayField(label=gettext_lazy("审核日期"))

    def __init__(self, data: Any = None, *, present: Round | None, today: date) -> None:
        opinion = "" if present is None else present.acceptance.city_opinion
        super().__init__(data, initial={"on": today, "opinion": opinion})


class AgreeForm(_Deed):
    word = "agree"
    organiser = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("组织单位"),
        empty_label=None,
        help_text=gettext_lazy("由省科技厅组织，或委托设区市科技局组织。"),
    )
    on = DayField(label=gettext_lazy("同意日期"))

    def __init__(self, data: Any = None, *, project: Project, present: Round | None, today: date) -> None:
        named = None if present is None else present.acceptance.organiser_id
        super().__init__(data, initial={"on": today, "organiser": named})
        chooser = self.fields["organiser"]
        assert isinstance(chooser, forms.ModelChoiceField)
        possible = [each.pk for each in review.possible_organisers(project)]
        chooser.queryset = Organisation.objects.filter(pk__in=possible).order_by("-kind", "pk")


class InviteForm(_Deed):
    word = "invite"
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=panel.NAME_LENGTH)
    organisation = forms.CharField(label=gettext_lazy("工作单位"), max_length=panel.ORGANISATION_LENGTH)
    specialty = forms.CharField(label=gettext_lazy("专业"), max_length=panel.SPECIALTY_LENGTH, required=False)
    is_finance = forms.BooleanField(label=gettext_lazy("财务专家"), required=False)
    is_chair = forms.BooleanField(label=gettext_lazy("组长"), required=False)


class VerdictForm(_Deed):
    word = "verdict"
    meeting_on = DayField(label=gettext_lazy("评审日期"))
    task_verdict = forms.ChoiceField(widget=Select, label=gettext_lazy("任务验收结论"))
    finance_verdict = forms.ChoiceField(widget=Select, label=gettext_lazy("财务验收结论"))
    opinion = forms.CharField(
        label=gettext_lazy("专家组意见"),
        max_length=OPINION_LENGTH,
        widget=_long(5),
        help_text=gettext_lazy("验收结论取任务、财务两项结论中较差的一项；登记后专家组和评分不再变更。"),
    )

    def __init__(self, data: Any = None, *, present: Round | None, today: date) -> None:
        found = None if present is None else present.tally
        super().__init__(
            data,
            initial={
                "meeting_on": today,
                "task_verdict": found.task_majority if found else "",
                "finance_verdict": found.finance_majority if found else "",
            },
        )
        for name in ("task_verdict", "finance_verdict"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = verdict_choices()


class PublicationForm(_Deed):
    word = "publication"
    published_from = DayField(label=gettext_lazy("公示开始"))
    published_until = DayField(label=gettext_lazy("公示结束"))
    objection = forms.CharField(
        label=gettext_lazy("异议及处理情况"),
        max_length=closing.OBJECTION_LENGTH,
        required=False,
        widget=_long(),
    )

    def __init__(self, data: Any = None, *, project: Project, present: Round | None, today: date) -> None:
        days = limits_on(project.cluster.batch_id, on=today).publication_days
        first = (present and present.acceptance.published_from) or today
        last = (present and present.acceptance.published_until) or closing.last_day(first, days)
        objection = "" if present is None else present.acceptance.objection
        super().__init__(
            data, initial={"published_from": first, "published_until": last, "objection": objection}
        )
        self.fields["published_until"].help_text = _("公示不少于 %(days)d 天，含首尾两日。") % {"days": days}


class CertificateForm(_Deed):
    word = "certificate"
    certificate_no = forms.CharField(label=gettext_lazy("证书编号"), max_length=closing.NUMBER_LENGTH)
    on = DayField(label=gettext_lazy("发证日期"))

    def __init__(self, data: Any = None, *, present: Round | None, today: date) -> None:
        given = present.acceptance if present is not None else None
        super().__init__(
            data,
            initial={
                "on": (given and given.certified_on) or today,
                "certificate_no": given.certificate_no if given else "",
            },
        )


class ArchiveForm(_Deed):
    word = "archive"
    archive_no = forms.CharField(label=gettext_lazy("档案号"), max_length=closing.NUMBER_LENGTH)
    on = DayField(label=gettext_lazy("归档日期"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today})
