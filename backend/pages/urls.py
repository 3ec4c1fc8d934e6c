"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from backend.pages import (
    accounts,
    batches,
    compliance,
    imports,
    ledger,
    logging,
    project,
    projects,
    security_log,
    signing,
    start,
    tranches,
)
from backend.pages.converters import ProjectNumber

register_converter(ProjectNumber, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("password/", signing.password, name="password"),
    path("language/", signing.language, name="language"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<number:number>/", project.project, name="project"),
    path("projects/<number:number>/entry/", logging.entry, name="entry"),
    path(
        "projects/<number:number>/milestones/<int:pk>/",
        logging.milestone,
        name="milestone",
    ),
    path("projects/<number:number>/tranches/", tranches.tranches, name="tranches"),
    path("projects/<number:number>/tranches/<int:pk>/", tranches.tranche, name="tranche"),
    path("projects/<number:number>/tranches/<int:pk>/remove/", tranches.remove, name="tranche-remove"),
    path("projects/<number:number>/tranches/<int:pk>/arrive/", tranches.arrive, name="tranche-arrive"),
    path("projects/<number:number>/tranches/<int:pk>/pay/", tranches.pay_out, name="tranche-pay"),
    path(
        "projects/<number:number>/payments/<int:sequence>/confirm/",
        tranches.confirm_payment,
        name="payment-confirm",
    ),
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
