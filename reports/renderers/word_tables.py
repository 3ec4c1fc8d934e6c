"""Tables of a DOCX: heads that repeat, rows that hold together, rules as on official forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.document import Pairs, Table
from reports.renderers import words
from reports.renderers.forms import form_of
from reports.renderers.grids import Grid, ems, grid
from reports.renderers.legible import clean
from reports.renderers.word_xml import paragraph, run

COVER_WIDTH = 8500
"""Twentieths of a point of the lines of a cover."""

_COVER_TYPE = 14
"""Points of the type of a cover."""

_SLACK = 1.12
"""Figures of the faces that stand in where a reader has no Times New Roman are wider by so much."""

_SIDES = {"l": "left", "c": "center", "r": "right"}
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>'
_NO_RULES = '<w:tcBorders><w:top w:val="nil"/><w:left w:val="nil"/><w:right w:val="nil"/></w:tcBorders>'
_FIRM_TOP = '<w:tcBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/></w:tcBorders>'


@dataclass(frozen=True, slots=True)
class Signed:
    """A block to be signed, its texts ready."""

    party: str
    opinion: list[str]
    signers: list[str]
    day: str


def table(source: Table, *, width: float, holds: bool = False) -> Iterator[str]:
    """The table and its notes. The line with the unit belongs to the head, so that each page bears it.

    The rows of a short table hold together, as do the first and the last two of a long one with head and notes. holds:
    whether its end is kept on the page of what follows.
    """
    laid = grid(source, width=width, slack=_SLACK)
    widths = [round(each * 20) for each in laid.widths]
    rows = []
    if unit := words.unit_line(source.unit):
        cell = _cell(
            sum(widths), paragraph("TableUnit", run(unit), holds=True), span=len(widths), looks=_NO_RULES
        )
        rows.append(_row([cell], repeated=True))
    rows += [_row(cells, repeated=True) for cells in _heads(laid, widths)]
    last = len(laid.rows) - 1
    held_last = holds or bool(laid.notes)
    size = (
        f'<w:sz w:val="{round(laid.size * 2)}"/><w:szCs w:val="{round(laid.size * 2)}"/>'
        if laid.size < 10.5
        else ""
    )
    for number, (texts, stands) in enumerate(zip(laid.rows, laid.stands, strict=True)):
        total = source.has_total and number == last
        steps = laid.indent.get(number, 0)
        # A row that may go over a page cannot be held to another.
        held = (number < last or held_last) and (
            not laid.breakable or (not laid.tall and (number == 0 or number >= last - 1))
        )
        rows.append(
            _row(
                [
                    _cell(
                        widths[place],
                        paragraph(
                            "TableHead" if total else "TableText",
                            run(clean(text), size),
                            (
                                f'<w:ind w:leftChars="{steps * 100}" w:left="{steps * 210}"/>'
                                if steps and not place
                                else ""
                            )
                            + f'<w:jc w:val="{_SIDES[stand]}"/>',
                            holds=held,
                        ),
                        looks=_FIRM_TOP if total else "",
                    )
                    for place, (text, stand) in enumerate(zip(texts, stands, strict=True))
                ],
                whole=not laid.tall,
            )
        )
    yield _table(widths, rows)
    for place, note in enumerate(laid.notes, 1):
        yield paragraph("TableNote", run(clean(note)), holds=holds or place < len(laid.notes))
    if not laid.notes:
        yield paragraph("TableNote", "", holds=holds)


def form(pairs: Pairs, *, width: float, holds: bool = False) -> Iterator[str]:
    """Labels and values, two pairs a row. holds: whether its end is kept on the page of what follows."""
    label = 1340
    value = (round(width * 20) - 2 * label) // 2
    rows = []
    if unit := words.unit_line(pairs.unit):
        unit_of = paragraph("TableUnit", run(unit), holds=True)
        rows.append(_row([_cell(2 * (label + value), unit_of, span=4, looks=_NO_RULES)]))
    laid = form_of(pairs)
    last = len(laid.rows) - 1
    for number, row in enumerate(laid.rows):
        held = (number < last and not laid.breakable) or (number == last and holds)
        cells = []
        for name, text in row:
            named = paragraph("TableHead", run(clean(name)), '<w:jc w:val="center"/>', holds=held)
            cells.append(_cell(label, named, looks=_SHADE))
            alone = len(row) == 1
            cells.append(
                _cell(
                    value + (label + value if alone else 0),
                    paragraph("TableText", run(clean(text)), holds=held),
                    span=3 if alone else 1,
                )
            )
        rows.append(_row(cells))
    yield _table([label, value, label, value], rows)
    yield paragraph("TableNote", "", holds=holds)


def cover(pairs: Sequence[tuple[str, str]]) -> str:
    """The lines of a cover: labels at the left, in one line, values over a rule."""
    whole = COVER_WIDTH
    label = max(round(ems(f"{name}：") * _COVER_TYPE * 20) + 200 for name, _value in pairs)
    label = min(max(label, 2200), whole // 2)
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
    rows = [
        _row(
            [
                _cell(label, paragraph("CoverLabel", run(clean(f"{name}：")))),
                _cell(whole - label, paragraph("CoverValue", run(clean(value))), looks=rule),
            ]
        )
        for name, value in pairs
    ]
    return _table([label, whole - label], rows, style="CoverTable")


def proof(picture: str, lines: Sequence[str], *, width: float) -> str:
    """The code to check an issue, and beside it what the code leads to."""
    code, said = 1500, "".join(paragraph("Proof", run(clean(line))) for line in lines)
    rest = round(width * 20) - code
    return _table(
        [code, rest],
        [_row([_cell(code, paragraph("Proof", picture)), _cell(rest, said)])],
        style="CoverTable",
    )


def signatures(blocks: Iterable[Signed], *, width: float) -> str:
    """A row a party, none parted by the end of a page, nor one from the next where a page holds them all."""
    party = 1500
    rest = round(width * 20) - party
    rows = []
    blocks = list(blocks)
    for number, block in enumerate(blocks, 1):
        stays = "<w:keepNext/>" if number < len(blocks) else ""
        content = "".join(
            [
                *(paragraph("SignatureText", run(line), stays) for line in block.opinion),
                *(
                    paragraph(
                        "SignatureLine",
                        run(f"{signer}："),
                        stays
                        + (f'<w:spacing w:before="{0 if block.opinion else 1000}"/>' if not place else ""),
                    )
                    for place, signer in enumerate(block.signers)
                ),
                paragraph("SignatureLine", run(block.day), stays + '<w:jc w:val="right"/>'),
            ]
        )
        rows.append(
            _row(
                [
                    _cell(party, paragraph("TableHead", run(block.party), stays + '<w:jc w:val="center"/>')),
                    _cell(rest, content, stand="top"),
                ],
                height=2400,
            )
        )
    return _table([party, rest], rows)


def _heads(laid: Grid, widths: Sequence[int]) -> list[list[str]]:
    """Rows of head cells; a cell over two rows goes on as an empty one below."""
    found: list[list[str]] = []
    for row in range(laid.head_rows):
        cells: dict[int, str] = {}
        for head in laid.heads:
            over = sum(widths[head.column : head.column + head.columns])
            merged = '<w:vMerge w:val="restart"/>' if head.rows > 1 else ""
            text = paragraph("TableHead", run(clean(head.text)), '<w:jc w:val="center"/>', holds=True)
            if head.row == row:
                cells[head.column] = _cell(over, text, span=head.columns, looks=_SHADE, merged=merged)
            elif head.row < row < head.row + head.rows:
                cells[head.column] = _cell(
                    over, paragraph("TableHead", "", holds=True), looks=_SHADE, merged="<w:vMerge/>"
                )
        found.append([cells[column] for column in sorted(cells)])
    return found


def _cell(
    width: int, content: str, *, span: int = 1, looks: str = "", merged: str = "", stand: str = "center"
) -> str:
    over = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}{merged}{looks}<w:vAlign w:val="{stand}"/></w:tcPr>'
        f"{content}</w:tc>"
    )


def _row(cells: Iterable[str], *, repeated: bool = False, whole: bool = True, height: int = 0) -> str:
    properties = (
        ("<w:cantSplit/>" if whole else "")
        + (f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else "")
        + ("<w:tblHeader/>" if repeated else "")
    )
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def _table(widths: Sequence[int], rows: Iterable[str], *, style: str = "ReportTable") -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )
