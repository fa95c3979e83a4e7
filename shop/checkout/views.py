"""The pages of checkout: `address`, with the delivery method, and `review`, which shows the order and places it."""

from math import ceil
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cart.errors import CartChanged, CartClosed, CartEmpty
from cart.models import Cart
from cart.selectors import CartContents, own_cart
from core.countries import country_code
from core.errors import Busy
from core.ratelimit import ORDERS, seconds_to_wait
from orders.delivery_prices import Offer
from orders.errors import DeliveryUnavailable
from orders.models import Checkout
from orders.selectors import KnownAddress, Review, checkout_of, known_addresses, order_of_cart, review_of
from orders.services import place_order, save_checkout
from shop.accounts.sessions import log_in_again, session_is_over
from shop.accounts.shoppers import ShopRequest
from shop.cart.delivery import country_of, delivery_of, remember_country
from shop.cart.posted import posted_cart_id
from shop.cart.refusals import problem_of
from shop.cart.rows import Row
from shop.cart.views import contents_of, extension_facts, times_left
from shop.checkout.choices import choices_of, initial_of, keep_address
from shop.checkout.forms import AddressForm, PlaceForm, focus_first_error, mark_of
from shop.htmx import render_partial, wants_partial
from shop.orders.payments import address_after
from shop.orders.unpaid import unpaid_order
from shop.pages.errors import BUSY

_page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def _lead_on(request: ShopRequest, cart: Cart | None) -> HttpResponse:
    """Redirect from a cart that cannot be ordered: to the order that it became, else to the review or the cart."""
    order = order_of_cart(cart) if cart else None
    if order:
        return HttpResponseRedirect(address_after(request, order), status=303)
    if cart and cart.status == Cart.Status.OPEN:
        return _redirect_to("shop:checkout_review")
    text = _("That page was of another cart, or of one that is closed. Nothing was ordered; this is your cart now.")
    messages.error(request, text)
    return _redirect_to("shop:cart")


def _nothing_to_buy(request: ShopRequest) -> HttpResponse:
    """To the cart, which tells of an order that waits for its payment: the shopper may have come back from there."""
    if unpaid_order(request) is None:
        messages.info(request, _("There is nothing in your cart to order. Put something into it first."))
    return _redirect_to("shop:cart")


def _delivery_is_gone(request: ShopRequest) -> HttpResponse:
    messages.error(request, DeliveryUnavailable.text)
    return _redirect_to("shop:checkout")


def _redirect_to(name: str) -> HttpResponse:
    """A redirect that browsers follow by GET, also after a POST."""
    response = redirect(name)
    response.status_code = 303
    return response


@never_cache
@_page_or_form
def address(request: ShopRequest) -> HttpResponse:
    """`/checkout/`: the first step."""
    if request.method == "POST" and session_is_over(request, cart_id=posted_cart_id(request)):
        return log_in_again(request, "shop:checkout")
    contents = contents_of(request)
    if not contents.lines:
        return _nothing_to_buy(request)
    known = known_addresses(request.user) if request.user.is_authenticated else []
    delivery = delivery_of(contents, country_of(request))
    if request.method != "POST":
        initial = initial_of(request, checkout_of(contents.lines[0].cart), known)
        return _address_page(request, contents, AddressForm(delivery=delivery, initial=initial), known)
    form = AddressForm(request.POST, delivery=delivery)
    if form.is_valid():
        return _save(request, contents, form, known)
    return _address_page(request, contents, form, known, status=400)


def _save(request: ShopRequest, contents: CartContents, form: AddressForm, known: list[KnownAddress]) -> HttpResponse:
    """Save the form. If it is refused, the page shows again what was typed."""
    cart, method_id = contents.lines[0].cart, form.cleaned_data["delivery_method"]
    try:
        save_checkout(cart_id=cart.pk, customer=form.customer, delivery_method_id=method_id)
    except CartClosed:
        return _lead_on(request, cart)
    except DeliveryUnavailable as error:
        form.offer_anew()
        form.add_error("delivery_method", error)
        return _address_page(request, contents, form, known, status=409)
    except Busy:
        form.add_error(None, BUSY)
        return _address_page(request, contents, form, known, status=503)
    keep_address(request, form)
    response = _redirect_to("shop:checkout_review")
    remember_country(response, form.customer.country)
    return response


