"""The ledger as an Excel workbook: sheets 台账 (the entries), 余额 (sums by account), 说明 (how to check it).

PostgreSQL writes each row of 台账 as XML, so here the rows are only packed, in constant memory
(docs/decisions/ledger-xlsx.md). Days are real dates and amounts numbers; the instant of recording
stays text, exactly as it was hashed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _
from psycopg.sql import SQL, Composed

from finance.chain import VERSION, genesis
from finance.reading import PIECE, reading
from lifecycle.errors import Conflict
from lifecycle.models import Project
from lifecycle.models.fields import ZERO
from reports.ledger import sheets
from reports.ledger.rows import COLUMNS, RECORDED_AT, REVERSES, Head, Sums, entries, head_of, lines, sums_of

SHEETS = ("台账", "余额", "说明")
MOST_ENTRIES = 1_048_575
"""A sheet of Excel has 1 048 576 rows, the first of which are the headings."""
SMALL = 400_000
"""Entries that stay below 2 GB of XML however long their texts; above, the archive needs its 64-bit form."""
_WIDTHS = (8, 12, 33, 11, 11, 14, 26, 26, 18, 18, 18, 28, 40, 10, 20, 20)

# The SQL of a row. Escaping is for the few rows with a sign that XML or Excel would take for its own.
_UNFIT = r"[\u0001-\u001F\uFFFE\uFFFF]"
_ODD = r"[\u0001-\u001F\uFFFE\uFFFF&<>]|_x[0-9A-Fa-f]{4}_"
_FACTS = f"""
    e.*, d.name AS debit, c.name AS credit, {RECORDED_AT} AS instant, {REVERSES} AS reversed,
    row_number() OVER (ORDER BY e.sequence) + 1 AS n,
    concat(e.voucher, e.invoice, e.counterparty, e.memo, d.name, c.name) ~ '{_ODD}' AS odd
"""


def _escaped(value: str) -> str:
    """SQL of what sheets.escaped() does."""
    replaced = rf"regexp_replace({value}, '_(?=x[0-9A-Fa-f]{{4}}_)', '_x005F_', 'g')"
    for sign, reference in (
        ("'&'", "&amp;"),
        ("'<'", "&lt;"),
        ("'>'", "&gt;"),
        (r"E'\t'", "&#9;"),
        (r"E'\n'", "&#10;"),
        (r"E'\r'", "&#13;"),
    ):
        replaced = f"replace({replaced}, {sign}, '{reference}')"
    return f"CASE WHEN odd THEN regexp_replace({replaced}, '{_UNFIT}', chr(65533), 'g') ELSE {value} END"


def _number(letter: str, value: str, style: int = sheets.PLAIN) -> str:
    return f"""'<c r="{letter}', n, '" s="{style}"><v>', {value}, '</v></c>'"""


def _word(letter: str, value: str) -> str:
    """SQL of a cell with a text that needs no care."""
    return f"""'<c r="{letter}', n, '" t="inlineStr"><is><t>', {value}, '</t></is></c>'"""


def _text(letter: str, value: str) -> str:
    opening = f"""'<c r="{letter}', n, '" t="inlineStr"><is><t xml:space="preserve">'"""
    return f"{opening}, {_escaped(value)}, '</t></is></c>'"


def _unless_empty(value: str, cell: str) -> str:
    return f"CASE WHEN {value} <> '' THEN concat({cell}) END"


_CELLS = (
    _number("A", "sequence"),
    _number("B", "day - date '1899-12-30'", sheets.DAY),
    _word("C", "instant"),
    _word("D", "kind"),
    _word("E", "source"),
    _unless_empty("category", _text("F", "category")),
    _text("G", "debit"),
    _text("H", "credit"),
    (
        f"CASE WHEN amount < {sheets.EXACT} THEN concat({_number('I', 'amount', sheets.MONEY)})"
        f" ELSE concat({_word('I', 'amount')}) END"
    ),
    _unless_empty("voucher", _text("J", "voucher")),
    _unless_empty("invoice", _text("K", "invoice")),
    _unless_empty("counterparty", _text("L", "counterparty")),
    _unless_empty("memo", _text("M", "memo")),
    f"CASE WHEN reversed IS NOT NULL THEN concat({_number('N', 'reversed')}) END",
    _word("O", "previous_hash"),
    _word("P", "hash"),
)
_ROW = f"""concat('<row r="', n, '">', {", ".join(_CELLS)}, '</row>')"""


class LedgerTooLong(Conflict):
    """More entries than a sheet has rows; CSV has no such limit. details: entries, most."""

    code = "ledger_too_long"


def write_xlsx(project: Project, out: BinaryIO, *, on: date | None = None) -> None:
    """Write the project's ledger up to `on` (None: all). `out` must be seekable.

    Raises:
        LedgerTooLong: nothing is written.
    """
    with reading() as cursor:
        head, sums = head_of(cursor, project), sums_of(cursor, project, on)
        if sums.entries > MOST_ENTRIES:
            raise LedgerTooLong(
                _("台账有 %(entries)d 笔分录，超过一张工作表的行数，请导出 CSV。")
                % {"entries": sums.entries},
                details={"entries": sums.entries, "most": MOST_ENTRIES},
            )
        last = sums.entries + 1
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as book:
            _put(book, "[Content_Types].xml", sheets.content_types(len(SHEETS)))
            _put(book, "_rels/.rels", sheets.RELATIONS)
            _put(book, "xl/workbook.xml", sheets.workbook(SHEETS, f"$A$1:$P${last}"))
            _put(book, "xl/_rels/workbook.xml.rels", sheets.workbook_relations(len(SHEETS)))
            _put(book, "xl/styles.xml", sheets.STYLES)
            _put(book, "xl/worksheets/sheet2.xml", _balances(sums))
            _put(book, "xl/worksheets/sheet3.xml", _explanation(project, head, sums, on))
            with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=sums.entries > SMALL) as sheet:
                piece = bytearray(
                    sheets.opening(_WIDTHS, frozen=True, shown=True).encode()
                    + sheets.row(1, COLUMNS, sheets.HEADING).encode()
                )
                with lines(cursor, _xml_of(entries(_FACTS, project, on))) as rows:
                    for row in rows:
                        piece += row
                        if len(piece) >= PIECE:
                            sheet.write(piece)
                            piece.clear()
                sheet.write(piece + sheets.closing(f"A1:P{last}").encode())


def stream_xlsx(project: Project, on: date | None = None) -> Iterator[bytes]:
    """What `write_xlsx` writes, in pieces; refusals come before the first of them."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _pieces, or here when there is nothing to read
    try:
        write_xlsx(project, cast(BinaryIO, file), on=on)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _pieces(cast(BinaryIO, file))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(PIECE), b"")


