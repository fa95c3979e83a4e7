"""Commands on categories, products and variants. A variant is never deleted, nor a product that has one."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from inventory.categories import category_finder
from inventory.errors import NumberTaken, ProductHasVariants
from inventory.locks import lock_category, lock_products, lock_variants
from inventory.models import Category, PriceChange, Product, ProductVariant, StockMovement
from inventory.services.stock import move_stock
from inventory.signals import stock_changed

_WRITE_UNITS_SOLD = """
    UPDATE inventory_product product SET units_sold = counted.units
      FROM unnest(%(ids)s::bigint[], %(units)s::int[]) AS counted(id, units)
     WHERE product.id = counted.id AND product.units_sold <> counted.units
"""
_UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


def save_product(*, product: Product, fields: Collection[str]) -> Product:
    """Insert a new product, or write these `fields` of an existing one. Returns the product.

    A product without a category gets the one of the shop's rule (SHOP_CATEGORY_RULE).
    Raises NumberTaken, and ValidationError for a value that the model refuses.
    """
    if product.category_id is None:
        product.category_id = category_finder()(product.name)
        fields = {*fields, "category"}
    _save(product, fields)
    return product


def delete_product(*, product: Product) -> None:
    """Delete a product that never had a variant. Raises ProductHasVariants."""
    if count := ProductVariant.objects.filter(product=product).count():
        raise ProductHasVariants(count)
    product.delete()


@transaction.atomic
def delete_category(*, category: Category) -> int:
    """Delete a category. Its products stay on sale, without one. Returns how many there are."""
    lock_products(category.products.values_list("pk", flat=True))
    lock_category(category.pk)  # whoever puts products into it has committed, so the next statement sees them
    left: int = category.products.update(category=None)
    category.delete()
    return left


@transaction.atomic
def save_variant(
    *,
    variant: ProductVariant,
    fields: Collection[str],
    actor: User | None = None,
    opening_stock: int = 0,
) -> ProductVariant:
    """Insert a new variant, or write these `fields` of an existing one. Returns the variant.

    Stock is never written: the `opening_stock` of a new variant, in units, gets its line in the ledger. A new price
    gets a line in the price history; lines in carts keep the price at which they took their units.
    Raises NumberTaken, and ValidationError for a value that the model refuses; nothing is changed then.
    """
    fields = set(fields) - {"stock_quantity", "reserved_quantity"}
    product_now = ProductVariant.objects.filter(pk=variant.pk).values_list("product_id", flat=True)
    lock_products({variant.product_id, *product_now})
    if is_new := variant._state.adding:
        variant.stock_quantity = variant.reserved_quantity = 0
    elif "price" in fields:
        _note_price(variant, actor=actor)
    _save(variant, fields)
    if is_new and opening_stock:
        opening = StockMovement.Kind.OPENING
        move_stock(variant_id=variant.pk, delta=opening_stock, kind=opening, reason="Opening stock", actor=actor)
    if not is_new and "low_stock_threshold" in fields:
        stock_changed.send(sender=ProductVariant, variant_ids=[variant.pk])
    return variant


def write_units_sold(*, units_by_product: Mapping[int, int]) -> None:
    """Write how many units of each product were sold, by its id, where the number differs. 1 query.

    The caller locks the products before it counts, so that of two rival counts the later one is written last.
    """
    with connection.cursor() as cursor:
        values = {"ids": list(units_by_product), "units": list(units_by_product.values())}
        cursor.execute(_WRITE_UNITS_SOLD, values)


def _note_price(variant: ProductVariant, *, actor: User | None) -> None:
    """Record the price change. The old price is that of the locked row, not of the instance."""
    (locked,) = lock_variants([variant.pk])
    if locked.price != variant.price:
        PriceChange.objects.create(variant=variant, old_price=locked.price, new_price=variant.price, actor=actor)


def _save(row: Product | ProductVariant, fields: Collection[str]) -> None:
    """Clean the fields and save them. Raise NumberTaken if a rival took the number, SKU or slug after the form was
    checked, and ValidationError if a model refuses a value.
    """
    columns = [column for column in row._meta.fields if not column.is_relation]
    written = {column.name for column in columns if row._state.adding or column.name in fields}
    row.clean_fields(exclude={column.name for column in row._meta.fields} - written)
    try:
        with transaction.atomic():
            row.save(update_fields=None if row._state.adding else fields)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != _UNIQUE_VIOLATION:
            raise
        raise NumberTaken from error
