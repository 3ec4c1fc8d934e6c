"""Documents as DOCX, for people who go on writing in Word or WPS.

Styles are the programs' own (Title, Heading 1–4, Body Text, Caption, toc), so that a chapter moved is a chapter renumbered:
headings are counted by a multilevel list bound to their styles, captions by SEQ fields, pages by PAGE and NUMPAGES (here the
cover counts as a page, for no field that all programs know leaves it out). Fonts are named 宋体 and 黑体, not embedded.

The list of contents is a field that already holds its entries, linked to the headings. Only the program that lays the
pages out knows their numbers, so a document with contents asks it to update its fields; Word puts this to the reader as
a question, and who says no sees the list without numbers. Points ①② are typed, as officials type them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import count, zip_longest
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section as WordSection
from docx.shared import Length, Mm

from reports.document import (
    Absent,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Points,
    SignatureBlock,
    Signatures,
    Table,
)
from reports.renderers import Rendered, pictures, sheet, word_tables, words
from reports.renderers.grids import lines_of
from reports.renderers.legible import clean
from reports.renderers.numbering import Heading, Piece, headings, point, walk
from reports.renderers.word_styles import ANNEXES, CONTENTS_TAB, dress
from reports.renderers.word_xml import bookmark, drawing, field, link, paragraph, run

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""A zip archive cannot say an earlier time; every part bears it, so that the same document is the same bytes."""

_LEVELS_IN_CONTENTS = 2

_NEW_PAGE = paragraph("Proof", '<w:r><w:br w:type="page"/></w:r>')
_NUMBERLESS = f'<w:tabs><w:tab w:val="right" w:pos="{CONTENTS_TAB}"/></w:tabs>'
"""Of an entry whose page is not known yet: no dots that lead to nothing. The update brings back those of the style."""

_TAB = "<w:r><w:tab/></w:r>"

_PICTURE = Mm(sheet.PAPER[0] - sheet.LEFT - sheet.RIGHT)


def render(document: Document) -> Rendered:
    """The document as DOCX; figures as pictures of 200 dots an inch with their alternative text.

    Raises:
        FacesNotFound: there are figures and no Chinese face to draw them with.
    """
    word = docx.Document()
    dress(word, has_contents=document.has_contents)
    _describe(word, document)
    _page(word.sections[0], document)
    _write(word, "".join(_Writer(word, document).everything()))
    return Rendered(_packed(word))


def _write(word: Word, content: str) -> None:
    """Put the content before the properties of the page, as text: to move a thousand elements takes longer than to make them."""
    before, mark, after = word.part.blob.decode().partition("<w:sectPr")
    before = before.replace("<w:body>", f"<w:body {nsdecls('a', 'pic')}>")
    word.part._element = parse_xml(f"{before}{content}{mark}{after}".encode())


