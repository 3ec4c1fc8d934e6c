"""Every figure that a rule gives has a name on the page."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path

import finance.rules
import lifecycle.rules
from backend.pages.figures import LABELS, labelled

GIVING = {"passed", "warned", "breached", "waived", "not_applicable", "by_age"}


def keys_of_rules() -> set[str]:
    """Keyword arguments of answers, and keys of the dictionaries written in the rules."""
    found = set()
    for package in (finance.rules, lifecycle.rules):
        for file in Path(package.__path__[0]).glob("*.py"):
            if file.stem in (
                "answers",
                "limits",
                "facts",
                "calendar",
                "standing",
                "terms",
            ):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in GIVING
                ):
                    found |= {keyword.arg for keyword in node.keywords if keyword.arg}
                elif isinstance(node, ast.Dict):
                    found |= {
                        key.value
                        for key in node.keys
                        if isinstance(key, ast.Constant) and isinstance(key.value, str)
                    }
    return found - {"on", "warn_up_to", "status"}


def test_every_key_of_every_rule_has_a_name():
    unnamed = {key for key in keys_of_rules() if key not in LABELS and key.isascii()}

    assert unnamed == set()


def test_values_are_written_for_people():
    figures = {
        "short": Decimal("1234.50"),
        "since": date(2026, 3, 1),
        "years": [2024, 2025],
        "late": [{"source": "省拨款", "short": Decimal("1.00")}],
    }

    assert labelled(figures) == [
        ("缺口（元）", "1,234.50"),
        ("起始日期", "2026-03-01"),
        ("年度", "2024、2025"),
        ("逾期明细", "资金来源 省拨款，缺口（元） 1.00"),
    ]
