"""`read_money` and `read_units`, for numbers that people type in forms, files and addresses.

Both decimal separators are accepted in every language: people copy numbers from banks' pages and spreadsheets of other
countries. A number that could mean two things is refused, never guessed.
"""

import re
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Number = TypeVar("Number", int, Decimal)

_MONEY = re.compile(r"(0|[1-9][0-9]{0,11})(?:[.,]([0-9]{1,2}))?")
_UNITS = re.compile(r"[0-9]{1,10}")
_SIGNED_UNITS = re.compile(r"[+-]?[0-9]{1,10}")
# 1,234 and 1.234: a thousand and more in one country, one and a bit in another.
_TWO_MEANINGS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{2})([0-9])")
_WHOLE_WITH_PLACES = re.compile(r"([+-]?[0-9]{1,10})[.,]0{1,2}")  # what a spreadsheet makes of a count
_LONGEST_SHOWN = 40
_MOST_MONEY = Decimal("999999999999.99")
_MOST_UNITS = 9_999_999_999


class UnreadableNumber(ValidationError):
    """The text is no number, or could be two. Arguments: the text; `how` to write it, a sentence."""

    def __init__(self, typed: str, how: str) -> None:
        self.how = how
        shown = typed if len(typed) <= _LONGEST_SHOWN else f"{typed[:_LONGEST_SHOWN]}…"
        super().__init__(_("“%(typed)s” cannot be read: %(how)s") % {"typed": shown, "how": how}, code="unreadable")


def read_money(typed: str, *, most: Decimal = _MOST_MONEY) -> Decimal:
    """Return the amount that was typed.

    Accepted are up to twelve digits 0 to 9, and one or two more after a point or a comma; blanks around them are
    ignored. Refused is everything else: three digits after the separator (1,234 may be 1234 or 1.23), a second
    separator, blanks or apostrophes between digits, a sign, a currency sign, an exponent, digits of other scripts, and
    a leading zero (095 is what is left of 0,95 where a field drops the comma).
    Raises UnreadableNumber, also for more than `most`.
    """
    text = typed.strip()
    if _MONEY.fullmatch(text):
        return _at_most(most, Decimal(text.replace(",", ".")), text)
    if found := _TWO_MEANINGS.fullmatch(text):
        meanings = {"whole": "".join(found.groups()), "decimal": f"{found[1]}.{found[2]}"}
        raise UnreadableNumber(text, _("it can mean two amounts. Write %(whole)s or %(decimal)s.") % meanings)
    how = _("write digits, and at most two more after a point or a comma, such as 1234 or 4.95.")
    raise UnreadableNumber(text, how)


def read_units(typed: str, *, signed: bool = False, most: int = _MOST_UNITS) -> int:
    """Return the whole number that was typed: up to ten digits 0 to 9; blanks around them are ignored.

    `signed` allows a plus or minus in front. Neither 5.0 nor 6,900 is accepted: 1.000 may be one or a thousand.
    Raises UnreadableNumber, also outside of -`most` to `most`.
    """
    text = typed.strip()
    if (_SIGNED_UNITS if signed else _UNITS).fullmatch(text):
        return _at_most(most, int(text), text)
    raise UnreadableNumber(text, _how_to_write_units(text))


def _at_most(most: Number, number: Number, typed: str) -> Number:
    if abs(number) > most:
        raise UnreadableNumber(typed, _("it can be %(most)s at most.") % {"most": most})
    return number


def _how_to_write_units(text: str) -> str:
    if found := _TWO_MEANINGS.fullmatch(text):
        return _("a whole number is written in digits alone, here %(units)s.") % {"units": "".join(found.groups())}
    if found := _WHOLE_WITH_PLACES.fullmatch(text):
        return _("a whole number is written in digits alone, here %(units)s.") % {"units": found[1]}
    return _("a whole number is written in digits alone, such as 12.")
