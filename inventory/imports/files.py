"""CSV files of imports: text, header and rows of an upload, and `blank_lines`, a file to edit and upload."""

import csv
import io
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from core.admin.export import in_chunks
from core.csv_cells import csv_lines, plain
from inventory.errors import ImportFileError
from inventory.imports.models import ImportJob
from inventory.models import ProductVariant

if TYPE_CHECKING:
    import _csv

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
_NEXT = "Nothing was changed."
_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the header: its number in a spreadsheet, its cells by column name, and what is wrong with it."""

    line: int
    cells: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


def text_of(content: bytes) -> str:
    """Return the text of an uploaded file, which is UTF-8 with or without a byte order mark.

    Raises ImportFileError for a file that is empty, too large, of another encoding or no text at all.
    """
    if len(content) > MOST_BYTES:
        raise ImportFileError(f"The file is larger than 2 MB. Split it, or take out optional columns. {_NEXT}")
    if content.startswith(_WORKBOOK):
        raise ImportFileError(f"This is a workbook, not CSV. Save it as “CSV UTF-8” and upload that. {_NEXT}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportFileError(
            f"Line {line} is not UTF-8 text. Save the file as “CSV UTF-8” and upload that. {_NEXT}"
        ) from error
    if "\0" in text:
        raise ImportFileError(f"The file has characters that no text has, so it is no CSV file. {_NEXT}")
    if not text.strip():
        raise ImportFileError(f"The file is empty. {_NEXT}")
    return text


def header_of(text: str) -> list[str]:
    """Return the names of the columns, in lower case. Raises ImportFileError where the first line is no header."""
    _require_separators(text.partition("\n")[0])
    try:
        names: list[str] = next(_reader(text), [])
    except csv.Error as error:
        raise ImportFileError(f"Line 1 is no header ({error}). {_NEXT}") from error
    header = [name.strip().lower() for name in names]
    while header and not header[-1]:  # columns that a spreadsheet has emptied
        header.pop()
    if len(set(header)) < len(header):
        raise ImportFileError(f"A column stands twice in line 1: {', '.join(header)[:200]}. {_NEXT}")
    return header


def _require_separators(first: str) -> None:
    """Raise ImportFileError, with the cause, for two kinds of file that spreadsheets write and call CSV."""
    if first.strip().strip('"').lower().startswith("sep="):
        raise ImportFileError(
            f"Line 1 is “{first.strip()[:10]}”, which is for spreadsheets only. Take this line out: the first one must "
            f"name the columns. {_NEXT}"
        )
    if "\t" in first and not {",", ";"} & set(first):
        raise ImportFileError(
            f"The columns are separated by tabs. Save it as “CSV UTF-8 (comma delimited)” and upload that. {_NEXT}"
        )


def require_columns(header: Collection[str], *, needed: Collection[str], allowed: Collection[str]) -> None:
    """Raise ImportFileError, with what was found and what is expected, unless the header has the columns."""
    missing = [name for name in needed if name not in header]
    unknown = [name for name in header if name not in allowed]
    if missing or unknown:
        wrong = [f"{', '.join(missing)} is missing"] if missing else []
        wrong += [f"{', '.join(unknown)[:200]} is not known"] if unknown else []
        raise ImportFileError(f"Line 1 has the wrong columns: {'; '.join(wrong)}. Known: {', '.join(allowed)}. {_NEXT}")


def rows_of(text: str, header: list[str]) -> Iterator[Row]:
    """Give the rows below the header, without the empty ones, each with its number or with what is wrong with it.

    Rows are numbered as a spreadsheet numbers them, in which a cell of several lines is in one row.
    A broken quotation swallows what follows, so nothing is read after it. Raises ImportFileError past 20,000 rows.
    """
    reader, count = _reader(text), 0
    next(reader)
    for line in itertools.count(2):
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, error=f"This line and what follows cannot be read as CSV ({error}). Correct the quotes.")
            return
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise ImportFileError(f"The file has more than {MOST_ROWS:,} rows. Split it into several. {_NEXT}")
        yield _row(line, header, cells)


def _row(line: int, header: list[str], cells: list[str]) -> Row:
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        return Row(line, error=f"{len(cells)} columns instead of {len(header)}. Is a comma in a text without quotes?")
    return Row(line, {name: plain(cell.strip()) for name, cell in zip(header, cells, strict=True)})


def _reader(text: str) -> "_csv.Reader":
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


_COUNT = ("sku", "name", "expected", "counted", "reason")
_CATALOGUE = (
    *("sku", "product_number", "product_name", "variant_name", "price", "opening_stock"),
    *("tax_class", "weight_grams", "content", "description", "facts", "producer", "warnings"),
)


def blank_lines(kind: ImportJob.Kind) -> Iterator[str]:
    """Give the lines of a file to edit: each variant of the shop, by sku. 1 query a 2,000 variants.

    Uploaded as it is it changes nothing. In a count, `expected` is what was on hand when the file was made: a row whose
    `counted` was edited is refused if that number has changed by then, and a row that was not edited is left alone.
    """
    columns, row_of = (_COUNT, _count) if kind == ImportJob.Kind.ADJUSTMENTS else (_CATALOGUE, _catalogue)
    return csv_lines(columns, map(row_of, in_chunks(_variants(), by="sku")))


def _variants() -> QuerySet[ProductVariant]:
    return ProductVariant.objects.filter(product__is_listed=True).select_related("product__producer", "tax_class")


def _count(variant: ProductVariant) -> list[str]:
    on_hand = str(variant.on_hand)
    return [variant.sku, f"{variant.product.name}, {variant.name}", on_hand, on_hand, "Stock count"]


def _catalogue(variant: ProductVariant) -> list[str]:
    product = variant.product
    tax_class = variant.tax_class.name if variant.tax_class else ""
    weight = "" if variant.weight_grams is None else str(variant.weight_grams)
    goods = [variant.sku, product.number, product.name, variant.name, str(variant.price), "0", tax_class, weight]
    goods.append(variant.content)
    producer = product.producer.name if product.producer else ""
    return [*goods, product.description, product.facts, producer, product.warnings_in_file]
