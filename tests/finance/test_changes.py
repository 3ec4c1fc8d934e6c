"""What the money has to say of a change: what was paid is not planned away."""

from __future__ import annotations

import pytest

from finance.changes import plan_holds_what_was_paid
from lifecycle.models import Project
from tests.builders import make_project, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project()
    moved(project, "到账园区", "省拨款", "2000000", "2022-10-10")
    moved(project, "拨付单位", "省拨款", "1500000", "2022-10-20")
    moved(project, "直接拨付", "省拨款", "100000", "2022-10-20")
    return project


def plan(amount: str) -> dict[str, object]:
    return {"tranches": [{"source": "省拨款", "amount": amount}]}


@pytest.mark.parametrize(("amount", "is_held"), [("1600000.00", True), ("1599999.99", False)])
def test_a_plan_comes_to_what_the_unit_has_received(project: Project, amount: str, is_held: bool):
    assert bool(plan_holds_what_was_paid(project, plan(amount))) is not is_held


def test_it_names_each_source_that_falls_short(project: Project):
    moved(project, "拨付单位", "园区配套", "1000000", "2022-10-20")

    found = plan_holds_what_was_paid(project, {"tranches": []})

    assert list(found) == ["tranches"]
    assert "省拨款已拨付单位 1,600,000.00 元" in found["tranches"]
    assert "园区配套已拨付单位 1,000,000.00 元" in found["tranches"]
