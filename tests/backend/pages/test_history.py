"""The story of a project by page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backend.pages import security_log, step_words
from lifecycle.models import DatedEvent, Milestone, Project, StateChange, Step
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_exemption, make_milestone, make_project, walked
from tests.papers import make_document
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return walked(make_project(milestones=False, state="approved"), "implementing")


@pytest.fixture
def park(project: Project) -> Client:
    return browser_of(make_person((Role.PARK, project.cluster.park)))


@pytest.fixture
def address(project: Project) -> str:
    return reverse("history", args=[project.number])


def stepped(project: Project, subject: str, pk: int, act: str, **facts: Any) -> Step:
    return Step.objects.create(
        project=project, subject=subject, subject_id=pk, act=act, on=day("2024-03-01"), **facts
    )


def condition(code: str, met: bool, sentence: str, **figures: str) -> dict[str, Any]:
    return {"code": code, "met": met, "status": None, "sentence": sentence, "figures": figures}


def test_who_has_no_role_and_what_is_only_an_event_have_words_too(
    project: Project, park: Client, address: str
) -> None:
    report = DatedEvent.objects.create(
        project=project, kind="科技报告", happened_on=day("2026-03-01"), document_no="苏科报1"
    )
    stepped(project, "datedevent", report.pk, "technical_report", role="unit")
    stepped(project, "acceptance", 1, "submit_scores", role="expert", actor_name="张组长")

    shown = text_of(park.get(address))

    for words in ("登记事项", "苏科报1", "登记科技报告", "张组长 · 评审专家"):
        assert words in shown
    assert "datedevent" not in shown and "expert" not in shown


def test_moves_are_told_newest_first_with_their_conditions_as_they_stood(
    project: Project, park: Client, address: str
) -> None:
    paper = make_document(project, category="decision", title="终止决定")
    StateChange.objects.create(
        project=project,
        sequence=4,
        move="terminate",
        from_state="implementing",
        to_state="terminated",
        effective_on=day("2024-02-01"),
        actor_name="province",
        role="province",
        reason="<b>停产</b>",
        reason_class="objective",
        document=paper,
        conditions={
            "on": [condition("FIN-05", False, "滞留 %(held)s 元。", held="1234.50")],
            "today": [condition("GONE", True, "自 %(since)s 起。", since="2024-01-05")],
        },
    )
    Project.objects.filter(pk=project.pk).update(state="terminated")

    answer = park.get(address)
    shown = text_of(answer)

    assert [moved.title for moved in answer.context["moves"]] == ["终止", "进入实施", "进入拨款", "录入系统"]
    for words in (
        "实施 → 终止",
        "2024-02-01",
        "省科技厅",
        "客观原因",
        "&lt;b&gt;停产&lt;/b&gt;",
        "终止决定",
        "滞留 1,234.50 元。",
        "自 2024-01-05 起。",
        "未满足",
    ):
        assert words in shown
    assert "<b>停产" not in shown


def test_steps_are_told_in_words(project: Project, park: Client, address: str) -> None:
    milestone = make_milestone(project, "2024-12-31")
    exemption = make_exemption(project)
    stepped(project, "milestone", milestone.pk, "hand_in", from_state="planned", to_state="handed_in")
    stepped(project, "exemption", exemption.pk, "ask", to_state="asked", role="park", reason="调剂")
    stepped(project, "nonsense", 1, "do_it", to_state="somewhere")

    steps = park.get(address).context["steps"]

    assert [(each.subject, each.thing, each.act, each.from_state, each.to_state) for each in steps] == [
        ("nonsense", "", "do_it", "", "somewhere"),
        ("例外", "FIN-04", "申请例外", "", "待批准"),
        ("里程碑", f"2024 {milestone.name}", "提交里程碑完成", "未开始", "已提交待核实"),
    ]
    assert "高新区管委会" in text_of(park.get(address))


def test_a_thing_that_is_no_more_keeps_its_story(project: Project, park: Client, address: str) -> None:
    milestone = make_milestone(project, "2024-12-31")
    stepped(project, "milestone", milestone.pk, "hand_in")
    Milestone.objects.all().delete()

    (told,) = park.get(address).context["steps"]

    assert (told.subject, told.thing) == ("里程碑", "")


def test_steps_of_other_projects_are_not_told(project: Project, park: Client, address: str) -> None:
    stepped(make_project(milestones=False), "milestone", 1, "hand_in")

    assert park.get(address).context["steps"] == []


def test_a_long_story_is_turned_over_at_the_same_cost(
    project: Project, park: Client, address: str, django_assert_num_queries: Any
) -> None:
    milestone = make_milestone(project, "2024-12-31")
    for number in range(51):
        stepped(project, "milestone", milestone.pk, "log_progress", reason=f"第 {number} 次")

    with django_assert_num_queries(8):
        first = park.get(address)
    with django_assert_num_queries(8):
        second = park.get(f"{address}?after={first.context['page'].after}")

    assert [len(answer.context["steps"]) for answer in (first, second)] == [50, 1]
    assert second.context["steps"][0].step.reason == "第 0 次"


@pytest.mark.parametrize("name", sorted(step_words.SUBJECTS))
def test_every_thing_with_a_word_is_one_there_is(name: str) -> None:
    assert step_words._model_of(name) is not None


@pytest.mark.parametrize(
    ("subject", "act", "word"),
    [
        ("milestone", "verify", "核实里程碑"),
        ("exemption", "grant", "批准例外"),
        ("document", "file", "上传文件"),
        ("milestone", "unheard_of", "unheard_of"),
    ],
)
def test_a_step_is_called_by_its_word(subject: str, act: str, word: str) -> None:
    assert step_words.act_word(subject, act) == word


def test_every_step_that_is_taken_has_a_word() -> None:
    taken = {
        act
        for package in ("lifecycle", "finance")
        for file in (Path(__file__).parents[3] / package).rglob("*.py")
        for act in re.findall(r'take_step\(\s*[\w.]+,\s*"(\w+)"', file.read_text(encoding="utf-8"))
    }
    words = {key.partition("_")[2] for key in security_log.ACTS}

    assert {"file", "grant", "refuse", "withdraw"} <= taken
    assert taken - words == set()
