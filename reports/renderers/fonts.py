"""The two faces of every report: Song (宋体) for text, Hei (黑体) for headings, tables' heads and charts.

Looked for in one order: the settings REPORT_SONG_FONT and REPORT_HEI_FONT, then the wheel pylopdf-fonts-zh-cn. Fonts of the
system are never used, for then two machines would print two different reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import typst
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_WHEEL = "pylopdf_fonts_zh_cn"


class FacesNotFound(ImproperlyConfigured):
    """No Chinese face is to be had, and a report without one would be blank."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, the name of its family inside, and the code points it has a glyph for."""

    path: Path
    family: str
    covered: frozenset[int]


@dataclass(frozen=True, slots=True)
class Faces:
    """covered: by either; a sign that one lacks is taken from the other, by typst and matplotlib alike."""

    song: Face
    hei: Face
    covered: frozenset[int]
    typst: typst.Fonts


@cache
def faces() -> Faces:
    """The faces of this process.

    Raises:
        FacesNotFound: a font named in the settings is not there or cannot be read, or none is named and the wheel is missing.
    """
    song = _face(_path("REPORT_SONG_FONT", "serif_path"))
    hei = _face(_path("REPORT_HEI_FONT", "sans_path"))
    folders = sorted({str(song.path.parent), str(hei.path.parent)})
    return Faces(
        song=song,
        hei=hei,
        covered=song.covered | hei.covered,
        typst=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[*folders]),
    )


def _path(setting: str, of_wheel: str) -> Path:
    named = getattr(settings, setting, "")
    if named:
        path = Path(named)
    elif find_spec(_WHEEL):
        path = getattr(import_module(_WHEEL), of_wheel)()
    else:
        raise FacesNotFound(
            f"未找到中文字体：请安装 pylopdf-fonts-zh-cn，或以 {setting} 指明字体文件。"
            f" No Chinese font: install pylopdf-fonts-zh-cn, or name a font file by {setting}."
        )
    if not path.is_file():
        raise FacesNotFound(f"字体文件不存在：{path}（{setting}）。No such font file: {path} ({setting}).")
    return path


def _face(path: Path) -> Face:
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(str(path))
    except RuntimeError as error:
        raise FacesNotFound(f"字体文件无法读取：{path}。Not a font file: {path}.") from error
    return Face(path, font.family_name, frozenset(font.get_charmap()))
