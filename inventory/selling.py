"""Units that leave the shop with an order, and units that come back from one: for many variants in two statements."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import connection

from inventory.models import StockMovement
from inventory.signals import stock_changed

# As in `inventory.holds`, the inner SELECT locks in id order. It gives the units on hand after the move for the ledger.
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
