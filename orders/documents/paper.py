"""`Paper`, an A4 sheet of fpdf2 with the shop's fonts, the head of later pages, and the foot of each page.

The fonts are Noto Sans, cut down to all Latin, Greek and Cyrillic letters with signs and currencies (fonts/README.md).
A character of another script is printed as U+FFFD, the replacement character, so that people see that something is
missing. fpdf2's own fonts are Latin-1.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

FONTS = Path(__file__).parent / "fonts"
MARGIN = 20  # mm
WIDTH = 210 - 2 * MARGIN
_FOOT = 25  # mm
INK, MUTED, BRAND, RULE = (34, 48, 45), (86, 98, 94), (29, 81, 69), (200, 194, 180)
_FAMILY = "Noto Sans"


class Paper(FPDF):
    """Sheets for one document. Sizes are points, lengths millimetres."""

    def __init__(self, *, title: str, shop: str, foot: str, made_at: datetime, language: str) -> None:
        super().__init__(format="A4")
        self.title_text, self.shop, self.foot = title, shop, foot
        self.set_title(printable(title))
        self.set_author(printable(shop))
        self.set_lang(language)
        self.set_creation_date(made_at)  # and not now: the same document is the same bytes
        self.set_producer("fpdf2")
        for style, weight in (("", "Regular"), ("B", "Bold")):
            self.add_font(_FAMILY, style, FONTS / f"NotoSans-{weight}.ttf")
        self.set_margins(MARGIN, MARGIN - 2, MARGIN)
        self.set_auto_page_break(True, _FOOT)
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.write_in(9)
        self.add_page()

    def header(self) -> None:
        """The title and the shop, on all pages but the first."""
        if self.page_no() == 1:
            return
        self.write_in(9, bold=True)
        self.cell(WIDTH / 2, 5, printable(self.title_text))
        self.write_in(9, colour=MUTED)
        self.cell(WIDTH / 2, 5, printable(self.shop), align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(5)

    def footer(self) -> None:
        """Who the seller is, and the number of the page."""
        self.set_y(-_FOOT + 7)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.ln(2)
        self.write_in(7.5, colour=MUTED)
        page = _("Page %(number)d of %(all)s") % {"number": self.page_no(), "all": "{nb}"}
        top = self.get_y()
        self.multi_cell(WIDTH - 30, 3.6, printable(self.foot), align=Align.L)
        self.set_xy(MARGIN + WIDTH - 30, top)
        self.cell(30, 3.6, page, align=Align.R)

    def write_in(self, points: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """Set the font for what is written next."""
        self.set_font(_FAMILY, "B" if bold else "", points)
        self.set_text_color(*colour)

    def lines(self, texts: Iterable[str], *, left: float, width: float, height: float, align: Align = Align.L) -> None:
        """Write lines below each other, each wrapped to the width."""
        for text in texts:
            self.set_x(left)
            self.multi_cell(width, height, printable(text), align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)


def printable(text: str) -> str:
    """The text in composed characters, on one line, with U+FFFD for each character that the fonts do not have."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(
        character if ord(character) in _characters() else "\N{REPLACEMENT CHARACTER}" for character in composed
    )


@cache
def _characters() -> frozenset[int]:
    with TTFont(FONTS / "NotoSans-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())
