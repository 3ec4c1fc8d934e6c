"""Every figure that a rule gives has its name and its place on the page."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path

import finance.rules
import lifecycle.rules
from backend.pages.figures import OF_RULE, labelled
from lifecycle.rules.answers import Answer, Status
from reports.rule_set import RULES

GIVING = {"passed", "warned", "breached", "waived", "not_applicable", "by_age"}


def keys_of_rules() -> dict[str, set[str]]:
    """By rule: keyword arguments of its answers, and keys of the dictionaries written in its file."""
    found = {}
    for package in (finance.rules, lifecycle.rules):
        for file in Path(package.__path__[0]).glob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            code = next((_code(node) for node in ast.walk(tree) if _code(node)), "")
            if code:
                found[code] = set().union(*map(_keys, ast.walk(tree)))
    return found


def _code(node: ast.AST) -> str:
    """The number of the rule that is made here, if one is."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule"):
        return ""
    return next(ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "code")


def _keys(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVING:
        keys = {keyword.arg for keyword in node.keywords if keyword.arg}
        by_age = {"days", "allowed_days"} if node.func.attr == "by_age" else set()
        return keys - {"on", "warn_up_to", "status"} | by_age
    if isinstance(node, ast.Dict):
        return {
            key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    return set()


def test_every_figure_of_every_rule_has_a_name_and_no_name_is_idle():
    assert {code: set(labels) for code, labels in OF_RULE.items()} == keys_of_rules()
    assert list(OF_RULE) == [rule.code for rule in RULES]


def test_values_are_written_for_people():
    figures = {
        "late": [{"short": Decimal("1.00"), "source": "省拨款", "planned_on": date(2026, 3, 1)}],
        "short": Decimal("1234.50"),
        "since": date(2026, 3, 1),
        "number": 2,
    }

    assert labelled(Answer("FIN-06", Status.WARN, "", figures)) == [
        ("期次", "2"),
        ("计划日期", "2026-03-01"),
        ("缺口（元）", "1,234.50"),
        ("逾期各期", "资金来源 省拨款，计划日期 2026-03-01，缺口（元） 1.00"),
    ]


def test_the_same_key_is_named_by_its_rule():
    spending = Answer("FIN-09", Status.BREACH, "", {"late": Decimal("1.00"), "first": date(2022, 1, 1)})
    planning = Answer("LC-02", Status.PASS, "", {"last": 2026, "first": 2022})

    assert labelled(spending) == [("申请验收后支出（元）", "1.00"), ("最早一笔期外支出", "2022-01-01")]
    assert labelled(planning) == [("首个年度", "2022"), ("末个年度", "2026")]


def test_a_kept_answer_and_one_judged_anew_show_their_figures_in_one_order():
    waived = {"waived_on": date(2023, 1, 1), "waived_by": "省科技厅", "waived_because": "原则上"}
    given = Answer("FIN-02", Status.WAIVED, "", {"province": Decimal(6), "cap": Decimal(5), **waived})
    kept = Answer("FIN-02", Status.WAIVED, "", dict(sorted(given.figures.items())))

    assert labelled(kept) == labelled(given)
    assert [name for name, _ in labelled(given)][-3:] == ["同意日期", "同意人", "例外理由"]
