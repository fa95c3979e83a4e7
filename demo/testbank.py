"""`TestBank`: a payment provider without money or network. Its page pays, refuses, calls twice, or is left.

Its calls are handled like those of any provider: a signed body is checked, parsed and applied. The page makes them in
the shop's own process, not over HTTP. A body that is sent by hand to the web hook has the same effect.
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
from orders.payments import InvalidSignature, PaymentEvent, PaymentPage, Provider, exact_amount
from orders.selectors import payment_referenced
from orders.services import settle_payment

SIGNATURE = "X-Test-Bank-Signature"
_NAME = "testbank"  # in SHOP_PAYMENT_PROVIDERS
_SALT = "demo.testbank"
# The calls of each button: whether the payment is paid, once or twice.
_CALLS = {"pay": [True], "pay-twice": [True, True], "refuse": [False]}


class TestBank(Provider):
    """Sends the shopper to the test bank's page, which reports the result to the shop by signed web hooks."""

    __test__ = False  # pytest would take it for a test, by its name

    takes_money = False
    label = _("Test bank")
    description = _("For trying things out: no money is moved.")

    def open_page(self, payment: Payment, *, back: str) -> PaymentPage:
        return PaymentPage(reverse("demo:testbank", args=[payment.reference]))

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        if not constant_time_compare(headers.get(SIGNATURE, ""), signature_of(body)):
            raise InvalidSignature
        try:
            said = json.loads(body, parse_float=Decimal)
            return PaymentEvent(
                reference=said["reference"],
                is_paid=said["outcome"] == "paid",
                amount=exact_amount(said["amount"]),
                # This bank's accounts have the shop's currency. A real provider must always name the currency.
                currency=said.get("currency", settings.SHOP_CURRENCY),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidSignature from error


def notice_body(payment: Payment, *, is_paid: bool) -> bytes:
    """Return the body of the call that reports the result of a payment."""
    outcome = "paid" if is_paid else "refused"
    said = {
        "reference": payment.reference,
        "outcome": outcome,
        "amount": str(payment.amount),
        "currency": settings.SHOP_CURRENCY,
    }
    return json.dumps(said, sort_keys=True).encode()


def signature_of(body: bytes) -> str:
    """Return the bank's signature of a body: HMAC-SHA256 with SECRET_KEY, which bank and shop share."""
    return salted_hmac(_SALT, body, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """`/testbank/<reference>/`: its buttons call the shop as a bank calls its web hook.

    It works for an order in any state, so a payment can also come late, or again.
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
    event = TestBank(_NAME).parse_webhook(body, {SIGNATURE: signature_of(body)})
    settle_payment(event=event, provider=_NAME)
