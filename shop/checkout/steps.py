"""What the pages of a checkout share: how they are asked for, and where they lead when another is the right one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cart.models import Cart
from orders.errors import DeliveryUnavailable
from orders.selectors import order_of_cart
from shop.accounts.shoppers import ShopRequest
from shop.orders.payments import address_after

page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def lead_on(request: ShopRequest, cart: Cart | None) -> HttpResponse:
    """From a cart that cannot be ordered: to the order that it became, else to what is missing."""
    order = order_of_cart(cart) if cart else None
    if order:
        return HttpResponseRedirect(address_after(request, order), status=303)
    if cart and cart.status == Cart.Status.OPEN:
        return redirect_to("shop:checkout_review")
    messages.error(request, _("That page was of a cart that is closed. Nothing was ordered; this is your cart now."))
    return redirect_to("shop:cart")


def nothing_to_buy(request: ShopRequest) -> HttpResponse:
    """From an empty cart: to its page."""
    messages.info(request, _("There is nothing in your cart to order. Put something into it first."))
    return redirect_to("shop:cart")


def delivery_is_gone(request: ShopRequest) -> HttpResponse:
    """From a way of delivery that staff took off: to the choice of what is left."""
    messages.error(request, DeliveryUnavailable.text)
    return redirect_to("shop:checkout")


def redirect_to(name: str) -> HttpResponse:
    """On to a page, by GET, whatever this request was."""
    response = redirect(name)
    response.status_code = 303
    return response
