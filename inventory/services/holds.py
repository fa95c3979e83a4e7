"""Commands on held units: take them from free stock, give them back, sell them, and take them back from an order.

`take_units` is one conditional UPDATE, so nothing can oversell. Taking and giving back do not change what is on hand,
so they write no ledger; selling and taking back do. Callers keep the lock order carts, lines, variants.
"""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import connection

from core.rows import instances
from inventory.models import Product, ProductVariant, StockMovement
from inventory.price_now import Prices, price_now
from inventory.signals import stock_changed

# One statement decides: under READ COMMITTED a rival's commit makes PostgreSQL check the condition again on the new
# row, so no number read earlier can be acted on. A negative count gives units back, but only on an active variant.
# The product's name comes with it, since every answer to a shopper needs it: a query of its own cost a fifth of an add.
_TAKEN = """
    UPDATE inventory_productvariant variant
       SET stock_quantity = stock_quantity - %(units)s, reserved_quantity = reserved_quantity + %(units)s
      FROM inventory_product product
     WHERE variant.id = %(variant_id)s AND is_active AND stock_quantity >= %(units)s AND product.id = product_id
 RETURNING variant.*, product.name AS product_name, product.slug AS product_slug,
           CASE WHEN variant.price = %(own)s THEN %(now)s ELSE {price_now} END AS price_now
"""
_TAKE = _TAKEN.format(price_now=price_now("variant"))

# The inner SELECT locks in id order; a bare UPDATE … FROM locks in the order that the planner chooses.
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


def take_units(*, variant_id: int, units: int, seen: Prices | None = None) -> ProductVariant | None:
    """Move `units` of a variant from free to held if the variant is active and has that many free.

    Returns the variant after the move, with `price_now`, and name and slug of its product; its row stays locked until
    the transaction ends. Returns None if nothing moved. 1 query.
    Argument: `seen`, the prices that the caller read just now. While the variant's own price is still that one,
    `price_now` is it too: to read it a second time cost an add a twentieth of what PostgreSQL does for it.
    """
    own, now = seen or (None, None)
    for variant in instances(ProductVariant, _TAKE, {"variant_id": variant_id, "units": units, "own": own, "now": now}):
        named = [variant.product_id, variant.product_name, variant.product_slug]  # type: ignore[attr-defined]
        variant.product = Product.from_db(connection.alias, ["id", "name", "slug"], named)
        return variant
    return None


def give_back_units(units_by_variant: Mapping[int, int]) -> None:
    """Move units from held to free, of active and inactive variants; locks the variants in id order. 1 query.

    Argument: units to give back, by variant id. Raises IntegrityError if a variant has fewer units held.
    """
    ids, units = list(units_by_variant), list(units_by_variant.values())
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"ids": ids, "units": units})


# The inner SELECT locks in id order, as above. The statement returns the units on hand after the move, for the ledger.
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
    """Sell held units: they leave the stock on hand, and free stock stays as it is. Inside a transaction.

    Arguments: units to sell, 1 or more, by variant id; `cause`, the order, for the ledger.
    Raises IntegrityError if a variant has fewer units held.
    """
    _move(_SELL, units_by_variant, sign=-1, kind=StockMovement.Kind.SALE, reason="Sold", cause=cause)


def take_back_units(units_by_variant: Mapping[int, int], *, reason: str, cause: str, actor: User | None = None) -> None:
    """Put units of an order back into free stock, also of inactive variants. Inside a transaction.

    Arguments: units, 1 or more, by variant id; `reason`, for people; `cause`, the order, for the ledger.
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
