"""Projects with something in each of their lives, under names as long as they get: for pages that must hold them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lifecycle import benefits, targets
from lifecycle.acceptance import closing, panel, scoring, self_rating, verdict
from lifecycle.acceptance.links import send_link
from lifecycle.models import CreditRecord, DocumentCategory, Milestone, Project, Target
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
    _funded(world)
    _worked(world)
    _applied(world)
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


def _funded(world: World) -> None:
    """Contract signed, every tranche paid after a mid-term check, some of the money spent."""
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


def _worked(world: World) -> None:
    """The term is over: every milestone verified, every annual report accepted."""
    world.today = day("2026-03-02")
    world.prove()
    for _milestone in range(5):
        world.work("unit", "hand_in")
        world.work("park", "verify")
    for _year in range(4):
        for role, act in (("unit", "draft"), ("unit", "write"), ("unit", "hand_in"), ("park", "accept")):
            world.report(role, act)


def _applied(world: World) -> None:
    """Applied for acceptance; city and province agreed."""
    world.technical_report("unit")
    world.file_papers()
    world.audit("unit")
    world.freeze("unit")
    world.move("apply_for_acceptance", "park")
    world.accept("city", "city_review")
    world.accept("province", "agree")


EXPERTS = (
    ("张建国", "东南大学集成电路学院", "封装工艺", False, True),
    ("李会敏", "苏信会计师事务所（特殊普通合伙）", "财务审计", True, False),
    ("王海燕", "中国电子科技集团公司第五十八研究所", "可靠性测试", False, False),
    ("欧阳志远", "长三角国家技术创新中心先进封装研究所", "产业化", False, False),
    ("陈立", "江南大学", "材料", False, False),
)
"""Name, organisation, specialty, whether for the money, whether in the chair."""


def concluded() -> World:
    """From the contract to the archive with something in every chapter of its report, and papers of every category."""
    world = World()
    project = world.project
    Project.objects.filter(pk=project.pk).update(name=LONG, leader="陈远")
    _funded(world)
    world.post("资金到位", "单位自筹", 17_000_000, "unit")
    world.today = day("2024-03-01")
    for source, amount, category in (
        ("园区配套", 2_400_000, "业务费"),
        ("单位自筹", 9_000_000, "设备费"),
        ("单位自筹", 8_000_000, "劳务费"),
        ("园区配套", 1_000_000, "间接费用"),
    ):
        world.post("支出", source, amount, "unit", category)
    for act, role in (("ask", "unit"), ("hand_in", "unit"), ("agree", "park")):
        world.change(role, act)
    world.inspect("city", "plan")
    world.inspect("city", "hold", "限期整改")
    world.mend_finding("unit", "reply")
    world.mend_finding("city", "shut")
    world.exempt("park", "ask")
    world.exempt("province", "grant")
    world.today = day("2024-08-01")
    world.inspect("city", "plan")
    world.inspect("city", "hold")
    _worked(world)
    for category in DocumentCategory:
        world.paper(category)
    _handed_in(world)
    _applied(world)
    actor, city = world.actor("province"), world.fresh().cluster.park.parent
    assert city is not None
    for name, organisation, specialty, is_finance, is_chair in EXPERTS:
        panel.invite(
            project=world.fresh(),
            name=name,
            organisation=organisation,
            specialty=specialty,
            is_finance=is_finance,
            is_chair=is_chair,
            actor=actor,
            today=world.today,
        )
    for place, expert in enumerate(world.panelists()):
        scoring.submit_scores(
            token=send_link(
                panelist=expert,
                expires_at=world.now + timedelta(days=7),
                actor=actor,
                now=world.now,
                today=world.today,
            ),
            scores={
                code: item.most - (place * number + place) % 3
                for number, (code, item) in enumerate(scoring.ITEMS.items())
            },
            task_verdict="通过验收",
            finance_verdict="结题" if place == 4 else "通过验收",
            opinion="合同约定的任务和指标已完成，资料齐全；建议继续提高良率，并加快成果转化。"
            * (1 + place % 3),
            has_no_conflict=True,
            address="127.0.0.1",
            now=world.now,
            today=world.today,
        )
    verdict.record_verdict(
        project=world.fresh(),
        meeting_on=world.today,
        opinion=OPINION,
        task_verdict="通过验收",
        finance_verdict="通过验收",
        actor=actor,
        today=world.today,
    )
    world.accept("province", "surplus")
    world.seal()
    world.move("close", "province")
    closing.publish(
        project=world.fresh(),
        published_from=world.today,
        published_until=world.today + timedelta(days=6),
        objection="有单位来函询问设备权属，经核实权属清晰，异议不成立。",
        actor=actor,
        today=world.today,
    )
    world.pass_days(7)
    world.accept("province", "certify")
    world.pass_days(10)
    closing.archive(
        project=world.fresh(), archive_no="档2026-18", on=world.today, actor=actor, today=world.today
    )
    return world


OPINION = """一、项目提供的验收资料齐全、规范，符合验收要求。
二、项目完成了合同约定的研究开发内容，建成中试线一条，主要技术指标达到或优于合同要求。
三、项目经费单独核算、专款专用，使用合理。
专家组一致同意该项目通过验收，建议进一步扩大产业化规模。"""


def _handed_in(world: World) -> None:
    """What a unit hands in for the report: results with papers, benefits of a year without a report, its rating."""
    project = world.fresh()
    Target.objects.create(
        project=project,
        category="经济",
        name="累计新增销售收入",
        unit_of_measure="万元",
        contract_value="20000",
    )
    Target.objects.create(project=project, category="技术", name="技术水平", contract_value="国际先进")
    unit = world.actor("unit")
    papers = [world.paper(DocumentCategory.OTHER).pk for _each in range(3)]
    said = {
        "授权发明专利": ("9", "专利证书九件", papers[:2]),
        "累计新增销售收入": ("18250.5", "审计报告", []),
    }
    targets.record_results(
        project=project,
        results=[
            {"id": each.pk, "achieved_value": achieved, "evidence": evidence, "papers": chosen}
            for each in project.targets.all()
            for achieved, evidence, chosen in [said.get(each.name, ("国际先进", "鉴定意见", papers[2:]))]
        ],
        actor=unit,
        today=world.today,
    )
    benefits.record_benefits(
        project=project,
        years={
            year: {
                "sales": f"{place * 36_500_010}.50",
                "tax": f"{place * 2_100_000}",
                "export": f"{place * 150_000}",
                "patents": place * 2,
                "standards": place,
                "new_jobs": place * 12,
            }
            for place, year in enumerate(benefits.years_untold(project, on=world.today), start=1)
        },
        actor=unit,
        today=world.today,
    )
    self_rating.rate(
        project=project,
        scores={
            "output": Decimal("48.50"),
            "output_reason": "研究开发内容全部完成，授权发明专利超额完成一件。",
            "benefit": Decimal("27"),
            "benefit_reason": "累计新增销售收入为合同值的 91.25%，受市场影响略低于预期，预计次年达到。",
            "satisfaction": Decimal("9.5"),
            "satisfaction_reason": "向 20 家用户发放调查问卷，满意 19 家。",
        },
        actor=unit,
        today=world.today,
    )
