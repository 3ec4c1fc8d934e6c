"""What the terms hold, how they are known again, and in what two versions differ."""

from __future__ import annotations

import hashlib
import json

import pytest

from lifecycle.contracts import Terms, difference, digest_of, terms_of
from lifecycle.models import Contract, Project
from tests.lifecycle.contracts.builders import contracted, make_award

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms() -> Terms:
    return terms_of(make_award(leader="李工", partners="示例大学"))


def test_the_terms_say_what_the_project_says(terms: Terms):
    assert terms["total_investment"] == "24000000.00"
    assert (terms["start_on"], terms["end_on"], terms["leader"]) == ("2022-09-01", "2026-02-28", "李工")
    assert [row["name"] for row in terms["targets"]] == ["新产品", "发明专利"]
    assert terms["tranches"][0] == {
        "source": "省拨款",
        "number": 1,
        "planned_on": "2022-10-31",
        "amount": "2000000.00",
        "condition": "",
        "is_tail": False,
    }
    assert [row["year"] for row in terms["milestones"]] == [2022, 2023, 2024, 2025, 2026]
    assert (terms["members"], terms["technical_route"], terms["category_budget"]) == ("", "", {})


def test_the_digest_is_that_of_sorted_json(terms: Terms):
    written = json.dumps(terms, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    assert digest_of(terms) == hashlib.sha256(written.encode()).hexdigest()
    assert digest_of(dict(reversed(terms.items()))) == digest_of(terms)
    assert digest_of({**terms, "leader": "王工"}) != digest_of(terms)


def test_what_is_kept_has_the_digest_of_what_was_frozen():
    contract = contracted(make_award())

    assert digest_of(Contract.objects.get(pk=contract.pk).terms) == contract.digest


def test_the_annexes_live_on_in_the_contract_in_force():
    project = make_award()
    contracted(project, members="李工、王工", category_budget={"省拨款": {"设备费": "3500000"}})

    terms = terms_of(Project.objects.get(pk=project.pk))
    assert terms["members"] == "李工、王工"
    assert terms["category_budget"] == {"省拨款": {"设备费": "3500000.00"}}


def test_the_same_terms_differ_in_nothing(terms: Terms):
    assert difference(terms, terms) == []


def test_every_difference_has_its_row(terms: Terms):
    after = json.loads(json.dumps(terms))
    after["total_investment"] = "25000000.00"
    after["site"] = "本高新区外"
    after["targets"][0]["contract_value"] = "5"
    after["targets"].pop(1)
    after["tranches"][1]["planned_on"] = "2024-09-30"
    after["milestones"].append({"year": 2026, "name": "验收", "planned_on": "2026-02-20"})
    after["category_budget"] = {"省拨款": {"设备费": "1.00"}}

    rows = [(row.part, row.label, row.before, row.after) for row in difference(terms, after)]

    assert rows == [
        ("contract", "项目新增总投入（元）", "24,000,000.00", "25,000,000.00"),
        ("contract", "所在地", "本高新区内", "本高新区外"),
        ("targets", "考核指标：新产品", "3 个（产品）", "5 个（产品）"),
        ("targets", "考核指标：发明专利", "10 件", ""),
        (
            "tranches",
            "拨款计划：省拨款第 2 期",
            "2024-06-30 拨付 1,200,000.00 元",
            "2024-09-30 拨付 1,200,000.00 元",
        ),
        ("milestones", "里程碑：2026 年度 验收", "", "2026-02-20"),
        ("category_budget", "科目预算：省拨款 · 设备费", "", "1.00"),
    ]
