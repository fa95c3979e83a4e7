"""Carrying out a plan of the catalogue: what is new is loaded, what is there gets its new names and prices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection

from core.locks import AdvisoryLock
from core.text import counted
from inventory.catalogue.load import Loaded, catalogue_load
from inventory.imports.catalogue import CataloguePlan
from inventory.imports.errors import ChangedMeanwhile
from inventory.locks import lock_products, lock_variants
from inventory.models import PriceChange, Product, ProductVariant

_ROWS_A_STATEMENT = 1000
# The rows of both are locked already.
_RENAME = """
    UPDATE inventory_product product SET name = asked.after
      FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked(number, before, after)
     WHERE product.number = asked.number AND product.name = asked.before
"""
_RENAME_AND_PRICE = """
    UPDATE inventory_productvariant variant SET name = asked.name, price = asked.price
      FROM unnest(%s::bigint[], %s::text[], %s::numeric[]) AS asked(id, name, price)
     WHERE variant.id = asked.id
"""


def change_catalogue(plan: CataloguePlan, *, cause: str, actor: User | None) -> str:
    """Create and change what the plan says; a new price gets its line in the price history. Inside a transaction.

    Returns what was done, in a sentence. Raises ChangedMeanwhile, where something is no longer as the plan saw it, and
    CatalogueLoadError; the caller rolls back.
    """
    _lock_all(plan)
    loaded = catalogue_load(rows=plan.new, cause=cause, actor=actor)
    if loaded is None or loaded.variants_created != len(plan.new):
        raise ChangedMeanwhile
    renamed = {number: names for number, names in plan.product_names.items() if names[0]}
    _rename_products(renamed)
    _change_variants(plan, cause=cause, actor=actor)
    return _told(loaded, prices=len(plan.prices), names=len(renamed) + len(plan.names))


def _told(loaded: Loaded, *, prices: int, names: int) -> str:
    products = counted(loaded.products_created, "product", "products")
    variants = counted(loaded.variants_created, "variant", "variants")
    units = counted(loaded.units_received, "unit", "units")
    changed = f"{counted(prices, 'price', 'prices')} and {counted(names, 'name', 'names')}"
    return f"{products} and {variants} created, with {units}; {changed} changed."


def _lock_all(plan: CataloguePlan) -> None:
    """The load's lock and then, all at once and so by id, each product that is changed or gets a variant."""
    AdvisoryLock.CATALOGUE.acquire()
    numbers = plan.product_names.keys() | {row.product_number for row in plan.new}
    changed = ProductVariant.objects.filter(sku__in=plan.prices.keys() | plan.names.keys())
    lock_products(
        {
            *Product.objects.filter(number__in=numbers).values_list("pk", flat=True),
            *changed.values_list("product_id", flat=True),
        }
    )


def _rename_products(names: Mapping[str, tuple[str, str]]) -> None:
    before, after = [name[0] for name in names.values()], [name[1] for name in names.values()]
    with connection.cursor() as cursor:
        cursor.execute(_RENAME, [list(names), before, after])
        if cursor.rowcount != len(names):
            raise ChangedMeanwhile


def _change_variants(plan: CataloguePlan, *, cause: str, actor: User | None) -> None:
    skus = plan.prices.keys() | plan.names.keys()
    ids = ProductVariant.objects.filter(sku__in=skus).values_list("pk", flat=True)
    variants = {variant.sku: variant for variant in lock_variants(ids)}
    for sku in skus:
        _take_over(variants.get(sku), plan.names.get(sku), plan.prices.get(sku))
    _write(list(variants.values()))
    PriceChange.objects.bulk_create(
        [
            PriceChange(variant=variants[sku], old_price=old, new_price=new, cause=cause, actor=actor)
            for sku, (old, new) in plan.prices.items()
        ],
        batch_size=_ROWS_A_STATEMENT,
    )


def _take_over(
    variant: ProductVariant | None, name: tuple[str, str] | None, price: tuple[Decimal, Decimal] | None
) -> None:
    """Give a locked variant its new name and price. Raises ChangedMeanwhile unless it has the old ones."""
    if variant is None or (name and variant.name != name[0]) or (price and variant.price != price[0]):
        raise ChangedMeanwhile
    variant.name = name[1] if name else variant.name
    variant.price = price[1] if price else variant.price


def _write(variants: Sequence[ProductVariant]) -> None:
    """One statement: `bulk_update` would make a CASE with a branch a row of it, and the planner slow."""
    columns = [(variant.pk, variant.name, variant.price) for variant in variants]
    with connection.cursor() as cursor:
        cursor.execute(_RENAME_AND_PRICE, [list(column) for column in zip(*columns, strict=True)] or [[], [], []])
