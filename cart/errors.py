"""The errors of cart commands, one type for each reason. After each of them carts, lines and stock are unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NothingChanged
from inventory.errors import VariantUnavailable


class LineNotFound(Exception):
    """The shopper's open cart has no such line. Pages answer 404."""


class GuestTokenRetired(Exception):
    """This guest's cart was merged into a customer's, so the token opens no other cart."""


class KeyReused(ValidationError):
    """The idempotency key was used before, for another request."""

    def __init__(self) -> None:
        super().__init__(_("This form was already used for something else. Please try again."), code="key_reused")


class InvalidQuantity(ValidationError):
    """The quantity is not a whole number of units, 1 or more."""

    def __init__(self) -> None:
        super().__init__(_("Please enter a whole number of units, 1 or more."), code="invalid_quantity")


class TooManyUnits(ValidationError):
    """The line or the cart would exceed its cap. Arguments: `cap` and `present` in units; the code of the cap."""

    def __init__(self, *, cap: int, present: int, code: str) -> None:
        self.cap = cap
        self.present = present
        super().__init__(self._text(code) % {"cap": cap, "present": present}, code=code)

    def _text(self, code: str) -> str:
        if code == "line_cap":
            return ngettext(
                "We sell at most %(cap)d unit of an item to one cart; yours has %(present)d.",
                "We sell at most %(cap)d units of an item to one cart; yours has %(present)d.",
                self.cap,
            )
        return ngettext(
            "A cart holds at most %(cap)d unit in all; yours has %(present)d.",
            "A cart holds at most %(cap)d units in all; yours has %(present)d.",
            self.cap,
        )


class HoldsInTheWay(ValidationError):
    """Fewer units are free than staff want to remove, so these lines would lose their holds. Nothing was moved.

    Argument: the lines, in the order in which they lose their holds, each with its cart and the cart's user.
    """

    def __init__(self, lines: Sequence[Any]) -> None:
        self.lines = lines
        super().__init__(_("Carts hold units that this would take away."), code="holds_in_the_way")


class CartClosed(ValidationError):
    """A line of a cart that is not open cannot be changed."""

    def __init__(self) -> None:
        super().__init__(_("This cart is closed; its lines cannot be changed."), code="cart_closed")


class LineMoved(ValidationError):
    """A saved line has another cart or variant than its row. Only a new line may have them."""

    def __init__(self) -> None:
        super().__init__(_("A line stays with its cart and variant. Delete it and add another."), code="line_moved")


@dataclass(frozen=True)
class LineChange:
    """Why one line cannot be bought as it was shown: the type of `error` says it.

    InsufficientStock and VariantUnavailable: its hold has expired and its units are gone. PriceChanged: the units are
    free, at another price.
    """

    variant_id: int
    error: ValidationError | VariantUnavailable


class PriceChanged(ValidationError):
    """Reclaimed now, the line would have another price than was shown. Arguments: both prices, of a unit."""

    def __init__(self, *, shown: Decimal, price: Decimal) -> None:
        self.shown = shown
        self.price = price
        super().__init__(_("Its price has changed since you added it."), code="price_changed")


class CartChanged(ValidationError):
    """The cart is no longer what the shopper was shown, so nothing was bought. Argument: the lines that changed."""

    def __init__(self, changes: Sequence[LineChange] = ()) -> None:
        self.changes = list(changes)
        super().__init__(
            _("Your cart has changed since you looked at it. Nothing was ordered; please look at it again."),
            code="cart_changed",
        )


class CartEmpty(ValidationError):
    """The cart has no lines to buy."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing in your cart."), code="cart_empty")


class NothingHeld(NothingChanged):
    """None of these lines holds units in an open cart."""

    def __init__(self) -> None:
        text = _("Nothing was released: these holds have ended, or their carts are closed. Reload the list.")
        super().__init__(text, code="nothing_held")


class TooEarlyToExtend(ValidationError):
    """Every hold that may be extended has more than half of its life left, so none was. Argument: when one may be."""

    def __init__(self, possible_from: datetime) -> None:
        self.possible_from = possible_from
        super().__init__(_("It is too early to extend these holds."), code="too_early_to_extend")


class NothingToExtend(NothingChanged):
    """None of these lines has a live hold of an active variant."""

    def __init__(self) -> None:
        text = _("Nothing was extended: these holds have ended, or their goods are no longer sold. Reload the list.")
        super().__init__(text, code="nothing_to_extend")
