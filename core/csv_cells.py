"""CSV that spreadsheets open and imports read: `csv_lines` writes, `defused` guards a cell, `plain` is its inverse.

A spreadsheet runs a cell that begins like a formula, and where cells begin depends on the reader. Where the comma is
the decimal separator, spreadsheets split at semicolons, and the quotes that our commas need are then plain characters
in the middle of a cell. So an apostrophe is put before each sign of a formula with which any such cell would begin: at
the start of a text and, inside it, after a comma, semicolon, tab or line end, with or without quotes between. No other
character of a text changes. Rule: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

MARK = "\ufeff"  # the byte order mark, by which a spreadsheet knows that a file is UTF-8

# The full-width ones too, which some programs take for the same. A tab or a line end at the start may be skipped.
_SIGN = r"[=+\-@＝＋－＠]"  # noqa: RUF001
_FIRST = r"[=+\-@＝＋－＠\t\r\n]"  # noqa: RUF001
# Apostrophes before a sign may be a guard or the text's own. One is added to any number of them and one is taken away,
# which makes `plain` the exact inverse of `defused`.
_UNGUARDED = re.compile(rf"""(\A"*(?='*{_FIRST})|[,;\t\r\n]"*(?='*{_SIGN}))""")
_GUARDED = re.compile(rf"""(\A"*(?=''*{_FIRST})|[,;\t\r\n]"*(?=''*{_SIGN}))'""")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class Echo:
    """A file for `csv.writer` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a CSV file in UTF-8 with its mark, header first. Every cell is guarded."""
    writer = csv.writer(Echo())
    yield MARK + writer.writerow(header)
    for first, *others in rows:
        # A reader that does not split at commas takes the line for one cell, of which a number is only the beginning.
        yield writer.writerow([_guarded(first), *map(defused, others)])


def defused(text: str) -> str:
    """Return the text so that no spreadsheet takes it, or a part of it, for a formula. A number stays a number."""
    return text if _NUMBER.fullmatch(text) else _guarded(text)


def plain(cell: str) -> str:
    """Return the text that `defused` made this cell of."""
    return _GUARDED.sub(r"\1", cell)


def _guarded(text: str) -> str:
    return _UNGUARDED.sub(r"\1'", text)
