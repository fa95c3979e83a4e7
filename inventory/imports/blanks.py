"""CSV files to start from: the shop's goods as they are now, in the columns that an import of that kind takes."""

import csv
from collections.abc import Callable, Iterator

from django.db.models import QuerySet

from core.admin.export import Echo, defused, in_chunks
from inventory.imports.models import ImportJob
from inventory.models import ProductVariant

_COUNT = ("sku", "name", "expected", "counted", "reason")
_CATALOGUE = ("sku", "product_number", "product_name", "variant_name", "price", "opening_stock")


def blank_lines(kind: ImportJob.Kind) -> Iterator[str]:
    """Give the lines of a file to edit: each variant of the shop, by sku. 1 query a 2,000 variants.

    Uploaded as it is it changes nothing. In a count, `expected` is what was on hand when the file was made: a row whose
    `counted` was edited is refused if that number has changed by then, and a row that was not edited is left alone.
    """
    columns, row_of = (_COUNT, _count) if kind == ImportJob.Kind.ADJUSTMENTS else (_CATALOGUE, _catalogue)
    return _lines(columns, row_of)


def _lines(columns: tuple[str, ...], row_of: Callable[[ProductVariant], list[str]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(columns)  # by the mark spreadsheets know that it is UTF-8
    for variant in in_chunks(_variants(), by="sku"):
        yield writer.writerow([defused(cell) for cell in row_of(variant)])


def _variants() -> QuerySet[ProductVariant]:
    return ProductVariant.objects.filter(product__is_listed=True).select_related("product")


def _count(variant: ProductVariant) -> list[str]:
    on_hand = str(variant.on_hand)
    return [variant.sku, f"{variant.product.name}, {variant.name}", on_hand, on_hand, "Stock count"]


def _catalogue(variant: ProductVariant) -> list[str]:
    product = variant.product
    return [variant.sku, product.number, product.name, variant.name, str(variant.price), "0"]
