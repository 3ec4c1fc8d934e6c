"""Matters made by hand for tests of pages: kept as they are, whatever the facts say."""

from __future__ import annotations

import pytest

from lifecycle.reminders import kinds, reading
from lifecycle.reminders.kinds import Kind

KINDS = (
    Kind("milestone", "里程碑", "里程碑“%(label)s”应不迟于 %(due_on)s 完成。", ""),
    Kind("milestone_check", "里程碑核实", "里程碑“%(label)s”应不迟于 %(due_on)s 核实。", ""),
    Kind("annual_report_check", "年度报告审核", "%(label)s应不迟于 %(due_on)s 审核。", ""),
    Kind("finding", "问题整改", "“%(label)s”应不迟于 %(due_on)s 整改。", ""),
    Kind("finding_check", "整改复核", "“%(label)s”应不迟于 %(due_on)s 复核。", ""),
    Kind("change_review", "变更审核", "%(label)s应不迟于 %(due_on)s 审核。", ""),
    Kind("payment_confirmation", "到账确认", "%(label)s应不迟于 %(due_on)s 确认。", ""),
    Kind("tranche", "拨款", "%(label)s应不迟于 %(due_on)s 拨付。", ""),
)


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is planned anew, and these are the kinds there are."""
    monkeypatch.setattr(reading, "plan", lambda *_, **__: 0)
    monkeypatch.setattr(kinds, "_kinds", {kind.code: kind for kind in KINDS})
