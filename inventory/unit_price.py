"""Contents of goods, such as "500 g": `check_content` judges one, `unit_price` says what its kilogram or litre costs.

Unit prices are those of Directive 98/6/EC, Article 2(b): for one kilogram, litre, metre, square metre or piece.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.text import money

_PENNY = Decimal("0.01")
# By what staff write: the unit of the price, and how much of it that is.
_UNITS = {
    "kg": ("kg", Decimal(1)),
    "g": ("kg", Decimal("0.001")),
    "l": ("l", Decimal(1)),
    "cl": ("l", Decimal("0.01")),
    "ml": ("l", Decimal("0.001")),
    "m": ("m", Decimal(1)),
    "m2": ("m²", Decimal(1)),
    "m²": ("m²", Decimal(1)),
    "piece": (gettext_noop("piece"), Decimal(1)),
    "pieces": (gettext_noop("piece"), Decimal(1)),
}
_CONTENT = re.compile(rf"([0-9]{{1,6}}(?:[.,][0-9]{{1,3}})?) ?({'|'.join(_UNITS)})")


class _Content(NamedTuple):
    amount: Decimal
    unit: str


def check_content(text: str) -> None:
    """Raise ValidationError unless the text is an amount above 0 and a unit."""
    if _read(text) is None:
        units = ", ".join(_UNITS)
        raise ValidationError(_("Write an amount and a unit, such as 500 g or 0.75 l. Units: %s.") % units)


def unit_price(content: str, price: Decimal) -> str:
    """Return the price of a kilogram, litre, metre, square metre or piece, as in "£8.00 per kg".

    Arguments: the content of a variant, "" for none; its price. Returns "" if there is none, or it is the price itself,
    which need not be said twice (Article 3(1)).
    """
    read = _read(content)
    if read is None or read.amount == 1:
        return ""
    each = (price / read.amount).quantize(_PENNY, ROUND_HALF_UP)
    return _("%(price)s per %(unit)s") % {"price": money(each), "unit": _(read.unit)}


@lru_cache(maxsize=1024)
def _read(text: str) -> _Content | None:
    found = _CONTENT.fullmatch(text)
    if found is None:
        return None
    unit, of_it = _UNITS[found[2]]
    amount = Decimal(found[1].replace(",", ".")) * of_it
    return _Content(amount, unit) if amount else None
