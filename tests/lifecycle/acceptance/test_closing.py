"""After the verdict: publication, certificate, closing, archive; and the one return."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lifecycle.acceptance.closing import (
    NOT_CERTIFIED,
    NOT_RETURNED_BEFORE,
    AlreadyArchived,
    AlreadyCertified,
    CertificateTaken,
    NotCertifiable,
    NotPublished,
    archive,
    certify,
    conclude,
    give_back,
    publish,
)
from lifecycle.acceptance.links import panelist_of
from lifecycle.acceptance.rounds import NotApplied, WrongStep
from lifecycle.errors import Conflict, Invalid
from lifecycle.guards import Case
from lifecycle.models import Acceptance, DatedEvent, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_project, set_limit
from tests.lifecycle.acceptance.builders import (
    NOW,
    TODAY,
    agreed,
    applied,
    concluded,
    judged,
    linked,
    made,
    paneled,
    present,
    reread,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def acceptance() -> Acceptance:
    return judged()


def published(acceptance: Acceptance, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {
        "published_from": day("2026-06-10"),
        "published_until": day("2026-06-16"),
        "objection": "",
    }
    return publish(project=acceptance.project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def certified(acceptance: Acceptance, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {"certificate_no": "苏验字〔2026〕1号", "on": day("2026-06-17")}
    return certify(project=acceptance.project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def archived(acceptance: Acceptance, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {"archive_no": "DA-2026-001", "on": day("2026-08-10")}
    return archive(project=acceptance.project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def acts(acceptance: Acceptance) -> list[str]:
    return [step.act for step in Step.objects.of(acceptance)]


def test_a_verdict_is_published_and_an_objection_noted(acceptance: Acceptance):
    published(acceptance)
    published(acceptance, objection="收到一条，已核实不成立。")

    kept = reread(acceptance)
    assert (kept.published_from, kept.published_until) == (day("2026-06-10"), day("2026-06-16"))
    assert kept.objection == "收到一条，已核实不成立。"
    assert acts(kept)[-2:] == ["publish", "publish"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"published_until": day("2026-06-15")}, "published_until"),
        ({"published_until": day("2026-06-01")}, "published_until"),
        ({"published_from": day("2026-05-31")}, "published_from"),
        (
            {"published_from": day("2026-11-22"), "published_until": day("2026-12-22")},
            "published_from",
        ),
        ({"published_until": day("9999-12-31")}, "published_until"),
        ({"objection": "字" * 5001}, "objection"),
    ],
)
def test_what_is_wrong_with_a_publication_is_named(acceptance: Acceptance, changes, field):
    with pytest.raises(Invalid) as refusal:
        published(acceptance, **changes)

    assert set(refusal.value.details) == {field}
    assert reread(acceptance).published_from is None


def test_the_batch_sets_how_long_it_lasts(acceptance: Acceptance):
    set_limit(acceptance.project.cluster.batch, "publication_days", "5", applies_from="2026-01-01")

    with pytest.raises(Invalid):
        published(acceptance, published_until=day("2026-06-13"))
    assert published(acceptance, published_until=day("2026-06-14")).published_until == day("2026-06-14")


def test_nothing_is_published_before_the_verdict():
    with pytest.raises(WrongStep):
        published(agreed())


@pytest.mark.parametrize(("on", "is_over"), [("2026-06-16", False), ("2026-06-17", True)])
def test_a_certificate_follows_the_publication(acceptance: Acceptance, on: str, is_over: bool):
    published(acceptance)
    if is_over:
        assert certified(acceptance, on=day(on)).certified_on == day(on)
    else:
        with pytest.raises(NotPublished):
            certified(acceptance, on=day(on))


def test_without_publication_there_is_no_certificate(acceptance: Acceptance):
    with pytest.raises(NotPublished):
        certified(acceptance)

    assert reread(acceptance).certificate_no == ""


@pytest.mark.parametrize("verdict", ["通过验收", "结题", "不通过验收"])
def test_a_failed_acceptance_has_no_certificate(verdict: str):
    acceptance = judged(task_verdict=verdict)
    published(acceptance)
    if verdict == "不通过验收":
        with pytest.raises(NotCertifiable):
            certified(acceptance)
    else:
        assert certified(acceptance).certificate_no == "苏验字〔2026〕1号"


@pytest.mark.parametrize(
    ("changes", "field"), [({"certificate_no": " "}, "certificate_no"), ({"on": day("2026-11-22")}, "on")]
)
def test_what_is_wrong_with_a_certificate_is_named(acceptance: Acceptance, changes, field):
    published(acceptance)

    with pytest.raises(Invalid) as refusal:
        certified(acceptance, **changes)
    assert set(refusal.value.details) == {field}


def test_a_number_is_used_once(acceptance: Acceptance):
    other = judged()
    for each in (acceptance, other):
        published(each)
    certified(acceptance)

    with pytest.raises(CertificateTaken):
        certified(other)
    assert reread(other).certified_on is None


def test_a_number_mistyped_is_put_right(acceptance: Acceptance):
    published(acceptance)
    certified(acceptance, certificate_no="苏验字〔2026〕11号")

    assert certified(acceptance).certificate_no == "苏验字〔2026〕1号"


def test_after_the_certificate_the_publication_stands(acceptance: Acceptance):
    published(acceptance)
    certified(acceptance)

    with pytest.raises(AlreadyCertified):
        published(acceptance, objection="迟到的异议")


def test_closing_concludes_and_writes_the_dated_event(acceptance: Acceptance):
    conclude(made(acceptance.project, "closed", on="2026-08-01"))

    kept = reread(acceptance)
    assert kept.state == "concluded"
    event = DatedEvent.objects.get(project=kept.project, kind="验收结论")
    assert (event.happened_on, event.result) == (day("2026-08-01"), "通过验收")
    assert acts(kept)[-1] == "conclude"


def test_the_verdict_of_the_panel_counts_before_one_out_of_a_workbook(acceptance: Acceptance):
    DatedEvent.objects.create(
        project=acceptance.project, kind="验收结论", happened_on=day("2026-08-01"), result="结题"
    )

    conclude(made(acceptance.project, "closed", on="2026-08-01"))

    assert DatedEvent.objects.get(kind="验收结论").result == "通过验收"


def test_without_a_verdict_nothing_is_concluded():
    acceptance = agreed()
    with pytest.raises(WrongStep):
        conclude(made(acceptance.project, "closed"))

    assert reread(acceptance).state == "agreed"


def test_publication_and_certificate_may_follow_the_closing():
    acceptance = concluded()

    published(acceptance)
    assert certified(acceptance).certified_on == day("2026-06-17")


def test_a_closed_project_goes_to_the_archive():
    acceptance = concluded()

    archived(acceptance)

    kept = reread(acceptance)
    assert (kept.archive_no, kept.archived_on, acts(kept)[-1]) == (
        "DA-2026-001",
        day("2026-08-10"),
        "archive",
    )
    with pytest.raises(AlreadyArchived):
        archived(acceptance, archive_no="DA-2026-002")
    for act in (published, certified):
        with pytest.raises(AlreadyArchived):
            act(acceptance)


def test_before_the_closing_nothing_is_archived(acceptance: Acceptance):
    with pytest.raises(WrongStep) as refusal:
        archived(acceptance)

    assert refusal.value.details == {"state": "acceptance"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"archive_no": ""}, "archive_no"),
        ({"on": day("2026-11-22")}, "on"),
        ({"on": day("2022-08-31")}, "on"),
    ],
)
def test_what_is_wrong_with_an_archive_is_named(changes, field):
    acceptance = concluded()  # the move was recorded for the first day of the project

    with pytest.raises(Invalid) as refusal:
        archived(acceptance, **changes)
    assert set(refusal.value.details) == {field}


def test_the_archive_does_not_come_before_the_certificate():
    acceptance = concluded()
    published(acceptance)
    certified(acceptance)

    with pytest.raises(Invalid):
        archived(acceptance, on=day("2026-06-16"))
    assert archived(acceptance, on=day("2026-06-17")).archived_on == day("2026-06-17")


def test_a_return_ends_the_round_and_its_links():
    acceptance = agreed()
    experts = paneled(acceptance)
    submitted(experts[0])
    token = linked(experts[1])

    give_back(made(acceptance.project, "implementing", said={"reason": "指标未完成"}))

    kept = reread(acceptance)
    assert kept.state == "returned"
    assert panelist_of(token, now=NOW) is None
    assert not kept.panel.exclude(token_digest="").exists()
    step = Step.objects.of(kept).last()
    assert step is not None
    assert (step.act, step.reason) == ("give_back", "指标未完成")


@pytest.mark.parametrize("build", [lambda: present(applied()), agreed, judged])
def test_any_round_that_stands_can_be_returned(build):
    acceptance = build()
    give_back(made(acceptance.project, "implementing"))

    assert reread(acceptance).state == "returned"


def test_a_project_that_came_in_at_acceptance_is_returned_with_a_round_of_its_own():
    project = applied()

    give_back(made(project, "implementing"))

    assert Acceptance.objects.get(project=project).state == "returned"


def test_without_a_day_of_application_nothing_is_returned():
    project = make_project(milestones=False, state="acceptance")

    with pytest.raises(NotApplied):
        give_back(made(project, "implementing"))


def test_after_the_certificate_nothing_is_returned(acceptance: Acceptance):
    published(acceptance)
    certified(acceptance)
    assert not NOT_CERTIFIED.look(Case(acceptance.project, TODAY, TODAY)).is_met

    with pytest.raises(AlreadyCertified):
        give_back(made(acceptance.project, "implementing"))


@pytest.mark.parametrize("build", [lambda: applied(), lambda: agreed().project, lambda: judged().project])
def test_until_the_certificate_it_may_be_returned(build):
    assert NOT_CERTIFIED.look(Case(build(), TODAY, TODAY)).is_met


def test_a_project_is_returned_once():
    project = applied()
    case = Case(project, TODAY, TODAY)
    assert NOT_RETURNED_BEFORE.look(case).is_met

    give_back(made(project, "implementing"))

    assert not NOT_RETURNED_BEFORE.look(Case(project, TODAY, TODAY)).is_met


def test_a_move_on_record_says_the_same_as_a_round():
    by_move, by_round = applied(), applied()
    made(by_move, "implementing")
    Acceptance.objects.create(project=by_round, round=1, applied_on=day("2026-04-01"), state="returned")

    for project in (by_move, by_round):
        assert not NOT_RETURNED_BEFORE.look(Case(project, TODAY, TODAY)).is_met


def test_a_refusal_leaves_things_as_they_were(acceptance: Acceptance):
    before = Acceptance.objects.values().get(pk=acceptance.pk)
    steps = Step.objects.count()
    for act in (certified, archived, lambda each: published(each, published_until=day("2026-06-10"))):
        with pytest.raises((Conflict, Invalid)):
            act(acceptance)

    assert Acceptance.objects.values().get(pk=acceptance.pk) == before
    assert Step.objects.count() == steps


@pytest.mark.parametrize(
    "change",
    [
        {"published_from": day("2026-06-10")},
        {"published_until": day("2026-06-10")},
        {"published_from": day("2026-06-10"), "published_until": day("2026-06-09")},
        {"certificate_no": "苏验字〔2026〕1号"},
        {"certified_on": day("2026-07-01")},
        {"certificate_no": "苏验字〔2026〕1号", "certified_on": day("2026-07-01")},
        {"archived_on": day("2026-07-01"), "archive_no": "DA-1"},
    ],
)
def test_the_database_knows_their_order(acceptance: Acceptance, change: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.filter(pk=acceptance.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"certified_on": day("2026-06-16"), "certificate_no": "1"},
        {"certified_on": day("2026-06-17"), "certificate_no": ""},
        {"certified_on": day("2026-06-17"), "certificate_no": "1", "verdict": "不通过验收"},
    ],
)
def test_the_database_certifies_only_what_was_published_and_passed(
    acceptance: Acceptance, change: dict[str, Any]
):
    published(acceptance)
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.filter(pk=acceptance.pk).update(**change)
    sound = {"certified_on": day("2026-06-17"), "certificate_no": "1"}

    assert Acceptance.objects.filter(pk=acceptance.pk).update(**sound) == 1
