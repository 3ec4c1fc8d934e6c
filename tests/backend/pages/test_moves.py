"""Moves by page: the card that says whether a project may move on, and the page that moves it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from lifecycle.models import (
    DatedEvent,
    Document,
    DocumentCategory,
    Finding,
    Project,
    ProjectState,
    StateChange,
)
from lifecycle.moves import MOVES
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import make_project
from tests.finance.settling import paper
from tests.lifecycle.acceptance.builders import applied
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

CARD_QUERIES = 29
"""Of the card as of today: who asks, the project, its facts once, and what single conditions look at."""

STOPPING = {"on": "2024-03-01", "reason": "无法继续实施", "reason_class": "objective"}


@pytest.fixture
def project() -> Project:
    return make_project()


def browser(project: Project, role: str) -> Client:
    """Somebody who holds the role towards the project."""
    park = project.cluster.park
    city = park.parent
    assert city is not None
    where = {
        Role.UNIT: project.unit,
        Role.PARK: park,
        Role.CITY: city,
        Role.PROVINCE: city.parent,
    }[Role(role)]
    assert where is not None
    return browser_of(make_person((Role(role), where)))


def card(project: Project, role: str, **query: str) -> str:
    return text_of(browser(project, role).get(reverse("moves", args=[project.number]), query, **HTMX))


def address(project: Project, name: str) -> str:
    return reverse("move", args=[project.number, name])


def state_of(project: Project) -> str:
    return Project.objects.values_list("state", flat=True).get(pk=project.pk)


def decision(project: Project) -> Document:
    return paper(project, DocumentCategory.DECISION)


# The card.


def test_the_card_says_what_is_missing_who_mends_it_and_where(project: Project):
    told = card(project, "park", on="2025-06-01")

    assert "<h1" not in told
    assert told.startswith('<section class="panel gates" id="gates"')
    assert "申请验收" in told
    assert "实施期至 2026-02-28 结束，最早可于 2026-03-01 申请验收。" in told
    assert "由承担单位、高新区管委会处理" in told
    assert f'href="{reverse("settlement", args=[project.number])}"' in told
    assert "按 2025-06-01 判断" in told


def test_the_page_is_the_card_with_the_ways_to_the_other_pages(project: Project):
    told = text_of(browser(project, "park").get(reverse("moves", args=[project.number])))

    assert told.count("<h1") == 1
    assert 'aria-current="page">阶段变更' in told
    assert 'id="gates"' in told


def test_the_project_page_asks_for_the_card_of_the_day_that_is_read(project: Project):
    park = browser(project, "park")

    today = text_of(park.get(reverse("project", args=[project.number])))
    past = text_of(park.get(reverse("project", args=[project.number]), {"on": "2024-06-01"}))

    moves = reverse("moves", args=[project.number])
    assert f'hx-get="{moves}"' in today and f'<a class="small" href="{moves}">' in today
    assert f'hx-get="{moves}?on=2024-06-01"' in past
    assert 'aria-current="page">概况' in today


@pytest.mark.parametrize(
    ("role", "mine", "word"),
    [
        ("park", "所差各项均可由您处理", "前往处理"),
        ("unit", "项可由您处理", "前往处理"),
        ("unit", "项可由您处理", "前往查看"),
        ("city", "所差各项由其他单位处理", "前往查看"),
    ],
)
def test_each_reader_is_told_what_is_theirs(role: str, mine: str, word: str):
    project = make_project(state="approved", contract_signed_on=None, milestones=False)

    told = card(project, role)

    assert mine in told and word in told


def test_only_who_may_move_it_finds_the_button(project: Project):
    told = {role: card(project, role) for role in ("unit", "park", "city", "province")}

    button = f'href="{address(project, "apply_for_acceptance")}"'
    assert {role: button in text for role, text in told.items()} == {
        "unit": False,
        "park": True,
        "city": False,
        "province": False,
    }
    for name in ("suspend", "terminate", "revoke"):
        assert {role for role, text in told.items() if address(project, name) in text} == {"province"}


def test_a_past_day_is_read_and_offers_no_button(project: Project):
    now, then = card(project, "park"), card(project, "park", on="2024-06-01")

    assert "办理“申请验收”" in now
    assert "办理“申请验收”" not in then


def test_a_day_that_is_none_is_said_and_today_is_shown(project: Project):
    told = text_of(
        browser(project, "park").get(reverse("moves", args=[project.number]), {"on": "2099-01-01"})
    )

    assert "日期不能晚于今天" in told
    assert "办理“申请验收”" in told


def test_readiness_shows_from_the_first_stage_on_and_ends_with_acceptance(project: Project):
    early = make_project(cluster=project.cluster, state="approved", milestones=False)
    late = make_project(cluster=project.cluster, state="acceptance", milestones=False)

    assert "如果今天申请验收" in card(early, "park")
    assert "如果今天申请验收" not in card(late, "park")


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_nothing_is_asked_where_the_way_has_ended(state: str):
    told = card(make_project(state=state, milestones=False), "province")

    assert f"项目已{ProjectState(state).label}，没有可办理的阶段变更。" in told
    assert "办理“" not in told


def test_the_way_forward_leads_and_the_rest_is_found_on_the_page():
    project = make_project(state="acceptance", milestones=False)
    province = browser(project, "province")
    url = reverse("moves", args=[project.number])

    of_card, of_page = text_of(province.get(url, **HTMX)), text_of(province.get(url))

    assert "<h3>结题" in of_card and "<h3>退回整改" not in of_card
    assert f'<a href="{address(project, "return_for_rectification")}">退回整改</a>' in of_card
    for title in ("结题", "退回整改", "终止", "撤销"):
        assert f"<h3>{title}" in of_page
    assert 'class="button primary"' not in of_page


def test_readiness_stands_below_the_way_forward(project: Project):
    told = text_of(browser(project, "province").get(reverse("moves", args=[project.number])))

    assert told.index("<h3>申请验收") < told.index("如果今天申请验收") < told.index("<h3>暂停")


def test_codes_stand_beside_rules_alone(project: Project):
    told = card(project, "park")

    assert "FIN-07" in told
    assert "term_ended" not in told


def test_the_card_costs_the_same_however_much_there_is(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
):
    park = browser(project, "park")
    url = reverse("moves", args=[project.number])
    park.get(url, **HTMX)
    with django_assert_num_queries(CARD_QUERIES):
        park.get(url, **HTMX)


# The page of a move.


def test_the_page_shows_the_conditions_before_the_button(project: Project):
    told = text_of(browser(project, "park").get(address(project, "apply_for_acceptance")))

    assert told.count("<h1") == 1
    assert "各期拨款到位" in told and "确认办理“申请验收”" in told
    assert told.index("各期拨款到位") < told.index("确认办理“申请验收”")


@pytest.mark.parametrize(
    ("name", "state", "asked"),
    [
        ("suspend", "implementing", {"on", "reason"}),
        ("terminate", "implementing", {"on", "reason", "reason_class", "document"}),
        ("close", "acceptance", {"on", "reason"}),
        (
            "return_for_rectification",
            "acceptance",
            {
                "on",
                "reason",
                "due_on",
                *(f"{each}_{row}" for each in ("finding", "severity") for row in range(1, 6)),
            },
        ),
    ],
)
def test_a_move_asks_for_what_it_needs_and_no_more(name: str, state: str, asked: set[str]):
    project = make_project(state=state, milestones=False)

    form = browser(project, "province").get(address(project, name)).context["form"]

    assert set(form.fields) == asked
    assert form.fields["reason"].required is ("reason" in MOVES[name].needs)


def test_a_move_is_made_and_said_on_the_project_page(project: Project):
    province = browser(project, "province")

    answer = province.post(
        address(project, "suspend"), {"on": "2024-03-01", "reason": "设备改造"}, follow=True
    )

    assert answer.redirect_chain[0][0] == reverse("project", args=[project.number])
    assert "已办理“暂停”。" in text_of(answer)
    change = StateChange.objects.get(project=project, move="suspend")
    assert (str(change.effective_on), change.reason, change.role) == ("2024-03-01", "设备改造", "province")
    assert state_of(project) == ProjectState.SUSPENDED


def test_a_decision_that_is_on_file_is_chosen(project: Project):
    document = decision(project)
    province = browser(project, "province")

    chosen = text_of(province.get(address(project, "terminate")))
    province.post(address(project, "terminate"), STOPPING | {"document": str(document.pk)})

    assert f'<option value="{document.pk}">' in chosen
    assert StateChange.objects.get(project=project, move="terminate").document == document
    assert state_of(project) == ProjectState.TERMINATED


def test_findings_are_written_down_with_the_day_to_mend_them_by():
    project = applied()

    answer = browser(project, "province").post(
        address(project, "return_for_rectification"),
        {
            "on": "2026-06-01",
            "reason": "材料不实",
            "due_on": "2026-08-01",
            "finding_1": "检测报告不全",
            "severity_1": "major",
            "finding_3": "专利未授权",
            "severity_3": "minor",
        },
    )

    assert answer.status_code == 302
    found = Finding.objects.filter(project=project).order_by("pk")
    assert [(each.text, each.severity, str(each.due_on)) for each in found] == [
        ("检测报告不全", "major", "2026-08-01"),
        ("专利未授权", "minor", "2026-08-01"),
    ]
    assert state_of(project) == ProjectState.IMPLEMENTING


def test_breaking_off_names_all_that_was_not_said_at_once_and_chooses_nothing():
    project = make_project()
    province = browser_of(people_around(project)["province"])

    blank = province.get(address(project, "terminate")).context["form"]
    sent = province.post(address(project, "terminate"), {"on": "2024-03-01"}).context["form"]

    assert blank["reason_class"].value() is None
    assert blank.fields["reason_class"].choices[0] == ("", "请选择")
    assert set(sent.errors) == {"reason", "reason_class", "document"}


@pytest.mark.parametrize(
    ("name", "state", "said", "field", "sentence"),
    [
        ("suspend", "implementing", {"on": "2024-03-01"}, "reason", "必填"),
        ("suspend", "implementing", {"on": "2024-03-01", "reason": "  "}, "reason", "必填"),
        ("suspend", "implementing", {"on": "2024-03-01", "reason": "a\x0bb"}, "reason", "不能含有控制字符"),
        ("suspend", "implementing", {"on": "2024-03-01", "reason": "长" * 2001}, "reason", "2000"),
        ("suspend", "implementing", {"on": "2099-01-01", "reason": "x"}, "on", "生效日期不能晚于今天"),
        ("suspend", "implementing", {"on": "2022-08-19", "reason": "x"}, "on", "不能早于立项下达日期"),
        ("suspend", "implementing", {"on": "明天", "reason": "x"}, "on", "日期"),
        ("terminate", "implementing", STOPPING, "document", "请选择本项目“文件”中的决定文件"),
        ("terminate", "implementing", STOPPING | {"document": "999"}, "document", "999"),
        ("terminate", "implementing", STOPPING | {"reason_class": ""}, "reason_class", "必填"),
        (
            "return_for_rectification",
            "acceptance",
            {"on": "2026-06-01", "reason": "x", "due_on": "2026-08-01"},
            "finding_1",
            "至少一条",
        ),
        (
            "return_for_rectification",
            "acceptance",
            {
                "on": "2026-06-01",
                "reason": "x",
                "due_on": "2026-09-02",
                "finding_1": "y",
                "severity_1": "minor",
            },
            "due_on",
            "2026-09-01 之前（含当日）",
        ),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    name: str, state: str, said: dict[str, str], field: str, sentence: str
):
    project = make_project(state=state, milestones=False)

    answer = browser(project, "province").post(address(project, name), said)

    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in text_of(answer)
    assert StateChange.objects.filter(project=project).count() == 1
    assert state_of(project) == state


def test_a_finding_given_without_its_weight_is_kept_and_asked_about():
    project = make_project(state="acceptance", milestones=False)
    said = {"on": "2026-06-01", "reason": "x", "due_on": "2026-08-01", "finding_2": "检测报告不全"}

    answer = browser(project, "province").post(address(project, "return_for_rectification"), said)

    assert answer.status_code == 422
    assert "检测报告不全" in text_of(answer)
    assert state_of(project) == "acceptance"


def test_a_paper_of_another_project_decides_nothing(project: Project):
    foreign = decision(make_project(cluster=project.cluster))

    answer = browser(project, "province").post(
        address(project, "terminate"), STOPPING | {"document": str(foreign.pk)}
    )

    assert answer.status_code == 422
    assert state_of(project) == "implementing"


def test_a_press_too_early_is_409_with_every_open_point(project: Project):
    park = browser(project, "park")
    shown = park.get(address(project, "apply_for_acceptance")).context["unmet"]

    answer = park.post(address(project, "apply_for_acceptance"), {"on": "2025-01-01", "reason": ""})

    assert answer.status_code == 409
    told = text_of(answer)
    refusal = answer.context["form"].non_field_errors()[0]
    assert len(shown) > 4
    for point in shown:
        assert point.condition.message in told
        assert point.condition.message in refusal
    assert "最早可于 2026-03-01 申请验收" in refusal
    assert 'value="2025-01-01"' in told
    assert StateChange.objects.filter(project=project).count() == 1
    assert not DatedEvent.objects.filter(project=project, kind="验收申请").exists()


def test_a_second_press_is_409_and_says_who_was_first(project: Project):
    province = browser(project, "province")
    said = {"on": "2024-03-01", "reason": "设备改造"}
    province.post(address(project, "suspend"), said)

    answer = province.post(address(project, "suspend"), said)

    assert answer.status_code == 409
    told = text_of(answer)
    assert "项目现处于“暂停”阶段，不能办理“暂停”。" in told and "已办理“暂停”" in told
    assert "确认办理" not in told
    assert StateChange.objects.filter(project=project, move="suspend").count() == 1


def test_what_follows_a_move_and_cannot_is_409_on_its_page():
    project = make_project(state="acceptance", milestones=False)
    said = {
        "on": "2026-06-01",
        "reason": "x",
        "due_on": "2026-08-01",
        "finding_1": "y",
        "severity_1": "minor",
    }

    answer = browser(project, "province").post(address(project, "return_for_rectification"), said)

    assert answer.status_code == 409
    assert "没有登记验收申请日期" in text_of(answer) and "确认办理“退回整改”" in text_of(answer)
    assert state_of(project) == "acceptance"


def test_a_move_from_another_stage_is_explained(project: Project):
    told = text_of(browser(project, "province").get(address(project, "close")))

    assert "项目现处于“实施”阶段，不能办理这一事项。" in told
    assert "确认办理" not in told


@pytest.mark.parametrize("name", list(MOVES))
def test_each_move_is_made_by_its_role_alone(name: str, project: Project):
    people = people_around(project)
    for method in ("get", "post"):
        statuses = {
            who: getattr(browser_of(person), method)(address(project, name)).status_code
            for who, person in people.items()
        }
        let_in = {who for who, status in statuses.items() if status in (200, 422)}
        assert let_in == {MOVES[name].role}
        assert {who for who, status in statuses.items() if status == 403} >= {
            "unit",
            "park",
            "city",
            "province",
            "auditor",
        } - let_in
        assert statuses["nobody"] == 302
        assert statuses["other park"] == statuses["other unit"] == 404


def test_a_move_that_does_not_exist_is_not_found(project: Project):
    assert browser(project, "province").get(address(project, "entered")).status_code == 404


def test_what_was_moved_stands_in_the_history(project: Project):
    province = browser(project, "province")
    said: dict[str, Any] = {"on": "2024-03-01", "reason": "设备改造"}
    province.post(address(project, "suspend"), said)

    told = text_of(province.get(reverse("history", args=[project.number])))

    assert "暂停" in told and "设备改造" in told and "当时的条件" in told
