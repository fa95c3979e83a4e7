"""A refusal, in the words and the status that a page or a client gets."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cart.errors import KeyReused
from inventory.errors import InsufficientStock, VariantUnavailable
from shop.wording import clock_time

# Everything else is a conflict with what the shop or the cart has: 409.
_STATUS = {"invalid_quantity": 400, "bad_idempotency_key": 400, "key_reused": 422}


@dataclass(frozen=True)
class Problem:
    """Why nothing was changed. `offer` is how many units could be taken instead, `facts` what a client may want."""

    code: str
    text: str
    status: int
    offer: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.text, **self.facts}


def problem_of(error: ValidationError | VariantUnavailable, *, held: int = 0) -> Problem:
    """What to answer to a refusal. Argument: units that the shopper's line holds already, where a line was changed."""
    if isinstance(error, VariantUnavailable):
        return Problem("unavailable", _("This item is no longer sold. Please remove it."), 404)
    if isinstance(error, InsufficientStock):
        return _shortage(error, held)
    code = "key_reused" if isinstance(error, KeyReused) else error.code or "invalid"
    return Problem(code, error.messages[0], _STATUS.get(code, 409))


def _shortage(error: InsufficientStock, held: int) -> Problem:
    facts = {
        "available": error.available,
        "requested": error.requested,
        "first_hold_ends": error.first_hold_ends.isoformat() if error.first_hold_ends else None,
    }
    offer = held + error.available if error.available else None
    return Problem(error.code or "", _shortage_text(error, held), 409, offer=offer, facts=facts)


def _shortage_text(error: InsufficientStock, held: int) -> str:
    """Three different truths; where the shopper has units of it already, those are told apart from the free ones."""
    if error.available:
        return f"{error.messages[0]} {_with_held(held, error.available)}".rstrip()
    if error.first_hold_ends:
        return _("All of them are in other carts; the first one is freed at %(time)s unless it is bought.") % {
            "time": clock_time(error.first_hold_ends)
        }
    if held:
        return ngettext(
            "Sold out: the %(count)d in your cart is the last one.",
            "Sold out: the %(count)d in your cart are the last ones.",
            held,
        ) % {"count": held}
    return _("Sold out.")


def _with_held(held: int, free: int) -> str:
    if not held:
        return ""
    return _("With the %(held)d in your cart that makes %(all)d.") % {"held": held, "all": held + free}
