"""What is in a cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection

from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.selectors.free import EXPIRED
from core.rows import columns, joined
from inventory.models import Product, ProductVariant

# Both by hand: the first is asked by every page, the second by every answer of the cart, and to build them by the ORM
# costs several times what it costs to run them.
_SUMMARY = """
    SELECT coalesce(sum(line.quantity), 0), coalesce(sum(line.total_price), 0)
      FROM cart_cart cart JOIN cart_cartitem line ON line.cart_id = cart.id
     WHERE cart.{column} = %s AND cart.status = 'open'
"""
_CONTENTS = """
    SELECT {columns},
           coalesce(line.reserved_until > statement_timestamp(), false),
           line.reserved_until - statement_timestamp(),
           variant.stock_quantity + {expired}
      FROM cart_cart cart
      JOIN cart_cartitem line ON line.cart_id = cart.id
      JOIN inventory_productvariant variant ON variant.id = line.product_variant_id
      JOIN inventory_product product ON product.id = variant.product_id
     WHERE cart.{column} = %s AND cart.status = 'open'
     ORDER BY line.id
"""
_PARTS = {"cart": Cart, "line": CartItem, "variant": ProductVariant, "product": Product}
_COLUMNS = ", ".join(columns(model, table) for table, model in _PARTS.items())
_EXPIRED_ELSEWHERE = EXPIRED.format(cart="cart.id")
_SUMMARY_BY = {column: _SUMMARY.format(column=column) for column in ("user_id", "guest_token")}
_CONTENTS_BY = {
    column: _CONTENTS.format(columns=_COLUMNS, expired=_EXPIRED_ELSEWHERE, column=column)
    for column in ("user_id", "guest_token")
}


@dataclass(frozen=True)
class CartSummary:
    """What the header shows of a cart: units in it, and their total."""

    units: int
    total: Decimal


def cart_summary(owner: Owner) -> CartSummary:
    """Units and total of the owner's open cart, zero without one. 1 query.

    The total is summed here even where the stored one is current: the units are summed anyway.
    """
    ((column, value),) = owner.columns.items()
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY_BY[column], [value])
        return CartSummary(*cursor.fetchone())


@dataclass(frozen=True)
class CartContents:
    """A cart as a shopper sees it. `hold_ends` is the earliest end of its live holds, in `seconds_left`."""

    lines: Sequence[CartItem]
    total: Decimal
    hold_ends: datetime | None
    seconds_left: int | None = None


def cart_contents(owner: Owner) -> CartContents:
    """The lines of the owner's open cart with cart, variant and product. 1 query.

    On each: `is_held`, and `available`, the units that it could have beside those it holds. Time left is told by the
    clock that ends holds, the database's, since that of the web server may differ.
    """
    ((column, value),) = owner.columns.items()
    lines = [_line(*row) for row in joined(_PARTS.values(), _CONTENTS_BY[column], [value])]
    first = min((line for line in lines if line.is_held), key=lambda line: line.hold_left, default=None)
    return CartContents(
        lines=lines,
        total=total_of(lines[0].cart, lines) if lines else Decimal(0),
        hold_ends=first.reserved_until if first else None,
        seconds_left=ceil(first.hold_left.total_seconds()) if first else None,
    )


def _line(cart: Cart, line: Any, variant: ProductVariant, product: Product, *now: Any) -> Any:
    line.cart, line.product_variant, variant.product = cart, variant, product
    line.is_held, line.hold_left, line.available = now
    return line


def own_cart(owner: Owner, cart_id: int) -> Cart | None:
    """A cart of this owner, open or not; None for one of others. 1 query."""
    return Cart.objects.filter(pk=cart_id, **owner.columns).first()


def line_exists(item_id: int) -> bool:
    """Whether anybody has this line: what tells a line that was removed already from one of others. 1 query."""
    return CartItem.objects.filter(pk=item_id).exists()


def total_of(cart: Cart, lines: Sequence[CartItem]) -> Decimal:
    """The stored total where it knows the last change, else the sum of the lines: never a stale one. No query."""
    if cart.totals_version == cart.version:
        return cart.total_price
    return sum((line.total_price for line in lines), Decimal(0))
