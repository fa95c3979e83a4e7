"""How carts and holds read in the back office."""

from datetime import timedelta

from django.utils import timezone

from cart.models import Cart, CartItem

SOON = timedelta(minutes=10)
LIVE, ENDS_SOON, EXPIRED = "live", "ends soon", "run out"
HOLD_COLOURS = {LIVE: "success", ENDS_SOON: "warning", EXPIRED: "danger"}  # of django-unfold's labels


def shopper_of(cart: Cart) -> str:
    """The customer's name. A guest has none, and the token stays out of pages: who has it has the cart."""
    return cart.user.get_username() if cart.user else "Guest"


def state_of(line: CartItem) -> str:
    """Whether the line's units are held, by this process's clock: for people to look at, decided nowhere."""
    left = (line.reserved_until - timezone.now()) if line.reserved_until else timedelta(0)
    if left <= timedelta(0):
        return EXPIRED
    return ENDS_SOON if left <= SOON else LIVE
