"""`order_again`: put the lines of an order into a cart, each by the add that every shopper makes."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

from cart.errors import KeyReused, TooManyUnits
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.selectors import cart_contents
from cart.services import add_product_to_cart
from inventory.errors import InsufficientStock, Shortage, VariantUnavailable
from orders.models import Order, OrderLine

_Add = Callable[[int], Cart]  # of that many units of a line


class Outcome(StrEnum):
    """What became of a line. The values are short, since a cookie carries them to the page that tells them."""

    ADDED = "a"
    ADDED_BEFORE = "b"  # by an earlier request with the same key
    FEWER = "f"  # fewer were free
    CAPPED = "m"  # a line or a cart takes no more
    IN_CARTS = "c"
    SOLD_OUT = "s"
    NOT_SOLD = "n"


_OF_SHORTAGE = {
    Shortage.ONLY_N_LEFT: Outcome.FEWER,
    Shortage.ALL_IN_CARTS: Outcome.IN_CARTS,
    Shortage.SOLD_OUT: Outcome.SOLD_OUT,
}


@dataclass(frozen=True)
class LineAgain:
    """A line of the order, and how many of its units were added, or are in the cart if they were added before.

    `item` is the line of the cart that was changed, None where none was.
    """

    line: OrderLine
    outcome: Outcome
    units: int = 0
    item: CartItem | None = None


def order_again(
    order: Order, *, user: Any, guest_token: uuid.UUID | None = None, idempotency_key: str | None = None
) -> list[LineAgain]:
    """Add the lines of an order to the shopper's cart; of a line that is short, as many units as there are.

    Arguments: an order with its lines and their goods, as `order_numbered` reads it; the user or the guest's token as
    for `add_product_to_cart`; the key of the form. Returns what became of each line, in the order of the lines.
    Raises GuestTokenRetired and Busy. Then the lines before are added, and the same request adds the rest.
    At most 8 statements a line, and up to 8 more for each refusal of it; 1 more if a line was added before.
    """
    # One transaction a line. One for all would hold the rows of fifty variants, which all shoppers queue for, until the
    # last line is written. It would also lock the second line after the first variant, against the order of locks, so
    # that two orders of the same goods could deadlock. Like this, no more is locked at any moment than one add locks.
    # What is given up is all or nothing, which a cart can do without. Each line has a key made of the form's: if the
    # process is killed, the lines so far are in the cart, held as by any add, and the same form sent again finds their
    # keys and adds the rest.
    done = [
        _add_line(line, partial(_add, line, user, guest_token, _key_of(line, idempotency_key)))
        for line in order.lines.all()
    ]
    if any(each.outcome == Outcome.ADDED_BEFORE for each in done):
        return _with_units_now(done, Owner.of(user, guest_token))
    return done


def _add(line: OrderLine, user: Any, guest_token: uuid.UUID | None, key: str | None, units: int) -> Cart:
    return add_product_to_cart(user, line.variant_id, units, guest_token=guest_token, idempotency_key=key)


def _key_of(line: OrderLine, key: str | None) -> str | None:
    """The key of a line's add. Hashed, since a client's key may fill the column already."""
    return hashlib.sha256(f"{key} again {line.pk}".encode()).hexdigest() if key is not None else None


def _add_line(line: OrderLine, add: _Add) -> LineAgain:
    """Add all units or, where that is refused, as many as the refusal leaves, which are fewer each time."""
    if not line.variant.product.is_listed:  # an add does not ask: no page of the shop shows its form then
        return LineAgain(line, Outcome.NOT_SOLD)
    outcome, units = Outcome.ADDED, line.quantity
    while units > 0:
        try:
            cart = add(units)
        except KeyReused:  # the earlier request found fewer, or was the guest's before the log-in
            return LineAgain(line, Outcome.ADDED_BEFORE)
        except VariantUnavailable:
            return LineAgain(line, Outcome.NOT_SOLD)
        except (InsufficientStock, TooManyUnits) as error:
            outcome, units = _outcome_of(error), min(units - 1, _units_instead(units, error))
        else:
            outcome = Outcome.ADDED_BEFORE if cart.was_replayed else outcome
            return LineAgain(line, outcome, units, cart.changed_line)
    return LineAgain(line, outcome)


def _outcome_of(error: InsufficientStock | TooManyUnits) -> Outcome:
    return Outcome.CAPPED if isinstance(error, TooManyUnits) else _OF_SHORTAGE[Shortage(error.code or "")]


def _units_instead(units: int, error: InsufficientStock | TooManyUnits) -> int:
    """How many could be added instead. A line whose hold expired asks for its own units too, which come off."""
    if isinstance(error, TooManyUnits):
        return error.cap - error.present
    return units - (error.requested - error.available)


def _with_units_now(done: list[LineAgain], owner: Owner) -> list[LineAgain]:
    """What was added before is told from the cart as it is now. 1 query."""
    present = {item.product_variant_id: item.quantity for item in cart_contents(owner).lines}
    return [
        replace(each, units=min(each.line.quantity, present.get(each.line.variant_id, 0)))
        if each.outcome == Outcome.ADDED_BEFORE
        else each
        for each in done
    ]
