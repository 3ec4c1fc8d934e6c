"""The styles and lists of a DOCX, put in place of those of python-docx's template.

Sizes and spaces follow GB/T 9704-2012: 三号 text, 28.95 points from line to line, two characters set in.
"""

from __future__ import annotations

from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"

CHAPTERS, ANNEXES = 101, 102
"""Lists: chapters are counted by their styles, annexes by the list named at each of their headings."""

CONTENTS_TAB = 8840
"""Twentieths of a point from the margin to the page numbers of the contents."""

_PITCH = 579
"""Twentieths of a point from line to line."""


def dress(word: Word, *, has_contents: bool) -> None:
    """Give the document our styles, lists and settings.

    has_contents: whether the program that opens it is to fill in page numbers, which it alone knows.
    """
    styles = word.styles.element
    mine = {_identity(xml): xml for xml in _styles()}
    for style in list(styles.findall(qn("w:style"))):
        if style.get(qn("w:styleId")) in mine:
            styles.remove(style)
    for xml in mine.values():
        styles.append(parse_xml(xml))
    defaults = styles.find(qn("w:docDefaults"))
    styles.replace(defaults, parse_xml(_defaults()))
    numbering = word.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    for xml in _lists():
        numbering.append(parse_xml(xml))
    settings = word.settings.element
    for name in ("w:compat", "w:themeFontLang"):
        for old in settings.findall(qn(name)):
            settings.remove(old)
    # The schema wants compat before rsids; a newer layout than Word 2007's, or it says "compatibility mode".
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    followers = [settings.find(qn(name)) for name in ("w:rsids", "w:decimalSymbol", "w:listSeparator")]
    next(each for each in followers if each is not None).addprevious(compat)
    if has_contents:
        compat.addprevious(parse_xml(f'<w:updateFields {nsdecls("w")} w:val="true"/>'))


def _identity(xml: str) -> str:
    return xml.split('w:styleId="', 1)[1].split('"', 1)[0]


def _defaults() -> str:
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{_fonts(SONG)}"
        '<w:kern w:val="0"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _fonts(east: str) -> str:
    latin = LATIN if east == SONG else east
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{east}" w:cs="{LATIN}"/>'


def _looks(points: float, east: str = SONG, *, bold: bool = False) -> str:
    """Properties of a style's characters."""
    size = round(points * 2)
    weight = "<w:b/>" if bold else '<w:b w:val="0"/>'
    return f'{_fonts(east)}{weight}<w:i w:val="0"/><w:color w:val="000000"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _style(
    identity: str, name: str, paragraph: str, looks: str, *, following: str = "", built_in: bool = False
) -> str:
    """A paragraph style. paragraph: its properties, in the order in which the schema wants them."""
    marks = "" if built_in else ' w:customStyle="1"'
    marks += ' w:default="1"' if identity == "Normal" else ""
    based = "" if identity == "Normal" else '<w:basedOn w:val="Normal"/>'
    after = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph"{marks} w:styleId="{identity}"><w:name w:val="{name}"/>'
        f"{based}{after}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{looks}</w:rPr></w:style>"
    )


def _space(before: int = 0, after: int = 0, line: int = 0, rule: str = "exact") -> str:
    """Spaces in twentieths of a point; without `line` the font's own pitch."""
    pitch = f' w:line="{line}" w:lineRule="{rule}"' if line else ' w:line="240" w:lineRule="auto"'
    return f'<w:spacing w:before="{before}" w:after="{after}"{pitch}/>'


_SET_IN = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_DENSE = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
"""No blank between a hanzi and a digit, or days would not fit their columns."""

_CENTRED = '<w:jc w:val="center"/>'


def _heading(level: int, looks: str, *, before: int) -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{CHAPTERS}"/></w:numPr>'
    left = "" if level == 1 else '<w:ind w:firstLineChars="200" w:firstLine="600"/>'
    return _style(
        f"Heading{level}",
        f"heading {level}",
        f"<w:keepNext/><w:keepLines/>{listed}{_space(before, 120, _PITCH)}{left}"
        f'<w:outlineLvl w:val="{level - 1}"/>',
        looks,
        following="BodyText",
        built_in=True,
    )


