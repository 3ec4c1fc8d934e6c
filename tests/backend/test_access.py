"""Every address, every method, every role: who is let in, who is refused, for whom it does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from backend.access import TABLE, Act
from finance.kinds import KINDS
from finance.models import Refund
from finance.terms import SOURCES
from lifecycle.models import (
    Acceptance,
    AnnualReport,
    ChangeRequest,
    Contract,
    Exemption,
    JobRun,
    Panelist,
    Project,
)
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Role
from lifecycle.reminders.calendar_links import make_link
from tests.backend.doors import METHODS, ROLES_AROUND, STRANGERS, TRY_EVERYTHING, Door, addresses, id_of
from tests.builders import make_exemption, make_project, make_tranche, moved, yuan
from tests.finance.settling import asked
from tests.lifecycle.inspecting import planned, raised, recorded
from tests.papers import make_document
from tests.people import api_of, client_with, make_person, now, people_around, token_of
from tests.reports.sealing import seal

ROLES_PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
AS_JSON = {"accept": "application/json, */*;q=0.1"}


def refused_exemption(project: Project) -> Exemption:
    return make_exemption(project, state="refused")


def a_draft(project: Project) -> int:
    """Frozen for another contract than the project's, so that nobody's signature is taken."""
    Contract.objects.create(
        project=project, version=1, terms={}, digest="0" * 64, drafted_on=project.start_on
    )
    return 1


def withdrawn_change(project: Project) -> ChangeRequest:
    """One that nobody has to look at, so that each role is refused alike."""
    return ChangeRequest.objects.create(
        project=project,
        kind="leader",
        tier="major",
        state="withdrawn",
        reason="测试",
        wanted={"leader": "王工"},
    )


def a_run(project: Project) -> JobRun:
    """Work that nobody in particular asked for."""
    return JobRun.objects.create(job="reports.refresh")


def an_expert(project: Project) -> Panelist:
    """Nobody is named to organise yet, so that an act is refused for what is missing, not for who asks."""
    acceptance = Acceptance.objects.create(project=project, round=1, applied_on=project.end_on)
    return Panelist.objects.create(acceptance=acceptance, name="专家", organisation="东南大学")


def a_refund(project: Project) -> Refund:
    return asked(project, "0.00", interest=yuan("1.00"))


def a_calendar(project: Project) -> str:
    """The token of somebody's calendar, which opens it to whoever has it."""
    person = make_person((Role.UNIT, project.unit))
    return make_link(person=person, actor=OPERATOR_ACTOR, now=now())


def an_issue(project: Project) -> str:
    """The digest of an issued report."""
    return seal(project, at=now()).digest


