"""Projects with something in each of their lives, under names as long as they get: for pages that must hold them."""

from __future__ import annotations

from datetime import timedelta

from lifecycle.acceptance.links import send_link
from lifecycle.models import CreditRecord, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation
from tests.builders import day
from tests.finance.settling import asked
from tests.journeys.world import World

LONG = "高密度晶圆级扇出封装关键技术研发及产业化示范应用（第三代半导体方向）一期工程"


def at_work() -> World:
    """In the middle of its term, with something waiting in every life."""
    world = World()
    project = world.project
    Project.objects.filter(pk=project.pk).update(name=f"一个名字相当长的项目：{LONG}")
    Organisation.objects.filter(pk=project.unit_id).update(name=f"江苏某某{LONG}有限责任公司")
    Milestone.objects.filter(project=project).update(name=LONG, owner="王某某、李某某、张某某")
    world.draft_contract("park")
    for party in ("unit", "park", "province"):
        world.sign(party)
    world.move("start_funding", "province")
    world.today = day("2022-11-10")
    for place in (0, 1):
        if world.tranche(place).source == "省拨款":
            world.arrive(place, "park")
    for place in (0, 1):
        world.pay(place, "park")
        world.confirm("unit")
    world.move("start_implementation", "park")
    world.today = day("2023-01-10")
    world.prove()
    world.work("unit", "hand_in")
    world.work("park", "verify")
    for role, act in (("unit", "draft"), ("unit", "write"), ("unit", "hand_in"), ("park", "accept")):
        world.report(role, act)
    world.post("资金到位", "单位自筹", 3_000_000, "unit")
    world.post("支出", "省拨款", 600_000, "unit", "设备费")
    world.today = day("2024-01-15")
    world.work("unit", "hand_in")
    world.work("unit", "log")
    world.report("unit", "draft")
    world.inspect("city", "plan")
    world.inspect("city", "hold", "限期整改")
    world.inspect("city", "plan")
    world.exempt("park", "ask")
    world.change("unit", "ask", "term")
    world.change("unit", "hand_in", "term")
    CreditRecord.objects.create(
        project=project,
        subject_kind="unit",
        subject_name=Organisation.objects.get(pk=project.unit_id).name,
        organisation_id=project.unit_id,
        grade="grave",
        behaviour=f"未按期报送材料：{LONG}",
        recorded_on=world.today,
    )
    world.today = day("2024-06-10")
    return world


def judged_in_part() -> tuple[World, str]:
    """Before its panel, two of whom have judged, with a refund asked for; and the token of the third's link."""
    world = World()
    project = world.project
    Project.objects.filter(pk=project.pk).update(name=LONG)
    world.draft_contract("park")
    for party in ("unit", "park", "province"):
        world.sign(party)
    world.move("start_funding", "province")
    world.today = day("2022-11-10")
    for place in (0, 1):
        if world.tranche(place).source == "省拨款":
            world.arrive(place, "park")
    for place in (0, 1):
        world.pay(place, "park")
        world.confirm("unit")
    world.move("start_implementation", "park")
    world.today = day("2024-01-15")
    world.inspect("city", "plan")
    world.inspect("city", "hold")
    for place in (2, 3):
        if world.tranche(place).source == "省拨款":
            world.arrive(place, "park")
    for place in (2, 3):
        world.pay(place, "park")
        world.confirm("unit")
    world.post("支出", "省拨款", 3_000_000, "unit")
    world.today = day("2026-03-02")
    world.prove()
    for _milestone in range(5):
        world.work("unit", "hand_in")
        world.work("park", "verify")
    for _year in range(4):
        for role, act in (("unit", "draft"), ("unit", "write"), ("unit", "hand_in"), ("park", "accept")):
            world.report(role, act)
    world.technical_report("unit")
    world.file_papers()
    world.audit("unit")
    world.freeze("unit")
    world.move("apply_for_acceptance", "park")
    world.accept("city", "city_review")
    world.accept("province", "agree")
    for _expert in range(3):
        world.accept("province", "invite")
    for _expert in range(2):
        world.accept("province", "score")
    asked(world.fresh(), on="2026-03-02")
    last = world.panelists().get(submitted_at=None)
    token = send_link(
        panelist=last,
        expires_at=world.now + timedelta(days=7),
        actor=OPERATOR_ACTOR,
        now=world.now,
        today=world.today,
    )
    return world, token
