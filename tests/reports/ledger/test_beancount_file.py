"""beancount: bean-check accepts the file, and beancount's own balances equal ours."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization

from finance.models import Account, Entry
from finance.terms import CLASSIC
from lifecycle.models import Project
from reports.ledger.beancount_file import account_name, stream_beancount
from reports.ledger.rows import Sum
from tests.builders import day, make_project
from tests.reports.ledger.ledgers import awkward_project, joined, movement, post

pytestmark = pytest.mark.django_db
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def check(content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "ledger.beancount"
    file.write_bytes(content)
    return subprocess.run([BEAN_CHECK, "--no-cache", file], capture_output=True, text=True, check=False)


def every_kind() -> Project:
    project = make_project(milestones=False, category_scheme="十一类")
    post(
        project,
        movement("到账园区", "省拨款", "100.10", "2022-10-01", voucher="a1"),
        movement("拨付单位", "省拨款", "60.05", "2022-10-02", voucher="a2"),
        movement("拨付单位", "园区配套", "50", "2022-10-02", voucher="a3"),
        movement("直接拨付", "省拨款", "7", "2022-10-03", voucher="a4"),
        movement("资金到位", "社会资本", "0.01", "2022-10-03", voucher="a5"),
        movement("退回", "省拨款", "3", "2022-10-04", voucher="a6"),
        movement("园区退回", "省拨款", "2", "2022-10-05", voucher="a7"),
        *(
            movement("支出", "省拨款", "1.11", "2022-10-06", voucher=f"c{number}", category=category)
            for number, category in enumerate(CLASSIC)
        ),
    )
    return project


@pytest.mark.parametrize("make", [awkward_project, every_kind])
def test_bean_check_accepts_it_and_its_balances_equal_ours(make, tmp_path):
    project = make()
    content = joined(stream_beancount(project))

    checked = check(content, tmp_path)
    entries, errors, _options = loader.load_string(content.decode())

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert errors == []
    theirs = {
        account.account: account.balance.get_currency_units("CNY").number
        for account in realization.iter_children(realization.realize(entries))
        if account.txn_postings
    }
    scheme = CLASSIC if project.category_scheme == "十一类" else ("设备费", "业务费", "劳务费", "间接费用")
    ours = {
        account_name(Sum(a.name, a.role, a.source, a.category, Decimal(0), Decimal(0)), scheme): a.balance
        for a in Account.objects.filter(project=project)
    }
    assert theirs == ours


def test_texts_come_back_as_they_were_entered():
    project = awkward_project()

    entries, _errors, _options = loader.load_string(joined(stream_beancount(project)).decode())

    transactions = sorted(data.filter_txns(entries), key=lambda each: each.meta["sequence"])
    kept = Entry.objects.filter(project=project).order_by("sequence")
    for transaction, entry in zip(transactions, kept, strict=True):
        assert transaction.narration == entry.memo
        assert transaction.payee == entry.counterparty
        assert transaction.meta["voucher"] == entry.voucher
        assert transaction.meta["hash"] == entry.hash
    assert transactions[-1].meta["reverses"] == 3


def test_an_altered_amount_is_noticed_by_the_balances_at_the_end(tmp_path):
    content = joined(stream_beancount(awkward_project())).replace(b" 2.50 CNY", b" 2.51 CNY", 1)
    content = content.replace(b" -2.50 CNY", b" -2.51 CNY", 1)

    checked = check(content, tmp_path)

    assert checked.returncode != 0
    assert "Balance failed" in checked.stderr + checked.stdout


def test_a_cut_asserts_the_balances_of_its_day(tmp_path):
    content = joined(stream_beancount(every_kind(), day("2022-10-02")))

    assert check(content, tmp_path).returncode == 0
    assert "2022-10-03 balance Assets:Park:S1-省拨款  40.05 ~ 0 CNY" in content.decode()


def test_a_ledger_without_entries_is_accepted(tmp_path):
    assert check(joined(stream_beancount(make_project(milestones=False))), tmp_path).returncode == 0


def test_a_category_becomes_a_part_of_a_name_that_beancount_takes():
    account = Sum("", "expense", "省拨款", "出版/文献/信息传播/知识产权事务费", Decimal(0), Decimal(0))

    assert account_name(account, CLASSIC) == "Expenses:S1-省拨款:10-出版-文献-信息传播-知识产权事务费"
