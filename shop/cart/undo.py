"""Undoing a removal: an add like any other, so what others took meanwhile is not taken back from them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cart.errors import GuestTokenRetired
from cart.services import add_product_to_cart
from core.ratelimit import ADDS, seconds_to_wait
from inventory.errors import VariantUnavailable
from shop.accounts.shoppers import ShopRequest
from shop.cart.lines import to_cart
from shop.cart.posted import posted_key, posted_quantity, posted_variant_id
from shop.cart.refusals import Problem, problem_of
from shop.cart.undo_tags import fewer_tag
from shop.cart.views import cart_page, contents_of
from shop.catalog.selectors import variant_with_product
from shop.pages.errors import Notice, answer
from shop.wording import counted, line_price


@never_cache
@require_POST
def undo(request: ShopRequest) -> HttpResponse:
    """`POST /cart/undo/` with `variant`, `quantity` and `key`."""
    if wait := seconds_to_wait(request, ADDS):
        text = _("You are adding faster than we can pack. Nothing was added; please try again in a moment.")
        return answer(request, Notice(429, "too_many_adds", _("Not so fast"), text, retry_after=wait), offer_again=True)
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
    """What became of it, with the price: the removed line may have had another."""
    quantity, token, key = posted_quantity(request), request.shopper.guest_token, posted_key(request)
    cart = add_product_to_cart(request.user, variant_id, quantity, guest_token=token, idempotency_key=key)
    text = _("%(goods)s back in your cart.") % {"goods": counted(quantity, variant_with_product(variant_id))}
    return f"{text} {line_price(cart.changed_line)}" if cart.changed_line else text


def _refused(request: ShopRequest, variant_id: int, problem: Problem) -> HttpResponse:
    """Said above the cart, since the line is gone; with the offer of so many as there are."""
    text = _("Not put back: %(why)s") % {"why": problem.text}
    messages.error(request, text, extra_tags=fewer_tag(variant_id, problem.offer) if problem.offer else "")
    return cart_page(request, contents_of(request), status=problem.status)
