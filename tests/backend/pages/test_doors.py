"""Every page, every role: let in, refused, not told that it exists, or sent to sign in first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from backend.access import TABLE, Act
from lifecycle.models import AnnualReport, Contract, Project
from lifecycle.parties.models import Role
from tests.backend.doors import HOLDS, ROLES_AROUND, STRANGERS, addresses
from tests.backend.pages.browsing import browser_of
from tests.builders import make_exemption, make_project, make_tranche, moved
from tests.lifecycle.changes.builders import asked
from tests.lifecycle.inspecting import planned
from tests.papers import make_document
from tests.people import people_around


def an_old_contract(project: Project) -> Contract:
    return Contract.objects.create(
        project=project, version=1, state="withdrawn", terms={}, digest="0" * 64, drafted_on=project.start_on
    )


ABOUT_A_PROJECT: dict[str, Act] = {
    "project": Act.SEE_PROJECTS,
    "moves": Act.SEE_PROJECTS,
    "move": Act.SUSPEND,
    "contract": Act.SEE_PROJECTS,
    "contract-draft": Act.DRAFT_CONTRACT,
    "contract-version": Act.SEE_PROJECTS,
    "changes": Act.SEE_PROJECTS,
    "change": Act.SEE_PROJECTS,
    "change-new": Act.ASK_CHANGE,
    "change-edit": Act.ASK_CHANGE,
    "inspections": Act.SEE_PROJECTS,
    "inspection-hold": Act.INSPECT,
    "credit": Act.SEE_PROJECTS,
    "project-ledger": Act.SEE_PROJECTS,
    "acceptance": Act.SEE_PROJECTS,
    "targets": Act.SEE_PROJECTS,
    "benefits": Act.SEE_PROJECTS,
    "self-rating": Act.SEE_PROJECTS,
    "acceptance-several": Act.APPLY_FOR_ACCEPTANCE,
    "documents": Act.SEE_PROJECTS,
    "document": Act.SEE_PROJECTS,
    "history": Act.SEE_PROJECTS,
    "exemptions": Act.SEE_PROJECTS,
    "tranches": Act.SEE_PROJECTS,
    "entry": Act.POST_ENTRY,
    "ledger-download": Act.DOWNLOAD_LEDGER,
    "entry-reversal": Act.REVERSE_ENTRY,
    "milestones": Act.SEE_PROJECTS,
    "annual-reports": Act.SEE_PROJECTS,
    "annual-report": Act.SEE_PROJECTS,
    "settlement": Act.SEE_PROJECTS,
    "refunds": Act.SEE_PROJECTS,
    "reports": Act.SEE_PROJECTS,
    "report": Act.SEE_PROJECTS,
}
FURTHER: dict[str, Callable[[Project], dict[str, Any]]] = {
    "ledger-download": lambda project: {"form": "csv"},
    "entry-reversal": lambda project: {"sequence": 1},
    "annual-report": lambda project: {"year": 2023},
    "inspection-hold": lambda project: {"pk": planned(project).pk},
    "contract-version": lambda project: {"version": an_old_contract(project).version},
    "change": lambda project: {"pk": asked(project, "leader", {"leader": "王工"}).pk},
    "change-new": lambda project: {"kind": "leader"},
    "change-edit": lambda project: {"pk": asked(project, "leader", {"leader": "王工"}).pk},
    "document": lambda project: {"pk": make_document(project).pk},
    "move": lambda project: {"name": "suspend"},
    "report": lambda project: {"kind": "settlement"},
}
"""What an address names besides the project."""

ABOUT_NO_PROJECT: dict[str, frozenset[str]] = {
    "projects": TABLE[Act.SEE_PROJECTS],
    "compliance": TABLE[Act.SEE_COMPLIANCE],
    "report-batch": TABLE[Act.SEE_PROJECTS],
    "programme-reports": TABLE[Act.SEE_PROGRAMME_REPORTS],
    "imports": TABLE[Act.IMPORT_WORKBOOK],
    "workbook-blank": TABLE[Act.IMPORT_WORKBOOK],
    "workbook-export": TABLE[Act.EXPORT_WORKBOOK],
    "batches": TABLE[Act.SEE_PROJECTS] | TABLE[Act.SET_LIMITS],
    "calendar": TABLE[Act.SEE_PROJECTS] | TABLE[Act.SET_CALENDAR],
    "people": TABLE[Act.MANAGE_PEOPLE],
    "organisations": TABLE[Act.MANAGE_PEOPLE],
    "security-log": TABLE[Act.READ_LOG],
    "health": TABLE[Act.SEE_HEALTH],
    "jobs": frozenset(Role.values) | {"without role"},
    "todo": TABLE[Act.SEE_TODO],
    "messages": TABLE[Act.SEE_TODO],
    "late": TABLE[Act.SEE_PROJECTS],
    "late-download": TABLE[Act.SEE_PROJECTS],
    "forecast": TABLE[Act.SEE_PROJECTS],
    "reminder-kinds": TABLE[Act.SET_REMINDERS],
    "hand-over": TABLE[Act.SET_CARETAKER],
    "password": frozenset(Role.values) | {"without role"},
    "preferences": frozenset(Role.values) | {"without role"},
    "webhooks": TABLE[Act.MANAGE_WEBHOOKS],
}
POSTED = {
    "sign-out",
    "language",
    "milestone",
    "milestone-act",
    "annual-report-check",
    "contract-sign",
    "contract-withdraw",
    "change-act",
    "inspection-cancel",
    "finding-raise",
    "finding-reply",
    "finding-return",
    "finding-close",
    "credit-lift",
    "acceptance-expert",
    "exemption-grant",
    "exemption-refuse",
    "exemption-withdraw",
    "tranche",
    "tranche-remove",
    "tranche-arrive",
    "tranche-pay",
    "payment-confirm",
    "import-confirm",
    "preferences-email",
    "calendar-make",
    "calendar-revoke",
    "webhook-test",
    "webhook-switch",
    "webhook-delete",
    "job-cancel",
    "report-issue",
    "person-leave",
    "person-switch",
    "person-reset",
    "scope-open",
    "scope-close",
    "settlement-audit",
    "settlement-freeze",
    "settlement-surplus",
    "refund-ask",
    "refund-disallow",
    "refund-receipt",
    "refund-interest",
    "refund-withdraw",
    "todo-act",
    "messages-seen",
    "rehearsal",
    "caretaker",
}
"""Addresses that only take what is sent to them; the tests of their subject say for whom."""

SENT_TO_A_PROJECT: dict[str, Act] = {
    "milestone": Act.LOG_MILESTONE,
    "milestone-act": Act.VERIFY_MILESTONE,
    "annual-report-check": Act.CHECK_ANNUAL_REPORT,
    "change-act": Act.REVIEW_CHANGE,
    "inspection-cancel": Act.INSPECT,
    "finding-raise": Act.INSPECT,
    "finding-reply": Act.ANSWER_FINDING,
    "finding-return": Act.INSPECT,
    "finding-close": Act.INSPECT,
    "credit-lift": Act.RECORD_CREDIT,
    "acceptance-expert": Act.ORGANISE_ACCEPTANCE,
    "targets": Act.PREPARE_ACCEPTANCE,
    "benefits": Act.PREPARE_ACCEPTANCE,
    "self-rating": Act.PREPARE_ACCEPTANCE,
    "exemption-grant": Act.DECIDE_EXEMPTION,
    "exemption-refuse": Act.DECIDE_EXEMPTION,
    "tranche": Act.PLAN_TRANCHE,
    "tranche-remove": Act.PLAN_TRANCHE,
    "tranche-arrive": Act.POST_ENTRY,
    "tranche-pay": Act.POST_ENTRY,
    "payment-confirm": Act.CONFIRM_PAYMENT,
    "settlement-audit": Act.RECORD_AUDIT,
    "settlement-freeze": Act.SETTLE,
    "settlement-surplus": Act.DECIDE_SURPLUS,
    "refund-ask": Act.ASK_REFUND,
    "refund-disallow": Act.REVERSE_ENTRY,
    "refund-receipt": Act.RECORD_RECEIPT,
    "refund-interest": Act.ASK_REFUND,
    "refund-withdraw": Act.ASK_REFUND,
    "entry-reversal": Act.REVERSE_ENTRY,
    "move": Act.SUSPEND,
    "contract-draft": Act.DRAFT_CONTRACT,
    "change-new": Act.ASK_CHANGE,
    "change-edit": Act.ASK_CHANGE,
    "inspections": Act.INSPECT,
    "inspection-hold": Act.INSPECT,
    "credit": Act.RECORD_CREDIT,
    "documents": Act.FILE_DOCUMENT,
    "exemptions": Act.ASK_EXEMPTION,
    "acceptance-several": Act.APPLY_FOR_ACCEPTANCE,
    "caretaker": Act.SET_CARETAKER,
}
"""What is sent to a page of a project, and the act that it is."""

HANGS_ON_MORE = {"contract-sign", "contract-withdraw", "exemption-withdraw", "report-issue"}
"""Acts that also hang on whose thing it is and how it stands; the tests of their subject say for whom."""

TAKES_NOTHING = {"caretaker", "targets", "benefits"}
"""Acts that are done with nothing said: here, nobody in particular, and results left as they are."""

FOR_ONES_OWN = {"caretaker"}
"""Acts that each role does for its own organisation alone; here it is the unit's."""

