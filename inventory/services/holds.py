"""Held units: taken from the shelf, given back to it, sold with an order, and taken back from one.

Taking is one conditional write that nothing can oversell past. Taking and giving back do not change what is on hand, so
they write no ledger; selling does. Callers keep the lock order carts, lines, variants.
"""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import connection

from core.rows import instances
from inventory.models import Product, ProductVariant, StockMovement
from inventory.signals import stock_changed

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


# The inner SELECT locks in id order, as above. It gives the units on hand after the move, for the ledger.
_MOVE = """
    UPDATE inventory_productvariant variant SET {change}
      FROM (SELECT locked.id, asked.units
              FROM inventory_productvariant locked
              JOIN unnest(%(ids)s::bigint[], %(units)s::int[]) AS asked(id, units) USING (id)
             ORDER BY locked.id
               FOR NO KEY UPDATE OF locked) moved
     WHERE variant.id = moved.id
 RETURNING variant.id, variant.stock_quantity + variant.reserved_quantity
"""
_SELL = _MOVE.format(change="reserved_quantity = reserved_quantity - moved.units")
_TAKE_BACK = _MOVE.format(change="stock_quantity = stock_quantity + moved.units")


def sell_held_units(units_by_variant: Mapping[int, int], *, cause: str) -> None:
    """Take units that are held off the books: they go to a customer. Free stock stays as it is.

    Arguments: units held and sold, 1 or more, by variant id; the order, for the ledger. Inside a transaction.
    Raises IntegrityError if a variant does not hold so many.
    """
    _move(_SELL, units_by_variant, sign=-1, kind=StockMovement.Kind.SALE, reason="Sold", cause=cause)


def take_back_units(units_by_variant: Mapping[int, int], *, reason: str, cause: str, actor: User | None = None) -> None:
    """Put units of an order back on the shelf, free for everybody, also of variants that are no longer sold.

    Arguments: units, 1 or more, by variant id; why, for people; the order. Inside a transaction.
    """
    _move(
        _TAKE_BACK,
        units_by_variant,
        sign=1,
        kind=StockMovement.Kind.RETURN,
        reason=reason,
        cause=cause,
        actor=actor,
    )


def _move(
    sql: str,
    units_by_variant: Mapping[int, int],
    *,
    sign: int,
    kind: StockMovement.Kind,
    reason: str,
    cause: str,
    actor: User | None = None,
) -> None:
    if not units_by_variant:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(units_by_variant), "units": list(units_by_variant.values())})
        on_hand = dict(cursor.fetchall())
    StockMovement.objects.bulk_create(
        StockMovement(
            variant_id=variant_id,
            kind=kind,
            delta=sign * units_by_variant[variant_id],
            balance_after=on_hand[variant_id],
            reason=reason,
            cause=cause,
            actor=actor,
        )
        for variant_id in sorted(on_hand)
    )
    stock_changed.send(sender=StockMovement, variant_ids=sorted(on_hand))
