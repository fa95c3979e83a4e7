"""`Drawing`: the choices that make a picture. `drawing_of`, `read_code`: make one. `svg_of`: draws it."""

import re
import zlib
from functools import lru_cache
from typing import NamedTuple

from demo.drawings.colours import PAINTS, paint_of, paper_for
from demo.drawings.colours import PAPERS as INKS
from demo.drawings.motifs import MOTIFS
from demo.drawings.naming import motif_of
from demo.drawings.patterns import PAPERS, SURFACES, surface_of

SIZE = 240
_CODE = re.compile(r"([a-z]+)-([a-z]+)-([a-z]+)-([0-9])([0-9])([0-9])([0-9])([0-9])")
_SEVERAL = re.compile(
    r"\b(?:set|pack|box|bag|string|s/?)\s*(?:of|/)?\s*(\d+|two|three|four|six)\b|\b(?:pair|assorted)\b", re.I
)
# For one, two or three things: the centre of each (x, y), its scale, and its angle.
_PLACES = (
    ((120, 120, 1.0, 0),),
    ((92, 112, 0.74, -7), (152, 130, 0.74, 6)),
    ((120, 90, 0.6, 0), (80, 144, 0.6, -8), (162, 146, 0.6, 8)),
)


class Drawing(NamedTuple):
    """All choices that decide how a picture looks.

    `lean` turns a single thing, and `shift` moves the pattern of the paper. Each is one digit.
    """

    motif: str
    paint: str
    surface: str
    paper: int
    print: int
    copies: int
    lean: int
    shift: int

    @property
    def code(self) -> str:
        """The choices as letters and digits, for a URL."""
        return f"{self.motif}-{self.paint}-{self.surface}-{self.paper}{self.print}{self.copies}{self.lean}{self.shift}"


@lru_cache(maxsize=4096)
def drawing_of(number: str, name: str, variant: str = "", sku: str = "") -> Drawing:
    """Return the drawing of a product, or of a variant, whose own words about colour and print come first.

    Lots come from the product's number, so that its variants look alike. Only `lean` and `shift` come from the sku.
    """
    lot, own = zlib.crc32(number.encode()), zlib.crc32((sku or number).encode())
    paint = paint_of(f"{variant} {name}", lot)
    several = _SEVERAL.search(name)
    return Drawing(
        motif=motif_of(name, lot // 3),
        paint=paint,
        surface=surface_of(f"{variant} {name}", lot // 11),
        paper=paper_for(paint, lot // 7),
        print=lot // 5 % len(PAPERS),
        copies=(2 if lot % 2 else 3) if several else 1,
        lean=own // 13 % 10,
        shift=own // 131 % 10,
    )


def read_code(code: str) -> Drawing | None:
    """Return the drawing of this code, or None if the code is not valid."""
    if not (match := _CODE.fullmatch(code)):
        return None
    motif, paint, surface, *digits = match.groups()
    drawing = Drawing(motif, paint, surface, *map(int, digits))
    known = motif in MOTIFS and paint in PAINTS and surface in SURFACES
    fits = drawing.paper < len(INKS) and drawing.print < len(PAPERS) and 1 <= drawing.copies <= 3
    return drawing if known and fits else None


@lru_cache(maxsize=4096)
def svg_of(drawing: Drawing) -> str:
    """Return the picture. It contains only shapes and numbers of this package, so no text of a user."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">'
        f"<style>{_style(drawing)}</style><defs>{_defs(drawing)}</defs>"
        f'<rect class="G" width="{SIZE}" height="{SIZE}"/><rect fill="url(#p)" width="{SIZE}" height="{SIZE}"/>'
        f"{_things(drawing)}</svg>"
    )


@lru_cache(maxsize=4096)
def mark_of(drawing: Drawing) -> str:
    """Return 8 hexadecimal digits that change with the picture, so that caches may keep its URL for ever."""
    return f"{zlib.crc32(svg_of(drawing).encode()):08x}"


def _style(drawing: Drawing) -> str:
    paint = PAINTS[drawing.paint]
    fill = paint.main if drawing.surface == "plain" else "url(#s)"
    fills = {"a": fill, "d": paint.shade, "l": paint.tint, "k": paint.second, "w": "#fffdf6", "n": "#3a332f"}
    fills |= {"y": "#f2bd4b", "m": "#5f8f55", "f": "#ecc29b", "b": paint.main, "G": INKS[drawing.paper].ground}
    strokes = {"A": paint.main, "D": paint.shade, "L": paint.tint, "K": paint.second, "W": "#fffdf6", "N": "#3a332f"}
    strokes |= {"Y": "#f2bd4b", "S2": "#5f8f55", "T": "#1e140a2b"}
    return (
        "".join(f".{name}{{fill:{colour}}}" for name, colour in fills.items())
        + ".t{fill:#1e140a;fill-opacity:.13}.g{fill:#fff;fill-opacity:.45}.o{fill-opacity:.45}"
        + ".s{fill:none;stroke-linecap:round;stroke-linejoin:round}"
        + "".join(f".{name}{{stroke:{colour}}}" for name, colour in strokes.items())
    )


def _defs(drawing: Drawing) -> str:
    unit, printed = PAPERS[drawing.print]
    figure = INKS[drawing.paper].figure
    parts = [_pattern("p", unit, drawing.shift * 3, f'<g fill="{figure}">{printed.replace("#F", figure)}</g>')]
    unit, printed = SURFACES[drawing.surface]
    if printed:
        parts.append(_pattern("s", unit, 0, f'<rect class="b" width="{unit}" height="{unit}"/>{printed}'))
    parts.append(
        '<filter id="f" x="-20%" y="-20%" width="140%" height="150%">'
        '<feDropShadow dx="0" dy="4" stdDeviation="4" flood-color="#2b1f12" flood-opacity=".3"/></filter>'
    )
    if drawing.copies > 1:
        parts.append(f'<g id="m">{MOTIFS[drawing.motif]}</g>')
    return "".join(parts)


def _pattern(name: str, unit: int, start: int, inside: str) -> str:
    place = f'x="{start}" y="{start * 2}" width="{unit}" height="{unit}" patternUnits="userSpaceOnUse"'
    return f'<pattern id="{name}" {place}>{inside}</pattern>'


def _things(drawing: Drawing) -> str:
    thing = MOTIFS[drawing.motif] if drawing.copies == 1 else '<use href="#m"/>'
    lean = 1.5 * (drawing.lean - 4.5) if drawing.copies == 1 else 0
    return "".join(
        f'<g filter="url(#f)" transform="translate({x} {y}) rotate({turn + lean:g}) '
        f'scale({size}) translate(-80 -76)">{thing}</g>'
        for x, y, size, turn in _PLACES[drawing.copies - 1]
    )
