"""`load_catalogue` writes rows as products, variants and opening stock in the ledger, in one transaction."""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from core.locks import AdvisoryLock
from inventory.catalogue.rows import STOCK_DAYS, CatalogueRow
from inventory.categories import category_finder
from inventory.codes import rows_by_code
from inventory.errors import CatalogueLoadError
from inventory.locks import lock_producers, lock_products
from inventory.models import Producer, Product, ProductVariant, StockMovement
from inventory.signals import stock_changed
from inventory.tax import classes_by_name

_ROWS_A_STATEMENT = 1000
_SLUG_LENGTH = 120
_CAUSE_LENGTH = 100
_DAYS_OF_WARNING = 7


class Loaded(NamedTuple):
    """What a load did. `present` counts the variants that existed before and stay as they are."""

    products_created: int
    variants_created: int
    units_received: int
    present: int


def load_catalogue(
    *, rows: Sequence[CatalogueRow], cause: str, only_if_empty: bool = False, actor: User | None = None
) -> Loaded | None:
    """Create the missing products and variants, each new variant with its opening stock in the ledger.

    Existing products (by number) and variants (by SKU) are never changed, since names and prices belong to the staff
    and stock to the ledger. So a second load changes nothing, and a longer file adds only what is new.

    Arguments: `cause`, a file, and `actor`, a person, for the ledger. With `only_if_empty` a shop with any product is
    not changed, and None is returned. Two loads at once run one after the other.
    Returns what was done. Raises CatalogueLoadError; nothing is changed then.
    """
    try:
        with transaction.atomic():
            AdvisoryLock.CATALOGUE.acquire()
            if only_if_empty and Product.objects.exists():
                return None
            return _load(rows, cause[-_CAUSE_LENGTH:], actor)
    except IntegrityError as error:
        # A product in the admin has one of these numbers, SKUs or slugs.
        detail = " ".join(str(error).split())
        raise CatalogueLoadError(
            f"The catalogue collides with what the shop has: {detail} Nothing was changed. "
            "Load again; if it says the same, rename that product in the admin first."
        ) from error


def _load(rows: Sequence[CatalogueRow], cause: str, actor: User | None) -> Loaded:
    known = rows_by_code(ProductVariant.objects.only("sku"), "sku", (row.sku for row in rows))
    missing = [row for row in rows if row.sku not in known]
    classes = _tax_classes_of(missing)
    products, created = _products_of(missing)
    variants = ProductVariant.objects.bulk_create(
        (_variant(row, products[row.product_number], classes) for row in missing), batch_size=_ROWS_A_STATEMENT
    )
    movements = _opening_movements(variants, cause, actor)
    StockMovement.objects.bulk_create(movements, batch_size=_ROWS_A_STATEMENT)
    # bulk_create sends no signal, and a new variant may be low already. One without units has not come yet: that is no
    # news about its stock.
    if stocked := [variant.pk for variant in variants if variant.stock_quantity]:
        stock_changed.send(sender=StockMovement, variant_ids=stocked)
    units = sum(movement.delta for movement in movements)
    return Loaded(created, len(variants), units, len(rows) - len(missing))


def _products_of(rows: Sequence[CatalogueRow]) -> tuple[dict[str, int], int]:
    """The ids of the products of these rows, by number, and how many of them had to be created."""
    of_number = {row.product_number: row for row in rows}
    stock: Counter[str] = Counter()
    for row in rows:
        stock[row.product_number] += row.opening_stock
    known = rows_by_code(Product.objects.only("number"), "number", of_number)
    ids = {number: product.pk for number, product in known.items()}
    lock_products(ids.values())
    category_of, producers = category_finder(), _producers_of(rows)
    new = [
        _product(row, category_of(row.product_name), producers)
        # The largest stock last: without sales the shop lists the newest first, so these are shown first.
        for number, row in sorted(of_number.items(), key=lambda item: stock[item[0]])
        if number not in ids
    ]
    created = Product.objects.bulk_create(new, batch_size=_ROWS_A_STATEMENT)
    return ids | {product.number: product.pk for product in created}, len(created)


def _product(row: CatalogueRow, category_id: int | None, producers: Mapping[str, int]) -> Product:
    product = Product(
        number=row.product_number,
        name=row.product_name,
        slug=product_slug(row.product_name, row.product_number),
        category_id=category_id,
        description=row.description or "",
        facts=row.facts or "",
        producer_id=producers.get(row.producer or ""),
    )
    product.warnings_in_file = row.warnings or ""
    return product


def product_slug(name: str, number: str) -> str:
    """Return the slug of a product: at most 120 characters, unique by the number at its end.

    A number with signs that no address has gets a checksum, by which it differs from one with other signs.
    """
    ending = slugify(number)
    if ending != number.lower():
        ending = f"{ending}-{zlib.crc32(number.encode()):08x}".strip("-")
    words = slugify(name)[: _SLUG_LENGTH - len(ending) - 1].strip("-")
    return f"{words}-{ending}" if words else ending


def _tax_classes_of(rows: Iterable[CatalogueRow]) -> dict[str, int]:
    """The ids of the tax classes that the rows name. Raises CatalogueLoadError for one that the shop does not have."""
    named = {row.tax_class for row in rows if row.tax_class}
    known = classes_by_name() if named else {}
    if unknown := sorted(named - known.keys()):
        raise CatalogueLoadError(
            f"There is no tax class “{unknown[0]}”. Add it in the back office, or leave the cell empty. Nothing was "
            "changed."
        )
    return known


def _producers_of(rows: Iterable[CatalogueRow]) -> dict[str, int]:
    """The ids of the producers that the rows name, locked. Raises CatalogueLoadError for one that there is not."""
    named = {row.producer for row in rows if row.producer}
    ids = Producer.objects.filter(name__in=named).values_list("pk", flat=True) if named else []
    known = {producer.name: producer.pk for producer in lock_producers(ids)} if named else {}
    if unknown := sorted(named - known.keys()):
        raise CatalogueLoadError(
            f"There is no producer “{unknown[0]}”. Add it in the back office, or leave the cell empty. Nothing was "
            "changed."
        )
    return known


def _variant(row: CatalogueRow, product_id: int, classes: Mapping[str, int]) -> ProductVariant:
    return ProductVariant(
        product_id=product_id,
        sku=row.sku,
        name=row.variant_name,
        price=row.price,
        tax_class_id=classes.get(row.tax_class or ""),
        weight_grams=row.weight,
        content=row.content or "",
        stock_quantity=row.opening_stock,
        low_stock_threshold=low_stock_threshold(row.opening_stock),
    )


def low_stock_threshold(opening_stock: int) -> int:
    """Return the threshold in units: a week's sales (opening stock is a quarter's), at least 1."""
    return max(1, -(-opening_stock * _DAYS_OF_WARNING // STOCK_DAYS))


def _opening_movements(variants: Iterable[ProductVariant], cause: str, actor: User | None) -> list[StockMovement]:
    return [
        StockMovement(
            variant=variant,
            kind=StockMovement.Kind.OPENING,
            delta=variant.stock_quantity,
            balance_after=variant.stock_quantity,
            reason="Opening stock of the catalogue",
            cause=cause,
            actor=actor,
        )
        for variant in variants
        if variant.stock_quantity > 0
    ]
