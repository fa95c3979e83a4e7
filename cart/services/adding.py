"""Adding to the cart, and setting a line's quantity: at most 8 statements each, BEGIN and COMMIT included."""

import uuid
from collections.abc import Callable
from typing import Any

from cart.errors import LineNotFound
from cart.locks import lock_line, lock_line_of_variant
from cart.models import Cart
from cart.owners import Owner
from cart.services.claiming import Replayed, cart_after_replay, claim_key, claim_open_cart, claim_or_open_cart
from cart.services.writing import check_quantity, write_line
from cart.signals import stock_short
from core.transactions import command
from inventory.errors import InsufficientStock


def add_product_to_cart(
    user: Any,
    product_variant_id: int,
    quantity: int,
    *,
    guest_token: uuid.UUID | None = None,
    idempotency_key: str | None = None,
) -> Cart:
    """Hold `quantity` more units of a variant for this shopper's cart, or change nothing.

    Arguments: a user, or an anonymous one (or None) with the guest's token; units, 1 or more; the key that makes a
    repeated request safe (the cart comes back with `was_replayed` set, and nothing is added).
    Returns the shopper's open cart, with `changed_line`. Its stored total follows in a worker: read totals by
    `cart.selectors`.
    Raises InvalidQuantity, VariantUnavailable, InsufficientStock, TooManyUnits, KeyReused, GuestTokenRetired, Busy.
    """
    check_quantity(quantity)
    owner = Owner.of(user, guest_token)
    return _answer(owner, idempotency_key, lambda: _add(owner, product_variant_id, quantity, idempotency_key))


@command
def _add(owner: Owner, variant_id: int, quantity: int, key: str | None) -> Cart:
    cart = claim_or_open_cart(owner)
    claim_key(key, owner=owner, request=f"add {quantity} of {variant_id}")
    line = lock_line_of_variant(cart_id=cart.pk, variant_id=variant_id)
    present = line.item.quantity if line.item else 0
    cart.changed_line = write_line(
        cart=cart, owner=owner, line=line, variant_id=variant_id, quantity=present + quantity
    )
    return cart


def set_line_quantity(*, owner: Owner, item_id: int, quantity: int, idempotency_key: str | None = None) -> Cart:
    """Bring a line of the shopper's open cart to `quantity` units, 1 or more; more are held, fewer given back.

    A line whose hold ran out takes its units again. Returns the cart, with `changed_line`.
    Raises LineNotFound and what `add_product_to_cart` raises.
    """
    check_quantity(quantity)
    return _answer(owner, idempotency_key, lambda: _set(owner, item_id, quantity, idempotency_key))


def retake_line(*, owner: Owner, item_id: int, idempotency_key: str | None = None) -> Cart:
    """Take the units of a line whose hold ran out again, as many as it had; a live hold is left as it is.

    Returns the cart, with `changed_line`. Raises what `set_line_quantity` raises.
    """
    return _answer(owner, idempotency_key, lambda: _set(owner, item_id, None, idempotency_key))


@command
def _set(owner: Owner, item_id: int, quantity: int | None, key: str | None) -> Cart:
    cart = claim_open_cart(owner)
    claim_key(key, owner=owner, request=f"set line {item_id} to {quantity or 'held'}")
    line = lock_line(cart_id=cart.pk, item_id=item_id)
    if line.item is None:
        raise LineNotFound
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
        # After the rollback, so that the refusal is counted though nothing else of it remains.
        stock_short.send(sender=Cart, error=error, idempotency_key=key)
        raise
