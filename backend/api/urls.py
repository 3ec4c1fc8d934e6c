"""Addresses of the API. A project's number may hold any sign, a slash too, so its own address comes last."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from backend.api import (
    acceptance,
    accounts,
    annual_reports,
    applications,
    audits,
    batches,
    benefits,
    calendar,
    changes,
    compliance,
    contracts,
    credit,
    documents,
    entries,
    exemptions,
    findings,
    history,
    imports,
    inspections,
    jobs,
    ledger,
    milestones,
    money,
    moves,
    programme_reports,
    projects,
    refunds,
    reminders,
    reports,
    self_rating,
    settlement,
    targets,
    tranches,
    years,
)
from backend.api.errors import unknown_path
from backend.api.schema import DocsView, KeptGenerator
from backend.pages.converters import LinkToken
from backend.pages.genuine import genuine


class NumberConverter:
    """A project's number, slashes and all; the shortest that lets the rest of the address match."""

    regex = r"[^\x00]+?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CountConverter:
    """A whole number that the database can hold."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(NumberConverter, "project_number")
register_converter(CountConverter, "row")
register_converter(LinkToken, "calendar_token")

# Written out in full: a number with a slash is found only by a pattern that sees the whole address.
PROJECT = "projects/<project_number:number>/"

v1: list[URLPattern | URLResolver] = [
    path("auth/token/", accounts.TokenView.as_view(), name="token"),
    path("me/", accounts.MeView.as_view(), name="me"),
    path("calendar/<calendar_token:token>.ics", calendar.CalendarView.as_view(), name="calendar"),
    path("batches/", batches.BatchesView.as_view(), name="batches"),
    path("compliance/", compliance.ComplianceView.as_view(), name="compliance"),
    path("compliance/summary/", compliance.SummaryView.as_view(), name="compliance-summary"),
    path("applications/", applications.ApplicationsView.as_view(), name="applications"),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    re_path(r"^verify/(?P<digest>[0-9a-f]{64})/$", genuine, name="verify"),
    path("jobs/<uuid:pk>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/file/", reports.JobFileView.as_view(), name="job-file"),
    path("jobs/<uuid:pk>/cancel/", jobs.CancelView.as_view(), name="job-cancel"),
    path("todo/", reminders.TodoView.as_view(), name="todo"),
    path("messages/", reminders.MessagesView.as_view(), name="messages"),
    path("messages/<row:pk>/seen/", reminders.SeenView.as_view(), name="message-seen"),
    path("late/", reminders.LateView.as_view(), name="late"),
    path("forecast/", reminders.ForecastView.as_view(), name="forecast"),
    path("reports/", programme_reports.ProgrammeReportsView.as_view(), name="programme-reports"),
    path("reports/batch/", reports.ReportsBatchView.as_view(), name="reports-batch"),
    path("reports/<slug:kind>/", programme_reports.ProgrammeReportView.as_view(), name="programme-report"),
    path("projects/", projects.ProjectsView.as_view(), name="projects"),
    path(f"{PROJECT}caretakers/", reminders.CaretakersView.as_view(), name="project-caretakers"),
    path(f"{PROJECT}reports/<slug:kind>/", reports.ReportView.as_view(), name="project-report"),
    path(f"{PROJECT}funding/", money.FundingView.as_view(), name="project-funding"),
    path(f"{PROJECT}rules/", compliance.ProjectRulesView.as_view(), name="project-rules"),
    path(f"{PROJECT}entries/", entries.EntriesView.as_view(), name="project-entries"),
    path(
        f"{PROJECT}entries/<row:sequence>/reverse/",
        entries.ReverseView.as_view(),
        name="project-entry-reverse",
    ),
    path(f"{PROJECT}gates/", moves.GatesView.as_view(), name="project-gates"),
    path(f"{PROJECT}moves/<str:name>/", moves.MoveView.as_view(), name="project-move"),
    path(
        f"{PROJECT}entries/<row:sequence>/disallow/",
        entries.DisallowView.as_view(),
        name="project-entry-disallow",
    ),
    path(f"{PROJECT}audits/", audits.AuditsView.as_view(), name="project-audits"),
    path(f"{PROJECT}settlement/", settlement.SettlementView.as_view(), name="project-settlement"),
    path(f"{PROJECT}surplus/", settlement.SurplusView.as_view(), name="project-surplus"),
    path(f"{PROJECT}refunds/", refunds.RefundsView.as_view(), name="project-refunds"),
    path(f"{PROJECT}refunds/workings/", refunds.WorkingsView.as_view(), name="project-refund-workings"),
    path(
        f"{PROJECT}refunds/<row:refund>/receipts/",
        refunds.ReceiptsView.as_view(),
        name="project-refund-receipts",
    ),
    path(
        f"{PROJECT}refunds/<row:refund>/withdraw/",
        refunds.WithdrawView.as_view(),
        name="project-refund-withdraw",
    ),
    path(
        f"{PROJECT}refunds/<row:refund>/interest/",
        refunds.InterestView.as_view(),
        name="project-refund-interest",
    ),
    path(f"{PROJECT}ledger/", ledger.LedgerView.as_view(), name="project-ledger"),
    path(f"{PROJECT}milestones/", milestones.MilestonesView.as_view(), name="project-milestones"),
    path(
        f"{PROJECT}milestones/<row:pk>/progress/",
        milestones.ProgressView.as_view(),
        name="project-milestone-progress",
    ),
    path(f"{PROJECT}inspections/", inspections.InspectionsView.as_view(), name="project-inspections"),
    path(
        f"{PROJECT}inspections/<row:pk>/hold/", inspections.HoldView.as_view(), name="project-inspection-hold"
    ),
    path(
        f"{PROJECT}inspections/<row:pk>/cancel/",
        inspections.CancelView.as_view(),
        name="project-inspection-cancel",
    ),
    path(f"{PROJECT}findings/", findings.FindingsView.as_view(), name="project-findings"),
    path(f"{PROJECT}findings/<row:pk>/reply/", findings.ReplyView.as_view(), name="project-finding-reply"),
    path(f"{PROJECT}findings/<row:pk>/return/", findings.ReturnView.as_view(), name="project-finding-return"),
    path(f"{PROJECT}findings/<row:pk>/close/", findings.CloseView.as_view(), name="project-finding-close"),
    path(f"{PROJECT}credit/", credit.CreditView.as_view(), name="project-credit"),
    path(f"{PROJECT}credit/<row:pk>/lift/", credit.LiftView.as_view(), name="project-credit-lift"),
    *(
        path(f"{PROJECT}milestones/<row:pk>/{act}/", view.as_view(), name=f"project-milestone-{act}")
        for act, view in milestones.ACTS.items()
    ),
    path(f"{PROJECT}years/", years.YearsView.as_view(), name="project-years"),
    path(
        f"{PROJECT}annual-reports/", annual_reports.AnnualReportsView.as_view(), name="project-annual-reports"
    ),
    path(
        f"{PROJECT}annual-reports/<row:year>/",
        annual_reports.AnnualReportView.as_view(),
        name="project-annual-report",
    ),
    *(
        path(
            f"{PROJECT}annual-reports/<row:year>/{act}/",
            view.as_view(),
            name=f"project-annual-report-{act}",
        )
        for act, view in annual_reports.ACTS.items()
    ),
    path(f"{PROJECT}acceptance/", acceptance.AcceptanceView.as_view(), name="project-acceptance"),
    path(
        f"{PROJECT}acceptance/technical-report/",
        acceptance.TechnicalReportView.as_view(),
        name="project-acceptance-technical-report",
    ),
    path(
        f"{PROJECT}acceptance/city-review/",
        acceptance.CityReviewView.as_view(),
        name="project-acceptance-city-review",
    ),
    path(f"{PROJECT}acceptance/agree/", acceptance.AgreeView.as_view(), name="project-acceptance-agree"),
    path(f"{PROJECT}acceptance/panel/", acceptance.PanelView.as_view(), name="project-acceptance-panel"),
    path(
        f"{PROJECT}acceptance/panel/<row:panelist>/",
        acceptance.PanelistView.as_view(),
        name="project-acceptance-panelist",
    ),
    path(
        f"{PROJECT}acceptance/panel/<row:panelist>/link/",
        acceptance.PanelistLinkView.as_view(),
        name="project-acceptance-panelist-link",
    ),
    path(
        f"{PROJECT}acceptance/verdict/", acceptance.VerdictView.as_view(), name="project-acceptance-verdict"
    ),
    path(
        f"{PROJECT}acceptance/publication/",
        acceptance.PublicationView.as_view(),
        name="project-acceptance-publication",
    ),
    path(
        f"{PROJECT}acceptance/certificate/",
        acceptance.CertificateView.as_view(),
        name="project-acceptance-certificate",
    ),
    path(
        f"{PROJECT}acceptance/archive/", acceptance.ArchiveView.as_view(), name="project-acceptance-archive"
    ),
    path(f"{PROJECT}targets/", targets.TargetsView.as_view(), name="project-targets"),
    path(f"{PROJECT}benefits/", benefits.BenefitsView.as_view(), name="project-benefits"),
    path(f"{PROJECT}self-rating/", self_rating.SelfRatingView.as_view(), name="project-self-rating"),
    path(f"{PROJECT}contract/", contracts.ContractView.as_view(), name="project-contract"),
    path(
        f"{PROJECT}contract/<row:version>/sign/", contracts.SignView.as_view(), name="project-contract-sign"
    ),
    path(
        f"{PROJECT}contract/<row:version>/withdraw/",
        contracts.WithdrawView.as_view(),
        name="project-contract-withdraw",
    ),
    path(
        f"{PROJECT}contract/<row:version>/difference/",
        contracts.DifferenceView.as_view(),
        name="project-contract-difference",
    ),
    path(f"{PROJECT}changes/", changes.ChangesView.as_view(), name="project-changes"),
    path(f"{PROJECT}changes/<row:pk>/", changes.ChangeView.as_view(), name="project-change"),
    path(f"{PROJECT}changes/<row:pk>/impact/", changes.ImpactView.as_view(), name="project-change-impact"),
    *(
        path(f"{PROJECT}changes/<row:pk>/{act}/", view.as_view(), name=f"project-change-{act}")
        for act, view in changes.ACTS.items()
    ),
    path(f"{PROJECT}documents/", documents.DocumentsView.as_view(), name="project-documents"),
    path(f"{PROJECT}documents/<row:pk>/", documents.DocumentView.as_view(), name="project-document"),
    path(
        f"{PROJECT}documents/<row:pk>/content/",
        documents.DocumentContentView.as_view(),
        name="project-document-content",
    ),
    path(f"{PROJECT}history/", history.HistoryView.as_view(), name="project-history"),
    path(f"{PROJECT}exemptions/", exemptions.ExemptionsView.as_view(), name="project-exemptions"),
    path(
        f"{PROJECT}exemptions/<row:pk>/grant/",
        exemptions.GrantView.as_view(),
        name="project-exemption-grant",
    ),
    path(
        f"{PROJECT}exemptions/<row:pk>/refuse/",
        exemptions.RefuseView.as_view(),
        name="project-exemption-refuse",
    ),
    path(
        f"{PROJECT}exemptions/<row:pk>/withdraw/",
        exemptions.WithdrawView.as_view(),
        name="project-exemption-withdraw",
    ),
    path(f"{PROJECT}tranches/", tranches.TranchesView.as_view(), name="project-tranches"),
    path(f"{PROJECT}tranches/<row:pk>/", tranches.TrancheView.as_view(), name="project-tranche"),
    path(f"{PROJECT}tranches/<row:pk>/arrive/", tranches.ArriveView.as_view(), name="project-tranche-arrive"),
    path(f"{PROJECT}tranches/<row:pk>/pay/", tranches.PayView.as_view(), name="project-tranche-pay"),
    path(f"{PROJECT}payments/", tranches.PaymentsView.as_view(), name="project-payments"),
    path(
        f"{PROJECT}payments/<row:sequence>/confirm/",
        tranches.ConfirmView.as_view(),
        name="project-payment-confirm",
    ),
    path(f"{PROJECT}pay-first/", tranches.PayFirstView.as_view(), name="project-pay-first"),
    path(PROJECT, projects.ProjectDetailView.as_view(), name="project"),
]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path(
        "schema/",
        SpectacularAPIView.as_view(
            content_negotiation_class=DefaultContentNegotiation, generator_class=KeptGenerator
        ),
        name="schema",
    ),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
    re_path("", unknown_path, name="unknown"),
]
