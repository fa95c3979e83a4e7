"""What the cart's pages answer to a refusal: `problem_of` an error of a service, `too_many_adds` of the rate limit."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cart.errors import KeyReused
from core.ratelimit import ADDS, seconds_to_wait
from inventory.errors import InsufficientStock, VariantUnavailable
from shop.pages.errors import ErrorPage, error_response
from shop.wording import clock_time

# Everything else is a conflict with what the shop or the cart has: 409.
_STATUS = {"invalid_quantity": 400, "bad_idempotency_key": 400, "key_reused": 422}


@dataclass(frozen=True)
class Problem:
    """Why nothing was changed. `offer` is how many units could be taken instead; `facts` go into the JSON."""

    code: str
    text: str
    status: int
    offer: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.text, **self.facts}


def too_many_adds(request: HttpRequest) -> HttpResponse | None:
    """Count an add of this client. Returns the answer 429 where it adds faster than SHOP_ADDS_PER_MINUTE, else None."""
    wait = seconds_to_wait(request, ADDS)
    if not wait:
        return None
    text = _("You are adding faster than we can pack. Nothing was added; please try again in a moment.")
    page = ErrorPage(429, "too_many_adds", _("Not so fast"), text, retry_after=wait)
    return error_response(request, page, offer_again=True)


def problem_of(error: ValidationError | VariantUnavailable, *, held: int = 0) -> Problem:
    """What to answer to a refusal. Argument: `held`, the units that the changed line holds already."""
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
    """Fewer are free, or all are in other carts, or all are sold. Units that the shopper holds are told apart."""
    if error.available:
        return f"{error.messages[0]} {_with_held(held, error.available)}".rstrip()
    if error.first_hold_ends:
        return _("All of them are in other carts; the first one may be free again at %(time)s.") % {
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
    return ngettext(
        "With the %(held)d in your cart that makes %(all)d.",
        "With the %(held)d in your cart that makes %(all)d.",
        held,
    ) % {"held": held, "all": held + free}
