"""Undoing a removal: the offer, which travels in a message's tags since a guest has no session, and the view `undo`.

An undo is an add like any other: what others took meanwhile stays theirs.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cart.errors import GuestTokenRetired
from cart.models import CartItem
from cart.services import add_product_to_cart
from inventory.errors import VariantUnavailable
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import posted_key, posted_place, posted_quantity, posted_variant_id
from shop.cart.refusals import Problem, problem_of, too_many_adds
from shop.cart.views import cart_page, contents_of, to_cart
from shop.catalog.selectors import variant_with_product
from shop.wording import counted, line_price

_TAG = re.compile(r"\b(?P<kind>undo|fewer)-(?P<variant>\d{1,18})-(?P<quantity>\d{1,10})-(?P<place>\d{1,17})\b")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Undo:
    """The units of a variant that can be put back into the cart, at which place, and what the button says.

    `place` is when the removed line was created, in microseconds since 1970: a cart lists its lines by it.
    """

    variant_id: int
    quantity: int
    place: int
    label: str


def undo_tag(item: CartItem) -> str:
    """The tag of a message that offers to put a removed line back."""
    return f"undo-{item.product_variant_id}-{item.quantity}-{(item.created_at - _EPOCH) // _MICROSECOND}"


def fewer_tag(variant_id: int, quantity: int, place: int) -> str:
    """The tag of a message that offers as many units as there are, where fewer are free than were removed."""
    return f"fewer-{variant_id}-{quantity}-{place}"


def undo_of(message: Message) -> Undo | None:
    """What this message offers; None where it offers nothing."""
    found = _TAG.search(message.extra_tags or "")
    if found is None:
        return None
    quantity = int(found["quantity"])
    instead = ngettext("Take %(count)d instead", "Take %(count)d instead", quantity) % {"count": quantity}
    label = _("Undo") if found["kind"] == "undo" else instead
    return Undo(int(found["variant"]), quantity, int(found["place"]), label)


@never_cache
@require_POST
def undo(request: ShopRequest) -> HttpResponse:
    """`POST /cart/undo/` with `variant`, `quantity`, `place` and `key`."""
    if too_many := too_many_adds(request):
        return too_many
    variant_id = posted_variant_id(request)
    if request.shopper.owner is None:
        raise Http404
    try:
        text = _put_back(request, variant_id)
    except (GuestTokenRetired, VariantUnavailable) as error:
        raise Http404 from error
    except ValidationError as error:
        return _refused(request, variant_id, problem_of(error))
    messages.success(request, text)
    return to_cart(request)


def _put_back(request: ShopRequest, variant_id: int) -> str:
    """Add the units; returns what to say, with the price, which may differ from the removed line's."""
    quantity, token, key = posted_quantity(request), request.shopper.guest_token, posted_key(request)
    place = _EPOCH + posted_place(request) * _MICROSECOND
    cart = add_product_to_cart(
        request.user, variant_id, quantity, guest_token=token, idempotency_key=key, placed_at=place
    )
    text = _("%(goods)s back in your cart.") % {"goods": counted(quantity, variant_with_product(variant_id))}
    return f"{text} {line_price(cart.changed_line)}" if cart.changed_line else text


def _refused(request: ShopRequest, variant_id: int, problem: Problem) -> HttpResponse:
    """Say it above the cart, since the line is gone, and offer as many units as there are."""
    text = _("Not put back: %(why)s") % {"why": problem.text}
    tag = fewer_tag(variant_id, problem.offer, posted_place(request)) if problem.offer else ""
    messages.error(request, text, extra_tags=tag)
    return cart_page(request, contents_of(request), status=problem.status)
