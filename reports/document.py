"""The document before it has a format: sections of paragraphs, tables, figures and signatures, made of typed cells.

Sections say what is true; renderers (PDF, DOCX, XLSX, page) say how it looks. A number stands in a cell once, as
an exact value; every renderer shows it by `reports.shown`, so that no two of them can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, so that a reader of the page can open it and the annex can list it.

    kind: "entries" (of the ledger), "contract", "tranche", "milestone", "target", "annual_report", "benefits",
    "self_rating", "inspection", "finding", "change", "acceptance", "audit", "settlement", "refund", "document", "rule",
    or the "project" itself. what: which of them, as the query of an address says it: {"source": "省拨款", "kind":
    "支出"} for entries, {"id": "12"} for a row, {"code": "FIN-04"} for a rule, {"number": "BA2022001"} for a project.
    """

    kind: str
    what: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Words. Aligned left."""

    value: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in yuan, two places, exact; shown in its table's unit. None: nothing to say, shown as a dash."""

    amount: Decimal | None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its own places, shown with thousands separated; None: a dash.

    form: "plain" is written as people write a place in a list, a year or an agreed value, thousands not separated,
    and stands where words would; "signed" is a difference, with its sign, nothing being a dash. after: words that
    belong to the number, as 2（尾款）.
    """

    value: Decimal | int | None
    places: int = 0
    source: Source | None = None
    form: Literal["", "plain", "signed"] = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Percent:
    """A share, 0–100 and beyond, with `places` decimals; None: a dash."""

    value: Decimal | None
    places: int = 2
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; None: a dash. is_short: written 2024-03-01, as in a narrow column."""

    value: date | None
    source: Source | None = None
    is_short: bool = False


Cell = Text | Money | Number | Percent | Day


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. width: its share of the row. group: a heading over neighbouring columns of the same group."""

    title: str
    width: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. unit: "元" or "万元" for money cells, said above the table at the right; empty without money.

    has_total: the last row sums the others. Where rounding to 万元 makes it look off, renderers add a note.
    indent: row number -> steps by which its first cell is set in (其中 rows). note: below the table.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    unit: str = ""
    has_total: bool = False
    indent: dict[int, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """A form of labels and values, two pairs a row; a long value takes a row of its own."""

    caption: str
    pairs: Sequence[tuple[str, Cell]]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, first line set in by two characters.

    stands: "flush" begins at the margin, as whom a letter is to; "right" ends at it, as who sends it and the day.
    """

    text: str
    stands: Literal["", "flush", "right"] = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list of points in their order."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is nothing to show here; a section is never silently empty."""

    why: str


@dataclass(frozen=True)
class Figure:
    """A chart. alt: what it shows, in words with its figures. draw: makes its SVG, which the alternative text stands for
    where figures are compared.
    """

    caption: str
    alt: str
    draw: Callable[[], str] = field(compare=False, repr=False)

    @cached_property
    def svg(self) -> str:
        """Vector, its text as text, in the reports' own face; drawn when first looked at."""
        return self.draw()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Blocks to be signed: each a party's title, what it says above the signature (may be empty), and who signs."""

    blocks: Sequence[SignatureBlock]


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """One party. opinion: printed words, or empty for room to write. signers: labels, as 负责人（签字）, 单位（盖章）."""

    party: str
    opinion: str = ""
    signers: Sequence[str] = ()
    day: date | None = None


Block = Table | Pairs | Paragraph | Points | Absent | Figure | Signatures


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter with its blocks, then its sub-sections. Numbers of headings (一、（一）1.（1）) are made by renderers."""

    title: str
    blocks: Sequence[Block] = ()
    sections: Sequence[Section] = ()
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. digest: SHA-256 of the frozen facts. number: of the issue, empty for a draft.

    cover: labels and values on the cover. has_contents: whether a contents page follows it. check_url: the
    address behind the QR code of an issued one, empty for a draft. issuer: who is answerable, as text.
    annexes: sections after the body, the first on a new page, counted 附件1, 附件2.
    """

    kind: str
    title: str
    subject: str
    cover: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    annexes: Sequence[Section] = ()
    on: date | None = None
    number: str = ""
    digest: str = ""
    check_url: str = ""
    issuer: str = ""
    has_cover: bool = True
    has_contents: bool = True
    is_landscape: bool = False
