"""`manage.py compliance`: the shape that other programs rely on."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from finance.funding import SourceMoney
from reports import judging
from reports.management.commands import compliance
from reports.watch import RULE_OF
from tests.builders import instant, make_cluster, make_project, moved, yuan

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("compliance", *arguments, stdout=out)
    return out.getvalue()


def told(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(said("--json", *arguments))
    return answer


def test_the_json_has_the_shape_of_the_interface() -> None:
    project = make_project(number="甲“1”")
    moved(project, "拨付单位", "园区配套", "1.00", "2023-01-01")

    answer = told("--on", "2024-01-01")

    assert list(answer) == ["on", "projects"]
    assert answer["on"] == "2024-01-01"
    content = answer["projects"]["甲“1”"]
    assert list(content) == ["rules", "funding"]
    assert list(content["rules"]) == list(RULE_OF)
    assert all(set(rule) == {"status", "message", "figures"} for rule in content["rules"].values())
    assert content["rules"]["FIN-01"]["figures"]["park"] == "3500000.00"
    assert list(content["funding"]) == [
        "省拨款",
        "园区配套",
        "单位自筹",
        "社会资本",
        "ratio_committed",
        "ratio_received",
    ]
    assert set(content["funding"]["省拨款"]) == set(SourceMoney._fields)
    assert content["funding"]["园区配套"]["received"] == "1.00"
    assert (content["funding"]["ratio_committed"], content["funding"]["ratio_received"]) == ("1.0000", None)


def test_only_the_projects_named_are_told_and_today_is_the_day() -> None:
    make_project(number="甲")
    make_project(number="乙")

    answer = told("--project", "乙", "--project", "乙")

    assert list(answer["projects"]) == ["乙"]
    assert answer["on"] == timezone.localdate().isoformat()


def test_without_projects_the_json_is_still_whole() -> None:
    assert told()["projects"] == {}


def test_a_project_that_is_none_is_refused_by_name() -> None:
    make_project(number="甲")

    with pytest.raises(CommandError, match="丙、乙"):
        said("--project", "甲", "--project", "丙", "--project", "乙", "--json")


@pytest.mark.parametrize("option", ["--on=2024-02-30", "--known-at=gestern"])
def test_what_is_no_day_or_instant_is_refused(option: str) -> None:
    with pytest.raises(CommandError, match="应写作"):
        said(option)


def test_what_was_known_is_told_without_what_came_later() -> None:
    project = make_project(number="甲")
    known = instant()
    moved(project, "资金到位", "单位自筹", "1.00", "2023-01-01")
    make_project(number="乙")

    answer = told("--known-at", known.isoformat(), "--on", "2024-01-01")

    assert list(answer["projects"]) == ["甲"]
    assert answer["projects"]["甲"]["funding"]["单位自筹"]["received"] == "0.00"
    assert told("--known-at", "2024-05-06T07:08")["on"] == "2024-05-06"


def test_many_projects_are_told_in_order_of_number_chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = make_cluster()
    for number in ("丙", "乙", "甲", "A", "B"):
        moved(
            make_project(cluster=cluster, number=number), "支出", "省拨款", "1.00", "2023-01-01", invoice="7"
        )
    whole = said("--json", "--on", "2024-01-01")

    monkeypatch.setattr(judging, "CHUNK", 2)
    monkeypatch.setattr(compliance, "CHUNK", 2)

    assert said("--json", "--on", "2024-01-01") == whole
    answer = json.loads(whole)
    assert list(answer["projects"])[:2] == ["A", "B"]
    assert all(each["rules"]["FIN-11"]["status"] == "breach" for each in answer["projects"].values())


def test_the_text_is_for_people() -> None:
    make_project(number="甲", park_matching=yuan("1.00"))

    text = said("--on", "2024-01-01")

    assert text.startswith("截至 2024-01-01\n")
    assert "甲 测试项目" in text
    assert "省拨款：合同 3,500,000.00" in text
    assert "FIN-01 合同配套比例 [违规]" in text
