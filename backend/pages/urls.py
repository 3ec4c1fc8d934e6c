"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from backend.pages import (
    acceptance,
    accounts,
    annual_reports,
    batches,
    compliance,
    credit,
    documents,
    exemptions,
    expert,
    history,
    imports,
    inspections,
    ledger,
    logging,
    milestones,
    moves,
    project,
    projects,
    security_log,
    signing,
    start,
)
from backend.pages.converters import ExpertToken, ProjectNumber

register_converter(ProjectNumber, "number")
register_converter(ExpertToken, "expert_token")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("password/", signing.password, name="password"),
    path("language/", signing.language, name="language"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<number:number>/", project.project, name="project"),
    path("projects/<number:number>/moves/", moves.moves, name="moves"),
    path("projects/<number:number>/moves/<str:name>/", moves.move, name="move"),
    path("projects/<number:number>/entry/", logging.entry, name="entry"),
    path("projects/<number:number>/milestones/", milestones.milestones, name="milestones"),
    path(
        "projects/<number:number>/milestones/<int:pk>/",
        logging.milestone,
        name="milestone",
    ),
    path(
        "projects/<number:number>/milestones/<int:pk>/<str:name>/",
        milestones.act,
        name="milestone-act",
    ),
    path("projects/<number:number>/annual-reports/", annual_reports.annual_reports, name="annual-reports"),
    path(
        "projects/<number:number>/annual-reports/<int:year>/",
        annual_reports.annual_report,
        name="annual-report",
    ),
    path(
        "projects/<number:number>/annual-reports/<int:year>/check/",
        annual_reports.check,
        name="annual-report-check",
    ),
    path("projects/<number:number>/inspections/", inspections.page, name="inspections"),
    path("projects/<number:number>/inspections/<int:pk>/hold/", inspections.hold, name="inspection-hold"),
    path(
        "projects/<number:number>/inspections/<int:pk>/cancel/", inspections.cancel, name="inspection-cancel"
    ),
    path("projects/<number:number>/findings/", inspections.find, name="finding-raise"),
    path("projects/<number:number>/findings/<int:pk>/reply/", inspections.reply, name="finding-reply"),
    path("projects/<number:number>/findings/<int:pk>/return/", inspections.give_back, name="finding-return"),
    path("projects/<number:number>/findings/<int:pk>/close/", inspections.shut, name="finding-close"),
    path("projects/<number:number>/credit/", credit.page, name="credit"),
    path("projects/<number:number>/credit/<int:pk>/lift/", credit.lift, name="credit-lift"),
    path("projects/<number:number>/acceptance/", acceptance.acceptance, name="acceptance"),
    path("projects/<number:number>/acceptance/panel/<int:pk>/", acceptance.expert, name="acceptance-expert"),
    path("projects/<number:number>/ledger/", ledger.project_ledger, name="project-ledger"),
    path(
        "projects/<number:number>/ledger/download/<str:form>/",
        ledger.download,
        name="ledger-download",
    ),
    path(
        "projects/<number:number>/ledger/<int:sequence>/reversal/",
        ledger.reversal,
        name="entry-reversal",
    ),
    path("expert/done/", expert.expert_done, name="expert-done"),
    path("expert/<expert_token:token>/", expert.expert, name="expert"),
    path("projects/<number:number>/exemptions/", exemptions.exemptions, name="exemptions"),
    path(
        "projects/<number:number>/exemptions/<int:pk>/grant/",
        exemptions.exemption_grant,
        name="exemption-grant",
    ),
    path(
        "projects/<number:number>/exemptions/<int:pk>/refuse/",
        exemptions.exemption_refuse,
        name="exemption-refuse",
    ),
    path(
        "projects/<number:number>/exemptions/<int:pk>/withdraw/",
        exemptions.exemption_withdraw,
        name="exemption-withdraw",
    ),
    path("projects/<number:number>/documents/", documents.documents, name="documents"),
    path("projects/<number:number>/documents/<int:pk>/", documents.document, name="document"),
    path("projects/<number:number>/history/", history.history, name="history"),
    path("compliance/", compliance.compliance, name="compliance"),
    path("imports/", imports.imports, name="imports"),
    path("imports/confirm/", imports.confirm, name="import-confirm"),
    path("imports/blank/", imports.blank, name="workbook-blank"),
    path("workbook/", imports.export, name="workbook-export"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("people/", accounts.people, name="people"),
    path("people/<int:pk>/", accounts.person, name="person"),
    path("people/<int:pk>/leave/<int:membership>/", accounts.leave, name="person-leave"),
    path("people/<int:pk>/switch/", accounts.switch, name="person-switch"),
    path("people/<int:pk>/reset/", accounts.reset, name="person-reset"),
    path("organisations/", accounts.organisation_list, name="organisations"),
    path("organisations/<int:pk>/scopes/", accounts.open_scope, name="scope-open"),
    path("scopes/<int:pk>/close/", accounts.close_scope, name="scope-close"),
    path("security-log/", security_log.security_log, name="security-log"),
]