class _Writer:
    """Writes the parts of a document as WordprocessingML, in their order."""

    def __init__(self, word: Word, document: Document) -> None:
        self._word = word
        self._document = document
        self._width = sheet.text_width(is_landscape=document.is_landscape)
        self._pictures = count(1)
        self._bookmarks = count(1)

    def everything(self) -> Iterator[str]:
        document = self._document
        yield from self._cover() if document.has_cover else self._opening()
        if document.has_contents:
            yield from self._contents()
        pieces: list[Heading | Piece] = list(walk(document))
        for piece, following in zip_longest(pieces, pieces[1:]):
            if isinstance(piece, Heading):
                yield from self._heading(piece)
            else:
                yield from self._block(piece, holds=_belongs_to_what_precedes(following))

    def _cover(self) -> Iterator[str]:
        document = self._document
        above, between, below = _cover_room(document)
        yield paragraph("CoverMark", run(clean(words.standing(document))))
        yield paragraph("Title", run(clean(document.title)), f'<w:spacing w:before="{above}"/>')
        yield paragraph("Subtitle", run(clean(document.subject)), f'<w:spacing w:after="{between}"/>')
        if document.cover:
            yield word_tables.cover(document.cover)
        foot = [line for line in (*clean(document.issuer).split("\n"), words.day(document.on)) if line]
        for place, line in enumerate(foot):
            yield paragraph("CoverFoot", run(line), "" if place else f'<w:spacing w:before="{below}"/>')
        yield from self._proof()
        yield _NEW_PAGE

    def _opening(self) -> Iterator[str]:
        document = self._document
        yield from self._proof()
        # Lower than on a cover, so that a paper of one page stays one.
        yield paragraph("Title", run(clean(document.title)), '<w:spacing w:before="120" w:after="160"/>')
        if document.subject:
            yield paragraph("Subtitle", run(clean(document.subject)), '<w:spacing w:after="240"/>')
        for label, value in document.cover:
            yield paragraph("TableText", run(clean(f"{label}：{value}")))

    def _proof(self) -> Iterator[str]:
        """Number and digest, and of an issued document the code to check them."""
        document = self._document
        lines = [line for line in (words.number_line(document), words.digest_line(document)) if line]
        if document.check_url:
            said = f"{words.check_line()}：{document.check_url}"
            picture = self._picture(pictures.qr_png(document.check_url), Mm(22), said)
            yield word_tables.proof(picture, [*lines, said], width=self._width)
        else:
            for line in lines:
                yield paragraph("Proof", run(clean(line)))

    def _contents(self) -> Iterator[str]:
        yield paragraph("ContentsTitle", run(words.contents()))
        entries = [
            (place, heading)
            for place, heading in enumerate(headings(self._document), 1)
            if heading.level <= _LEVELS_IN_CONTENTS
        ]
        begin, end = field(f'TOC \\o "1-{_LEVELS_IN_CONTENTS}" \\h \\z \\u')
        lines = [
            paragraph(
                f"TOC{heading.level}",
                properties=_NUMBERLESS,
                content=(begin if number == 0 else "")
                + link(
                    _anchor(place),
                    run(clean(heading.text)) + _TAB + "".join(field(f"PAGEREF {_anchor(place)} \\h")),
                )
                + (end if number == len(entries) - 1 else ""),
            )
            for number, (place, heading) in enumerate(entries)
        ]
        yield (
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            f"</w:docPartObj></w:sdtPr><w:sdtContent>{''.join(lines) or paragraph('Normal', begin + end)}"
            "</w:sdtContent></w:sdt>"
        )
        yield _NEW_PAGE

    def _heading(self, heading: Heading) -> Iterator[str]:
        place = next(self._bookmarks)
        properties = "<w:pageBreakBefore/>" if heading.new_page else ""
        # Annexes are counted by a list of their own, which begins a level higher.
        if heading.rank < heading.level:
            properties += (
                f'<w:numPr><w:ilvl w:val="{heading.level - 1}"/><w:numId w:val="{ANNEXES}"/></w:numPr>'
            )
        yield paragraph(
            f"Heading{heading.level}",
            bookmark(place, _anchor(place), run(clean(heading.title))),
            properties,
        )

    def _block(self, piece: Piece, *, holds: bool) -> Iterator[str]:
        match piece.block:
            case Table() as table:
                yield from self._caption(piece.label, table.caption, above=True)
                yield from word_tables.table(table, width=self._width, holds=holds)
            case Pairs() as pairs:
                yield from self._caption(piece.label, pairs.caption, above=True)
                yield from word_tables.form(pairs, width=self._width, holds=holds)
            case Paragraph(text=text, stands=stands):
                yield from self._lines(text.split("\n"), _STANDS[stands], holds=holds)
            case Points(items=items):
                yield from self._lines(
                    [f"{point(place)}{item}" for place, item in enumerate(items, 1)], holds=holds
                )
            case Absent(why=why):
                yield from self._lines([why], holds=holds)
            case Figure() as figure:
                png = pictures.png(figure.svg)
                yield paragraph("Figure", self._picture(png, _PICTURE, figure.alt), "<w:keepNext/>")
                yield from self._caption(piece.label, figure.caption, above=False)
            case Signatures(blocks=blocks):
                yield word_tables.signatures(map(_signature, blocks), width=self._width)
                yield paragraph("TableNote", "")

    def _lines(self, lines: Sequence[str], properties: str = "", *, holds: bool) -> Iterator[str]:
        for place, line in enumerate(lines, 1):
            yield paragraph("BodyText", run(clean(line)), properties, holds=holds and place == len(lines))

    def _caption(self, label: str, caption: str, *, above: bool) -> Iterator[str]:
        if label:
            kind, number = label[:1], label[1:]
            begin, end = field(f"SEQ {kind} \\* ARABIC")
            yield paragraph(
                "Caption",
                run(kind) + begin + run(number) + end + run(f"　{clean(caption)}"),
                "<w:keepNext/>" if above else "",
            )

    def _picture(self, png: bytes, width: Length, alt: str) -> str:
        relation, image = self._word.part.get_or_add_image(io.BytesIO(png))
        height = int(width * image.px_height / image.px_width)
        return drawing(relation, next(self._pictures), width, height, clean(alt))


_FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_STANDS = {"": "", "flush": _FLUSH, "right": f'{_FLUSH}<w:jc w:val="right"/>'}
"""How a paragraph stands, as Word says it."""


