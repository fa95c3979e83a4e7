"""What a client process of a crowd does over and over. Each is made for its process and then called."""

import uuid
from collections.abc import Sequence

from bench.crowd import Deed

_ADDS_A_GUEST = 10


def add(variants: Sequence[int], start: int) -> Deed:
    """One unit of a variant that is another each time, by the service that every page uses."""
    from cart.services import add_product_to_cart

    guests = Guests()

    def deed(turn: int) -> None:
        variant = variants[(start + turn * 7) % len(variants)]
        add_product_to_cart(None, variant, 1, guest_token=guests.of(turn), idempotency_key=str(uuid.uuid4()))

    return deed


def add_to(goods: Sequence[tuple[str, int]], start: int) -> Deed:
    """One more unit for these guests and of these variants, each pair in turn."""
    from cart.services import add_product_to_cart

    def deed(turn: int) -> None:
        guest, variant = goods[(start + turn) % len(goods)]
        add_product_to_cart(None, variant, 1, guest_token=uuid.UUID(guest), idempotency_key=str(uuid.uuid4()))

    return deed


def be_refused(variants: Sequence[int], start: int) -> Deed:
    """Ask for the first of these, which is sold out with its units in live holds of others.

    By a shopper who has a cart, as most have: the second is in it.
    """
    from cart.services import add_product_to_cart
    from inventory.errors import InsufficientStock

    guest = uuid.uuid4()
    add_product_to_cart(None, variants[1], 1, guest_token=guest)

    def deed(turn: int) -> None:
        try:
            add_product_to_cart(None, variants[0], 1, guest_token=guest, idempotency_key=str(uuid.uuid4()))
        except InsufficientStock:
            return
        raise AssertionError("a sold-out variant was sold")

    return deed


class Guests:
    """Who comes: after so many adds another one, with an empty cart."""

    def __init__(self) -> None:
        self._guest = uuid.uuid4()

    def of(self, turn: int) -> uuid.UUID:
        if turn % _ADDS_A_GUEST == 0:
            self._guest = uuid.uuid4()
        return self._guest
