"""`change_catalogue` carries out what `plan_catalogue` found. It never changes the stock of existing variants."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from core.locks import AdvisoryLock
from core.text import counted
from inventory.catalogue.load import Loaded, load_catalogue
from inventory.errors import ChangedMeanwhile
from inventory.imports.catalogue import CataloguePlan
from inventory.locks import lock_products, lock_variants
from inventory.models import PriceChange, Product, ProductVariant
from inventory.tax import classes_by_name

_ROWS_A_STATEMENT = 1000
# The rows of both are locked already.
_RENAME = """
    UPDATE inventory_product product SET name = asked.after
      FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked(number, before, after)
     WHERE product.number = asked.number AND product.name = asked.before
"""
_WRITE_VARIANTS = """
    UPDATE inventory_productvariant variant
       SET name = asked.name, price = asked.price, tax_class_id = asked.tax_class, weight_grams = asked.weight
      FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::bigint[], %s::int[])
           AS asked(id, name, price, tax_class, weight)
     WHERE variant.id = asked.id
"""


def change_catalogue(plan: CataloguePlan, *, cause: str, actor: User | None) -> str:
    """Create and change what the plan says; a new price gets its line in the price history. Inside a transaction.

    Arguments: `cause` and `actor`, for the ledger and the price history. Returns what was done, in a sentence.
    Raises ChangedMeanwhile (the data is no longer as planned) and CatalogueLoadError; the caller rolls back.
    """
    _lock_all(plan)
    if not {after for _, after in plan.tax_classes.values() if after} <= {*classes_by_name().values()}:
        raise ChangedMeanwhile
    loaded = load_catalogue(rows=plan.new, cause=cause, actor=actor)
    if loaded is None or loaded.variants_created != len(plan.new):
        raise ChangedMeanwhile
    renamed = {number: names for number, names in plan.product_names.items() if names[0]}
    _rename_products(renamed)
    _change_variants(plan, cause=cause, actor=actor)
    return _told(loaded, plan, names=len(renamed) + len(plan.names))


def _told(loaded: Loaded, plan: CataloguePlan, *, names: int) -> str:
    products = counted(loaded.products_created, "product", "products")
    variants = counted(loaded.variants_created, "variant", "variants")
    units = counted(loaded.units_received, "unit", "units")
    changed = f"{counted(len(plan.prices), 'price', 'prices')} and {counted(names, 'name', 'names')}"
    if plan.tax_classes:
        changed += f" and {counted(len(plan.tax_classes), 'tax class', 'tax classes')}"
    if plan.weights:
        changed += f" and {counted(len(plan.weights), 'weight', 'weights')}"
    return f"{products} and {variants} created, with {units}; {changed} changed."


def _lock_all(plan: CataloguePlan) -> None:
    """Lock the catalogue, then by id all products that are changed or get a variant."""
    AdvisoryLock.CATALOGUE.acquire()
    numbers = plan.product_names.keys() | {row.product_number for row in plan.new}
    changed = ProductVariant.objects.filter(sku__in=_changed_skus(plan))
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
    skus = _changed_skus(plan)
    ids = ProductVariant.objects.filter(sku__in=skus).values_list("pk", flat=True)
    variants = {variant.sku: variant for variant in lock_variants(ids)}
    for sku in skus:
        _take_over(variants.get(sku), {column: changes.get(sku) for column, changes in _by_column(plan).items()})
    _write(list(variants.values()))
    PriceChange.objects.bulk_create(
        [
            PriceChange(variant=variants[sku], old_price=old, new_price=new, cause=cause, actor=actor)
            for sku, (old, new) in plan.prices.items()
        ],
        batch_size=_ROWS_A_STATEMENT,
    )


def _changed_skus(plan: CataloguePlan) -> set[str]:
    return {sku for changes in _by_column(plan).values() for sku in changes}


def _by_column(plan: CataloguePlan) -> dict[str, Mapping[str, tuple[Any, Any]]]:
    """The changes of variants by their column, each by SKU."""
    return {
        "name": plan.names,
        "price": plan.prices,
        "tax_class_id": plan.tax_classes,
        "weight_grams": plan.weights,
    }


def _take_over(variant: ProductVariant | None, changes: Mapping[str, tuple[Any, Any] | None]) -> None:
    """Give a locked variant what is new. Raises ChangedMeanwhile unless it has what the plan found."""
    if variant is None:
        raise ChangedMeanwhile
    for column, change in changes.items():
        if change is None:
            continue
        if getattr(variant, column) != change[0]:
            raise ChangedMeanwhile
        setattr(variant, column, change[1])


def _write(variants: Sequence[ProductVariant]) -> None:
    """One statement. `bulk_update` would write a CASE with one branch for each row, which is slow to plan."""
    names = ("pk", "name", "price", "tax_class_id", "weight_grams")
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_VARIANTS, [[getattr(variant, name) for variant in variants] for name in names])
