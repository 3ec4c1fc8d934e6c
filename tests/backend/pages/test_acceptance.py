"""The page of an acceptance: how far it is, and a form for who may go on."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backend.pages.acceptance import DEEDS
from backend.pages.acceptance_way import way_of
from lifecycle.acceptance.dossier import checklist
from lifecycle.acceptance.overview import rounds_of
from lifecycle.models import Acceptance, DatedEvent, Panelist, Project, Step
from lifecycle.parties.models import Person
from lifecycle.parties.sight import OPERATOR
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project, walked
from tests.lifecycle.acceptance.builders import (
    TODAY,
    agreed,
    applied,
    concluded,
    judged,
    on_file,
    paneled,
    present,
    submitted,
)
from tests.people import people_around

pytestmark = pytest.mark.django_db

ROLES = ("unit", "park", "city", "province", "auditor")


def address(project: Project) -> str:
    return reverse("acceptance", args=[project.number])


def browsers(project: Project) -> dict[str, Client]:
    people: dict[str, Person | None] = people_around(project)
    return {name: browser_of(people[name]) for name in ROLES}


def forms_of(browser: Client, project: Project) -> set[str]:
    """The forms that the page shows, by the words they are sent with."""
    page = text_of(browser.get(address(project)))
    return {word for word in DEEDS if f'name="act" value="{word}"' in page}


def test_a_project_at_work_shows_its_papers_and_asks_unit_and_park_for_the_technical_report():
    project = make_project(milestones=False)
    on_file(project, number="summary_report")
    people = browsers(project)

    page = text_of(people["unit"].get(address(project)))

    assert page.count("<h1") == 1
    assert "尚未申请验收。" in page
    assert "项目实施总结报告" in page and "已有文件" in page
    assert "category=acceptance&amp;number=application_form&amp;next=" in page
    assert {name: forms_of(browser, project) for name, browser in people.items()} == {
        "unit": {"technical-report"},
        "park": {"technical-report"},
        "city": set(),
        "province": set(),
        "auditor": set(),
    }


def test_each_step_offers_its_form_to_whose_turn_it_is():
    project = applied()
    people = browsers(project)

    def offered() -> dict[str, set[str]]:
        found = {name: forms_of(browser, project) for name, browser in people.items()}
        return {name: words for name, words in found.items() if words}

    assert offered() == {"city": {"city-review"}, "province": {"agree"}}
    acceptance = agreed(project, by="city")
    assert offered() == {"city": {"invite"}, "province": {"agree"}}
    for expert in paneled(acceptance):
        submitted(expert)
    assert offered() == {"city": {"invite", "verdict"}, "province": {"agree"}}


def test_after_the_verdict_the_province_goes_on():
    project = judged().project
    assert forms_of(browsers(project)["province"], project) == {"publication"}


def test_once_published_the_certificate_and_once_closed_the_archive_are_offered():
    project = concluded().project
    province = browsers(project)["province"]
    assert forms_of(province, project) == {"publication", "archive"}

    send(
        province,
        project,
        "publication",
        published_from="2026-06-10",
        published_until="2026-06-16",
        objection="",
    )
    assert forms_of(province, project) == {"publication", "certificate", "archive"}
    send(province, project, "certificate", certificate_no="苏验1", on="2026-06-17")
    assert forms_of(province, project) == {"certificate", "archive"}
    send(province, project, "archive", archive_no="DA-1", on="2026-08-10")
    assert forms_of(province, project) == set()
    page = text_of(province.get(address(project)))
    assert "苏验1" in page and "DA-1" in page


def send(browser: Client, project: Project, word: str, **said: Any) -> Any:
    return browser.post(address(project), {"act": word, **said})


def test_what_is_sent_is_done_and_said():
    project = applied("2026-04-01")
    people = browsers(project)

    answer = send(people["city"], project, "city-review", opinion="同意上报。", on="2026-04-10")
    assert (answer.status_code, answer.headers["Location"]) == (302, address(project))
    assert "已登记设区市意见。" in text_of(people["city"].get(address(project)))
    province = project.cluster.park.parent.parent  # type: ignore[union-attr]
    send(people["province"], project, "agree", organiser=province.pk, on="2026-05-01")  # type: ignore[union-attr]
    for name, finance, chair in (("甲", "", "on"), ("乙", "on", ""), ("丙", "", "")):
        answer = send(
            people["province"],
            project,
            "invite",
            name=name,
            organisation="东南大学",
            specialty="",
            **({"is_finance": finance} if finance else {}),
            **({"is_chair": chair} if chair else {}),
        )
        assert answer.status_code == 302
    for expert in Panelist.objects.all():
        submitted(expert)
    send(
        people["province"],
        project,
        "verdict",
        meeting_on="2026-06-01",
        task_verdict="通过验收",
        finance_verdict="结题",
        opinion="同意。",
    )

    acceptance = Acceptance.objects.get(project=project)
    assert (acceptance.state, acceptance.verdict) == ("reviewed", "结题")
    steps = Step.objects.of(acceptance).exclude(act="send_link")
    assert set(steps.values_list("role", flat=True)) == {"city", "province", "expert"}


def test_a_technical_report_is_recorded_from_the_page():
    project = make_project(milestones=False)
    unit = browsers(project)["unit"]

    assert send(unit, project, "technical-report", document_no="苏科报-1", on="2026-03-01").status_code == 302
    assert DatedEvent.objects.get(kind="科技报告").result == "收录"
    assert "苏科报-1" in text_of(unit.get(address(project)))


def test_a_fault_stands_beside_its_field_and_nothing_is_done():
    project = applied("2026-04-01")
    city = browsers(project)["city"]

    answer = send(city, project, "city-review", opinion="意见在此", on="2026-03-31")

    page = text_of(answer)
    assert answer.status_code == 422
    assert "日期不能早于申请日期（2026-04-01）。" in page
    assert "意见在此" in page and page.count("<h1") == 1
    assert not Acceptance.objects.exists()


def test_what_comes_too_late_is_refused_with_where_it_stands():
    project = applied()
    city = browsers(project)["city"]
    agreed(project)

    answer = send(city, project, "city-review", opinion="同意", on="2026-05-10")

    assert answer.status_code == 422
    assert "已同意，待评审" in text_of(answer)


@pytest.mark.parametrize("word", sorted(DEEDS))
def test_nobody_does_what_is_anothers(word: str):
    project = agreed(by="city").project
    allowed = {
        "technical-report": {"unit", "park"},
        "city-review": {"city"},
        "invite": {"city"},
        "verdict": {"city"},
    }.get(word, {"province"})

    found = {name: send(browser, project, word).status_code for name, browser in browsers(project).items()}

    assert found == {name: 422 if name in allowed else 403 for name in ROLES}


def test_an_unknown_word_is_not_found():
    project = applied()
    assert send(browsers(project)["province"], project, "nothing").status_code == 404


def act_on(browser: Client, expert: Panelist, word: str, **said: str) -> Any:
    number = expert.acceptance.project.number
    return browser.post(reverse("acceptance-expert", args=[number, expert.pk]), {"act": word, **said})


def test_a_link_is_shown_once_and_opens():
    expert = paneled(agreed())[0]
    project = expert.acceptance.project
    province = browsers(project)["province"]

    answer = act_on(province, expert, "link", days="7")

    page = text_of(answer)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    url = page.split('<p class="code">')[1].split("</p>")[0]
    assert url.startswith("http://testserver/expert/")
    assert Client().get(url).status_code == 200
    assert url.rsplit("/", 2)[1] not in text_of(province.get(address(project)))


def test_a_link_is_withdrawn_and_an_expert_taken_off():
    expert = paneled(agreed())[0]
    province = browsers(expert.acceptance.project)["province"]
    act_on(province, expert, "link")

    assert act_on(province, expert, "withdraw").status_code == 302
    expert.refresh_from_db()
    assert expert.token_digest == ""
    assert act_on(province, expert, "drop").status_code == 302
    assert not Panelist.objects.filter(pk=expert.pk).exists()
    assert act_on(province, expert, "drop").status_code == 404


def test_who_has_judged_stays_and_the_page_says_so():
    expert = submitted(paneled(agreed())[0])
    province = browsers(expert.acceptance.project)["province"]

    for word in ("link", "withdraw", "drop"):
        answer = act_on(province, expert, word)
        assert answer.status_code == 409
        assert "已提交评审意见，不能再更改" in text_of(answer)
    assert act_on(province, expert, "nothing").status_code == 404


def test_only_who_organises_touches_the_panel():
    expert = paneled(agreed(by="city"))[0]

    found = {
        name: act_on(browser, expert, "withdraw").status_code
        for name, browser in browsers(expert.acceptance.project).items()
    }

    assert found == {"unit": 403, "park": 403, "city": 302, "province": 403, "auditor": 403}


def test_sheets_are_shown_to_the_parties_only_with_the_verdict():
    acceptance = agreed()
    for expert in paneled(acceptance):
        submitted(expert, opinion="很特别的意见")
    people = browsers(acceptance.project)

    seen = {
        name: "很特别的意见" in text_of(browser.get(address(acceptance.project)))
        for name, browser in people.items()
    }
    assert seen == {"unit": False, "park": False, "city": False, "province": True, "auditor": False}
    send(
        people["province"],
        acceptance.project,
        "verdict",
        meeting_on="2026-06-01",
        task_verdict="通过验收",
        finance_verdict="通过验收",
        opinion="同意。",
    )
    assert "很特别的意见" in text_of(people["unit"].get(address(acceptance.project)))


def test_the_page_costs_the_same_however_large_the_panel(django_assert_max_num_queries: Any):
    project = judged().project
    province = browsers(project)["province"]
    province.get(address(project))

    with django_assert_max_num_queries(20):
        province.get(address(project))


def looks(project: Project, today: date = TODAY) -> list[str]:
    rounds = rounds_of(project, OPERATOR, on=today)
    return [step.look for step in way_of(rounds[0] if rounds else None, checklist([], set()), today=today)]


def test_the_way_shows_the_first_step_that_is_not_done():
    assert looks(make_project(milestones=False)) == ["now", *["ahead"] * 8]
    acceptance = present(applied())
    assert looks(acceptance.project) == ["done", "done", "now", *["ahead"] * 6]
    agreed(acceptance.project)
    assert looks(acceptance.project) == ["done", "done", "skipped", "done", "now", *["ahead"] * 4]


def test_a_failed_acceptance_skips_the_certificate():
    assert looks(judged(task_verdict="不通过验收").project)[-3:] == ["now", "skipped", "ahead"]


def test_an_acceptance_judged_before_the_project_came_in_is_told_as_it_is_on_record():
    project = make_project(state="closed", milestones=False)
    for kind, on, result in (("验收申请", "2026-03-10", ""), ("验收结论", "2026-05-20", "通过验收")):
        DatedEvent.objects.create(
            project=project, kind=kind, happened_on=date.fromisoformat(on), result=result
        )

    page = text_of(browsers(project)["province"].get(address(project)))

    assert "验收未在本系统办理：2026-03-10 申请，2026-05-20 结论为“通过验收”。" in page
    assert "尚未申请验收" not in page and "缺少" not in page
    assert 'aria-current="step"' not in page


@pytest.mark.parametrize(
    ("state", "now", "lacks_papers"),
    [("implementing", "材料", True), ("acceptance", "市审核", False), ("terminated", None, False)],
)
def test_an_application_made_before_the_project_came_in_is_a_step_done(
    state: str, now: str | None, lacks_papers: bool
):
    project = make_project(state=state, milestones=False)
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=date(2026, 3, 10))

    page = text_of(browsers(project)["province"].get(address(project)))

    present_steps = re.findall(r'aria-current="step".*?class="name">(.*?)<', page)
    assert present_steps == ([now] if now else [])
    assert ("缺少" in page) is lacks_papers


def test_no_step_is_the_next_of_a_project_broken_off():
    project = walked(present(applied()).project, "terminated")

    assert 'aria-current="step"' not in text_of(browsers(project)["province"].get(address(project)))
