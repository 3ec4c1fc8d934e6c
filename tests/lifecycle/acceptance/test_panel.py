"""The panel: who may be on it, what is wrong with it, and the personal links of its experts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.acceptance.links import digest_of, note_opened, panelist_of, send_link, withdraw_link
from lifecycle.acceptance.panel import (
    HasSubmitted,
    PanelistExists,
    drop,
    folded,
    is_party,
    least_of,
    panel_faults,
)
from lifecycle.acceptance.rounds import NotApplied, WrongStep
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Acceptance, FactVersion, Panelist, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, SecurityEvent
from tests.builders import set_limit, walked
from tests.lifecycle.acceptance.builders import (
    NOW,
    TODAY,
    agreed,
    applied,
    invited,
    judged,
    linked,
    paneled,
    present,
    submitted,
)


def expert(name: str = "甲", organisation: str = "东南大学", **facts: Any) -> Panelist:
    return Panelist(name=name, organisation=organisation, **facts)


def project_of(unit: str = "苏州示例科技有限公司", partners: str = "") -> Project:
    return Project(unit=Organisation(name=unit), partners=partners)


def sound() -> list[Panelist]:
    return [expert("甲", is_chair=True), expert("乙", is_finance=True), expert("丙")]


def test_three_experts_with_a_chair_and_one_for_the_money_are_a_panel():
    assert panel_faults(sound(), project_of(), least=3) == []


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        (sound()[:1], "不少于 3 人"),
        ([*sound(), expert("丁")], "单数"),
        ([expert("甲", is_chair=True), expert("乙"), expert("丙")], "财务专家"),
        ([expert("甲"), expert("乙", is_finance=True), expert("丙")], "组长"),
        ([expert("甲", is_chair=True, is_finance=True), expert("乙", is_chair=True), expert("丙")], "组长"),
        ([*sound()[:2], expert(" 甲 ", organisation="南京大学")], "姓名重复"),
        ([*sound()[:2], expert("丙", organisation="苏州示例科技有限公司")], "回避"),
        ([], "不少于 3 人"),
    ],
)
def test_each_fault_of_a_panel_is_said(panel, sentence):
    assert any(sentence in fault for fault in panel_faults(panel, project_of(), least=3))


def test_every_fault_is_said_at_once():
    assert len(panel_faults([], project_of(), least=3)) == 4


def test_one_expert_may_be_chair_and_know_the_money():
    panel = [expert("甲", is_chair=True, is_finance=True), expert("乙"), expert("丙")]

    assert panel_faults(panel, project_of(), least=3) == []


def test_the_batch_may_want_more():
    assert panel_faults(sound(), project_of(), least=5) != []


@pytest.mark.parametrize(
    "organisation",
    [
        "苏州示例（集团）公司",
        "苏州示例(集团)公司",
        " 苏州示例（集团） 公司",
        "苏州示例（集团）公司研发中心",
        "南京大学",
        "南京大学物理学院",
        "ＡＢＣＤ Lab",
        "abcd lab",
        "江苏某院",
    ],
)
def test_an_expert_from_a_party_stays_away(organisation):
    project = project_of("苏州示例（集团）公司", "南京大学、ABCD lab；江苏某院，东大")

    assert is_party(organisation, project)


@pytest.mark.parametrize("organisation", ["南京", "苏州示例", "东南大学", "东大医院", "苏信会计师事务所"])
def test_an_expert_from_elsewhere_does_not(organisation):
    assert not is_party(organisation, project_of("苏州示例（集团）公司", "南京大学、东大"))


def test_folding_knows_width_space_and_case():
    assert folded("　Ｓuzhou （A） ") == "suzhou(a)"


@pytest.fixture
def acceptance(db: None) -> Acceptance:
    return agreed()


def test_an_expert_is_put_on_the_panel_with_a_step(acceptance: Acceptance):
    added = invited(acceptance, name=" 张组长 ", is_chair=True)

    assert (added.name, added.is_chair, added.acceptance) == ("张组长", True, acceptance)
    step = Step.objects.of(acceptance).last()
    assert step is not None
    assert (step.act, step.details) == ("invite", {"panelist": added.pk, "name": "张组长"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "字" * 101}, "name"),
        ({"organisation": " "}, "organisation"),
        ({"specialty": "字" * 101}, "specialty"),
        ({"name": "a\x1b"}, "name"),
    ],
)
def test_what_is_wrong_with_an_expert_is_named(acceptance: Acceptance, changes, field):
    with pytest.raises(Invalid) as refusal:
        invited(acceptance, **changes)

    assert set(refusal.value.details) == {field}
    assert not Panelist.objects.exists()


def test_nobody_of_the_unit_is_invited(acceptance: Acceptance):
    with pytest.raises(Invalid) as refusal:
        invited(acceptance, organisation=acceptance.project.unit.name)

    assert set(refusal.value.details) == {"organisation"}


def test_the_same_expert_is_not_invited_twice(acceptance: Acceptance):
    invited(acceptance, name="张组长")

    with pytest.raises(PanelistExists):
        invited(acceptance, name="张组长")
    assert invited(acceptance, name="张组长", organisation="南京大学").pk


def test_a_panel_has_one_chair(acceptance: Acceptance):
    invited(acceptance, is_chair=True)

    with pytest.raises(PanelistExists):
        invited(acceptance, is_chair=True)


def test_before_consent_there_is_no_panel(db: None):
    present(project := applied())
    with pytest.raises(WrongStep):
        invited(Acceptance.objects.get(project=project))


def test_an_expert_is_taken_off_again(acceptance: Acceptance):
    added = invited(acceptance)
    drop(panelist=added, actor=OPERATOR_ACTOR, today=TODAY)

    assert not Panelist.objects.exists()
    assert [step.act for step in Step.objects.of(acceptance)][-2:] == ["invite", "drop"]
    with pytest.raises(Conflict):
        drop(panelist=added, actor=OPERATOR_ACTOR, today=TODAY)


def test_who_has_judged_stays(acceptance: Acceptance):
    added = submitted(invited(acceptance))

    for act in (
        lambda: drop(panelist=added, actor=OPERATOR_ACTOR, today=TODAY),
        lambda: linked(added),
        lambda: withdraw_link(panelist=added, actor=OPERATOR_ACTOR, today=TODAY),
    ):
        with pytest.raises(HasSubmitted):
            act()
    assert Panelist.objects.filter(pk=added.pk).exists()


def test_after_the_verdict_the_panel_stands(db: None):
    acceptance = judged()
    experts = acceptance.panel.count()

    with pytest.raises(WrongStep):
        invited(acceptance)
    with pytest.raises(WrongStep):
        drop(panelist=acceptance.panel.earliest("pk"), actor=OPERATOR_ACTOR, today=TODAY)
    assert acceptance.panel.count() == experts


def test_a_batch_sets_how_many_there_must_be(acceptance: Acceptance):
    assert least_of(acceptance.project, on=TODAY) == 3
    set_limit(acceptance.project.cluster.batch, "panel_size", "5", applies_from="2026-01-01")
    assert least_of(acceptance.project, on=TODAY) == 5


# Links.


def test_a_link_opens_to_its_expert_alone(acceptance: Acceptance, django_assert_num_queries: Any):
    one, two = invited(acceptance), invited(acceptance)
    token, other = linked(one), linked(two)

    with django_assert_num_queries(1):
        found = panelist_of(token, now=NOW)
        assert found is not None
        assert (found.pk, found.acceptance.project.unit.name) == (one.pk, acceptance.project.unit.name)
    assert panelist_of(other, now=NOW) == two
    assert len(token) == 43


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00", "\ud800", "字" * 1000])
def test_an_unknown_link_opens_nothing(acceptance: Acceptance, token: str):
    invited(acceptance)

    assert panelist_of(token, now=NOW) is None


def test_a_link_opens_until_it_expires(acceptance: Acceptance):
    token = linked(invited(acceptance), days=1)

    assert panelist_of(token, now=NOW + timedelta(days=1) - timedelta(seconds=1)) is not None
    assert panelist_of(token, now=NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(("days", "is_taken"), [(0, False), (-1, False), (30, True), (30.001, False)])
def test_a_link_lasts_thirty_days_at_most(acceptance: Acceptance, days: float, is_taken: bool):
    added = invited(acceptance)
    if is_taken:
        assert linked(added, days=days)
    else:
        with pytest.raises(Invalid) as refusal:
            linked(added, days=days)
        assert set(refusal.value.details) == {"expires_at"}


def test_a_new_link_ends_the_old_one(acceptance: Acceptance):
    added = invited(acceptance)
    old, new = linked(added), linked(added)

    assert panelist_of(old, now=NOW) is None
    assert panelist_of(new, now=NOW) == added


def test_a_link_is_withdrawn(acceptance: Acceptance):
    added = invited(acceptance)
    token = linked(added)

    withdraw_link(panelist=added, actor=OPERATOR_ACTOR, today=TODAY)
    withdraw_link(panelist=added, actor=OPERATOR_ACTOR, today=TODAY)

    assert panelist_of(token, now=NOW) is None
    assert [step.act for step in Step.objects.of(acceptance)].count("withdraw_link") == 1


def test_a_link_ends_with_the_project(acceptance: Acceptance):
    token = linked(invited(acceptance))
    walked(acceptance.project, "terminated")

    assert panelist_of(token, now=NOW) is None


def test_the_first_opening_counts(acceptance: Acceptance):
    added = invited(acceptance)
    token = linked(added)
    for hours in (1, 2):
        found = panelist_of(token, now=NOW)
        assert found is not None
        note_opened(found, now=NOW + timedelta(hours=hours))

    added.refresh_from_db()
    assert added.opened_at == NOW + timedelta(hours=1)


def test_the_token_is_kept_nowhere(acceptance: Acceptance):
    added = invited(acceptance)
    token = linked(added)

    kept = (
        str(list(Panelist.objects.values()))
        + str(list(Step.objects.values()))
        + str(list(SecurityEvent.objects.values()))
        + str(list(FactVersion.objects.values()))
    )
    assert token not in kept
    added.refresh_from_db()
    assert added.token_digest == digest_of(token)
    assert digest_of(token) not in kept.replace(str(list(Panelist.objects.values())), "")


def test_the_database_keeps_what_was_submitted(acceptance: Acceptance):
    added = submitted(invited(acceptance))
    of_added = Panelist.objects.filter(pk=added.pk)

    for change in (
        lambda: of_added.update(scores={}),
        lambda: of_added.update(submitted_at=None),
        lambda: of_added.delete(),
    ):
        with pytest.raises(IntegrityError, match="appended only"), transaction.atomic():
            change()
    connection.check_constraints()
    with (
        pytest.raises(IntegrityError, match="appended only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("TRUNCATE lifecycle_panelist")


@pytest.mark.parametrize(
    "change",
    [
        {"token_digest": "short", "expires_at": NOW},
        {"token_digest": "a" * 64, "expires_at": None},
        {"submitted_at": NOW, "task_verdict": "结题", "finance_verdict": "", "opinion": "x"},
        {"submitted_at": NOW, "task_verdict": "结题", "finance_verdict": "结题", "opinion": ""},
    ],
)
def test_the_database_knows_what_a_link_and_a_sheet_are(acceptance: Acceptance, change: dict[str, Any]):
    added = invited(acceptance)

    with pytest.raises(IntegrityError), transaction.atomic():
        Panelist.objects.filter(pk=added.pk).update(**change)


def test_links_go_only_to_experts_of_the_round_that_is_judged(acceptance: Acceptance):
    added = paneled(acceptance)[0]
    walked(acceptance.project, "revoked")

    with pytest.raises((NotApplied, WrongStep)):
        send_link(
            panelist=added,
            expires_at=NOW + timedelta(days=1),
            actor=OPERATOR_ACTOR,
            now=NOW,
            today=TODAY,
        )