def _address_page(
    request: ShopRequest, contents: CartContents, form: AddressForm, known: list[KnownAddress], *, status: int = 200
) -> HttpResponse:
    focus_first_error(form)
    context = {"form": form, "contents": contents, "step": "address", "choices": choices_of(form, known)}
    if form.chosen_offer:
        context["review"] = _review(contents, form.chosen_offer, form.delivery.parcel.country)
    if wants_partial(request):
        return render_partial(request, "shop/_checkout_answer.html", context, status=status)
    return render(request, "shop/checkout.html", context, status=status)


@never_cache
@_page_or_form
def review(request: ShopRequest) -> HttpResponse:
    """`/checkout/review/`: show what would be ordered. A POST orders exactly that."""
    if request.method == "POST" and session_is_over(request, cart_id=posted_cart_id(request)):
        return log_in_again(request, "shop:checkout_review")
    return _place(request) if request.method == "POST" else _review_page(request, PlaceForm())


def _review_page(
    request: ShopRequest, form: PlaceForm, *, refused: CartChanged | None = None, status: int = 200
) -> HttpResponse:
    """Show the cart as it is now, and a form that orders exactly that. `refused` says what has changed since."""
    contents = contents_of(request)
    if not contents.lines:
        return _nothing_to_buy(request)
    checkout = checkout_of(contents.lines[0].cart)
    if checkout is None:
        messages.info(request, _("Please tell us first where your order shall go, and how."))
        return _redirect_to("shop:checkout")
    delivery = delivery_of(contents, country_code(checkout.country) or checkout.country)
    offer = delivery.prices.offer(checkout.delivery_method_id, delivery.parcel)
    if offer is None:
        return _delivery_is_gone(request)
    context = extension_facts(request, contents) | {"form": form, "refused": refused}
    context |= _review_context(contents, checkout, offer, refused)
    if wants_partial(request):
        return render_partial(request, "shop/_review.html", context, status=status)
    return render(request, "shop/checkout_review.html", context, status=status)


def _review_context(
    contents: CartContents, checkout: Checkout, delivery: Offer, refused: CartChanged | None
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
        "review": _review(contents, delivery, country_code(checkout.country)),
    }


def _review(contents: CartContents, delivery: Offer, country: str) -> Review:
    """What can be had of the cart, as it would be bought. No query."""
    cart, lines = contents.lines[0].cart, contents.to_be_had
    return review_of(cart, lines, delivery, rates=contents.rates, country=country)


def _place(request: ShopRequest) -> HttpResponse:
    form = PlaceForm(request.POST)
    if not form.is_valid():
        focus_first_error(form)
        if set(form.errors) != {"provider"}:
            messages.error(request, _("Something was missing. Nothing was ordered; please look at it again."))
        return _review_page(request, form, status=400)
    cart = _own_cart(request, form)
    checkout = checkout_of(cart) if cart else None
    if cart is None or checkout is None:
        return _lead_on(request, cart)
    if mark_of(checkout) != form.cleaned_data["details"]:
        messages.error(request, _("Address or delivery have changed. Nothing was ordered; please look at it again."))
        return _review_page(request, form, status=409)
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
    response = _review_page(request, form, status=429)
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
        return _lead_on(request, cart)
    except CartEmpty:
        return _nothing_to_buy(request)
    except CartChanged as error:
        return _review_page(request, form, refused=error, status=409)
    except DeliveryUnavailable:
        return _delivery_is_gone(request)
    except ValidationError as error:
        problem = problem_of(error)
        messages.error(request, problem.text)
        return _review_page(request, form, status=problem.status)
    return HttpResponseRedirect(address_after(request, order), status=303)


def _own_cart(request: ShopRequest, form: PlaceForm) -> Cart | None:
    """The cart that the form names, if it is the shopper's. It may be ordered already, by another tab or click."""
    owner = request.shopper.owner
    return own_cart(owner, form.cleaned_data["cart"]) if owner else None
