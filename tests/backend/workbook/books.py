"""Makes the workbooks of the tests: a small sound programme, and whatever a test changes in it."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter

from backend.workbook.credit_code import check_sign

Rows = list[list[Any]]


def code(number: int) -> str:
    """A credit code that passes its check."""
    body = f"9132000{number:010d}"
    return body + check_sign(body)


def programme() -> dict[str, Rows]:
    """Two parks of two cities with a project each, one with its history; sheets begin with their header."""
    return {
        "单位": [
            ["单位名称", "单位类型", "统一社会信用代码", "上级单位", "联系人", "联系电话", "电子邮箱"],
            ["示例省科技厅", "省科技厅", code(1), "", "周明", "025-1", "p@example.org"],
            ["东市科技局", "设区市科技局", code(2), "示例省科技厅", "", "", ""],
            ["西市科技局", "设区市科技局", code(3), "示例省科技厅", "", "", ""],
            ["东高新区管委会", "高新区管委会", code(4), "东市科技局", "", "", ""],
            ["西高新区管委会", "高新区管委会", code(5), "西市科技局", "", "", ""],
            ["东方（集团）公司", "承担单位", code(6), "东高新区管委会", "李", "", ""],
            ["西方公司", "承担单位", code(7), "西高新区管委会", "", "", ""],
        ],
        "批次": [
            [
                "批次名称",
                "年度",
                "实施期（月）",
                "省拨款上限（万元）",
                "园区配套最低比例",
                "财政资助最高占比",
                "下达文号",
                "下达日期",
            ],
            ["2022年度批次", 2022, 42, 500, "1:1", "1/3", "示例〔2022〕1号", date(2022, 8, 20)],
        ],
        "集群": [
            ["集群名称", "批次名称", "高新区管委会", "产业领域", "目标产品群类型", "承诺书日期", "培育目标"],
            ["东集群", "2022年度批次", "东高新区管委会", "芯片", "技术相关", date(2022, 4, 1), "做大"],
            ["西集群", "2022年度批次", "西高新区管委会", "药", "", None, ""],
        ],
        "项目": [
            [
                "项目编号",
                "项目名称",
                "集群名称",
                "承担单位",
                "所在地",
                "实施开始日期",
                "实施结束日期",
                "项目新增总投入（万元）",
                "省拨款（万元）",
                "园区配套（万元）",
                "单位自筹（万元）",
                "支出科目体系",
                "合同签订日期",
                "当前阶段",
            ],
            [
                "E1",
                "东项目",
                "东集群",
                "东方（集团）公司",
                "本高新区内",
                date(2022, 9, 1),
                date(2026, 2, 28),
                600,
                100,
                100,
                400,
                "三类",
                date(2022, 9, 3),
                "实施",
            ],
            [
                "W1",
                "西项目",
                "西集群",
                "西方公司",
                "本高新区外",
                date(2022, 9, 1),
                date(2026, 2, 28),
                900,
                200,
                100,
                600,
                "十一类",
                None,
                "立项",
            ],
        ],
        "考核指标": [
            ["项目编号", "类别", "指标名称", "计量单位", "合同值", "累计完成值", "佐证"],
            ["E1", "产品", "新产品", "个", 3, 1, "清单"],
        ],
        "拨款计划": [
            ["项目编号", "资金来源", "期次", "计划拨付日期", "金额（万元）", "拨付条件"],
            ["E1", "省拨款", 1, date(2022, 10, 31), 70, "合同签订后"],
            ["E1", "园区配套", 1, date(2022, 10, 31), 70, ""],
        ],
        "里程碑": [
            ["项目编号", "年度", "里程碑", "计划完成日期", "实际完成日期", "完成情况", "责任人"],
            ["E1", 2022, "方案", date(2022, 12, 31), date(2022, 12, 20), "已完成", "项目组"],
            ["E1", 2023, "样机", date(2023, 12, 31), None, "进行中", "项目组"],
        ],
        "年度报告": [
            ["项目编号", "年度", "提交日期", "审核日期", "进展"],
            ["E1", 2023, date(2023, 12, 7), date(2023, 12, 13), "按计划"],
        ],
        "检查验收": [
            ["项目编号", "事项", "日期", "结果", "数值", "文号", "说明"],
            ["E1", "中期检查", date(2024, 3, 23), "通过", None, "", ""],
        ],
        "资金流水": [
            [
                "项目编号",
                "业务日期",
                "业务类型",
                "资金来源",
                "支出科目",
                "金额（元）",
                "凭证号",
                "票据号",
                "对方单位",
                "摘要",
            ],
            [
                "E1",
                date(2022, 10, 20),
                "拨付单位",
                "省拨款",
                "",
                700000,
                "记-2",
                "",
                "东方（集团）公司",
                "拨付",
            ],
            ["E1", date(2022, 10, 10), "到账园区", "省拨款", "", 700000, "记-1", "", "", "到账"],
            [
                "E1",
                date(2022, 11, 1),
                "支出",
                "省拨款",
                "设备费",
                12345.67,
                "记-3",
                "0018",
                "供应商",
                "=买设备",
            ],
        ],
    }


def book(sheets: Mapping[str, Rows] | Iterable[tuple[str, Rows]]) -> bytes:
    """An .xlsx file of the sheets."""
    target = io.BytesIO()
    pairs = sheets.items() if isinstance(sheets, Mapping) else sheets
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as out:
        looks = {
            date: out.add_format({"num_format": "yyyy-mm-dd"}),
            time: out.add_format({"num_format": "h:mm"}),
            timedelta: out.add_format({"num_format": "[h]:mm"}),
        }
        for name, rows in pairs:
            sheet = out.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, looks)
    return target.getvalue()


def _write(sheet: Any, number: int, column: int, value: Any, looks: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Formula):
        sheet.write_formula(number, column, value.text, None, value.value)
    elif isinstance(value, str):
        sheet.write_string(number, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(number, column, value)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(number, column, value, looks[date])
    elif isinstance(value, time):
        sheet.write_datetime(number, column, value, looks[time])
    elif isinstance(value, timedelta):
        sheet.write_datetime(number, column, value, looks[timedelta])
    else:
        sheet.write_number(number, column, value)


class Formula:
    """A formula with the value that was stored for it; `value` "" stores none."""

    def __init__(self, text: str, value: Any) -> None:
        self.text, self.value = text, value


def repacked(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The file with its parts changed by hand, as no spreadsheet program would."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()
