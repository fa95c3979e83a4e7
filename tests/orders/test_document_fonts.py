"""The fonts of invoices have every letter of Latin, Greek and Cyrillic, and say so where they lack another."""

import unicodedata

import pytest
from fontTools.ttLib import TTFont

from orders.documents.paper import FONTS, printable

# Of Unicode's Blocks.txt, https://www.unicode.org/Public/UCD/latest/ucd/Blocks.txt
BLOCKS = {
    "Basic Latin": (0x20, 0x7E),
    "Latin-1 Supplement": (0xA0, 0xFF),
    "Latin Extended-A": (0x100, 0x17F),
    "Latin Extended-B": (0x180, 0x24F),
    "Latin Extended Additional": (0x1E00, 0x1EFF),
    "Latin Extended-C": (0x2C60, 0x2C7F),
    "Latin ligatures": (0xFB00, 0xFB06),
    "Combining Diacritical Marks": (0x300, 0x36F),
    "Greek and Coptic": (0x370, 0x3FF),
    "Greek Extended": (0x1F00, 0x1FFF),
    "Cyrillic": (0x400, 0x4FF),
    "Cyrillic Supplement": (0x500, 0x52F),
    "Cyrillic Extended-A": (0x2DE0, 0x2DFF),
    "Cyrillic Extended-B": (0xA640, 0xA69F),
    "General Punctuation": (0x2000, 0x206F),
    "Currency Symbols": (0x20A0, 0x20BF),
}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("block", BLOCKS)
def test_no_character_of_the_block_is_missing(block: str, weight: str) -> None:
    with TTFont(FONTS / f"NotoSans-{weight}.ttf", lazy=True) as font:
        known = set(font.getBestCmap())
    first, last = BLOCKS[block]
    written = [code for code in range(first, last + 1) if unicodedata.category(chr(code)) not in {"Cn", "Cc", "Cf"}]
    print(block, " ".join(map(chr, written)))  # noqa: T201 - `pytest -s` shows what was looked for
    # The last letters of Coptic, another script, are in the block of Greek for historical reasons.
    missing = [f"U+{code:04X}" for code in written if code not in known and "COPTIC" not in unicodedata.name(chr(code))]
    assert missing == []


def test_what_the_fonts_lack_is_seen() -> None:
    assert printable("Tea 茶 for 😀") == "Tea � for �"


def test_letters_are_composed_and_lines_joined() -> None:
    assert printable("Cafe\u0301\n\tau  lait") == "Café au lait"
