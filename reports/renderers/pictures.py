"""QR codes, and SVG as PNG for programs that cannot show it with our faces."""

from __future__ import annotations

import io

import segno
import typst

from reports.renderers.fonts import faces

PIXELS_PER_INCH = 200

_PICTURE = b"""\
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: json(bytes(sys.inputs.fonts)))
#image(bytes(sys.inputs.svg), format: "svg")
"""


def qr_svg(address: str) -> str:
    """A QR code with its quiet zone, as SVG."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode()


def qr_png(address: str) -> bytes:
    """The same as PNG."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="png", scale=8, border=2)
    return out.getvalue()


def png(svg: str) -> bytes:
    """The SVG at 200 dots an inch, its text in our faces, on white."""
    chosen = faces()
    compiler = typst.Compiler(
        _PICTURE,
        font_paths=chosen.typst,
        ignore_system_fonts=True,
        sys_inputs={"svg": svg, "fonts": f'["{chosen.hei.family}", "{chosen.song.family}"]'},
    )
    content = compiler.compile(format="png", ppi=PIXELS_PER_INCH)
    assert isinstance(content, bytes)
    return content
