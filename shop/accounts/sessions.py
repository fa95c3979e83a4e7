"""A page that was made for a customer is sent after their session has ended: `session_is_over` and `log_in_again`."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from cart.selectors import is_of_a_customer
from shop.accounts.shoppers import ShopRequest
from shop.htmx import wants_partial


def session_is_over(request: ShopRequest, *, cart_id: int | None = None, line_id: int | None = None) -> bool:
    """Whether a page names the cart, or the line of one, of an account though nobody is logged in.

    Whose account it is stays unsaid: ids can be guessed. 1 query for a visitor who is not logged in.
    """
    return not request.user.is_authenticated and is_of_a_customer(cart_id=cart_id, line_id=line_id)


def log_in_again(request: ShopRequest, back_to: str) -> HttpResponse:
    """Lead to the log-in page, and from there to the page of this name. The cart stays in the account."""
    text = _("You are no longer logged in. Nothing was ordered or changed, and your cart is kept: log in to go on.")
    messages.warning(request, text)
    query = QueryDict(mutable=True)
    query["next"] = resolve_url(back_to)
    address = f"{resolve_url('shop:login')}?{query.urlencode(safe='/')}"
    return HttpResponseClientRedirect(address) if wants_partial(request) else HttpResponseRedirect(address, status=303)
