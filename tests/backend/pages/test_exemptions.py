"""Exceptions by page: asking, deciding, and who is offered what."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lifecycle.models import Exemption, Project
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.papers import make_document
from tests.people import people_around

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, park_matching="1000000")


@pytest.fixture
def browsers(project: Project) -> dict[str, Client]:
    return {who: browser_of(person) for who, person in people_around(project).items()}


@pytest.fixture
def address(project: Project) -> str:
    return reverse("exemptions", args=[project.number])


def asked(browser: Client, address: str, **facts: Any) -> Any:
    return browser.post(address, {"rule": "FIN-01", "reason": "调剂", "on": "2024-01-10", **facts})


def act(project: Project, name: str) -> str:
    return reverse(f"exemption-{name}", args=[project.number, Exemption.objects.get().pk])


def test_an_exception_is_asked_for_and_granted(
    project: Project, address: str, browsers: dict[str, Client]
) -> None:
    page = text_of(browsers["park"].get(f"{address}?rule=FIN-01"))
    assert "违规" in page and "提交申请" in page and 'value="FIN-01" selected' in page
    assert asked(browsers["park"], address).status_code == 302
    assert "已申请 FIN-01 的例外" in text_of(browsers["park"].get(address))
    paper = make_document(project, category="exemption", title="同意函")

    assert "同意函" in text_of(browsers["province"].get(address))
    granted = browsers["province"].post(
        act(project, "grant"), {"document": paper.pk, "on": "2024-02-01", "until": ""}
    )

    assert (granted.status_code, granted.headers["Location"]) == (302, address)
    shown = text_of(browsers["auditor"].get(address))
    assert "自 2024-02-01 起长期有效" in shown
    assert reverse("document", args=[project.number, paper.pk]) in shown
    assert "豁免" in shown


def test_it_is_refused_with_a_reason(project: Project, address: str, browsers: dict[str, Client]) -> None:
    asked(browsers["unit"], address)

    without = browsers["province"].post(act(project, "refuse"), {"reason": "", "on": "2024-02-01"})
    assert without.status_code == 422
    assert "error-text" in text_of(without)
    assert Exemption.objects.get().state == "asked"

    said = browsers["province"].post(act(project, "refuse"), {"reason": "理由不充分", "on": "2024-02-01"})
    assert said.status_code == 302
    assert "理由不充分" in text_of(browsers["unit"].get(address))


def test_whoever_asked_takes_it_back(project: Project, address: str, browsers: dict[str, Client]) -> None:
    asked(browsers["park"], address)

    assert "撤回申请" in text_of(browsers["park"].get(address))
    assert "撤回申请" not in text_of(browsers["unit"].get(address))
    assert browsers["unit"].post(act(project, "withdraw")).status_code == 403
    assert browsers["province"].post(act(project, "withdraw")).status_code == 403
    assert browsers["park"].post(act(project, "withdraw")).status_code == 302
    assert browsers["park"].post(act(project, "withdraw")).status_code == 409


def test_forms_are_shown_to_those_who_may(
    project: Project, address: str, browsers: dict[str, Client]
) -> None:
    asked(browsers["park"], address)

    for who in ("unit", "park", "city", "auditor"):
        shown = text_of(browsers[who].get(address))
        assert act(project, "grant") not in shown and act(project, "refuse") not in shown
        assert ("提交申请" in shown) == (who != "auditor")
    province = text_of(browsers["province"].get(address))
    assert act(project, "grant") in province and act(project, "refuse") in province
    assert "提交申请" not in province
    assert f"subject=exemption&amp;id={Exemption.objects.get().pk}&amp;next=" in province


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"rule": "FIN-03"}, 422),
        ({"reason": " "}, 422),
        ({"on": "2099-01-01"}, 422),
        ({"on": ""}, 422),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    address: str, browsers: dict[str, Client], facts: dict[str, Any], status: int
) -> None:
    answer = asked(browsers["park"], address, **facts)

    assert answer.status_code == status
    assert "error-text" in text_of(answer)
    assert not Exemption.objects.exists()


def test_a_second_one_at_a_time_is_a_conflict(address: str, browsers: dict[str, Client]) -> None:
    asked(browsers["park"], address)

    answer = asked(browsers["unit"], address)

    assert answer.status_code == 409
    assert "不能重复申请" in text_of(answer)


@pytest.mark.parametrize("body", [{}, {"document": "1", "on": "2024-02-01"}, {"on": "x"}])
def test_nothing_is_granted_without_paper(
    project: Project, address: str, browsers: dict[str, Client], body: dict[str, str]
) -> None:
    asked(browsers["park"], address)

    answer = browsers["province"].post(act(project, "grant"), body)

    assert answer.status_code == 422
    assert "error-text" in text_of(answer)
    assert Exemption.objects.get().state == "asked"


def test_a_paper_dated_before_the_asking_is_said(
    project: Project, address: str, browsers: dict[str, Client]
) -> None:
    asked(browsers["park"], address)
    paper = make_document(project, category="decision")

    answer = browsers["province"].post(
        act(project, "grant"), {"document": paper.pk, "on": "2024-01-09", "until": "2024-01-01"}
    )

    assert answer.status_code == 422
    assert "日期不能早于申请日期（2024-01-10）" in text_of(answer)


def test_what_was_decided_meanwhile_is_said(
    project: Project, address: str, browsers: dict[str, Client]
) -> None:
    asked(browsers["park"], address)
    browsers["park"].post(act(project, "withdraw"))

    answer = browsers["province"].post(act(project, "refuse"), {"reason": "不同意", "on": "2024-02-01"})

    assert answer.status_code == 409
    assert "已撤回，不能再次办理" in text_of(answer)


def test_others_decide_nothing(project: Project, address: str, browsers: dict[str, Client]) -> None:
    asked(browsers["park"], address)

    for who in ("unit", "park", "city", "auditor"):
        assert browsers[who].post(act(project, "grant"), {}).status_code == 403
        assert browsers[who].post(act(project, "refuse"), {}).status_code == 403
    assert browsers["other park"].post(act(project, "grant"), {}).status_code == 404
    assert asked(browsers["auditor"], address).status_code == 403


def test_one_of_another_project_does_not_exist(
    project: Project, address: str, browsers: dict[str, Client]
) -> None:
    asked(browsers["park"], address)
    other = make_project(cluster=project.cluster)
    pk = Exemption.objects.get().pk

    for name in ("grant", "refuse", "withdraw"):
        wrong = reverse(f"exemption-{name}", args=[other.number, pk])
        assert browsers["province"].post(wrong, {}).status_code == 404


def test_an_ended_project_asks_for_nothing() -> None:
    ended = make_project(milestones=False, state="terminated")
    browser = browser_of(people_around(ended)["park"])
    address = reverse("exemptions", args=[ended.number])

    assert "提交申请" not in text_of(browser.get(address))
    answer = asked(browser, address)
    assert answer.status_code == 409
    assert "不再受理例外" in text_of(answer)


def test_a_page_costs_the_same_however_many_there_are(
    address: str, browsers: dict[str, Client], django_assert_num_queries: Any
) -> None:
    for rule in ("FIN-01", "FIN-02"):
        asked(browsers["park"], address, rule=rule)
    browsers["park"].get(address)
    with CaptureQueriesContext(connection) as few:
        browsers["park"].get(address)
    cost = len(few)
    for rule in ("FIN-04", "LC-06", "LC-07", "LC-09"):
        asked(browsers["park"], address, rule=rule)
    browsers["park"].get(address)
    with django_assert_num_queries(cost):
        browsers["park"].get(address)