def _styles() -> list[str]:
    own = [
        ("CoverMark", "封面标记", _space() + '<w:jc w:val="right"/>', _looks(14)),
        ("CoverLabel", "封面项目", _DENSE + _space(120, 40) + '<w:jc w:val="right"/>', _looks(14, HEI)),
        ("CoverValue", "封面内容", _DENSE + _space(120, 40), _looks(14)),
        ("CoverFoot", "封面落款", _space(0, 160) + _CENTRED, _looks(16)),
        ("Proof", "核验信息", _space(60, 0), _looks(8.5)),
        ("ContentsTitle", "目录标题", _space(0, 360) + _CENTRED, _looks(22, HEI)),
        ("TableText", "表格文字", _DENSE + _space(30, 30), _looks(10.5)),
        ("TableHead", "表头文字", _DENSE + _space(30, 30), _looks(10.5, HEI)),
        ("TableUnit", "表格单位", _space(0, 40) + '<w:jc w:val="right"/>', _looks(10.5)),
        ("TableNote", "表注", _space(40, 120), _looks(9)),
        ("Figure", "图", _space(160, 40) + _CENTRED, _looks(10.5)),
        ("SignatureText", "意见文字", _space(60, 60, 420) + _SET_IN.replace("640", "480"), _looks(12)),
        ("SignatureLine", "签署行", _space(160, 0) + '<w:ind w:left="3000"/>', _looks(12)),
    ]
    return [
        _style("Normal", "Normal", '<w:widowControl w:val="0"/>' + _space(), _looks(16), built_in=True),
        _style(
            "BodyText",
            "Body Text",
            _space(0, 0, _PITCH) + _SET_IN + '<w:jc w:val="both"/>',
            _looks(16),
            built_in=True,
        ),
        _style(
            "Title",
            "Title",
            _space(600, 480) + _CENTRED,
            _looks(30, bold=True),
            following="BodyText",
            built_in=True,
        ),
        _style(
            "Subtitle",
            "Subtitle",
            _space(0, 900) + _CENTRED,
            _looks(18, HEI),
            following="BodyText",
            built_in=True,
        ),
        _heading(1, _looks(16, HEI), before=360),
        _heading(2, _looks(15, HEI), before=200),
        _heading(3, _looks(15, bold=True), before=120),
        _heading(4, _looks(15), before=120),
        _style("Caption", "caption", _space(160, 80) + _CENTRED, _looks(12, HEI), built_in=True),
        _style(
            "Header",
            "header",
            '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="2" w:color="666666"/></w:pBdr>' + _space(),
            _looks(9),
            built_in=True,
        ),
        _style("Footer", "footer", _space(), _looks(10.5), built_in=True),
        _style("TOC1", "toc 1", _contents_tab() + _space(160, 0), _looks(14, HEI), built_in=True),
        _style(
            "TOC2",
            "toc 2",
            _contents_tab() + _space(80, 0) + '<w:ind w:left="420"/>',
            _looks(12),
            built_in=True,
        ),
        *(_style(*each) for each in own),
        _table_style("ReportTable", "报告表格", _rules()),
        _table_style("CoverTable", "封面表格", ""),
    ]


def _contents_tab() -> str:
    """Where the page numbers go once the list of contents is updated."""
    return f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{CONTENTS_TAB}"/></w:tabs>'


def _rules() -> str:
    """A full grid in a firm frame, as official forms have."""
    sides = {"top": 8, "left": 8, "bottom": 8, "right": 8, "insideH": 4, "insideV": 4}
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in sides.items()
    )
    return f"<w:tblBorders>{lines}</w:tblBorders>"


def _table_style(identity: str, name: str, rules: str) -> str:
    return (
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{identity}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr>{rules}<w:tblCellMar>'
        '<w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


def _lists() -> list[str]:
    chapters = [
        ("chineseCountingThousand", "%1、"),
        ("chineseCountingThousand", "（%2）"),
        ("decimal", "%3."),
        ("decimal", "（%4）"),
    ]
    annexes = [
        ("decimal", "附件%1　"),
        ("chineseCountingThousand", "%2、"),
        ("chineseCountingThousand", "（%3）"),
        ("decimal", "%4."),
    ]
    made = [
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            + (f'<w:pStyle w:val="Heading{level + 1}"/>' if number == CHAPTERS else "")
            + f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
            for level, (kind, text) in enumerate(levels)
        )
        + "</w:abstractNum>"
        for number, levels in ((CHAPTERS, chapters), (ANNEXES, annexes))
    ]
    return made + [
        f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        for number in (CHAPTERS, ANNEXES)
    ]
