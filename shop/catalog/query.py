"""`read_query`: what the address of a list asks for. Values that make no sense are corrected, and the page says so."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cart.owners import Owner
from cart.selectors import available_to
from core.numbers import UnreadableNumber, read_money
from inventory.selectors import GoodsFilter, Sort
from shop.paging import read_page

SORTS = {
    Sort.RELEVANCE: gettext_lazy("Best match"),
    Sort.POPULAR: gettext_lazy("Favourites first"),
    Sort.NAME: gettext_lazy("Name"),
    Sort.CHEAPEST: gettext_lazy("Price: low to high"),
    Sort.DEAREST: gettext_lazy("Price: high to low"),
    Sort.NEWEST: gettext_lazy("Newest"),
}
PARAMETERS = {"q", "sort", "min", "max", "stock", "page"}
_LONGEST = 200
_UNREADABLE = {"Cc", "Cs"}  # control characters, NUL among them, and halves of a character
_DEAREST = Decimal("99999999.99")  # the largest price that the column holds


@dataclass(frozen=True)
class ListQuery:
    """What the address of a list asks for. `page`: 0 where that was no number; there may be no such page.

    `corrections`: sentences for the shopper about what was corrected.
    """

    text: str = ""
    sort: Sort = Sort.POPULAR
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool = False
    page: int = 1
    corrections: tuple[str, ...] = ()

    @property
    def default_sort(self) -> Sort:
        return Sort.RELEVANCE if self.text else Sort.POPULAR

    @property
    def is_filtered(self) -> bool:
        """Whether the list has a filter beside the words searched for."""
        return self.in_stock or self.min_price is not None or self.max_price is not None

    @property
    def is_whole(self) -> bool:
        """Whether the list has all goods of its category."""
        return not self.text and not self.is_filtered

    @property
    def is_plain(self) -> bool:
        """Whether this is the first page in the default order, without search or filter."""
        return self.query_string() == ""

    def sorts(self) -> list[tuple[Sort, str]]:
        """The orders to choose from: best match only where words were searched for."""
        return [(key, str(name)) for key, name in SORTS.items() if key != Sort.RELEVANCE or self.text]

    def query_string(self, *, page: int | None = None) -> str:
        """The query string of this list, or of another page of it."""
        number = self.page if page is None else page
        values = {
            "q": self.text,
            "sort": "" if self.sort == self.default_sort else self.sort,
            "min": "" if self.min_price is None else str(self.min_price),
            "max": "" if self.max_price is None else str(self.max_price),
            "stock": "1" if self.in_stock else "",
            "page": "" if number == 1 else str(number),
        }
        return urlencode({name: value for name, value in values.items() if value})

    def goods(self, owner: Owner | None) -> GoodsFilter:
        """The filter for the goods asked for; what is in stock depends on the shopper."""
        available = available_to(owner) if self.in_stock else None
        return GoodsFilter(self.text, self.min_price, self.max_price, available)


def read_query(parameters: Mapping[str, str]) -> ListQuery:
    """Read the parameters of a list's address, whatever they contain."""
    said: list[str] = []
    text = _tidy(parameters.get("q", ""))
    if len(parameters.get("q", "")) > _LONGEST:
        said.append(_("That was very long: we looked for how it begins."))
    low, high = (_price(parameters.get(name, ""), said) for name in ("min", "max"))
    if low is not None and high is not None and low > high:
        low, high = high, low
        said.append(_("The lowest price was above the highest: we swapped them."))
    query = ListQuery(text=text, min_price=low, max_price=high, in_stock=parameters.get("stock") in {"1", "on"})
    sort = parameters.get("sort", "")
    known = sort in dict(query.sorts())
    return replace(
        query,
        sort=Sort(sort) if known else query.default_sort,
        page=read_page(parameters.get("page", "1")),
        corrections=tuple(dict.fromkeys(said)),
    )


def _tidy(text: str) -> str:
    """The text as one line, cut to `_LONGEST`, without what the database cannot store."""
    readable = "".join(
        " " if unicodedata.category(letter) in _UNREADABLE else letter for letter in text[: _LONGEST * 4]
    )
    return " ".join(readable.split())[:_LONGEST].strip()


def _price(typed: str, said: list[str]) -> Decimal | None:
    if not typed.strip():
        return None
    try:
        return read_money(typed, most=_DEAREST)
    except UnreadableNumber:
        said.append(_("A price is a number like 2 or 2.50: we left out what was not."))
    return None
