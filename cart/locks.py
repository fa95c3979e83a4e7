"""All row locks of this app: in id order, FOR NO KEY UPDATE, evaluated at once. See docs/locking.md.

A key lock (plain FOR UPDATE) would collide with the key-share lock that every insert of a line takes on its cart and
variant: 15 of 16 connections deadlocked when measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cart.models import Cart, CartItem
from cart.owners import Owner
from core.rows import instances
from inventory.price_now import Prices, price_now


@dataclass(frozen=True)
class OnShelf:
    """Prices and free units of a variant, as read without a lock."""

    prices: Prices
    free: int


@dataclass(frozen=True)
class LockedLine:
    """A locked line; `item` is None if the cart has no such line. `units_in_cart` is the sum over all lines.

    `shelf` is the line's variant, read but not locked, so taking units checks again. None if no such variant exists.
    """

    item: CartItem | None
    units_in_cart: int
    shelf: OnShelf | None


# The same statement reads the sum, so the cap on a cart costs no other. The sum is exact: quantities change only under
# the lock of the cart, which the caller took in an earlier statement. FOR UPDATE is not allowed on the outer side of a
# join, hence the CTE. The statement reads the variant too, so that a line can be written before its units are taken.
_LINE = """
    WITH line AS MATERIALIZED (
        SELECT * FROM cart_cartitem WHERE cart_id = %(cart_id)s AND {column} = %(value)s FOR NO KEY UPDATE)
    SELECT line.*, total.units AS units_in_cart, {price_now} AS shelf_price, shelf.price AS shelf_own_price,
           shelf.stock_quantity AS shelf_free
      FROM (SELECT coalesce(sum(quantity), 0) AS units FROM cart_cartitem WHERE cart_id = %(cart_id)s) total
      LEFT JOIN line ON TRUE
      LEFT JOIN inventory_productvariant shelf ON shelf.id = {variant}
"""
_PRICE_NOW = price_now("shelf")
_LINE_BY_VARIANT = _LINE.format(column="product_variant_id", variant="%(value)s", price_now=_PRICE_NOW)
_LINE_BY_ID = _LINE.format(column="id", variant="line.product_variant_id", price_now=_PRICE_NOW)


def lock_line_of_variant(*, cart_id: int, variant_id: int) -> LockedLine:
    """Lock the cart's line of this variant, if it has one. The caller holds the lock of the cart."""
    return _lock_line(_LINE_BY_VARIANT, cart_id, variant_id)


def lock_line(*, cart_id: int, item_id: int) -> LockedLine:
    """Lock this line of the cart, if it is one. The caller holds the lock of the cart."""
    return _lock_line(_LINE_BY_ID, cart_id, item_id)


def _lock_line(sql: str, cart_id: int, value: int) -> LockedLine:
    (row,) = instances(CartItem, sql, {"cart_id": cart_id, "value": value})
    seen: Any = row  # with what rides along
    prices = Prices(seen.shelf_own_price, seen.shelf_price)
    return LockedLine(
        item=row if row.pk is not None else None,
        units_in_cart=int(seen.units_in_cart),
        shelf=None if seen.shelf_free is None else OnShelf(prices, seen.shelf_free),
    )


def lock_lines(cart_ids: Iterable[int]) -> list[CartItem]:
    """Lock all lines of these carts in id order. The caller holds the locks of the carts."""
    lines = CartItem.objects.filter(cart_id__in=list(cart_ids)).order_by("pk")
    return list(lines.select_for_update(no_key=True))


def lock_carts(cart_ids: Iterable[int]) -> list[Cart]:
    """Lock carts in id order, whatever their status."""
    carts = Cart.objects.filter(pk__in=list(cart_ids)).order_by("pk")
    return list(carts.select_for_update(no_key=True))


def lock_open_cart(owner: Owner) -> Cart | None:
    """Lock and return the owner's open cart without counting a change. None if there is none."""
    carts = Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns)
    return next(iter(carts.select_for_update(no_key=True)), None)


def lock_expired_lines(*, now: datetime, most: int) -> list[CartItem]:
    """Lock at most `most` lines whose hold has ended by `now`, and skip lines that another transaction has locked."""
    lines = CartItem.objects.filter(reserved_quantity__gt=0, reserved_until__lte=now).order_by("reserved_until", "pk")
    return list(lines.select_for_update(no_key=True, skip_locked=True)[:most])


def lock_expired_lines_of_variant(*, variant_id: int, not_cart_id: int, now: datetime) -> list[CartItem]:
    """Lock the lines of other carts with an expired hold of a variant that the caller has locked.

    A line after a variant is against the lock order, so lines that are locked are skipped and never waited for.
    """
    lines = CartItem.objects.filter(product_variant_id=variant_id, reserved_quantity__gt=0, reserved_until__lte=now)
    return list(lines.exclude(cart_id=not_cart_id).order_by("pk").select_for_update(no_key=True, skip_locked=True))
