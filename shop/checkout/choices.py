"""What the first page of checkout is filled with, `initial_of`, and the addresses of the customer's account.

`choices_of` are those to choose from; `keep_address` adds the one that was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.countries import country_code
from core.errors import Busy
from orders.models import Checkout, SavedAddress
from orders.models.addresses import POSTAL_FIELDS
from orders.selectors import KnownAddress
from orders.services import save_address
from shop.accounts.shoppers import ShopRequest
from shop.cart.delivery import country_of
from shop.checkout.forms import AddressForm
from shop.pages.errors import BUSY

NEW = "new"  # in place of an id: an empty address


def initial_of(request: ShopRequest, checkout: Checkout | None, known: list[KnownAddress]) -> dict[str, Any]:
    """What was filled in for this cart, else what is known of the customer; what the page's address names goes before.

    Arguments: the request; what was filled in for the cart, if anything; the addresses of who is logged in. No query.
    """
    filled: dict[str, Any] = {"country": country_of(request)}
    if checkout:
        chosen = {"delivery_method": checkout.delivery_method_id} if checkout.delivery_method_id else {}
        filled |= vars(checkout.customer) | chosen
    elif request.user.is_authenticated:
        filled |= _of_customer(request.user, known)
    return filled | _asked_for(request, known) | _picked(request)


def _of_customer(user: User, known: list[KnownAddress]) -> dict[str, Any]:
    """The last order's e-mail address, phone and bill, with the default address, or that of the last order."""
    filled: dict[str, Any] = {"name": user.get_full_name()}
    for address in reversed(known):
        if address.id is None or address is known[0]:
            filled |= {name: value for name, value in address.fields.items() if value or name in POSTAL_FIELDS}
    return filled | ({"email": user.email} if user.email else {})


def _asked_for(request: ShopRequest, known: list[KnownAddress]) -> dict[str, str]:
    wanted = request.GET.get("to", "")
    if wanted == NEW:
        return dict.fromkeys((*POSTAL_FIELDS, "phone"), "") | {"country": country_of(request)}
    return next((_postal(address) for address in known if address.id and str(address.id) == wanted), {})


def _picked(request: ShopRequest) -> dict[str, str]:
    """The country and the delivery method that the page is asked to reckon with."""
    country, method = request.GET.get("country", ""), request.GET.get("delivery_method", "")
    picked = {"country": country_code(country), "delivery_method": method}
    return {name: value for name, value in picked.items() if value}


def _postal(address: KnownAddress) -> dict[str, str]:
    return {name: address.fields[name] for name in (*POSTAL_FIELDS, "phone")}


@dataclass(frozen=True)
class Choice:
    """A saved address to choose; `is_chosen` if the form shows it."""

    id: int
    lines: list[str]
    is_chosen: bool


def choices_of(form: AddressForm, known: list[KnownAddress]) -> list[Choice]:
    """The saved addresses of the customer, in their order. No query."""
    shown = {name: form[name].value() or "" for name in POSTAL_FIELDS}
    saved = [(address.id, {name: address.fields[name] for name in POSTAL_FIELDS}) for address in known if address.id]
    return [Choice(id, SavedAddress(**fields).address_lines, _same(fields, shown)) for id, fields in saved]


def _same(saved: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    codes = {"country": country_code(saved["country"])}
    return dict(saved) | codes == dict(shown) | {"country": country_code(shown["country"])}


def keep_address(request: ShopRequest, form: AddressForm) -> None:
    """Add the address of a valid form to the customer's account, if that was ticked; say so where it is not possible.

    The checkout goes on without it.
    """
    if not form.cleaned_data["keep"] or not request.user.is_authenticated:
        return
    fields = {name: form.cleaned_data[name] for name in (*POSTAL_FIELDS, "phone")}
    try:
        save_address(user=request.user, fields=fields)
    except (ValidationError, Busy) as error:
        why = error.messages[0] if isinstance(error, ValidationError) else BUSY
        messages.warning(request, _("The address is not kept in your account: %(why)s") % {"why": why})