POSTED_BY_THE_PARK = {"tranche-arrive", "tranche-pay"}

THINGS: dict[str, Callable[[Project], dict[str, Any]]] = {
    "change-act": lambda project: {"pk": asked(project, "leader", {"leader": "王工"}).pk},
    "exemption-grant": lambda project: {"pk": make_exemption(project).pk},
    "exemption-refuse": lambda project: {"pk": make_exemption(project).pk},
    "caretaker": lambda project: {"organisation": project.unit_id},
    "milestone-act": lambda project: {"pk": project.milestones.earliest("pk").pk, "name": "verify"},
    "tranche": lambda project: {"pk": make_tranche(project).pk},
    "tranche-remove": lambda project: {"pk": make_tranche(project).pk},
    "tranche-arrive": lambda project: {"pk": make_tranche(project).pk},
    "tranche-pay": lambda project: {"pk": make_tranche(project).pk},
}
"""The thing that is sent to, where it is looked up before it is asked who may."""

ELSEWHERE = {
    "batch",
    "check",
    "expert",
    "expert-done",
    "genuine",
    "healthz",
    "home",
    "job",
    "job-file",
    "programme-report",
    "programme-report-issue",
    "programme-report-issued",
    "report-draft",
    "report-issued",
    "late-trail",
    "message",
    "person",
    "person-hand-over",
    "sign-in",
    "todo-matter",
}
"""Walked in the tests of their subject."""


