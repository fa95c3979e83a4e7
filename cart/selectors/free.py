"""What a shopper can still take: free units, and units in run-out holds of others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cart.models import Cart, CartItem
from cart.owners import Owner
from core.rows import instances
from inventory.models import ProductVariant

# Holds of `variant` by carts other than {cart}: the sum of those that ran out, which are few, and the end of the first
# that lives, which is one entry of the index on (product_variant, reserved_until). 20,000 live holds cost nothing.
EXPIRED = """(
           SELECT coalesce(sum(hold.reserved_quantity), 0) FROM cart_cartitem hold
            WHERE hold.product_variant_id = variant.id AND hold.reserved_quantity > 0
              AND hold.reserved_until <= statement_timestamp() AND hold.cart_id <> {cart})"""
# Compared and ordered as pairs, to leave the planner no other index. With the variant and the end apart it took that of
# all ends, and walked over the live holds of every other variant: within seconds a refusal cost twice as much.
_FIRST_END = """(
           SELECT CASE WHEN first.product_variant_id = variant.id THEN first.reserved_until END
             FROM (SELECT hold.product_variant_id, hold.reserved_until FROM cart_cartitem hold
                    WHERE (hold.product_variant_id, hold.reserved_until) > (variant.id, statement_timestamp())
                      AND hold.reserved_quantity > 0 AND hold.cart_id <> {cart}
                    ORDER BY hold.product_variant_id, hold.reserved_until LIMIT 1) first)"""

_FREE_UNITS = """
    SELECT variant.stock_quantity, {expired}, {first_end}
      FROM inventory_productvariant variant
     WHERE variant.id = %(variant_id)s AND variant.is_active
"""
# By hand, since every list of goods asks it: to build it by the ORM costs five times what it costs to run.
_ON_SALE = """
    SELECT variant.*, variant.stock_quantity + {expired} AS available, {first_end} AS first_hold_ends
      FROM inventory_productvariant variant
      JOIN inventory_product product ON product.id = variant.product_id
     WHERE variant.product_id = ANY(%(product_ids)s::bigint[]) AND variant.is_active AND product.is_listed
     ORDER BY variant.sku
"""
_OWN_CART = "coalesce((SELECT id FROM cart_cart WHERE {column} = %(owner)s AND status = 'open'), 0)"


def _of_others(sql: str, cart: str) -> str:
    """The statement, for who has this cart; 0: none."""
    return sql.format(expired=EXPIRED.format(cart=cart), first_end=_FIRST_END.format(cart=cart))


_FREE_UNITS_FOR = _of_others(_FREE_UNITS, "%(cart_id)s")
_ON_SALE_TO = {column: _of_others(_ON_SALE, _OWN_CART.format(column=column)) for column in ("user_id", "guest_token")}
_ON_SALE_TO_ANYBODY = _of_others(_ON_SALE, "0")


@dataclass(frozen=True)
class FreeUnits:
    """What of a variant one cart could take: units in stock, and units in run-out holds of other carts.

    `first_hold_ends` is when the first live hold of another cart ends, None where there is none.
    """

    in_stock: int
    expired: int
    first_hold_ends: datetime | None


def free_units(*, variant_id: int, for_cart_id: int) -> FreeUnits | None:
    """What of an active variant this cart could take now; None if there is no such variant. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE_UNITS_FOR, {"variant_id": variant_id, "cart_id": for_cart_id})
        row = cursor.fetchone()
    return FreeUnits(*row) if row else None


def variants_on_sale(product_ids: Iterable[int], owner: Owner | None) -> list[ProductVariant]:
    """Active variants of these products, where listed, as this shopper meets them; by sku. 1 query.

    On each: `available`, what they could add, run-out holds of others included; and `first_hold_ends`, when the first
    live hold of another cart ends, None where there is none.
    """
    if owner is None:
        return instances(ProductVariant, _ON_SALE_TO_ANYBODY, {"product_ids": list(product_ids)})
    ((column, value),) = owner.columns.items()
    return instances(ProductVariant, _ON_SALE_TO[column], {"product_ids": list(product_ids), "owner": value})


def available_to(owner: Owner | None) -> Q:
    """Variants of which this shopper could add a unit: one in stock, or one of an expired hold of others. No query."""
    holds = CartItem.objects.filter(product_variant=OuterRef("pk"), reserved_quantity__gt=0, reserved_until__lte=Now())
    if owner is not None:
        holds = holds.exclude(cart__in=Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns))
    return Q(stock_quantity__gt=0) | Q(Exists(holds))
