"""The first page of a checkout: who the order is for, where it goes, and how."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cart.errors import CartClosed
from cart.models import Cart
from cart.selectors import CartContents
from core.errors import Busy
from orders.errors import DeliveryUnavailable
from orders.selectors import checkout_of, orders_of
from orders.services import save_checkout
from shop.accounts.shoppers import ShopRequest
from shop.cart.views import contents_of
from shop.checkout.forms import AddressForm, focus_first_error
from shop.checkout.steps import lead_on, nothing_to_buy, page_or_form, redirect_to


@never_cache
@page_or_form
def address(request: ShopRequest) -> HttpResponse:
    """`/checkout/`"""
    contents = contents_of(request)
    if not contents.lines:
        return nothing_to_buy(request)
    cart = contents.lines[0].cart
    if request.method != "POST":
        return _address_page(request, contents, AddressForm(goods=contents.total, initial=_known(request, cart)))
    form = AddressForm(request.POST, goods=contents.total)
    return _save(request, contents, form) if form.is_valid() else _address_page(request, contents, form, status=400)


def _save(request: ShopRequest, contents: CartContents, form: AddressForm) -> HttpResponse:
    """What was typed is the shopper's: whatever refuses it, the page shows it again."""
    cart, method_id = contents.lines[0].cart, form.cleaned_data["delivery_method"]
    try:
        save_checkout(cart_id=cart.pk, customer=form.customer, delivery_method_id=method_id)
    except CartClosed:
        return lead_on(request, cart)
    except DeliveryUnavailable as error:
        form.offer_deliveries()
        form.add_error("delivery_method", error)
        return _address_page(request, contents, form, status=409)
    except Busy:
        form.add_error(None, _("The shop is busy with other orders just now. Please send this again."))
        return _address_page(request, contents, form, status=503)
    return redirect_to("shop:checkout_review")


def _address_page(
    request: ShopRequest, contents: CartContents, form: AddressForm, *, status: int = 200
) -> HttpResponse:
    focus_first_error(form)
    context = {"form": form, "contents": contents, "step": "address"}
    return render(request, "shop/checkout.html", context, status=status)


def _known(request: ShopRequest, cart: Cart) -> dict[str, Any]:
    """What was filled in before: for this cart, else for the customer's last order. At most 2 queries."""
    if checkout := checkout_of(cart):
        chosen = {"delivery_method": checkout.delivery_method_id} if checkout.delivery_method_id else {}
        return vars(checkout.customer) | chosen
    if not request.user.is_authenticated:
        return {}
    last = orders_of(request.user).first()
    return vars(last.customer) if last else {"email": request.user.email, "name": request.user.get_full_name()}