def test_every_page_is_walked():
    named = {name for name, route in addresses() if not route.startswith("api/")}

    assert named == {*ABOUT_A_PROJECT, *ABOUT_NO_PROJECT, *POSTED, *ELSEWHERE}


def read_to_the_end(answer: Any) -> None:
    """A file that is streamed closes when it was read."""
    if answer.streaming:
        answer.getvalue()


Kept = tuple[Project, dict[str, Client]]


@pytest.fixture(scope="module")
def kept(file_db: None) -> Kept:
    """A project that all walks go round, and the people around it, signed in."""
    project = make_project()
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")
    AnnualReport.objects.create(project=project, year=2023)
    return project, {who: browser_of(person) for who, person in people_around(project).items()}


@pytest.fixture
def project(kept: Kept, db: None) -> Project:
    return Project.objects.get(pk=kept[0].pk)


@pytest.fixture
def browsers(kept: Kept, db: None) -> dict[str, Client]:
    """A browser of the test's own for each of the people around the project, and for nobody."""
    browsers = {}
    for who, signed_in in kept[1].items():
        browsers[who] = Client()
        browsers[who].cookies.update(signed_in.cookies)
    return browsers


@pytest.mark.usefixtures("own_files")
@pytest.mark.parametrize("name", sorted(ABOUT_A_PROJECT))
def test_a_page_of_a_project_opens_to_whom_the_table_names(
    name: str, project: Project, browsers: dict[str, Client]
):
    more = FURTHER.get(name, lambda project: {})(project)
    address = reverse(name, kwargs={"number": project.number, **more})
    found = {}
    for who, browser in browsers.items():
        answer = browser.get(address)
        read_to_the_end(answer)
        found[who] = answer.status_code

    allowed = TABLE[ABOUT_A_PROJECT[name]]
    # The movement is a 资金到位 of the unit's own, which the province does not post and so does not reverse.
    if name == "entry-reversal":
        allowed -= {Role.PROVINCE}
    assert found == {
        "nobody": 302,
        **{who: 200 if who in allowed else 403 for who in ROLES_AROUND},
        **dict.fromkeys(STRANGERS, 404),
    }


