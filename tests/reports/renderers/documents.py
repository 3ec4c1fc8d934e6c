"""Documents with everything in them, for the tests of renderers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reports.document import (
    Absent,
    Column,
    Day,
    Document,
    Figure,
    Money,
    Number,
    Pairs,
    Paragraph,
    Percent,
    Points,
    Section,
    SignatureBlock,
    Signatures,
    Table,
    Text,
)

MARKUP = '<b>&amp; #read("/etc/passwd") *粗* _斜_ $x^2$ \\ `码` @引 [括] = 标题 ~ // 注 {{ x }} {% y %}'
"""Signs that are code to typst, to HTML, to XML or to templates."""

FORMULA = '=HYPERLINK("http://x.example","请点")'

LONG_NAME = "面向高端装备制造的" + "新一代智能感知与自主决策系统关键技术研发及产业化示范应用" * 4

DIGEST = "3f5a9c0e" * 8

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="442pt" height="200pt" viewBox="0 0 442 200">'
    '<rect x="20" y="20" width="400" height="150" fill="none" stroke="black"/>'
    '<text x="60" y="100" style="font: 12px \'Noto Sans SC\'">图中文字 1,234.56</text></svg>'
)


def yuan(amount: str | None) -> Money:
    return Money(None if amount is None else Decimal(amount))


def settlement() -> Table:
    """Amounts in 万元 whose rounded parts do not add up, with a group, parts set in and a total."""
    return Table(
        "经费决算表",
        [
            Column("支出科目", 2.4),
            Column("预算", 1.2, "合同"),
            Column("其中：省拨款", 1.2, "合同"),
            Column("支出", 1.2, "决算"),
            Column("其中：省拨款", 1.2, "决算"),
            Column("执行率", 0.9),
        ],
        [
            [
                Text("直接费用"),
                yuan("1000050"),
                yuan("500050"),
                yuan("900050"),
                yuan("400050"),
                Percent(Decimal("90")),
            ],
            [
                Text("其中：设备费"),
                yuan("600000"),
                yuan("300000"),
                yuan("500000"),
                yuan("300000"),
                Percent(Decimal("83.333")),
            ],
            [
                Text("业务费"),
                yuan("400050"),
                yuan("200050"),
                yuan("400050"),
                yuan("100050"),
                Percent(Decimal("100")),
            ],
            [Text("间接费用"), yuan("200050"), yuan(None), yuan("200050"), yuan("0"), Percent(None)],
            [
                Text("合计"),
                yuan("1200100"),
                yuan("500050"),
                yuan("1100100"),
                yuan("400050"),
                Percent(Decimal("91.67")),
            ],
        ],
        unit="万元",
        has_total=True,
        indent={1: 2, 2: 2},
        note="间接费用以合同为准。",
    )


def ledger(rows: int) -> Table:
    """A table of many rows, with a digest in a narrow column and a total."""
    return Table(
        "支出台账摘录",
        [
            Column("序号", 0.7),
            Column("业务日期", 1.4),
            Column("摘要", 3),
            Column("金额", 1.4),
            Column("凭证", 1.6),
        ],
        [
            *(
                [
                    Number(number),
                    Day(date(2022 + number % 4, 1 + number % 12, 1 + number % 28)),
                    Text(f"支付第 {number} 笔材料款"),
                    yuan(f"{number * 137 % 90000}.{number % 100:02}"),
                    Text(DIGEST if number == 3 else f"记-{number:04}"),
                ]
                for number in range(1, rows)
            ),
            [Text(""), Day(None), Text("合计"), yuan("123456789.01"), Text("")],
        ],
        unit="元",
        has_total=True,
    )


def everything(rows: int = 600, **differently: object) -> Document:
    """Every kind of block, long names, code in names, signs without a glyph."""
    basics = {
        "kind": "acceptance",
        "title": "项目验收报告",
        "subject": LONG_NAME[:120],
        "cover": [
            ("项目编号", "BA2022001"),
            ("承担单位", MARKUP),
            ("实施园区", "苏州工业园区、昆山高新技术产业开发区"),
            ("实施期限", "2022年9月1日至2026年2月28日"),
        ],
        "sections": [
            Section(
                "项目概况",
                [
                    Paragraph(
                        "本项目于2022年9月8日下达立项通知，合同约定总投入3,120.00万元，其中省拨款520.00万元、园区配套520.00万元，"
                        "由承担单位按年度计划组织实施，至2026年2月28日实施期满。\n第二段：各项考核指标均有佐证材料。"
                    ),
                    Pairs(
                        "项目基本情况",
                        [
                            ("项目编号", Text("BA2022001")),
                            ("立项日期", Day(date(2022, 9, 8))),
                            ("项目名称", Text(LONG_NAME)),
                            ("省拨款", yuan("5200000")),
                            ("园区配套", yuan("5200000")),
                            ("配套比例", Percent(Decimal("100"))),
                            ("项目负责人", Text("张𬎆😀")),
                            ("备注", Text("第一行\n第二行")),
                        ],
                        unit="万元",
                    ),
                ],
                [
                    Section(
                        "合同约定",
                        [Paragraph(MARKUP), Points(["完成样机研制", FORMULA, "通过第三方检测"])],
                        [
                            Section(
                                "技术指标",
                                [Paragraph("三级标题之下。")],
                                [Section("精度", [Paragraph("四级标题之下。")])],
                            )
                        ],
                    ),
                    Section("变更情况", [Absent("实施期内无变更事项。")]),
                ],
            ),
            Section(
                "经费",
                [Paragraph("经费收支如下。"), settlement()],
                [
                    Section(
                        "到位进程",
                        [
                            Figure(
                                "省拨款与园区配套到位进程",
                                "省拨款到位 520 万元，园区配套到位 520 万元。",
                                lambda: SVG,
                            )
                        ],
                    )
                ],
            ),
            Section(
                "意见",
                [
                    Signatures(
                        [
                            SignatureBlock("承担单位意见", signers=["项目负责人（签字）", "单位（盖章）"]),
                            SignatureBlock(
                                "园区意见",
                                "经审核，材料齐全，同意提交验收。" * 5,
                                ["负责人（签字）", "单位（盖章）"],
                            ),
                            SignatureBlock(
                                "省主管部门意见",
                                "同意。",
                                ["负责人（签字）", "单位（盖章）"],
                                date(2026, 5, 8),
                            ),
                        ]
                    )
                ],
            ),
        ],
        "annexes": [
            Section("台账摘录", [ledger(rows)]),
            Section("证据清单", [], [Section("检测", [Absent("无。")])]),
        ],
        "on": date(2026, 5, 8),
        "number": "苏火炬验〔2026〕001号",
        "digest": DIGEST,
        "check_url": "https://pilot.example.org/check/3f5a9c0e3f5a9c0e",
        "issuer": "江苏省科学技术厅",
    }
    return Document(**{**basics, **differently})  # type: ignore[arg-type]


def draft(**differently: object) -> Document:
    return everything(**{"rows": 30, "number": "", "check_url": "", **differently})  # type: ignore[arg-type]
