"""Reports of many projects in one archive: chosen by cluster and stage, made behind the scenes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backend import made_files
from backend.access import Act, may_issue, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import DayField, Select
from backend.pages.job_results import Result, shows
from backend.pages.jobs import wait_for
from backend.report_batches import build_reports
from backend.report_jobs import build_report
from lifecycle.jobs import ask
from lifecycle.jobs.sight import result_for, run_in_sight
from lifecycle.models import Cluster, Project, ProjectState
from lifecycle.parties.sight import Sight
from reports.exports import KINDS
from reports.models import ReportKind
from reports.renderers import FORMATS

AT_MOST = 1_000
"""Projects in one archive."""


class BatchForm(forms.Form):
    """Which reports of which projects."""

    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("报告类型"))
    cluster = forms.ChoiceField(widget=Select, label=gettext_lazy("集群"), required=False)
    state = forms.ChoiceField(
        widget=Select,
        label=gettext_lazy("项目阶段"),
        required=False,
        choices=[("", gettext_lazy("全部")), *ProjectState.choices],
    )
    form = forms.ChoiceField(
        widget=Select, label=gettext_lazy("文件格式"), choices=[(each, each.upper()) for each in FORMATS]
    )
    on = DayField(label=gettext_lazy("数据截止日"))
    which = forms.RegexField(
        r"^[0-9]{1,8}$",
        label=gettext_lazy("年度或第几份"),
        required=False,
        help_text=gettext_lazy(
            "年度报告填年度；中期检查填检查日期，如 20240305；退款通知和验收证书填第几笔、第几轮；其他留空。"
        ),
    )
    is_issued = forms.BooleanField(label=gettext_lazy("正式出具（编号存档），而不是草稿"), required=False)

    def __init__(self, data: Any = None, *, sight: Sight, today: date, **options: Any) -> None:
        super().__init__(data, initial={"on": today}, **options)
        self.today = today
        kind, cluster = self.fields["kind"], self.fields["cluster"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(cluster, forms.ChoiceField)
        kind.choices = [(each, ReportKind(each).label) for each in KINDS]
        clusters = Cluster.objects.filter(sight.clusters()).distinct().order_by("name", "pk")
        cluster.choices = [("", _("全部")), *((str(each.pk), each.name) for each in clusters)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        on = cleaned.get("on")
        if on and on > self.today:
            self.add_error("on", _("日期不能晚于今天。"))
        elif on and cleaned.get("is_issued") and on != self.today:
            self.add_error("on", _("正式出具的报告以当天数据为准，不能指定其他日期。"))
        return cleaned


@require_http_methods(["GET", "POST"])
@signed_in
def batch(request: PageRequest) -> HttpResponseBase:
    """The choice (GET), and asking for the archive (POST), which leads to the job's page."""
    require(Act.SEE_PROJECTS, request.sight)
    today = timezone.localdate()
    form = BatchForm(request.POST if request.method == "POST" else None, sight=request.sight, today=today)
    if form.is_valid():
        chosen = form.cleaned_data
        projects = _chosen(request.sight, chosen)
        if chosen["is_issued"]:
            projects = [each for each in projects if may_issue(request.sight, each, chosen["kind"])]
        if not projects:
            form.add_error(None, _("没有符合条件的项目，或者这类报告不由您出具。"))
        elif len(projects) > AT_MOST:
            form.add_error(
                None, _("一次最多 %(limit)d 个项目，请选择集群或阶段缩小范围。") % {"limit": AT_MOST}
            )
        else:
            run = ask(
                build_reports,
                now=timezone.now(),
                by=request.user,
                projects=[each.pk for each in projects],
                kind=chosen["kind"],
                form=chosen["form"],
                is_issued=chosen["is_issued"],
                on=chosen["on"].isoformat(),
                which=chosen["which"],
                address=actor_of(request).address,
                language=settings.LANGUAGE_CODE,
            )
            return redirect("job", pk=wait_for(run).pk)
    return render(request, "pages/report_batch.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
@signed_in
def job_file(request: PageRequest, pk: Any) -> HttpResponseBase:
    """The file that a job made, for whoever asked for it."""
    run = run_in_sight(pk, request.user, request.sight)
    if run is None or result_for(run, request.user) is None or not made_files.has_file(run):
        raise Http404
    return made_files.file_response(run)


@shows(build_report.name)
def shown_report(result: dict[str, Any]) -> Result:
    return Result("pages/parts/made_file.html", result)


@shows(build_reports.name)
def shown_reports(result: dict[str, Any]) -> Result:
    return Result("pages/parts/made_file.html", result)


def _chosen(sight: Sight, chosen: dict[str, Any]) -> list[Project]:
    """The projects in sight that were chosen, by number; one query, one more than AT_MOST at most."""
    projects = Project.objects.visible_to(sight).with_parties()
    if chosen["cluster"]:
        projects = projects.filter(cluster=chosen["cluster"])
    if chosen["state"]:
        projects = projects.filter(state=chosen["state"])
    return list(projects.order_by("number")[: AT_MOST + 1])