@pytest.mark.parametrize("name", sorted(ABOUT_NO_PROJECT))
def test_a_page_about_no_project_opens_to_whom_the_table_names(name: str, browsers: dict[str, Client]):
    found = {}
    for who, browser in browsers.items():
        answer = browser.get(reverse(name))
        read_to_the_end(answer)
        found[who] = answer.status_code

    assert found == {
        who: 302 if who == "nobody" else 200 if HOLDS.get(who, who) in ABOUT_NO_PROJECT[name] else 403
        for who in found
    }


def posted_arguments(project: Project) -> dict[str, dict[str, Any]]:
    """What addresses that only take what is sent to them name; the things need not be there."""
    return {
        "milestone": {"number": project.number, "pk": 1},
        "milestone-act": {"number": project.number, "pk": 1, "name": "verify"},
        "annual-report-check": {"number": project.number, "year": 2023},
        "contract-sign": {"number": project.number, "version": 1},
        "contract-withdraw": {"number": project.number, "version": 1},
        "change-act": {"number": project.number, "pk": 1, "name": "agree"},
        "inspection-cancel": {"number": project.number, "pk": 1},
        "finding-raise": {"number": project.number},
        "finding-reply": {"number": project.number, "pk": 1},
        "finding-return": {"number": project.number, "pk": 1},
        "finding-close": {"number": project.number, "pk": 1},
        "credit-lift": {"number": project.number, "pk": 1},
        "acceptance-expert": {"number": project.number, "pk": 1},
        "exemption-grant": {"number": project.number, "pk": 1},
        "exemption-refuse": {"number": project.number, "pk": 1},
        "exemption-withdraw": {"number": project.number, "pk": 1},
        "tranche": {"number": project.number, "pk": 1},
        "tranche-remove": {"number": project.number, "pk": 1},
        "tranche-arrive": {"number": project.number, "pk": 1},
        "tranche-pay": {"number": project.number, "pk": 1},
        "payment-confirm": {"number": project.number, "sequence": 1},
        "webhook-test": {"pk": 1},
        "webhook-switch": {"pk": 1},
        "webhook-delete": {"pk": 1},
        "job-cancel": {"pk": uuid4()},
        "report-issue": {"number": project.number, "kind": "settlement"},
        "todo-act": {"pk": 1, "name": "verify"},
        "caretaker": {"number": project.number, "organisation": 1},
        "person-leave": {"pk": 1, "membership": 1},
        "person-switch": {"pk": 1},
        "person-reset": {"pk": 1},
        "scope-open": {"pk": 1},
        "scope-close": {"pk": 1},
        **{
            name: {"number": project.number}
            for name in (
                "settlement-audit",
                "settlement-freeze",
                "settlement-surplus",
                "refund-ask",
                "refund-disallow",
            )
        },
        **{
            name: {"number": project.number, "pk": 1}
            for name in ("refund-receipt", "refund-interest", "refund-withdraw")
        },
    }


