"""`CatalogueRow`, one variant of a catalogue, and the CSV format that every shop reads."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from typing import TextIO

from core.numbers import UnreadableNumber, read_money, read_units
from inventory.errors import CatalogueFileError

LARGEST_QUANTITY = 2_147_483_647  # what PostgreSQL's integer holds
LARGEST_PRICE = Decimal("99999999.99")  # ProductVariant.price: ten digits, two of them pence
PENNY = Decimal("0.01")
LONGEST_NAME = 200
STOCK_DAYS = 13 * 7  # the days of sales that opening stock covers: a quarter of a year
_SKU = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")
_NUMBER = re.compile(r"[A-Z0-9]{1,20}")  # no hyphen: a slug ends with "-" and the number, which keeps it unique


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A variant as the catalogue knows it: `price` in the shop's currency, `opening_stock` in units."""

    sku: str
    product_number: str
    product_name: str
    variant_name: str
    price: Decimal
    opening_stock: int


CATALOGUE_COLUMNS = tuple(field.name for field in fields(CatalogueRow))


def write_rows(target: TextIO, rows: Iterable[CatalogueRow]) -> None:
    """Write the rows as CSV with a header, one line a variant, in the order given."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(CATALOGUE_COLUMNS)
    writer.writerows(astuple(row) for row in rows)


def read_rows(lines: Iterable[Sequence[str]]) -> Iterator[CatalogueRow]:
    """Read what `write_rows` wrote, without its header.

    A wrong line is an error and is not skipped: the file may be edited by hand, and its author can correct it.
    Raises `CatalogueFileError` with the number of the line.
    """
    seen: set[str] = set()
    for number, line in enumerate(lines, start=2):
        row = parse_row(line)
        if isinstance(row, str):
            raise CatalogueFileError(_wrong(number, row))
        if row.sku in seen:
            raise CatalogueFileError(_wrong(number, f"sku {row.sku} stands here a second time"))
        seen.add(row.sku)
        yield row


def parse_row(line: Sequence[str]) -> CatalogueRow | str:
    """Return the row of these cells, in the order of `CATALOGUE_COLUMNS`, or what is wrong with them."""
    if len(line) != len(CATALOGUE_COLUMNS):
        return f"{len(line)} columns instead of {len(CATALOGUE_COLUMNS)}"
    for column, value, valid in zip(CATALOGUE_COLUMNS, line, _validity(line), strict=False):
        if not valid:
            return f"{column} cannot be {value[:60]!r}"
    sku, number, product_name, variant_name, price, stock = line
    column, cell = "price", price
    try:
        amount = read_money(price, most=LARGEST_PRICE)
        column, cell = "opening_stock", stock
        units = read_units(stock, most=LARGEST_QUANTITY)
    except UnreadableNumber as error:
        return f"{column} cannot be {cell[:60]!r}: {error.how}"
    return CatalogueRow(sku, number, product_name, variant_name, amount.quantize(PENNY), units)


def _validity(line: Sequence[str]) -> list[bool]:
    sku, product_number, product_name, variant_name, *_ = line
    return [
        bool(_SKU.fullmatch(sku)),
        bool(_NUMBER.fullmatch(product_number)),
        _is_name(product_name),
        _is_name(variant_name),
    ]


def _is_name(text: str) -> bool:
    # `isprintable` also keeps out the NUL byte, which PostgreSQL cannot store.
    return text.strip() == text != "" and len(text) <= LONGEST_NAME and text.isprintable()


def _wrong(number: int, what: str) -> str:
    return f"line {number}: {what.rstrip('.')}. Correct the line; nothing was changed."