API: dict[str, Door] = {
    "api:token": Door({"POST": None}, is_open=True),
    "api:me": Door({"GET": None}),
    "api:calendar": Door({"GET": None}, is_open=True, arguments={"token": a_calendar}),
    "api:batches": Door({"GET": Act.SEE_PROJECTS}),
    "api:projects": Door({"GET": Act.SEE_PROJECTS}),
    "api:project": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-funding": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-rules": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-entries": Door({"GET": Act.SEE_PROJECTS, "POST": Act.POST_ENTRY}, of_project=True),
    "api:project-entry-reverse": Door(
        {"POST": Act.REVERSE_ENTRY}, of_project=True, arguments={"sequence": 1}
    ),
    "api:project-gates": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-move": Door(
        {"POST": Act.START_FUNDING}, of_project=True, arguments={"name": "start_funding"}
    ),
    "api:project-entry-disallow": Door(
        {"POST": Act.REVERSE_ENTRY}, of_project=True, arguments={"sequence": 1}
    ),
    "api:project-audits": Door({"GET": Act.SEE_PROJECTS, "POST": Act.RECORD_AUDIT}, of_project=True),
    "api:project-settlement": Door({"GET": Act.SEE_PROJECTS, "POST": Act.SETTLE}, of_project=True),
    "api:project-surplus": Door({"GET": Act.SEE_PROJECTS, "POST": Act.DECIDE_SURPLUS}, of_project=True),
    "api:project-refunds": Door({"GET": Act.SEE_PROJECTS, "POST": Act.ASK_REFUND}, of_project=True),
    "api:project-refund-workings": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-refund-receipts": Door(
        {"POST": Act.RECORD_RECEIPT}, of_project=True, arguments={"refund": id_of(a_refund)}
    ),
    "api:project-refund-withdraw": Door(
        {"POST": Act.ASK_REFUND}, of_project=True, arguments={"refund": id_of(a_refund)}
    ),
    "api:project-refund-interest": Door(
        {"POST": Act.ASK_REFUND}, of_project=True, arguments={"refund": id_of(a_refund)}
    ),
    "api:project-ledger": Door({"GET": Act.DOWNLOAD_LEDGER}, of_project=True),
    "api:project-milestones": Door({"GET": Act.SEE_PROJECTS, "POST": Act.PLAN_MILESTONE}, of_project=True),
    "api:project-milestone-progress": Door(
        {"POST": Act.LOG_MILESTONE}, of_project=True, arguments={"pk": "milestones"}
    ),
    "api:project-inspections": Door({"GET": Act.SEE_PROJECTS, "POST": Act.INSPECT}, of_project=True),
    "api:project-inspection-hold": Door(
        {"POST": Act.INSPECT}, of_project=True, arguments={"pk": "inspections"}
    ),
    "api:project-inspection-cancel": Door(
        {"POST": Act.INSPECT}, of_project=True, arguments={"pk": "inspections"}
    ),
    "api:project-findings": Door({"GET": Act.SEE_PROJECTS, "POST": Act.INSPECT}, of_project=True),
    "api:project-finding-reply": Door(
        {"POST": Act.ANSWER_FINDING}, of_project=True, arguments={"pk": "findings"}
    ),
    "api:project-finding-return": Door({"POST": Act.INSPECT}, of_project=True, arguments={"pk": "findings"}),
    "api:project-finding-close": Door({"POST": Act.INSPECT}, of_project=True, arguments={"pk": "findings"}),
    "api:project-credit": Door({"GET": Act.SEE_PROJECTS, "POST": Act.RECORD_CREDIT}, of_project=True),
    "api:project-credit-lift": Door(
        {"POST": Act.RECORD_CREDIT}, of_project=True, arguments={"pk": "credit_records"}
    ),
    **{
        f"api:project-milestone-{act}": Door({"POST": right}, of_project=True, arguments={"pk": "milestones"})
        for act, right in {
            "hand-in": Act.HAND_IN_MILESTONE,
            "take-back": Act.HAND_IN_MILESTONE,
            "verify": Act.VERIFY_MILESTONE,
            "return": Act.VERIFY_MILESTONE,
            "waive": Act.WAIVE_MILESTONE,
        }.items()
    },
    "api:project-years": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-annual-reports": Door(
        {"GET": Act.SEE_PROJECTS, "POST": Act.WRITE_ANNUAL_REPORT}, of_project=True
    ),
    "api:project-annual-report": Door(
        {"GET": Act.SEE_PROJECTS, "PATCH": Act.WRITE_ANNUAL_REPORT},
        of_project=True,
        arguments={"year": 2023},
    ),
    **{
        f"api:project-annual-report-{act}": Door({"POST": right}, of_project=True, arguments={"year": 2023})
        for act, right in {
            "hand-in": Act.WRITE_ANNUAL_REPORT,
            "return": Act.CHECK_ANNUAL_REPORT,
            "accept": Act.CHECK_ANNUAL_REPORT,
        }.items()
    },
    "api:project-contract": Door({"GET": Act.SEE_PROJECTS, "POST": Act.DRAFT_CONTRACT}, of_project=True),
    "api:project-contract-sign": Door(
        {"POST": Act.SIGN_CONTRACT}, of_project=True, arguments={"version": a_draft}
    ),
    "api:project-contract-withdraw": Door(
        {"POST": Act.DRAFT_CONTRACT}, of_project=True, arguments={"version": a_draft}
    ),
    "api:project-contract-difference": Door(
        {"GET": Act.SEE_PROJECTS}, of_project=True, arguments={"version": a_draft}
    ),
    "api:project-changes": Door({"GET": Act.SEE_PROJECTS, "POST": Act.ASK_CHANGE}, of_project=True),
    "api:project-change": Door(
        {"GET": Act.SEE_PROJECTS, "PATCH": Act.ASK_CHANGE},
        of_project=True,
        arguments={"pk": id_of(withdrawn_change)},
    ),
    "api:project-change-impact": Door(
        {"GET": Act.SEE_PROJECTS}, of_project=True, arguments={"pk": id_of(withdrawn_change)}
    ),
    **{
        f"api:project-change-{act}": Door(
            {"POST": right}, of_project=True, arguments={"pk": id_of(withdrawn_change)}
        )
        for act, right in {
            "hand-in": Act.ASK_CHANGE,
            "agree": Act.REVIEW_CHANGE,
            "return": Act.REVIEW_CHANGE,
            "refuse": Act.REVIEW_CHANGE,
            "withdraw": Act.ASK_CHANGE,
        }.items()
    },
    "api:project-documents": Door({"GET": Act.SEE_PROJECTS, "POST": Act.FILE_DOCUMENT}, of_project=True),
    "api:project-document": Door(
        {"GET": Act.SEE_PROJECTS}, of_project=True, arguments={"pk": id_of(make_document)}
    ),
    "api:project-document-content": Door(
        {"GET": Act.SEE_PROJECTS}, of_project=True, arguments={"pk": id_of(make_document)}
    ),
    "api:project-history": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-exemptions": Door({"GET": Act.SEE_PROJECTS, "POST": Act.ASK_EXEMPTION}, of_project=True),
    "api:project-exemption-grant": Door(
        {"POST": Act.DECIDE_EXEMPTION}, of_project=True, arguments={"pk": id_of(make_exemption)}
    ),
    "api:project-exemption-refuse": Door(
        {"POST": Act.DECIDE_EXEMPTION}, of_project=True, arguments={"pk": id_of(make_exemption)}
    ),
    # One that is decided, since of those who may ask only the one who did takes it back.
    "api:project-exemption-withdraw": Door(
        {"POST": Act.ASK_EXEMPTION}, of_project=True, arguments={"pk": id_of(refused_exemption)}
    ),
    "api:project-tranches": Door({"GET": Act.SEE_PROJECTS, "POST": Act.PLAN_TRANCHE}, of_project=True),
    "api:project-tranche": Door(
        {"PATCH": Act.PLAN_TRANCHE, "DELETE": Act.PLAN_TRANCHE}, of_project=True, arguments={"pk": "tranches"}
    ),
    "api:project-tranche-arrive": Door(
        {"POST": Act.POST_ENTRY}, of_project=True, arguments={"pk": "tranches"}
    ),
    "api:project-tranche-pay": Door({"POST": Act.POST_ENTRY}, of_project=True, arguments={"pk": "tranches"}),
    "api:project-payments": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-payment-confirm": Door(
        {"POST": Act.CONFIRM_PAYMENT}, of_project=True, arguments={"sequence": 1}
    ),
    "api:project-pay-first": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-targets": Door({"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}, of_project=True),
    "api:project-benefits": Door({"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}, of_project=True),
    "api:project-self-rating": Door(
        {"GET": Act.SEE_PROJECTS, "PUT": Act.PREPARE_ACCEPTANCE}, of_project=True
    ),
    "api:project-acceptance": Door({"GET": Act.SEE_PROJECTS}, of_project=True),
    "api:project-acceptance-technical-report": Door({"POST": Act.PREPARE_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-city-review": Door({"POST": Act.REVIEW_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-agree": Door({"POST": Act.AGREE_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-panel": Door(
        {"GET": Act.SEE_PROJECTS, "POST": Act.ORGANISE_ACCEPTANCE}, of_project=True
    ),
    "api:project-acceptance-panelist": Door(
        {"DELETE": Act.ORGANISE_ACCEPTANCE}, of_project=True, arguments={"panelist": id_of(an_expert)}
    ),
    "api:project-acceptance-panelist-link": Door(
        {"POST": Act.ORGANISE_ACCEPTANCE, "DELETE": Act.ORGANISE_ACCEPTANCE},
        of_project=True,
        arguments={"panelist": id_of(an_expert)},
    ),
    "api:project-acceptance-verdict": Door({"POST": Act.ORGANISE_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-publication": Door({"POST": Act.CERTIFY_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-certificate": Door({"POST": Act.CERTIFY_ACCEPTANCE}, of_project=True),
    "api:project-acceptance-archive": Door({"POST": Act.CERTIFY_ACCEPTANCE}, of_project=True),
    "api:applications": Door({"POST": Act.APPLY_FOR_ACCEPTANCE}),
    "api:compliance": Door({"GET": Act.SEE_COMPLIANCE}),
    "api:compliance-summary": Door({"GET": Act.SEE_COMPLIANCE}),
    "api:todo": Door({"GET": Act.SEE_TODO}),
    "api:messages": Door({"GET": Act.SEE_TODO}),
    "api:late": Door({"GET": Act.SEE_PROJECTS}),
    "api:forecast": Door({"GET": Act.SEE_PROJECTS}),
    "api:project-caretakers": Door({"GET": Act.SEE_PROJECTS, "POST": Act.SET_CARETAKER}, of_project=True),
    "api:imports": Door({"POST": Act.IMPORT_WORKBOOK}),
    "api:project-report": Door({"POST": Act.SEE_PROJECTS}, of_project=True, arguments={"kind": "settlement"}),
    "api:programme-reports": Door({"GET": Act.SEE_PROGRAMME_REPORTS}),
    "api:programme-report": Door({"POST": Act.SEE_PROGRAMME_REPORTS}, arguments={"kind": "brief"}),
    "api:reports-batch": Door({"POST": Act.SEE_PROJECTS}),
    "api:verify": Door({"GET": None}, is_open=True, arguments={"digest": an_issue}),
    "api:job": Door({"GET": Act.SEE_HEALTH}, arguments={"pk": id_of(a_run)}, is_hidden=True),
    "api:job-cancel": Door({"POST": Act.SEE_HEALTH}, arguments={"pk": id_of(a_run)}, is_hidden=True),
    "api:schema": Door({"GET": None}, is_open=True),
    "api:docs": Door({"GET": None}, is_open=True),
}
"""Every address of the API but the one that answers that there is none, and those of one person alone."""

OF_ONE_PERSON = {"api:message-seen", "api:job-file"}
"""What is there for one person alone, and not for anybody else; the tests of its subject say so."""


def test_every_address_of_the_api_has_an_entry():
    named = {name for name, _ in addresses() if name.startswith("api:")} - {"api:unknown"}

    assert named == set(API) | OF_ONE_PERSON


@pytest.fixture(scope="module")
def kept(file_db: None) -> tuple[Project, dict[str, str]]:
    """A project that all walks go round, and the tokens of the people around it."""
    project = make_project()
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")
    planned(project)
    raised(project)
    recorded(project)
    AnnualReport.objects.create(project=project, year=2023)
    make_tranche(project)
    return project, {
        who: token_of(person) if person else "" for who, person in people_around(project).items()
    }


@pytest.fixture
def project(kept: tuple[Project, dict[str, str]], db: None) -> Project:
    return Project.objects.get(pk=kept[0].pk)


@pytest.fixture
def clients(kept: tuple[Project, dict[str, str]]) -> dict[str, APIClient]:
    """A client of the API for each of the people around the project, and for nobody."""
    return {who: client_with(token) for who, token in kept[1].items()}


@pytest.mark.usefixtures("own_files")
@pytest.mark.parametrize("name", sorted(API))
def test_an_address_lets_in_whom_the_table_names(name: str, project: Project, clients: dict[str, APIClient]):
    door = API[name]
    arguments = door.arguments_for(project)
    address = reverse(name, kwargs={"number": project.number, **arguments} if door.of_project else arguments)
    wrong = {}
    for who, client in clients.items():
        for method in METHODS if who in TRY_EVERYTHING else door.methods:
            # As JSON, where there is a choice: the description of the API takes a second to write as YAML.
            answer = client.generic(method, address, content_type="application/json", headers=AS_JSON)
            if answer.streaming:
                answer.getvalue()
            status = answer.status_code
            expected = door.expected(who, method)
            let_in = status < 500 and status not in (401, 403, 404, 405)
            # A sign-in without a password is refused by its shape; that is not the door's doing.
            if not (let_in if expected is None else status == expected):
                wrong[who, method] = (status, expected)

    assert wrong == {}


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/projects/", "/api/v1/projects", "/api/v1/nothing/at/all/"]
)
def test_an_address_that_leads_nowhere_is_not_found_in_json(path: str, db: None):
    answer = api_of(None).get(path)

    assert answer.status_code in (401, 404)
    assert set(answer.json()) == {"code", "message", "details"}


def test_everyone_is_in_the_walk():
    assert set(people_names()) == {"nobody", *ROLES_AROUND, *STRANGERS}
    assert {role.value for role in Role} <= set(people_names())


def people_names() -> list[str]:
    return ["nobody", *ROLES_AROUND, *STRANGERS]


def test_the_page_of_roles_shows_the_table():
    shown = ROLES_PAGE.read_text(encoding="utf-8")

    assert [row for row in acts_as_rows() if row not in shown] == []
    assert shown.count("\n| `") == len(TABLE)
    assert [row for row in kinds_as_rows() if row not in shown] == []


def acts_as_rows() -> list[str]:
    return [
        f"| `{act}` | " + " | ".join("✓" if role in TABLE[act] else "" for role in Role) + " |" for act in Act
    ]


def kinds_as_rows() -> list[str]:
    return [
        f"| {kind.name} | "
        + " | ".join(
            "、".join(str(role.label) for role in Role if role in kind.posters.get(source, ()))
            for source in SOURCES
        )
        + " |"
        for kind in KINDS.values()
    ]