def _belongs_to_what_precedes(piece: Heading | Piece | None) -> bool:
    """Whether it would be lost alone on a page: signatures, who sends a letter, and a table without a caption."""
    if not isinstance(piece, Piece):
        return False
    match piece.block:
        case Signatures() | Paragraph(stands="right") | Table(caption=""):
            return True
    return False


def _signature(block: SignatureBlock) -> word_tables.Signed:
    return word_tables.Signed(
        party=clean(block.party),
        opinion=[clean(line) for line in block.opinion.split("\n") if line],
        signers=[clean(signer) for signer in block.signers],
        day=words.day(block.day) or words.parties_day(),
    )


def _anchor(place: int) -> str:
    return f"_Toc{place:08}"


def _cover_room(document: Document) -> tuple[int, int, int]:
    """Twentieths of a point above the title, below the subject, and above the issuer: what the cover leaves free, parted."""
    lying = document.is_landscape
    height = 425.0 if lying else 630.0
    taken = 20 + 45 + 80
    taken += 26 * lines_of(document.subject, 36 if lying else 23) if document.subject else 0
    taken += sum(10 + 18 * lines_of(value, 17) for _label, value in document.cover)
    taken += 32 * (1 + len(document.issuer.split("\n")))
    free = max(height - taken, 0.0) * 20
    return round(free * 0.28), 100 + round(free * 0.36), 100 + round(free * 0.32)


def _describe(word: Word, document: Document) -> None:
    said = word.core_properties
    moment = datetime.combine(document.on, time(), UTC) if document.on else datetime(2000, 1, 1, tzinfo=UTC)
    said.title = clean(f"{document.title}　{document.subject}" if document.subject else document.title)[:255]
    said.subject = clean(document.subject)[:255]
    said.author = said.last_modified_by = clean(document.issuer)[:255]
    said.keywords = clean("，".join(filter(None, (document.number, document.kind))))[:255]
    said.identifier = clean(document.number)[:255]
    said.comments = clean(words.digest_line(document))
    said.language = "zh-CN"
    said.revision = 1
    said.created = said.modified = moment.replace(tzinfo=None)


def _page(section: WordSection, document: Document) -> None:
    if document.is_landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(sheet.PAPER[1]), Mm(sheet.PAPER[0])
        margins = (sheet.LYING_TOP, sheet.LYING_RIGHT, sheet.LYING_BOTTOM, sheet.LYING_LEFT)
    else:
        section.page_width, section.page_height = Mm(sheet.PAPER[0]), Mm(sheet.PAPER[1])
        margins = (sheet.TOP, sheet.RIGHT, sheet.BOTTOM, sheet.LEFT)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, margins)
    section.header_distance, section.footer_distance = Mm(margins[0] - 12), Mm(margins[2] - 12)
    section.different_first_page_header_footer = document.has_cover
    right = int(sheet.text_width(is_landscape=document.is_landscape) * 20)
    head = run(clean(document.title)) + _TAB + run(clean(words.standing(document)))
    _fill(section.header._element, paragraph("Header", head, _tabs(right=right)))
    page, page_end = field("PAGE")
    pages, pages_end = field("NUMPAGES")
    before, between, after = words.page_of_pages()
    counted = "".join(
        [run(before), page, run("1"), page_end, run(between), pages, run("1"), pages_end, run(after)]
    )
    foot = _TAB + counted + _TAB + run(words.short_digest(document))
    _fill(section.footer._element, paragraph("Footer", foot, _tabs(center=right // 2, right=right)))


def _tabs(**stops: int) -> str:
    """Stops in place of those that the styles of headers and footers come with."""
    cleared = [f'<w:tab w:val="clear" w:pos="{place}"/>' for place in (4320, 8640)]
    ours = [f'<w:tab w:val="{kind}" w:pos="{place}"/>' for kind, place in stops.items()]
    return f"<w:tabs>{''.join(cleared + ours)}</w:tabs>"


def _fill(element: object, content: str) -> None:
    """Put one paragraph in place of what the header or footer holds."""
    for child in list(element):  # type: ignore[call-overload]
        element.remove(child)  # type: ignore[attr-defined]
    element.append(parse_xml(content.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))  # type: ignore[attr-defined]


def _packed(word: Word) -> bytes:
    """The package with its parts in their order and at one time."""
    package = word.part.package
    for name, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[name]
    first = io.BytesIO()
    word.save(first)
    out = io.BytesIO()
    with ZipFile(first) as made, ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name in made.namelist():
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            packed.writestr(entry, made.read(name))
    return out.getvalue()
