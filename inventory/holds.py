"""Units moving between free and held: the two conditional writes that nothing can oversell past.

Neither changes what is on hand, so neither writes the ledger. Callers keep the lock order carts, lines, variants.
"""

from collections.abc import Mapping

from django.db import connection

from core.rows import instances
from inventory.models import Product, ProductVariant

# One statement decides: under READ COMMITTED a rival's commit makes PostgreSQL check the condition again on the new
# row, so no number read earlier can be acted on. A negative count gives units back, but only on an active variant.
# The product's name rides along: every answer to a shopper needs it, and asking for it was a fifth of an add.
_TAKE = """
    UPDATE inventory_productvariant variant
       SET stock_quantity = stock_quantity - %(units)s, reserved_quantity = reserved_quantity + %(units)s
      FROM inventory_product product
     WHERE variant.id = %(variant_id)s AND is_active AND stock_quantity >= %(units)s AND product.id = product_id
 RETURNING variant.*, product.name AS product_name, product.slug AS product_slug
"""

# The inner SELECT locks in id order; the order in which a bare UPDATE … FROM meets its rows is the planner's choice.
_GIVE_BACK = """
    UPDATE inventory_productvariant variant
       SET stock_quantity = stock_quantity + given.units, reserved_quantity = reserved_quantity - given.units
      FROM (SELECT locked.id, asked.units
              FROM inventory_productvariant locked
              JOIN unnest(%(ids)s::bigint[], %(units)s::int[]) AS asked(id, units) USING (id)
             ORDER BY locked.id
               FOR NO KEY UPDATE OF locked) given
     WHERE variant.id = given.id
"""


def take_units(*, variant_id: int, units: int) -> ProductVariant | None:
    """Move `units` of a variant from free to held if it is active and so many are free.

    Returns the variant as it is after the move, its row locked until the transaction ends, with the name and slug of
    its product; None if nothing moved.
    """
    for variant in instances(ProductVariant, _TAKE, {"variant_id": variant_id, "units": units}):
        named = [variant.product_id, variant.product_name, variant.product_slug]  # type: ignore[attr-defined]
        variant.product = Product.from_db(connection.alias, ["id", "name", "slug"], named)
        return variant
    return None


def give_back_units(units_by_variant: Mapping[int, int]) -> None:
    """Move units from held to free, of active and inactive variants alike; locks the variants in id order.

    Argument: units to give back, by variant id. Raises IntegrityError if a variant does not hold so many.
    """
    ids, units = list(units_by_variant), list(units_by_variant.values())
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"ids": ids, "units": units})
