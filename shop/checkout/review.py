"""The last page of a checkout: a last look, and the order."""

from math import ceil
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from cart.errors import CartChanged, CartClosed, CartEmpty
from cart.models import Cart
from cart.selectors import CartContents, own_cart
from core.ratelimit import ORDERS, seconds_to_wait
from orders.errors import DeliveryUnavailable
from orders.models import Checkout, DeliveryMethod, Order
from orders.selectors import checkout_of, review_of
from orders.services import place_order
from shop.accounts.shoppers import ShopRequest
from shop.cart.refusals import problem_of
from shop.cart.rows import Row
from shop.cart.views import contents_of, times_left
from shop.checkout.forms import PlaceForm, focus_first_error, mark_of
from shop.checkout.steps import delivery_is_gone, lead_on, nothing_to_buy, page_or_form, redirect_to
from shop.htmx import part, wants_part
from shop.orders.payments import address_after


@never_cache
@page_or_form
def review(request: ShopRequest) -> HttpResponse:
    """`/checkout/review/`: shows what would be bought; a POST buys just that."""
    return _place(request) if request.method == "POST" else review_page(request, PlaceForm())


def review_page(
    request: ShopRequest, form: PlaceForm, *, refused: CartChanged | None = None, status: int = 200
) -> HttpResponse:
    """The cart as it is now, with what to send to buy it so; above it, why it was not bought as it was shown before."""
    contents = contents_of(request)
    if not contents.lines:
        return nothing_to_buy(request)
    checkout = checkout_of(contents.lines[0].cart)
    if checkout is None:
        messages.info(request, _("Please tell us first where your order shall go, and how."))
        return redirect_to("shop:checkout")
    if checkout.delivery_method is None or not checkout.delivery_method.is_active:
        return delivery_is_gone(request)
    context = _shown(contents, checkout, checkout.delivery_method, refused) | {"form": form, "refused": refused}
    if wants_part(request):
        return part(request, "shop/_review.html", context, status=status)
    return render(request, "shop/checkout_review.html", context, status=status)


def _shown(
    contents: CartContents, checkout: Checkout, delivery: DeliveryMethod, refused: CartChanged | None
) -> dict[str, Any]:
    changes = {change.variant_id: problem_of(change.error) for change in refused.changes} if refused else {}
    rows = [Row(line, str(line.quantity), changes.get(line.product_variant_id)) for line in contents.lines]
    return {
        "step": "review",
        "contents": contents,
        "rows": rows,
        "times_left": times_left(rows),
        "checkout": checkout,
        "details": mark_of(checkout),
        "cart_id": contents.lines[0].cart_id,
        "review": review_of(contents.lines[0].cart, contents.lines, delivery),
    }


def _place(request: ShopRequest) -> HttpResponse:
    form = PlaceForm(request.POST)
    if not form.is_valid():
        focus_first_error(form)
        if set(form.errors) != {"provider"}:
            messages.error(request, _("Something was missing. Nothing was ordered; please look at it again."))
        return review_page(request, form, status=400)
    cart = _own_cart(request, form)
    checkout = checkout_of(cart) if cart else None
    if cart is None or checkout is None:
        return lead_on(request, cart)
    if mark_of(checkout) != form.cleaned_data["details"]:
        messages.error(request, _("Address or delivery have changed. Nothing was ordered; please look at it again."))
        return review_page(request, form, status=409)
    if cart.status == Cart.Status.OPEN and (wait := seconds_to_wait(request, ORDERS)):
        return _too_many(request, form, wait)
    return _order(request, form, cart, checkout)


def _too_many(request: ShopRequest, form: PlaceForm, wait: int) -> HttpResponse:
    minutes = ceil(wait / 60)
    text = ngettext(
        "That is a lot of orders. Nothing was ordered; please send this again in %(count)d minute.",
        "That is a lot of orders. Nothing was ordered; please send this again in %(count)d minutes.",
        minutes,
    )
    messages.error(request, text % {"count": minutes})
    response = review_page(request, form, status=429)
    response["Retry-After"] = str(wait)
    return response


def _order(request: ShopRequest, form: PlaceForm, cart: Cart, checkout: Checkout) -> HttpResponse:
    try:
        order = place_order(
            cart,
            customer=checkout.customer,
            delivery_method_id=checkout.delivery_method_id or 0,
            expected=form.expected,
            provider=form.cleaned_data["provider"],
            idempotency_key=form.cleaned_data["key"],
        )
    except CartClosed:
        return lead_on(request, cart)
    except CartEmpty:
        return nothing_to_buy(request)
    except CartChanged as error:
        return review_page(request, form, refused=error, status=409)
    except DeliveryUnavailable:
        return delivery_is_gone(request)
    except ValidationError as error:
        problem = problem_of(error)
        messages.error(request, problem.text)
        return review_page(request, form, status=problem.status)
    return _done(request, order)


def _done(request: ShopRequest, order: Order) -> HttpResponse:
    if not order.was_replayed:
        thanks = _("Thank you. Your order is placed; a confirmation goes to %(email)s.")
        messages.success(request, thanks % {"email": order.email})
    return HttpResponseRedirect(address_after(request, order), status=303)


def _own_cart(request: ShopRequest, form: PlaceForm) -> Cart | None:
    """The cart that the form names, if it is the shopper's: open, or ordered by another tab or an earlier click."""
    owner = request.shopper.owner
    return own_cart(owner, form.cleaned_data["cart"]) if owner else None
