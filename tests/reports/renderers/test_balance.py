"""Lines of about one length."""

from __future__ import annotations

import pytest

from reports.renderers.balance import balanced


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("计划金额", 4.0, ["计划金额"]),
        ("计划金额", 3.2, ["计划", "金额"]),
        (
            "BA2022008 高密度晶圆级封装关键技术研发及产业化",
            21.0,
            ["BA2022008", "高密度晶圆级封装关键技术研发及产业化"],
        ),
        ("滨江高新区　2022 年度", 10.0, ["滨江高新区", "2022 年度"]),
        ("付款凭证号", 3.9, ["付款", "凭证号"]),
        ("到账园区日期", 4.5, ["到账", "园区日期"]),
        ("到账园区日期", 2.5, ["到账", "园区", "日期"]),
        ("省级资金到账日", 3.2, ["省级", "资金", "到账日"]),
        ("金额 (元)", 3.0, ["金额", "(元)"]),
        ("2022 年度创新型产业集群", 10.0, ["2022 年度创", "新型产业集群"]),
        ("配套（不足）", 5.0, ["配套（不", "足）"]),
        ("ABCDEFGHIJKLMNOP", 3.0, ["ABCDEFGHIJKLMNOP"]),
        ("甲\n乙丙丁戊己", 2.0, ["甲", "乙丙丁戊己"]),
    ],
)
def test_no_line_is_much_longer_than_another_and_no_word_is_torn(text, width, lines):
    assert balanced(text, width).split("\n") == lines
