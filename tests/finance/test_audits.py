"""Putting a special audit on file."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from finance.audits import AuditExists, record_audit
from finance.models import Audit
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import DatedEvent, Project, Step
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_project, yuan
from tests.finance.settling import PARK, TODAY, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def record(project: Project, **changes: Any) -> Audit:
    facts: dict[str, Any] = {
        "on": day("2026-03-01"),
        "firm": "江苏天衡会计师事务所",
        "report_no": "天衡审字（2026）12 号",
        "opinion": "无保留意见",
        "audited_investment": yuan("24000000.00"),
    }
    return record_audit(project=project, actor=PARK, today=TODAY, **(facts | changes))


def test_an_audit_is_on_file_as_a_dated_event_too(project: Project) -> None:
    audit = record(project, firm=" 江苏天衡会计师事务所 ", document=paper(project, "audit"))

    event = DatedEvent.objects.get(project=project)
    assert (audit.firm, audit.audited_investment) == ("江苏天衡会计师事务所", yuan("24000000"))
    assert (event.kind, event.happened_on, event.result, event.document_no) == (
        "专项审计",
        day("2026-03-01"),
        "无保留意见",
        "天衡审字（2026）12 号",
    )
    assert [step.act for step in Step.objects.of(audit)] == ["record"]
    assert SecurityEvent.objects.latest("pk").act == "audit_record"


@pytest.mark.parametrize("state", ["implementing", "acceptance"])
def test_it_is_recorded_in_implementation_and_acceptance(state: str) -> None:
    assert record(make_project(state=state, milestones=False)).pk


@pytest.mark.parametrize("state", ["approved", "funding", "suspended", "closed", "terminated", "revoked"])
def test_other_stages_refuse_it(state: str) -> None:
    project = make_project(state=state, milestones=False)

    with pytest.raises(StageForbids) as refusal:
        record(project)

    assert refusal.value.details == {"state": state}
    assert not Audit.objects.exists() and not DatedEvent.objects.exists()


def test_all_that_is_wrong_is_said_at_once(project: Project) -> None:
    with pytest.raises(Invalid) as refusal:
        record(
            project,
            firm=" ",
            report_no="\x00",
            opinion="很好",
            audited_investment=yuan("0"),
            on=day("2026-07-01"),
            document=paper(project, "other"),
        )

    assert set(refusal.value.details) == {
        "firm",
        "report_no",
        "opinion",
        "audited_investment",
        "on",
        "document",
    }


@pytest.mark.parametrize("on", ["2022-08-31", "2026-07-01"])
def test_its_day_lies_in_the_life_of_the_project(on: str, project: Project) -> None:
    with pytest.raises(Invalid, match="日期不能"):
        record(project, on=day(on))


@pytest.mark.parametrize("on", ["2022-09-01", "2026-06-30"])
def test_the_start_and_today_are_days_for_it(on: str, project: Project) -> None:
    assert record(project, on=day(on)).audited_on == day(on)


def test_a_paper_of_another_project_is_refused(project: Project) -> None:
    with pytest.raises(Invalid):
        record(project, document=paper(make_project(milestones=False), "audit"))


def test_a_day_has_one_audit(project: Project) -> None:
    record(project)

    with pytest.raises(AuditExists):
        record(project, report_no="另一份")


def test_an_event_that_a_workbook_brought_is_completed(project: Project) -> None:
    DatedEvent.objects.create(project=project, kind="专项审计", happened_on=day("2026-03-01"), result="通过")

    record(project)

    assert DatedEvent.objects.get(project=project).result == "无保留意见"


def test_an_event_of_another_report_stands_in_the_way(project: Project) -> None:
    DatedEvent.objects.create(
        project=project, kind="专项审计", happened_on=day("2026-03-01"), document_no="另一份"
    )

    with pytest.raises(AuditExists):
        record(project)

    assert not Audit.objects.exists()


@pytest.mark.parametrize("change", [{"opinion": "很好"}, {"audited_investment": -1}])
def test_the_database_refuses_what_is_no_audit(change: dict[str, Any], project: Project) -> None:
    audit = record(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        Audit.objects.filter(pk=audit.pk).update(**change)
