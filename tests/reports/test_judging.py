"""Judging many projects: few queries, and a past day's answers that stay what they were."""

from __future__ import annotations

from typing import Any

import pytest

from finance.posting import reverse_entry
from lifecycle.models import BatchLimit, DatedEvent, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.rules.answers import Status
from reports import judging
from reports.watch import RULES, answers_of, judged
from tests.builders import day, instant, make_batch, make_cluster, make_milestone, make_project, moved, yuan

pytestmark = pytest.mark.django_db

PAST = day("2024-03-01")


def statuses(project: Project, **when: Any) -> dict[str, Status]:
    return {answer.code: answer.status for answer in answers_of([project], **when)[project.pk]}


def test_each_project_answers_every_rule_in_the_order_of_the_book() -> None:
    project = make_project()

    codes = [answer.code for answer in answers_of([project], on=PAST)[project.pk]]

    assert codes == [rule.code for rule in RULES] == sorted(codes)
    assert (codes[0], codes[-1]) == ("FIN-01", "LC-10")


def test_a_late_posting_changes_the_answer_of_a_past_day_but_not_what_was_known() -> None:
    project = make_project()
    moved(project, "拨付单位", "省拨款", "100.00", "2024-01-01")
    moved(project, "到账园区", "省拨款", "100.00", "2023-12-31")
    known = instant()

    moved(project, "拨付单位", "园区配套", "100.00", "2024-01-01")

    assert statuses(project, on=PAST)["FIN-04"] == Status.PASS
    assert statuses(project, on=PAST, known_at=known)["FIN-04"] == Status.BREACH


def test_answers_as_known_stay_the_same_whatever_is_changed_later() -> None:
    batch = make_batch(pace_days="30", term_months="42")
    project = make_project(cluster=make_cluster(batch=batch))
    other = make_project(cluster=project.cluster)
    late = make_milestone(project, "2024-01-31")
    moved(project, "资金到位", "单位自筹", "100.00", "2023-01-01")
    moved(project, "支出", "单位自筹", "10.00", "2023-01-01", invoice="77")
    known = instant()
    before = answers_of([project], on=PAST, known_at=known)
    assert before == answers_of([project], on=PAST)

    Milestone.objects.filter(pk=late.pk).update(completed_on=day("2024-01-30"), state="verified")
    Milestone.objects.filter(project=project, year=2022).delete()
    Project.objects.filter(pk=project.pk).update(park_matching=yuan("1.00"), end_on=day("2026-03-31"))
    BatchLimit.objects.filter(batch=batch, code="term_months").update(value="36")
    DatedEvent.objects.create(
        project=project, kind="中期检查", happened_on=day("2023-12-01"), result="不通过"
    )
    moved(other, "支出", "单位自筹", "10.00", "2023-01-01", invoice="77")
    moved(project, "支出", "单位自筹", "500.00", "2023-02-01")
    reverse_entry(
        project=project, sequence=2, on=PAST, reason="误记", actor=OPERATOR_ACTOR, today=day("2026-11-22")
    )

    assert answers_of([project], on=PAST, known_at=known) == before
    changed = {
        answer.code
        for answer, now in zip(before[project.pk], answers_of([project], on=PAST)[project.pk], strict=True)
        if answer.status != now.status
    }
    assert changed == {"FIN-01", "FIN-07", "LC-01", "LC-02", "LC-03", "LC-05"}


def test_an_invoice_used_elsewhere_breaches_without_naming_the_other_project() -> None:
    first, second = make_project(number="甲"), make_project(number="SECRET-7", name="SECRET")
    moved(first, "支出", "单位自筹", "10.00", "2023-01-01", invoice="77")
    moved(second, "支出", "单位自筹", "10.00", "2023-01-01", voucher="SECRET-VOUCHER", invoice="77")

    (answer,) = (each for each in answers_of([first], on=PAST)[first.pk] if each.code == "FIN-11")

    assert answer.status == Status.BREACH
    assert "SECRET" not in f"{answer.message} {answer.figures_json()}"


@pytest.mark.parametrize("known", [False, True])
def test_the_queries_do_not_grow_with_the_projects(django_assert_num_queries: Any, known: bool) -> None:
    cluster = make_cluster()
    for number in range(30):
        project = make_project(cluster=cluster)
        moved(project, "资金到位", "单位自筹", "10.00", "2023-01-01", invoice=str(number))
    when: dict[str, Any] = {"on": PAST, "known_at": instant() if known else None}
    with django_assert_num_queries(16):
        assert len(answers_of(Project.objects.order_by("number")[:3], **when)) == 3
    with django_assert_num_queries(16):
        assert len(answers_of(Project.objects.all(), **when)) == 30


def test_chunks_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = make_cluster()
    projects = [make_project(cluster=cluster) for _each in range(5)]
    for project in projects[:3]:
        moved(project, "支出", "单位自筹", "10.00", "2023-01-01", invoice="77")
    whole = answers_of(projects, on=PAST)

    monkeypatch.setattr(judging, "CHUNK", 2)

    ids = [project.pk for project in reversed(projects)]
    in_parts = dict(judged(ids, on=PAST))
    assert list(in_parts) == ids
    assert in_parts == whole
