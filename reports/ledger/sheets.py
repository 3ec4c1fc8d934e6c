"""The fixed parts of an Excel workbook and its small sheets, as XML.

Written by hand because the rows are written by PostgreSQL (xlsx_file.py), and no library takes rows
that are XML already. docs/decisions/ledger-xlsx.md says why that is worth it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

PLAIN, HEADING, DAY, MONEY, WRAPPED = range(5)
"""Styles of cells, by their place in STYLES."""

EXACT = Decimal(10) ** 13
"""A number in a cell has 15 digits: amounts from here on (yuan) go out as text, lest a fen be lost."""

Cell = str | int | Decimal
Row = Sequence[Cell]

STYLES = (
    f'{HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/><family val="2"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill>'
    "</fill></fills>"
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
RELATIONS = (
    f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


def content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
            for n in range(1, sheets + 1)
        )
        + "</Types>"
    )


def workbook(names: Sequence[str], filtered: str) -> str:
    """names: of the sheets, in order. filtered: the range of the first sheet's filter, e.g. $A$1:$P$10."""
    return (
        f'{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        '<bookViews><workbookView activeTab="0"/></bookViews><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
        + '</sheets><definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        f"'{names[0]}'!{filtered}</definedName></definedNames></workbook>"
    )


def workbook_relations(sheets: int) -> str:
    return (
        f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, sheets + 1)
        )
        + f'<Relationship Id="rId{sheets + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>"
    )


def opening(widths: Sequence[float], *, frozen: bool, shown: bool = False) -> str:
    """The beginning of a sheet: widths of its columns in characters.

    `frozen` keeps its first row in view; `shown` is the sheet that a program opens with.
    """
    pane = (
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft"/>'
    )
    selected = ' tabSelected="1"' if shown else ""
    return (
        f'{HEAD}<worksheet xmlns="{_MAIN}"><sheetViews>'
        f'<sheetView{selected} workbookViewId="0">{pane if frozen else ""}'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>'
        + "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
        )
        + "</cols><sheetData>"
    )


def closing(filtered: str = "") -> str:
    """The end of a sheet; `filtered` is the range with a filter on it."""
    return "</sheetData>" + (f'<autoFilter ref="{filtered}"/>' if filtered else "") + "</worksheet>"


def row(number: int, cells: Row, style: int | None = None) -> str:
    """One row. Text stays text whatever it looks like; Decimal is money in yuan. `style` is for the texts."""
    return (
        f'<row r="{number}">'
        + "".join(_cell(f"{chr(64 + n)}{number}", c, style) for n, c in enumerate(cells, 1))
        + "</row>"
    )


def sheet(widths: Sequence[float], rows: Iterable[str], *, frozen: bool = False) -> str:
    return opening(widths, frozen=frozen) + "".join(rows) + closing()


def escaped(text: str) -> str:
    """Text for an element: Excel's own mark _xHHHH_ and what XML cannot carry do not get lost unseen."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
    return re.sub("[\x01-\x1f\ufffe\uffff]", "\ufffd", text)


def _cell(reference: str, value: Cell, style: int | None) -> str:
    if isinstance(value, Decimal) and abs(value) < EXACT:
        return f'<c r="{reference}" s="{MONEY}"><v>{value:.2f}</v></c>'
    if isinstance(value, int):
        return f'<c r="{reference}"><v>{value}</v></c>'
    if value == "":
        return ""
    look = f' s="{style}"' if style else ""
    text = escaped(str(value))
    return f'<c r="{reference}"{look} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
