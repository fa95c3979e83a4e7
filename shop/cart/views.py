"""The cart's page, and what views that change the cart answer with: `cart_page`, `to_cart`."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cart.models import CartItem
from cart.selectors import CartContents, cart_contents
from orders.links import page_of
from orders.payments import providers
from orders.selectors import totals_to_pay
from orders.tariffs import DELIVERY_PRICES
from orders.totals import TaxShare
from shop.accounts.shoppers import ShopRequest
from shop.cart.delivery import CartDelivery, country_of, delivery_of
from shop.cart.posted import posted_next
from shop.cart.refusals import Problem
from shop.cart.rows import Row
from shop.htmx import render_partial, wants_partial
from shop.orders.unpaid import unpaid_order


@dataclass(frozen=True)
class RefusedChange:
    """A change of a line that was refused: what was typed, if anything, and why."""

    line_id: int
    typed: str | None
    problem: Problem


@never_cache
@require_safe
def cart(request: ShopRequest) -> HttpResponse:
    """`/cart/`"""
    return cart_page(request, contents_of(request))


def contents_of(request: ShopRequest) -> CartContents:
    """The contents of the shopper's cart, with the prices of delivery; empty where there is none. 1 query."""
    owner = request.shopper.owner
    if owner:
        return cart_contents(owner, beside=DELIVERY_PRICES)
    return CartContents(lines=[], total=Decimal(0), hold_ends=None)


def cart_page(
    request: ShopRequest, contents: CartContents, *, refused: Collection[RefusedChange] = (), status: int = 200
) -> HttpResponse:
    """The whole page, or the partial that htmx asked for; also the answer to a refused change."""
    context = extension_facts(request, contents) | _context(contents, [_row(line, refused) for line in contents.lines])
    delivery = delivery_of(contents, country_of(request))
    context |= {"delivery": delivery, "taxes": _taxes(contents, delivery), "providers": providers()}
    if not contents.lines and (unpaid := unpaid_order(request)):
        context |= {"unpaid": unpaid, "unpaid_page": page_of(unpaid, request.user)}
    if wants_partial(request):
        return render_partial(request, "shop/_cart.html", context, status=status)
    return render(request, "shop/cart.html", context, status=status)


def _taxes(contents: CartContents, delivery: CartDelivery) -> tuple[TaxShare, ...]:
    """The tax in the total that the page shows, by rate, for the country that it assumes. No query."""
    country = delivery.parcel.country
    return totals_to_pay(contents.to_be_had, delivery.cheapest, rates=contents.rates, country=country).taxes


def to_cart(request: ShopRequest) -> HttpResponse:
    """The answer to a change that was made: the partial, or a redirect to the cart or to the form's `next`."""
    if wants_partial(request):
        return cart_page(request, contents_of(request))
    return HttpResponseRedirect(posted_next(request) or reverse("shop:cart"), status=303)


def _context(contents: CartContents, rows: list[Row]) -> dict[str, Any]:
    return {
        "contents": contents,
        "rows": rows,
        "times_left": times_left(rows),
    }


def extension_facts(request: ShopRequest, contents: CartContents) -> dict[str, Any]:
    """From when on "keep my items" may be pressed; nothing where that is now."""
    owner = request.shopper.owner
    if not owner or not contents.hold_ends or contents.seconds_left is None:
        return {}
    if contents.seconds_left <= owner.extension_window.total_seconds():
        return {}
    return {"extend_from": contents.hold_ends - owner.extension_window}


def times_left(rows: list[Row]) -> int:
    """How often "keep my items" may still be pressed."""
    return max((row.times_left for row in rows), default=0)


def _row(line: CartItem, refused: Collection[RefusedChange]) -> Row:
    for change in refused:
        if change.line_id == line.pk:
            return Row(line, change.typed or str(line.quantity), change.problem)
    return Row(line, str(line.quantity))
