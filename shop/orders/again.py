"""The view `again`: the goods of an order into the cart, with a report of each line on the cart's page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cart.errors import GuestTokenRetired
from core.errors import Busy
from orders.models import Order
from orders.services import order_again
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import posted_key
from shop.cart.refusals import too_many_adds
from shop.orders.again_report import report_tag, summary
from shop.orders.views import OrderUrls
from shop.pages.errors import ErrorPage, error_response
from shop.wording import at_most_a_few, line_price_change


@require_POST
def again(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`POST …/again/` with `key` (or the header Idempotency-Key) and, for a stranger, `guest`.

    It counts as one add for SHOP_ADDS_PER_MINUTE: an order with more lines than that could never be ordered again.
    """
    if too_many := too_many_adds(request):
        return too_many
    try:
        key = posted_key(request)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return HttpResponseRedirect(urls.page, status=303)
    request.shopper.ensure_guest()
    return _add(request, order, key)


def _add(request: ShopRequest, order: Order, key: str | None) -> HttpResponse:
    try:
        done = order_again(order, user=request.user, guest_token=request.shopper.guest_token, idempotency_key=key)
    except GuestTokenRetired:
        return _cart_has_moved(request)
    except Busy:
        return _busy(request)
    level, text = summary(order, done)
    messages.add_message(request, level, text, extra_tags=report_tag(order, done))
    dearer = [each.item for each in done if each.item and each.item.price_before is not None]
    for text in at_most_a_few([line_price_change(item) for item in dearer]):
        messages.warning(request, text)
    return HttpResponseRedirect(reverse("shop:cart"), status=303)


def _cart_has_moved(request: ShopRequest) -> HttpResponse:
    """A page from before the log-in was sent, as in `shop.cart.adding`; here some lines may have been in time."""
    request.shopper.forget_guest()
    text = _(
        "This cart has moved to the account you logged in to, with all that was added before. "
        "Please open your order again for the rest."
    )
    return error_response(request, ErrorPage(409, "cart_moved", _("Your cart has moved"), text, to_cart=True))


def _busy(request: ShopRequest) -> HttpResponse:
    """The lines before the one that waited in vain are in the cart. The same form adds the rest."""
    text = _(
        "The shop is busy with other orders just now. A part of your goods may be in your cart already; "
        "please try again for the rest. Nothing is added twice."
    )
    page = ErrorPage(503, "busy", _("One moment, please"), text, retry_after=1)
    return error_response(request, page, offer_again=True)
