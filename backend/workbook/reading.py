"""A whole workbook, read: every sheet we know, every fault and report."""

from collections import Counter

from django.utils.translation import gettext as _

from backend.workbook.faults import Findings
from backend.workbook.folding import tight, trimmed
from backend.workbook.opening import open_book
from backend.workbook.package import WorkbookRefused
from backend.workbook.sheets import INSTRUCTIONS, TABLES
from backend.workbook.tables import Sheetful, read_sheet
from lifecycle.wording import listed


def read_book(content: bytes, findings: Findings) -> dict[str, Sheetful]:
    """The rows of each known sheet by its title, in the order of the tables; others are missing.

    A file that cannot be taken at all leaves one fault and no sheet.

    Raises:
        TooManyFaults: nobody would read more.
    """
    try:
        return _read(content, findings)
    except WorkbookRefused as refused:
        findings.fault(refused.message)
        return {}


def _read(content: bytes, findings: Findings) -> dict[str, Sheetful]:
    book = open_book(content)
    tables = {tight(table.title): table for table in TABLES}
    named = Counter(tight(sheet.name) for sheet in book.sheets)
    found = {}
    for sheet in book.sheets:
        name = tight(sheet.name)
        table = tables.get(name)
        if name == INSTRUCTIONS:
            continue
        if table is None or not sheet.holds_cells:
            findings.warn(
                _("不认识的工作表，已忽略；可识别的工作表：%(sheets)s")
                % {"sheets": listed(table.title for table in TABLES)},
                sheet=trimmed(sheet.name)[:60],
            )
            continue
        if named[name] > 1:
            if table.title not in found:
                findings.fault(
                    _("有 %(count)s 张同名的工作表“%(sheet)s”，请只保留一张")
                    % {"count": named[name], "sheet": table.title},
                    sheet=table.title,
                )
            found[table.title] = Sheetful(table, readable=False)
            continue
        if sheet.hidden:
            findings.warn(_("工作表处于隐藏状态，也已读入"), sheet=table.title)
        found[table.title] = read_sheet(table, sheet, epoch=book.epoch, findings=findings)
    if not found:
        findings.fault(
            _("没有一张可识别的工作表；应有：%(sheets)s")
            % {"sheets": listed(table.title for table in TABLES)}
        )
    return {table.title: found[table.title] for table in TABLES if table.title in found}
