"""`write_line`, which adding, setting and reclaiming share: set a line's quantity and move exactly the difference."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from cart.errors import InvalidQuantity, TooManyUnits
from cart.locks import LockedLine, OnShelf
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.units import release_expired_if_short, take
from inventory.errors import VariantUnavailable
from inventory.services.holds import give_back_units


def check_quantity(quantity: object, *, least: int = 1) -> None:
    """Raise InvalidQuantity unless this is a whole number from `least` to the cap on a line.

    A number above the cap is left to `write_line`, which can say what the line has already, except where the
    database could not hold it.
    """
    if type(quantity) is not int or not least <= quantity <= _LARGEST_INTEGER:
        raise InvalidQuantity


_LARGEST_INTEGER = 2_147_483_647  # of PostgreSQL's integer type


def write_line(
    *,
    cart: Cart,
    owner: Owner,
    line: LockedLine,
    variant_id: int,
    quantity: int,
    placed_at: datetime | None = None,
) -> CartItem:
    """Set the line of a locked cart to `quantity` units, all of them held, and save it. Returns the line.

    Only the difference between the new quantity and what the line holds is moved. Without a live hold (a new line, or
    an expired hold) a hold starts; a live hold keeps its end. If units are taken, the whole line gets the price of now,
    and `price_before` is the old price if it was another. `placed_at` is the time by which a new line is listed.
    Raises TooManyUnits, VariantUnavailable, InsufficientStock.
    """
    item = line.item or _new_line(cart, variant_id, placed_at)
    change = quantity - item.quantity
    _check_caps(item, change=change, units_in_cart=line.units_in_cart)
    is_live = item.reserved_until is not None and item.reserved_until > cart.locked_at
    units = quantity - item.reserved_quantity
    # A hold that starts checks the variant even for 0 units, since an inactive one cannot be reclaimed.
    takes = units > 0 or not is_live
    if takes:
        shelf = _on_shelf(line, variant_id)
        if shelf.free < units:
            # Before anything is written, since this shopper will probably be refused.
            release_expired_if_short(cart_id=cart.pk, variant_id=variant_id, units=units)
        set_price(item, shelf.prices.now)
    if not is_live:
        item.reserved_until = cart.locked_at + owner.hold_life
        item.hold_extensions = 0
    item.quantity = item.reserved_quantity = quantity
    save_settled(item, quantity_change=change)
    # Last, so that the row which all shoppers wait for is locked only during the commit: ADR 7.
    if takes:
        item.product_variant = take(cart_id=cart.pk, variant_id=variant_id, units=units, seen=shelf.prices)
        _follow_price(item)
    elif units < 0:
        give_back_units({variant_id: -units})
    return item


def _new_line(cart: Cart, variant_id: int, placed_at: datetime | None) -> CartItem:
    item = CartItem(cart=cart, product_variant_id=variant_id, quantity=0)
    if placed_at is not None:
        item.created_at = min(placed_at, cart.locked_at)
    return item


def set_price(item: CartItem, price: Decimal) -> None:
    """Give a line the price of now. Its `price_before` is the price that the shopper was shown, if it differs."""
    shown: Decimal | None = item.price if item.price_before is None else item.price_before
    item.price_before = None if shown == price else shown
    item.price = price


def _follow_price(item: CartItem) -> None:
    """Write the locked variant's price, if staff changed it after `lock_line` read it."""
    if item.product_variant.price_now != item.price:
        set_price(item, item.product_variant.price_now)
        save_settled(item, quantity_change=0)


def _on_shelf(line: LockedLine, variant_id: int) -> OnShelf:
    if line.shelf is None:
        raise VariantUnavailable(variant_id)
    return line.shelf


def _check_caps(item: CartItem, *, change: int, units_in_cart: int) -> None:
    """Lowering is always allowed, also if the cart is above a cap that staff have lowered."""
    if change <= 0:
        return
    line_cap, cart_cap = settings.SHOP_MAX_UNITS_PER_LINE, settings.SHOP_MAX_UNITS_PER_CART
    if item.quantity + change > line_cap:
        raise TooManyUnits(cap=line_cap, present=item.quantity, code="line_cap")
    if units_in_cart + change > cart_cap:
        raise TooManyUnits(cap=cart_cap, present=units_in_cart, code="cart_cap")


def save_settled(item: CartItem, *, quantity_change: int, fields: Iterable[str] = ("quantity", "price")) -> CartItem:
    """Save a line whose units a service has moved already, telling receivers by how many units it changed.

    Of a line that exists, these fields and those of its hold are written.
    """
    item.quantity_change, item.is_settled = quantity_change, True
    try:
        item.save(update_fields=None if item._state.adding else fields)
    finally:
        item.is_settled = False
    return item


def delete_settled(item: CartItem, *, quantity_change: int) -> None:
    """Delete a line whose units a service has moved already, telling receivers by how many units it changed."""
    item.quantity_change, item.is_settled = quantity_change, True
    try:
        item.delete()
    finally:
        # An undo may save the same instance again, and then its units must be taken again.
        item.is_settled = False
