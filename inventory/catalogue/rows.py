"""`CatalogueRow`, one variant of a catalogue, and the CSV format that every shop reads."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.db.models import Model

from core.csv_cells import defused, plain
from core.numbers import UnreadableNumber, read_money, read_units
from core.one_line import shown
from inventory.errors import CatalogueFileError
from inventory.models import NO_WARNINGS, Producer, Product, ProductVariant, TaxClass

LARGEST_QUANTITY = 2_147_483_647  # what PostgreSQL's integer holds
LARGEST_PRICE = Decimal("99999999.99")  # ProductVariant.price: ten digits, two of them pence
PENNY = Decimal("0.01")
LONGEST_NAME = 200
STOCK_DAYS = 13 * 7  # the days of sales that opening stock covers: a quarter of a year


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A variant as the catalogue knows it: `price` in the shop's currency, `opening_stock` in units.

    `tax_class` is the name of its class, "" for the default one, and `weight_grams` a number in digits, "" where it is
    not known. `content` is "" for none. The last four are those of the product: `producer` is a name, "" for none, and
    `warnings` is NO_WARNINGS where none are needed, "" where nobody has said. Each is None where the file has no such
    column.
    """

    sku: str
    product_number: str
    product_name: str
    variant_name: str
    price: Decimal
    opening_stock: int
    tax_class: str | None = None
    weight_grams: str | None = None
    content: str | None = None
    description: str | None = None
    facts: str | None = None
    producer: str | None = None
    warnings: str | None = None

    @property
    def weight(self) -> int | None:
        """In grams; None if it is not known."""
        return int(self.weight_grams) if self.weight_grams else None


ALL_COLUMNS = tuple(field.name for field in fields(CatalogueRow))
CATALOGUE_COLUMNS = ALL_COLUMNS[:-7]  # which every catalogue has
PRODUCT_TEXTS = ("description", "facts", "warnings")
PRODUCT_COLUMNS = (*PRODUCT_TEXTS, "producer")


def write_rows(target: TextIO, rows: Iterable[CatalogueRow]) -> None:
    """Write the rows as CSV with a header, one line a variant, in the order given, without the optional columns."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(CATALOGUE_COLUMNS)
    writer.writerows([defused(str(getattr(row, column))) for column in CATALOGUE_COLUMNS] for row in rows)


def read_rows(lines: Iterable[Sequence[str]], columns: Sequence[str] = CATALOGUE_COLUMNS) -> Iterator[CatalogueRow]:
    """Read what `write_rows` wrote, without its header, or, with ALL_COLUMNS, a catalogue that the back office wrote.

    A wrong line is an error and is not skipped: the file may be edited by hand, and its author can correct it.
    Raises `CatalogueFileError` with the number of the line.
    """
    seen, products = set[str](), dict[str, tuple[CatalogueRow, int]]()
    for number, line in enumerate(lines, start=2):
        row = parse_row([plain(cell.strip()) for cell in line], columns=columns)
        if isinstance(row, str):
            raise CatalogueFileError(_wrong(number, row))
        if row.sku in seen:
            raise CatalogueFileError(_wrong(number, f"sku {row.sku} stands here a second time"))
        if problem := disagreement(row, *products.setdefault(row.product_number, (row, number))):
            raise CatalogueFileError(_wrong(number, problem))
        seen.add(row.sku)
        yield row


def parse_row(
    line: Sequence[str],
    stored: Mapping[str, str] = MappingProxyType({}),
    columns: Sequence[str] = CATALOGUE_COLUMNS,
) -> CatalogueRow | str:
    """Return the row of these cells, in the order of `columns`, or what is wrong with them.

    Codes and names are judged and written by the columns of the models, as in the forms of staff. Argument `stored`:
    by column, what the shop has already. It is not judged, since a rule may be newer than the goods.
    """
    if len(line) != len(columns):
        return f"{len(line)} columns instead of {len(columns)}"
    values: list[Any] = []
    for column, cell in zip(columns, line, strict=True):
        try:
            values.append(cell if stored.get(column) == cell else _READ[column](cell))
        except UnreadableNumber as error:
            return f"{column} cannot be {shown(cell)}: {error.how}"
        except ValidationError as error:
            return f"{column} cannot be {shown(cell)}: {error.messages[0]}" if cell else f"{column} is missing."
    return CatalogueRow(**dict(zip(columns, values, strict=True)))


def plain_text(text: str) -> str:
    """Return a text of several lines without what forms and spreadsheets change: line ends, and blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def text_of(product: Product, column: str) -> str:
    """Return one of PRODUCT_TEXTS as the cell of a file has it."""
    text: str = getattr(product, "warnings_in_file" if column == "warnings" else column)
    return text


def disagreement(row: CatalogueRow, first: CatalogueRow, line: int) -> str:
    """Return what a row says of its product otherwise than the product's first row, at this line; "" if nothing."""
    number = row.product_number
    if row.product_name != first.product_name:
        return f"Product {number} is “{first.product_name}” in line {line}. Give it one name."
    other = next((column for column in PRODUCT_COLUMNS if getattr(row, column) != getattr(first, column)), "")
    if not other:
        return ""
    return f"{other} of product {number} is not the one in line {line}. Write the same in each row of the product."


def _price(cell: str) -> Decimal:
    return read_money(cell, most=LARGEST_PRICE).quantize(PENNY)


def _by_column_of(model: type[Model], name: str) -> Callable[[str], str]:
    field = model._meta.get_field(name)
    return lambda cell: field.clean(cell, None)  # type: ignore[union-attr]


def _text_of(name: str) -> Callable[[str], str]:
    return lambda cell: _by_column_of(Product, name)(plain_text(cell))


_READ: dict[str, Callable[[str], Any]] = {
    "sku": _by_column_of(ProductVariant, "sku"),
    "product_number": _by_column_of(Product, "number"),
    "product_name": _by_column_of(Product, "name"),
    "variant_name": _by_column_of(ProductVariant, "name"),
    "price": _price,
    "opening_stock": lambda cell: read_units(cell, most=LARGEST_QUANTITY),
    "tax_class": lambda cell: _by_column_of(TaxClass, "name")(cell) if cell else "",
    "weight_grams": lambda cell: str(read_units(cell, most=LARGEST_QUANTITY)) if cell else "",
    "content": _by_column_of(ProductVariant, "content"),
    "description": _text_of("description"),
    "facts": _text_of("facts"),
    "producer": lambda cell: _by_column_of(Producer, "name")(cell) if cell else "",
    "warnings": lambda cell: NO_WARNINGS if cell.lower() == NO_WARNINGS else _text_of("warnings")(cell),
}


def _wrong(number: int, what: str) -> str:
    return f"line {number}: {what.rstrip('.')}. Correct the line; nothing was changed."