@pytest.mark.parametrize("name", sorted(POSTED))
def test_what_changes_something_is_not_done_by_a_link(name: str, project: Project):
    assert browser_of(None).get(reverse(name, kwargs=posted_arguments(project).get(name))).status_code == 405


def test_what_is_out_of_sight_reads_like_what_never_was(project: Project, browsers: dict[str, Client]):
    stranger = browsers["other park"]

    hidden = stranger.get(reverse("project", args=[project.number]))
    missing = stranger.get(reverse("project", args=["BA0000000"]))

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert project.number not in hidden.content.decode().replace(f"/projects/{project.number}/", "")
    assert project.name not in hidden.content.decode()


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("province", "/compliance/"),
        ("park", "/projects/"),
        ("auditor", "/projects/"),
        ("administrator", "/people/"),
        ("log_reader", "/security-log/"),
    ],
)
def test_home_leads_to_what_fits_the_role(who: str, place: str, browsers: dict[str, Client]):
    assert browsers[who].get("/").headers["Location"] == place


def test_home_leads_a_unit_with_one_project_to_it(project: Project, browsers: dict[str, Client]):
    answer = browsers["unit"].get("/")

    assert answer.headers["Location"] == reverse("project", args=[project.number])


def test_home_tells_who_has_no_role_whom_to_ask(browsers: dict[str, Client]):
    answer = browsers["without role"].get("/")

    assert answer.status_code == 200
    assert "系统管理员" in answer.content.decode()


@pytest.mark.parametrize("number", ["苏/2022-001", "..", ".", "A~B/C", "编 号?#&%"])
def test_any_number_has_an_address_of_its_own(number: str, db: None):
    project = make_project(number=number)
    browser = browser_of(people_around(project)["park"])

    for name in ("project", "project-ledger"):
        answer = browser.get(reverse(name, args=[number]))
        assert answer.status_code == 200
        assert answer.context["project"] == project


@pytest.mark.parametrize("name", sorted(SENT_TO_A_PROJECT))
def test_what_is_sent_is_taken_from_whom_the_table_names(
    name: str, project: Project, browsers: dict[str, Client]
):
    """Whoever may not do it is refused for that, whatever they send and whether the thing is there or not."""
    named = {"number": project.number, **posted_arguments(project).get(name, {})}
    named |= THINGS.get(name, FURTHER.get(name, lambda project: {}))(project)
    address = reverse(name, kwargs=named)
    allowed = TABLE[SENT_TO_A_PROJECT[name]]
    if name in ("entry-reversal", "refund-disallow"):
        # The movement is a 资金到位 of the unit's own, which the province neither posts nor reverses.
        allowed -= {Role.PROVINCE}
    if name in POSTED_BY_THE_PARK:
        allowed &= {Role.PARK}
    if name in FOR_ONES_OWN:
        allowed &= {Role.UNIT}
    wrong = {}
    for who, browser in browsers.items():
        status = browser.post(address, {}).status_code
        if who == "nobody":
            fits = status == 302
        elif who in STRANGERS:
            fits = status == 404
        elif who in allowed:
            fits = status not in (403, 405) and status < 500 and (status != 302 or name in TAKES_NOTHING)
        else:
            fits = status == 403
        if not fits:
            wrong[who] = status

    assert wrong == {}


def test_everything_that_is_sent_to_a_project_is_walked(project: Project):
    of_projects = {name for name in POSTED if "number" in posted_arguments(project).get(name, {})}

    assert of_projects <= set(SENT_TO_A_PROJECT) | HANGS_ON_MORE
