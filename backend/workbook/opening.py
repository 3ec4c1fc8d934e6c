"""From bytes to sheets: a file is looked over as a package, then as XML, and only then read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from posixpath import basename
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from backend.workbook.cells import Cell
from backend.workbook.package import Package, WorkbookRefused, open_package
from backend.workbook.scan import Sheet, check_part, scan_sheet

_LARGEST_PLAN = 4 * 1024 * 1024
_MOST_SHEETS = 200
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)


@dataclass(frozen=True)
class OpenSheet:
    """One sheet: its name as written, where it hides something, and its cells."""

    name: str
    holds_cells: bool
    hidden: bool
    scan: Sheet
    _book: CalamineWorkbook
    _index: int

    def read(self) -> tuple[int, list[tuple[int, int, int, int]], Iterator[tuple[int, list[Cell]]]]:
        """The number of the first column, the merged ranges, and the rows with their numbers, all from 1.

        A merged range is (first row, first column, last row, last column). Rows come in order, every one of
        them from the first to the last filled, blank ones too; a blank cell is an empty text.
        """
        try:
            sheet = self._book.get_sheet_by_index(self._index)
            merged = [
                (top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ]
            first = (sheet.start or (0, 0))[1] + 1
            return first, merged, enumerate(sheet.iter_rows(), start=1)
        except BaseException as error:
            raise _unreadable(error) from error


@dataclass(frozen=True)
class OpenBook:
    """A workbook that is safe to read. epoch: the day from which its serial numbers count."""

    sheets: list[OpenSheet]
    epoch: date


def open_book(content: bytes) -> OpenBook:
    """The sheets of the .xlsx file in `content`, in its own order.

    Raises:
        WorkbookRefused: the file is not a workbook, is damaged, hostile or too large.
    """
    package = open_package(content)
    names, epoch, parts = _plan(package)
    scans = _scan_parts(package, {part for part in parts if part})
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        metadata = book.sheets_metadata
    except BaseException as error:
        raise _unreadable(error) from error
    if [sheet.name for sheet in metadata] != names:
        raise WorkbookRefused(_("文件内部结构异常：工作表目录前后不一致；请在 Excel 中打开并另存后再导入"))
    sheets = [
        OpenSheet(
            name=sheet.name,
            holds_cells=sheet.typ is SheetTypeEnum.WorkSheet,
            hidden=sheet.visible is not SheetVisibleEnum.Visible,
            scan=scans.get(part, Sheet()),
            _book=book,
            _index=index,
        )
        for index, (sheet, part) in enumerate(zip(metadata, parts, strict=True))
    ]
    return OpenBook(sheets, epoch)


def _plan(package: Package) -> tuple[list[str], date, list[str]]:
    """Names of the sheets, the epoch, and the part that holds each sheet."""
    root = _xml(package, _part(package, "xl/workbook.xml"))
    targets: dict[str, str] = {}
    for relation in _xml(package, _part(package, "xl/_rels/workbook.xml.rels")):
        identity, target = relation.get("Id", ""), relation.get("Target", "")
        if identity in targets:
            raise WorkbookRefused(_("文件内部有重名部件，已拒绝"))
        targets[identity] = (
            target[1:] if target.startswith("/") else target if target.startswith("xl/") else f"xl/{target}"
        )
    names: list[str] = []
    parts: list[str] = []
    for element in root.iter():
        if element.tag not in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            continue
        names.append(element.get("name", ""))
        relation_id = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        parts.append(_part(package, targets.get(relation_id, "")))
    if len(names) > _MOST_SHEETS:
        raise WorkbookRefused(_("工作表过多：最多 %(most)s 张") % {"most": _MOST_SHEETS})
    settings = next((element for element in root.iter() if element.tag.endswith("}workbookPr")), None)
    by_1904 = settings is not None and settings.get("date1904", "0").lower() in ("1", "true", "on")
    return names, _EPOCH_1904 if by_1904 else _EPOCH_1900, parts


def _part(package: Package, name: str) -> str:
    """The part's name as the package spells it; the empty text when there is none."""
    wanted = name.lower()
    return next((part for part in package.parts if part.lower() == wanted), "")


def _xml(package: Package, part: str) -> ElementTree.Element:
    if not part:
        raise WorkbookRefused(_("文件已损坏，无法读取；请在 Excel 中打开并另存后再导入"))
    check_part(package.stream(part))
    try:
        return ElementTree.fromstring(package.read(part, _LARGEST_PLAN))
    except ElementTree.ParseError as error:
        raise WorkbookRefused(_("文件已损坏，无法读取；请在 Excel 中打开并另存后再导入")) from error


def _scan_parts(package: Package, sheets: set[str]) -> dict[str, Sheet]:
    """Every XML part unpacked once; those that hold sheets looked through cell by cell."""
    scans: dict[str, Sheet] = {}
    for part in package.parts:
        lower = part.lower()
        if part in sheets or (lower.startswith("xl/worksheets/") and lower.endswith(".xml")):
            scans[part] = scan_sheet(package.stream(part))
        elif lower.endswith((".xml", ".rels")) or basename(lower).startswith("sharedstrings"):
            check_part(package.stream(part))
    return scans


def _unreadable(error: BaseException) -> BaseException:
    """What to raise for an error of the Excel reader; its panics do not derive from Exception."""
    if (
        isinstance(error, CalamineError | OSError | ValueError | TypeError)
        or type(error).__name__ == "PanicException"
    ):
        return WorkbookRefused(_("文件已损坏，无法读取；请在 Excel 中打开并另存后再导入"))
    return error
