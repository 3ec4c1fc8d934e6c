"""项目: the projects and what their contracts say."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.workbook.cells import Amount, Choice, Day, Text
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Complain, Row, Table
from lifecycle.models import CategoryScheme, Project, ProjectState, Site

STAGES = {
    "立项": ProjectState.APPROVED.value,
    "拨款": ProjectState.FUNDING.value,
    "实施": ProjectState.IMPLEMENTING.value,
    "验收": ProjectState.ACCEPTANCE.value,
    "结题": ProjectState.CLOSED.value,
    "暂停": ProjectState.SUSPENDED.value,
    "终止": ProjectState.TERMINATED.value,
    "撤销": ProjectState.REVOKED.value,
}

CONTRACT_AMOUNTS = ("total_investment", "provincial_grant", "park_matching", "self_raised", "social_capital")
"""What only an amendment of the contract may change."""

ZERO = Decimal("0.00")

# Such a number could not be told from another by eye, nor stand in an address or on one line of a list.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _check(row: Row, complain: Complain) -> None:
    if _UNSEEN.search(row["number"] or ""):
        complain("number", _("含有不可见的控制字符，请重新填写"))
    start, end = row["start_on"], row["end_on"]
    if start is not None and end is not None and end < start:
        complain("end_on", _("实施结束日期不能早于实施开始日期 %(start)s") % {"start": start.isoformat()})


TABLE = Table(
    title="项目",
    columns=(
        Column("number", "项目编号", Text(50, verbatim=True), required=True),
        Column("name", "项目名称", Text(200), required=True),
        Column("cluster", "集群名称", Text(200), required=True, refers="集群"),
        Column("unit", "承担单位", Text(200), required=True, refers="单位"),
        Column("site", "所在地", Choice(tuple(Site.values)), required=True),
        Column("partners", "参与单位", Text(LONG)),
        Column("leader", "项目负责人", Text(100)),
        Column("target_product", "目标产品", Text(200)),
        Column("chain_link", "产业链环节", Text(100)),
        Column("technology_source", "技术成果来源", Text(200)),
        Column("expected_level", "预期技术水平", Text(100)),
        Column("start_on", "实施开始日期", Day(), required=True, empty=None),
        Column("end_on", "实施结束日期", Day(), required=True, empty=None),
        Column("total_investment", "项目新增总投入", Amount("万元"), required=True, unit="万元", empty=None),
        Column("provincial_grant", "省拨款", Amount("万元"), required=True, unit="万元", empty=None),
        Column("park_matching", "园区配套", Amount("万元"), required=True, unit="万元", empty=None),
        Column("self_raised", "单位自筹", Amount("万元", remainder=True), unit="万元", empty=ZERO),
        Column("social_capital", "社会资本", Amount("万元"), unit="万元", empty=ZERO),
        Column(
            "category_scheme",
            "支出科目体系",
            Choice(tuple(CategoryScheme.values)),
            empty=CategoryScheme.THREE.value,
        ),
        Column("contract_signed_on", "合同签订日期", Day(), empty=None),
        Column(
            "state",
            "当前阶段",
            Choice(tuple(STAGES)),
            required=True,
            codes=STAGES,
            enter=Project.come_in_at,
        ),
    ),
    key=("number",),
    check=_check,
)
