"""What a client process of a crowd repeats. Each function makes an action for its process, which then calls it."""

import uuid
from collections.abc import Sequence

from bench.crowd import Action

_ADDS_A_GUEST = 10


def add(variants: Sequence[int], start: int) -> Action:
    """One unit of a variant that is another each time, by the service that every page uses."""
    from cart.services import add_product_to_cart

    guests = Guests()

    def action(turn: int) -> None:
        variant = variants[(start + turn * 7) % len(variants)]
        add_product_to_cart(None, variant, 1, guest_token=guests.of(turn), idempotency_key=str(uuid.uuid4()))

    return action


def add_to(goods: Sequence[tuple[str, int]], start: int) -> Action:
    """One more unit for these guests and of these variants, each pair in turn."""
    from cart.services import add_product_to_cart

    def action(turn: int) -> None:
        guest, variant = goods[(start + turn) % len(goods)]
        add_product_to_cart(None, variant, 1, guest_token=uuid.UUID(guest), idempotency_key=str(uuid.uuid4()))

    return action


def be_refused(variants: Sequence[int], start: int) -> Action:
    """Ask for the first of these, which is sold out with its units in live holds of others.

    By a shopper who has a cart, as most have: the second is in it.
    """
    from cart.services import add_product_to_cart
    from inventory.errors import InsufficientStock

    guest = uuid.uuid4()
    add_product_to_cart(None, variants[1], 1, guest_token=guest)

    def action(turn: int) -> None:
        try:
            add_product_to_cart(None, variants[0], 1, guest_token=guest, idempotency_key=str(uuid.uuid4()))
        except InsufficientStock:
            return
        raise AssertionError("a sold-out variant was sold")

    return action


class Guests:
    """Who comes: after so many adds another one, with an empty cart."""

    def __init__(self) -> None:
        self._guest = uuid.uuid4()

    def of(self, turn: int) -> uuid.UUID:
        if turn % _ADDS_A_GUEST == 0:
            self._guest = uuid.uuid4()
        return self._guest
