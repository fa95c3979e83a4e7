"""`change_catalogue` carries out what `plan_catalogue` found. It never changes the stock of existing variants."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from core.locks import AdvisoryLock
from core.text import counted
from inventory.catalogue.load import Loaded, load_catalogue
from inventory.errors import ChangedMeanwhile
from inventory.imports.catalogue import CataloguePlan
from inventory.locks import lock_producers, lock_products, lock_variants
from inventory.models import PriceChange, Product, ProductVariant
from inventory.tax import classes_by_name

_ROWS_A_STATEMENT = 1000
# The rows of both are locked already.
_WRITE_PRODUCTS = """
    UPDATE inventory_product product
       SET name = asked.name, description = asked.description, facts = asked.facts, producer_id = asked.producer,
           warnings = asked.warnings, needs_no_warnings = asked.needs_none
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::boolean[])
           AS asked(id, name, description, facts, producer, warnings, needs_none)
     WHERE product.id = asked.id
"""
_WRITE_VARIANTS = """
    UPDATE inventory_productvariant variant
       SET name = asked.name, price = asked.price, tax_class_id = asked.tax_class, weight_grams = asked.weight,
           content = asked.content
      FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::bigint[], %s::int[], %s::text[])
           AS asked(id, name, price, tax_class, weight, content)
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
    named = {after for _, after in plan.producers.values() if after}
    if len(lock_producers(named)) < len(named):
        raise ChangedMeanwhile
    loaded = load_catalogue(rows=plan.new, cause=cause, actor=actor)
    if loaded is None or loaded.variants_created != len(plan.new):
        raise ChangedMeanwhile
    if loaded.products_created != len(plan.new_products):
        raise ChangedMeanwhile
    _change_products(plan)
    _change_variants(plan, cause=cause, actor=actor)
    return _told(loaded, plan)


def _told(loaded: Loaded, plan: CataloguePlan) -> str:
    names = len(plan.product_names) + len(plan.names)
    products = counted(loaded.products_created, "product", "products")
    variants = counted(loaded.variants_created, "variant", "variants")
    units = counted(loaded.units_received, "unit", "units")
    changed = f"{counted(len(plan.prices), 'price', 'prices')} and {counted(names, 'name', 'names')}"
    if plan.tax_classes:
        changed += f" and {counted(len(plan.tax_classes), 'tax class', 'tax classes')}"
    if plan.weights:
        changed += f" and {counted(len(plan.weights), 'weight', 'weights')}"
    if plan.contents:
        changed += f" and {counted(len(plan.contents), 'content', 'contents')}"
    if plan.descriptions:
        changed += f" and {counted(len(plan.descriptions), 'description', 'descriptions')}"
    if plan.facts:
        changed += f" and the facts of {counted(len(plan.facts), 'product', 'products')}"
    if plan.producers:
        changed += f" and the producer of {counted(len(plan.producers), 'product', 'products')}"
    if plan.warnings:
        changed += f" and the warnings of {counted(len(plan.warnings), 'product', 'products')}"
    return f"{products} and {variants} created, with {units}; {changed} changed."


def _lock_all(plan: CataloguePlan) -> None:
    """Lock the catalogue, then by id all products that are changed or get a variant."""
    AdvisoryLock.CATALOGUE.acquire()
    numbers = _keys(_of_products(plan)) | {row.product_number for row in plan.new}
    changed = ProductVariant.objects.filter(sku__in=_keys(_of_variants(plan)))
    lock_products(
        {
            *Product.objects.filter(number__in=numbers).values_list("pk", flat=True),
            *changed.values_list("product_id", flat=True),
        }
    )


def _change_products(plan: CataloguePlan) -> None:
    columns = _of_products(plan)
    products = {product.number: product for product in Product.objects.filter(number__in=_keys(columns))}
    for number in _keys(columns):
        _take_over(products.get(number), {column: changes.get(number) for column, changes in columns.items()})
    written = ("pk", "name", "description", "facts", "producer_id", "warnings", "needs_no_warnings")
    _write(_WRITE_PRODUCTS, written, products.values())


def _change_variants(plan: CataloguePlan, *, cause: str, actor: User | None) -> None:
    columns = _of_variants(plan)
    ids = ProductVariant.objects.filter(sku__in=_keys(columns)).values_list("pk", flat=True)
    variants = {variant.sku: variant for variant in lock_variants(ids)}
    for sku in _keys(columns):
        _take_over(variants.get(sku), {column: changes.get(sku) for column, changes in columns.items()})
    _write(_WRITE_VARIANTS, ("pk", "name", "price", "tax_class_id", "weight_grams", "content"), variants.values())
    PriceChange.objects.bulk_create(
        [
            PriceChange(variant=variants[sku], old_price=old, new_price=new, cause=cause, actor=actor)
            for sku, (old, new) in plan.prices.items()
        ],
        batch_size=_ROWS_A_STATEMENT,
    )


# By column, the (old, new) values by SKU or product number.
_Changes = Mapping[str, Mapping[str, tuple[Any, Any]]]


def _keys(columns: _Changes) -> set[str]:
    return {key for changes in columns.values() for key in changes}


def _of_products(plan: CataloguePlan) -> _Changes:
    return {
        "name": plan.product_names,
        "description": plan.descriptions,
        "facts": plan.facts,
        "producer_id": plan.producers,
        "warnings_in_file": plan.warnings,
    }


def _of_variants(plan: CataloguePlan) -> _Changes:
    return {
        "name": plan.names,
        "price": plan.prices,
        "tax_class_id": plan.tax_classes,
        "weight_grams": plan.weights,
        "content": plan.contents,
    }


def _take_over(row: Product | ProductVariant | None, changes: Mapping[str, tuple[Any, Any] | None]) -> None:
    """Give a locked row what is new. Raises ChangedMeanwhile unless it has what the plan found."""
    if row is None:
        raise ChangedMeanwhile
    for column, change in changes.items():
        if change is None:
            continue
        if getattr(row, column) != change[0]:
            raise ChangedMeanwhile
        setattr(row, column, change[1])


def _write(statement: str, columns: Sequence[str], rows: Collection[Product | ProductVariant]) -> None:
    """One statement. `bulk_update` would write a CASE with one branch for each row, which is slow to plan."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [[getattr(row, column) for row in rows] for column in columns])
