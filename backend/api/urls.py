"""Addresses of the API. A project's number may hold any sign, a slash too, so its own address comes last."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from backend.api import (
    accounts,
    audits,
    batches,
    compliance,
    entries,
    imports,
    ledger,
    milestones,
    money,
    moves,
    projects,
    refunds,
    settlement,
)
from backend.api.errors import unknown_path
from backend.api.schema import DocsView


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

# Written out in full: a number with a slash is found only by a pattern that sees the whole address.
PROJECT = "projects/<project_number:number>/"

v1: list[URLPattern | URLResolver] = [
    path("auth/token/", accounts.TokenView.as_view(), name="token"),
    path("me/", accounts.MeView.as_view(), name="me"),
    path("batches/", batches.BatchesView.as_view(), name="batches"),
    path("compliance/", compliance.ComplianceView.as_view(), name="compliance"),
    path("compliance/summary/", compliance.SummaryView.as_view(), name="compliance-summary"),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    path("projects/", projects.ProjectsView.as_view(), name="projects"),
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
    path(PROJECT, projects.ProjectDetailView.as_view(), name="project"),
]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path(
        "schema/",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation),
        name="schema",
    ),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
    re_path("", unknown_path, name="unknown"),
]
