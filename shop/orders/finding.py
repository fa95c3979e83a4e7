"""`find_order`, the page where a guest who lost the e-mail comes back to an order, by its number and e-mail address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.ratelimit import LOOKUPS, network_to_wait, uncount_network
from orders.links import order_path
from orders.selectors import number_of_order
from shop.accounts.forms import TooManyAttempts
from shop.accounts.shoppers import ShopRequest


class FindOrderForm(forms.Form):
    """What the confirmation of an order says. Any text may be a number here: a wrong one is not told apart."""

    number = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=40,
        help_text=gettext_lazy("Such as 7K3M-Q9T2. It is in each of our e-mails about the order."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the order"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """The words of a page that finds an order, and where it leads to: `path_of` the order's number."""

    title: str
    lead: str
    button: str
    path_of: Callable[[str], str]
    template: str = "shop/account_form.html"
    more: Mapping[str, Any] = field(default_factory=dict)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_order(request: ShopRequest) -> HttpResponse:
    """`/orders/find/`"""
    page = Lookup(
        title=_("Find your order"),
        lead=_("For orders without an account. Both are in the e-mail that confirmed your order."),
        button=_("Find my order"),
        path_of=order_path,
    )
    return look_up(request, page)


def look_up(request: ShopRequest, page: Lookup) -> HttpResponse:
    """Answer with the form, or lead on. A wrong number and a wrong address have the same answer: a stranger learns
    nothing.
    """
    form = FindOrderForm(request.POST or None, label_suffix="")
    if request.method != "POST" or not form.is_valid():
        return _answer(request, page, form, status=400 if form.errors else 200)
    # Counted before the look-up, so that simultaneous guesses cannot all pass. An order that is found is uncounted.
    if wait := network_to_wait(request, LOOKUPS):
        form.add_error(None, TooManyAttempts(wait))
        response = _answer(request, page, form, status=429)
        response["Retry-After"] = str(wait)
        return response
    number = number_of_order(**form.cleaned_data)
    if number is None:
        form.add_error(None, ValidationError(_("No order has this number and this e-mail address.")))
        return _answer(request, page, form, status=400)
    uncount_network(request, LOOKUPS)
    return HttpResponseRedirect(page.path_of(number), status=303)


def _answer(request: ShopRequest, page: Lookup, form: FindOrderForm, *, status: int) -> HttpResponse:
    context = {"form": form, "title": page.title, "lead": page.lead, "button": page.button, **page.more}
    return render(request, page.template, context, status=status)
