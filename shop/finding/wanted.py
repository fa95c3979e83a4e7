"""What the address of a list asks for, read as kindly as it can be: what makes no sense is put right and said so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.numbers import UnreadableNumber, read_money
from shop.finding.words import LONGEST, tidy

RELEVANCE, POPULAR = "relevance", "popular"
SORTS = {
    RELEVANCE: gettext_lazy("Best match"),
    POPULAR: gettext_lazy("Favourites first"),
    "name": gettext_lazy("Name"),
    "cheapest": gettext_lazy("Price: low to high"),
    "dearest": gettext_lazy("Price: high to low"),
    "newest": gettext_lazy("Newest"),
}
_DEAREST = Decimal("99999999.99")  # what a price can be: ten digits, two of them behind the point


@dataclass(frozen=True)
class Wanted:
    """A list as somebody wants it. `corrections` are sentences on what was not understood."""

    text: str = ""
    sort: str = POPULAR
    least: Decimal | None = None
    most: Decimal | None = None
    in_stock: bool = False
    page: int = 1
    corrections: tuple[str, ...] = ()

    @property
    def default_sort(self) -> str:
        return RELEVANCE if self.text else POPULAR

    @property
    def is_filtered(self) -> bool:
        """Whether the list is cut down, apart from the words searched for."""
        return self.in_stock or self.least is not None or self.most is not None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out of the list."""
        return not self.text and not self.is_filtered

    @property
    def is_plain(self) -> bool:
        """The first page of everything, as it comes."""
        return self.query() == ""

    def sorts(self) -> list[tuple[str, str]]:
        """What the list can be sorted by: a match only where something was searched for."""
        return [(key, str(name)) for key, name in SORTS.items() if key != RELEVANCE or self.text]

    def query(self, *, page: int | None = None) -> str:
        """The same list, or another page of it, as the part of an address behind the question mark."""
        number = self.page if page is None else page
        values = {
            "q": self.text,
            "sort": "" if self.sort == self.default_sort else self.sort,
            "min": "" if self.least is None else str(self.least),
            "max": "" if self.most is None else str(self.most),
            "stock": "1" if self.in_stock else "",
            "page": "" if number == 1 else str(number),
        }
        return urlencode({name: value for name, value in values.items() if value})

    def corrected(self, page: int, sentence: str) -> "Wanted":
        return replace(self, page=page, corrections=(*self.corrections, sentence))


def read_wanted(parameters: Mapping[str, str]) -> Wanted:
    """Read the parameters of a list's address. Anything at all may stand in them."""
    said: list[str] = []
    text = tidy(parameters.get("q", ""))
    if len(parameters.get("q", "")) > LONGEST:
        said.append(_("That was very long: we looked for how it begins."))
    least, most = (_price(parameters.get(name, ""), said) for name in ("min", "max"))
    if least is not None and most is not None and least > most:
        least, most = most, least
        said.append(_("The lowest price was above the highest: we swapped them."))
    wanted = Wanted(text=text, least=least, most=most, in_stock=parameters.get("stock") in {"1", "on"})
    sort = parameters.get("sort", "")
    known = sort in dict(wanted.sorts())
    page = _page(parameters.get("page", "1"), said)
    return replace(
        wanted, sort=sort if known else wanted.default_sort, page=page, corrections=tuple(dict.fromkeys(said))
    )


def _price(typed: str, said: list[str]) -> Decimal | None:
    if not typed.strip():
        return None
    try:
        return read_money(typed, most=_DEAREST)
    except UnreadableNumber:
        said.append(_("A price is a number like 2 or 2.50: we left out what was not."))
    return None


def _page(typed: str, said: list[str]) -> int:
    if re.fullmatch(r"0*[1-9][0-9]{0,6}", typed, re.ASCII):
        return int(typed)
    said.append(_("There is no such page: this is the first one."))
    return 1
