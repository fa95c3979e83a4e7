"""Actions that the client processes of a crowd repeat. Each function makes an action in such a process."""

import uuid
from collections.abc import Sequence

from bench.crowd import Action

_ADDS_A_GUEST = 10


def add(variants: Sequence[int], start: int) -> Action:
    """Add one unit, of another variant each time, by the service that the pages use."""
    from cart.services import add_product_to_cart

    guests = Guests()

    def action(turn: int) -> None:
        variant = variants[(start + turn * 7) % len(variants)]
        add_product_to_cart(None, variant, 1, guest_token=guests.of(turn), idempotency_key=str(uuid.uuid4()))

    return action


def add_to(goods: Sequence[tuple[str, int]], start: int) -> Action:
    """Add one unit for each pair of a guest and a variant, in turn."""
    from cart.services import add_product_to_cart

    def action(turn: int) -> None:
        guest, variant = goods[(start + turn) % len(goods)]
        add_product_to_cart(None, variant, 1, guest_token=uuid.UUID(guest), idempotency_key=str(uuid.uuid4()))

    return action


def be_refused(variants: Sequence[int], start: int) -> Action:
    """Ask for the first variant, which is sold out: others have live holds on its units.

    The shopper has a cart, as most have, with the second variant in it.
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
    """Guest tokens: a new guest, with an empty cart, every _ADDS_A_GUEST adds."""

    def __init__(self) -> None:
        self._guest = uuid.uuid4()

    def of(self, turn: int) -> uuid.UUID:
        if turn % _ADDS_A_GUEST == 0:
            self._guest = uuid.uuid4()
        return self._guest
