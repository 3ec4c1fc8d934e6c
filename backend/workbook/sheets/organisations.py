"""单位: the organisations of the programme."""

import re

from django.utils.translation import gettext as _

from backend.workbook.cells import Choice, Text
from backend.workbook.folding import tight
from backend.workbook.tables import Column, Complain, Row, Table
from lifecycle.parties.models import OrganisationKind

# An auditor's house is not part of the programme's tree and never stands in a workbook.
KINDS = {
    "省科技厅": OrganisationKind.PROVINCE.value,
    "设区市科技局": OrganisationKind.CITY.value,
    "高新区管委会": OrganisationKind.PARK.value,
    "承担单位": OrganisationKind.UNIT.value,
    "参与单位": OrganisationKind.PARTNER.value,
}

_SHAPE = re.compile(r"[0-9A-Za-z]{18}", re.ASCII)


def _check(row: Row, complain: Complain) -> None:
    code = row["credit_code"]
    if code is not None and not _SHAPE.fullmatch(tight(code)):
        complain("credit_code", _("统一社会信用代码应为 18 位数字和字母"))


TABLE = Table(
    title="单位",
    columns=(
        Column("name", "单位名称", Text(200), required=True),
        Column("kind", "单位类型", Choice(tuple(KINDS)), required=True, codes=KINDS),
        Column("credit_code", "统一社会信用代码", Text(40, verbatim=True), required=True),
        Column("parent", "上级单位", Text(200), refers="单位"),
        Column("contact", "联系人", Text(100)),
        Column("phone", "联系电话", Text(100, verbatim=True)),
        Column("email", "电子邮箱", Text(254)),
    ),
    key=("name",),
    check=_check,
)
