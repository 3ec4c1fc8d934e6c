"""The words that renderers add to a document, the same in every format."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from reports.document import Day, Document, Table
from reports.shown import looks_off, shown


def contents() -> str:
    return _("目录")


def draft() -> str:
    return _("草稿")


def unit_line(unit: str) -> str:
    """What stands above a table at the right; empty for a table without money."""
    return _("单位：%(unit)s") % {"unit": unit} if unit else ""


def continued(label: str) -> str:
    """What a table is called from its second page on."""
    return _("续%(table)s") % {"table": label} if label else _("续表")


def number_line(document: Document) -> str:
    return _("编号：%(number)s") % {"number": document.number} if document.number else ""


def digest_line(document: Document) -> str:
    return _("数据摘要（SHA-256）：%(digest)s") % {"digest": document.digest} if document.digest else ""


def short_digest(document: Document) -> str:
    """Enough of the digest to tell two issues apart at the foot of each page."""
    return _("摘要 %(digest)s") % {"digest": document.digest[:16]} if document.digest else ""


def standing(document: Document) -> str:
    """Of a page's head: the number of an issued document, or that it is none."""
    return number_line(document) or _("草稿，未签发")


def check_line() -> str:
    return _("扫码核验")


def notes(table: Table, *, rows_printed: int) -> list[str]:
    """What stands below a table: its own note, then what printing it made necessary to say."""
    found = [table.note] if table.note else []
    if looks_off(table):
        found.append(_("金额以万元列示并四舍五入，分项之和与合计的尾差由此产生，合计按元汇总后换算。"))
    if rows_printed < len(table.rows):
        found.append(
            _("本表共 %(rows)d 行，纸面列示前 %(printed)d 行及末行，全部各行见同一文件的 XLSX 格式。")
            % {"rows": len(table.rows), "printed": rows_printed - 1}
        )
    if len(found) > 1:
        found = [f"{place}.{note}" for place, note in enumerate(found, 1)]
    return [_("注：%(note)s") % {"note": note} for note in found[:1]] + [f"　　{note}" for note in found[1:]]


def missing_line(missing: str) -> str:
    """Which characters the faces lack, by code point, since they cannot be shown."""
    points = "、".join(f"U+{ord(character):04X}" for character in missing)
    return _("编排说明：字库未收下列字符，文中以“〓”代替，其原字以系统记录为准：%(points)s。") % {
        "points": points
    }


def page_of_pages() -> tuple[str, str, str]:
    """What stands before the number of a page, between it and the number of pages, and after."""
    before, rest = _("第 %(page)s 页　共 %(pages)s 页").split("%(page)s")
    between, after = rest.split("%(pages)s")
    return before, between, after


def day(on: date | None) -> str:
    """A day as a document is dated; empty where it is not."""
    return shown(Day(on)) if on else ""


def parties_day() -> str:
    """Where a signature is to be dated by hand."""
    return _("　　年　　月　　日")