def _put(book: ZipFile, name: str, content: str) -> None:
    # By open(), which writes no time of day, so that the same facts make the same file.
    with book.open(name, "w") as part:
        part.write(content.encode())


def _xml_of(facts: Composed) -> Composed:
    """The query of the rows of the sheet, in sequence."""
    return SQL("SELECT {} FROM ({}) facts ORDER BY sequence").format(SQL(_ROW), facts)


def _balances(sums: Sums) -> str:
    """A row an account, in the usual order, then the totals."""
    rows = [(s.account, s.source, s.category, s.debit, s.credit, s.balance) for s in sums.accounts]
    debit, credit = (
        sum((s.debit for s in sums.accounts), ZERO),
        sum((s.credit for s in sums.accounts), ZERO),
    )
    rows.append((_("合计"), "", "", debit, credit, debit - credit))
    return sheets.sheet(
        (36, 12, 36, 20, 20, 20),
        [
            sheets.row(
                1,
                (
                    _("科目"),
                    _("资金来源"),
                    _("支出科目"),
                    _("借方合计（元）"),
                    _("贷方合计（元）"),
                    _("余额（元）"),
                ),
                sheets.HEADING,
            ),
            *(sheets.row(number, cells) for number, cells in enumerate(rows, 2)),
        ],
        frozen=True,
    )


def _explanation(project: Project, head: Head, sums: Sums, on: date | None) -> str:
    """What this is, what its hashes prove and how to check them."""
    rows: list[sheets.Row] = [
        (_("项目编号"), project.number),
        (_("项目名称"), project.name),
        (_("截止日期"), on.isoformat() if on else _("全部")),
        (_("本表分录数"), sums.entries),
        (_("链头序号"), head.sequence),
        (_("链头哈希"), head.hash),
        (_("创世哈希"), genesis(project.number)),
        (_("哈希版本"), VERSION),
        (
            _("如何核验"),
            _(
                "每笔分录的哈希，由版本号、序号至红冲序号各列与前序哈希"
                "以单元分隔符（U+001F）相连，取 SHA-256 而得；"
                "金额写作两位小数，业务日期写作 YYYY-MM-DD，记账时间与表中文字一致，空列为空文字。"
                "逐行重算并与“哈希”列比对即可，详见随程序提供的 docs/ledger-hash.md。"
            ),
        ),
        (
            _("能证明什么"),
            _(
                "完整台账：首行的前序哈希为创世哈希，各行首尾相接，末行的序号与哈希等于链头，"
                "即证明无一笔被改动或缺失。"
                "截至某日的台账：逐行证明所列分录未被改动，但不能证明没有缺行。"
            ),
        ),
        (
            _("关于红冲"),
            _(
                "红冲不删除原分录，而是另记一笔方向相反的分录，“红冲序号”指明所冲的原分录。"
                "截至某日的台账按当日的记载列示：其后才红冲的分录仍照列；资金汇总则自原分录之日起将两笔一并剔除，二者因此可能不同。"
            ),
        ),
        (_("余额"), _("各科目借方合计减贷方合计，只计本表所列分录，单位为元。")),
    ]
    return sheets.sheet(
        (16, 100), [sheets.row(number, cells, sheets.WRAPPED) for number, cells in enumerate(rows, 1)]
    )
