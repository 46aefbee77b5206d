"""Draw a poster with a QR code, as SVG and as PDF: one layout, two ways of writing it down."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import segno

WIDTH, HEIGHT = 210.0, 297.0  # millimetres, A4
QUIET = 4  # modules of white around a code (ISO/IEC 18004)
CODE = 120.0  # millimetres that the code is wide
CODE_TOP = 92.0
POINTS = 72 / 25.4  # to a millimetre
NARROW = 0.5  # of an em: how wide a letter or digit is beside a Chinese character


@dataclass(frozen=True, slots=True)
class Line:
    """A centred line of text: its size and the height of its foot, in millimetres."""

    text: str
    size: float
    y: float


def lines(place: str) -> tuple[Line, ...]:
    """What a village's poster says."""
    return (
        Line("铜梁公共法律服务", 17, 42),
        Line(place, 12, 62),
        Line("微信扫一扫，免费问法律", 10, 80),
        Line("难的问题转给本村（社区）法律顾问", 8, 232),
        Line("免费法律咨询 12348，有危险请打 110", 8, 246),
        Line("您说的话加密保存，不经同意不给任何人看", 6, 262),
    )


def svg(place: str, url: str) -> str:
    """The poster as an SVG image."""
    texts = "".join(
        f'<text x="{WIDTH / 2:g}" y="{line.y:g}" font-size="{line.size:g}">{escape(line.text)}</text>'
        for line in lines(place)
    )
    bars = "".join(f"M{x:.3f} {y:.3f}h{wide:.3f}v{high:.3f}h-{wide:.3f}z" for x, y, wide, high in _bars(url))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}"><rect width="100%" height="100%" fill="#fff"/>'
        f'<g font-family="Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif" text-anchor="middle">{texts}</g>'
        f'<path d="{bars}" shape-rendering="crispEdges"/></svg>\n'
    )


def pdf(place: str, url: str) -> bytes:
    """The poster as a PDF page; its font is the one that every reader brings for Chinese (Adobe-GB1)."""
    drawn = [_shown(line) for line in lines(place)]
    drawn += [f"{_pt(x)} {_pt(HEIGHT - y - high)} {_pt(wide)} {_pt(high)} re f" for x, y, wide, high in _bars(url)]
    content = "\n".join(drawn).encode()
    box = f"[0 0 {_pt(WIDTH)} {_pt(HEIGHT)}]"
    info = "/CIDSystemInfo <</Registry (Adobe) /Ordering (GB1) /Supplement 2>>"
    flat = "/Type /FontDescriptor /FontName /STSong-Light /Flags 6 /ItalicAngle 0 /StemV 93"
    return _file(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        f"<</Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>".encode(),
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content),
        b"<</Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R]>>",
        f"<</Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light {info} /DW 1000 /W [1 95 500] "
        "/FontDescriptor 7 0 R>>".encode(),
        f"<<{flat} /Ascent 752 /Descent -271 /CapHeight 737 /FontBBox [-25 -254 1000 880]>>".encode(),
    )


def _bars(url: str) -> Iterator[tuple[float, float, float, float]]:
    """The dark parts of the code, row by row: x, y, width, height in millimetres from the upper left."""
    rows = [bytes(row) for row in segno.make(url, error="q", micro=False).matrix]
    module = CODE / (len(rows) + 2 * QUIET)
    left, top = (WIDTH - CODE) / 2 + QUIET * module, CODE_TOP + QUIET * module
    for number, row in enumerate(rows):
        start = 0
        for end in range(1, len(row) + 1):
            if end == len(row) or row[end] != row[start]:
                if row[start]:
                    yield left + start * module, top + number * module, (end - start) * module, module
                start = end


def _shown(line: Line) -> str:
    wide = sum(NARROW if char.isascii() else 1 for char in line.text) * line.size
    words = line.text.encode("utf-16-be").hex()
    return f"BT /F {_pt(line.size)} Tf {_pt((WIDTH - wide) / 2)} {_pt(HEIGHT - line.y)} Td <{words}> Tj ET"


def _pt(millimetres: float) -> str:
    return f"{millimetres * POINTS:.2f}"


def _file(*objects: bytes) -> bytes:
    """A PDF file of these objects, numbered from 1 (ISO 32000-1, 7.5)."""
    written, offsets = b"%PDF-1.4\n", list[int]()
    for number, held in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, held)
    size = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end
