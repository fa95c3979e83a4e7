"""A bank for trying things out: its page pays, refuses, calls twice, or lets one leave. No money, no network.

Its calls go the way of any provider's: a signed body that is read, checked and carried out. They are made by the page
itself, in the shop's own process, instead of over HTTP; a body that was sent by hand to the web hook is treated alike.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.text import money
from orders.links import page_of
from orders.models import Payment
from orders.payments import InvalidSignature, PaymentEvent, Provider, exact_amount, provider_named
from orders.selectors import payment_referenced
from orders.services import settle_payment

SIGNATURE = "X-Test-Bank-Signature"
_NAME = "testbank"  # in SHOP_PAYMENT_PROVIDERS
_SALT = "demo.testbank"
# What each button of the page tells the shop: whether it is paid, once or twice.
_CALLS = {"pay": [True], "pay-twice": [True, True], "refuse": [False]}


class TestBank(Provider):
    """Sends the shopper to the test bank's page, which tells the shop by signed web hooks what came of it."""

    __test__ = False  # not a test, whatever pytest thinks of its name

    takes_money = False
    label = _("Test bank")
    description = _("For trying things out: no money is moved.")

    def redirect_url(self, payment: Payment) -> str | None:
        return reverse("demo:testbank", args=[payment.reference])

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        if not constant_time_compare(headers.get(SIGNATURE, ""), signature_of(body)):
            raise InvalidSignature
        try:
            said = json.loads(body, parse_float=Decimal)
            return PaymentEvent(
                reference=said["reference"],
                is_paid=said["outcome"] == "paid",
                amount=exact_amount(said["amount"]),
                # This bank has accounts in the shop's currency; a real provider must always name one.
                currency=said.get("currency", settings.SHOP_CURRENCY),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidSignature from error


def notice_body(payment: Payment, *, is_paid: bool) -> bytes:
    """What the bank writes when a payment ended."""
    outcome = "paid" if is_paid else "refused"
    said = {
        "reference": payment.reference,
        "outcome": outcome,
        "amount": str(payment.amount),
        "currency": settings.SHOP_CURRENCY,
    }
    return json.dumps(said, sort_keys=True).encode()


def signature_of(body: bytes) -> str:
    """The bank's signature of a body: HMAC-SHA256 under a secret that bank and shop share."""
    return salted_hmac(_SALT, body, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """`/testbank/<reference>/`: its buttons call the shop as the bank's web hook would be called.

    It takes calls of an order in any state: that is how a payment comes late, or once more.
    """
    payment = payment_referenced(provider=_NAME, reference=reference)
    if payment is None or _NAME not in settings.SHOP_PAYMENT_PROVIDERS:
        raise Http404
    back = page_of(payment.order, request.user)
    if request.method == "POST":
        for is_paid in _CALLS.get(request.POST.get("call", ""), []):
            _call_the_shop(notice_body(payment, is_paid=is_paid))
        response: HttpResponse = HttpResponseRedirect(back, status=303)
    else:
        context = {"payment": payment, "order": payment.order, "total": money(payment.amount), "back": back}
        response = render(request, "demo/testbank.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _call_the_shop(body: bytes) -> None:
    event = provider_named(_NAME).parse_webhook(body, {SIGNATURE: signature_of(body)})
    settle_payment(event=event, provider=_NAME)
