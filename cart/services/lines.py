"""Commands of shoppers on lines: add, set quantity, reclaim, remove. At most 8 statements, with BEGIN and COMMIT."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cart.errors import LineNotFound
from cart.locks import lock_line, lock_line_of_variant
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.carts import Replayed, cart_after_replay, lock_cart_for_change, lock_or_create_cart, record_key
from cart.services.writing import check_quantity, delete_settled, write_line
from cart.signals import stock_short
from core.transactions import command
from inventory.errors import InsufficientStock
from inventory.services.holds import give_back_units


def add_product_to_cart(
    user: Any,
    product_variant_id: int,
    quantity: int,
    *,
    guest_token: uuid.UUID | None = None,
    idempotency_key: str | None = None,
    placed_at: datetime | None = None,
) -> Cart:
    """Hold `quantity` more units of a variant for this shopper's cart, or change nothing.

    Arguments: a user, or an anonymous user or None with the guest's token; units, 1 or more; the idempotency key, with
    which a repeated request adds nothing and returns the cart with `was_replayed` set; the `created_at` of a removed
    line, whose place in the cart a new line then takes.
    Returns the shopper's open cart, with `changed_line`. A worker stores its total later, so read totals by
    `cart.selectors`.
    Raises InvalidQuantity, VariantUnavailable, InsufficientStock, TooManyUnits, KeyReused, GuestTokenRetired, Busy.
    """
    check_quantity(quantity)
    owner = Owner.of(user, guest_token)
    return _answer(
        owner, idempotency_key, lambda: _add(owner, product_variant_id, quantity, idempotency_key, placed_at)
    )


@command
def _add(owner: Owner, variant_id: int, quantity: int, key: str | None, placed_at: datetime | None) -> Cart:
    cart = lock_or_create_cart(owner)
    record_key(key, owner=owner, request=f"add {quantity} of {variant_id}")
    line = lock_line_of_variant(cart_id=cart.pk, variant_id=variant_id)
    present = line.item.quantity if line.item else 0
    cart.changed_line = write_line(
        cart=cart, owner=owner, line=line, variant_id=variant_id, quantity=present + quantity, placed_at=placed_at
    )
    return cart


def set_line_quantity(*, owner: Owner, item_id: int, quantity: int, idempotency_key: str | None = None) -> Cart:
    """Set a line of the shopper's open cart to `quantity` units: holds more units or gives some back. 0 removes it.

    A line whose hold has expired takes all its units again. Returns the cart, with `changed_line` or `removed_line`.
    Raises LineNotFound and what `add_product_to_cart` raises.
    """
    check_quantity(quantity, least=0)
    return _answer(owner, idempotency_key, lambda: _set(owner, item_id, quantity, idempotency_key))


def reclaim_line(*, owner: Owner, item_id: int, idempotency_key: str | None = None) -> Cart:
    """Take the units of a line again whose hold has expired, as many as it had. A live hold stays as it is.

    Returns the cart, with `changed_line`. Raises what `set_line_quantity` raises.
    """
    return _answer(owner, idempotency_key, lambda: _set(owner, item_id, None, idempotency_key))


@command
def _set(owner: Owner, item_id: int, quantity: int | None, key: str | None) -> Cart:
    cart = lock_cart_for_change(owner)
    record_key(key, owner=owner, request=f"set line {item_id} to {'held' if quantity is None else quantity}")
    line = lock_line(cart_id=cart.pk, item_id=item_id)
    if line.item is None:
        raise LineNotFound
    if quantity == 0:
        cart.removed_line = _delete(line.item)
        return cart
    variant_id = line.item.product_variant_id
    cart.changed_line = write_line(
        cart=cart, owner=owner, line=line, variant_id=variant_id, quantity=quantity or line.item.quantity
    )
    return cart


def _answer(owner: Owner, key: str | None, change: Callable[[], Cart]) -> Cart:
    try:
        return change()
    except Replayed:
        return cart_after_replay(owner)
    except InsufficientStock as error:
        # Sent after the rollback, so that the shortage is recorded though nothing else of the request is.
        stock_short.send(sender=Cart, error=error, idempotency_key=key)
        raise


@command
def remove_line(*, owner: Owner, item_id: int) -> CartItem:
    """Delete a line of the shopper's open cart and give back what it held.

    Returns the deleted line, so that pages can name it and add it again. Raises LineNotFound, Busy.
    """
    cart: Cart = lock_cart_for_change(owner)
    item = lock_line(cart_id=cart.pk, item_id=item_id).item
    if item is None:
        raise LineNotFound
    return _delete(item)


def _delete(item: CartItem) -> CartItem:
    """Delete a locked line and give back what it held. Returns it."""
    delete_settled(item, quantity_change=-item.quantity)
    if item.reserved_quantity:
        give_back_units({item.product_variant_id: item.reserved_quantity})
    return item
