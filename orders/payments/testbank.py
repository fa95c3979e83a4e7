"""A bank for trying things out: its page pays, refuses, calls twice, or lets one leave. No money, no network.

Its calls go the way of any provider's: a signed body that is read, checked and carried out. They are made by the page
itself, in the shop's own process, instead of over HTTP; a body that was sent by hand to the web hook is treated alike.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from orders.models import Payment
from orders.payments.notice import InvalidSignature, PaymentEvent, exact_amount
from orders.payments.provider import Provider

SIGNATURE = "X-Test-Bank-Signature"
_SALT = "orders.payments.testbank"


class TestBank(Provider):
    """Sends the shopper to the test bank's page, which tells the shop by signed web hooks what came of it."""

    __test__ = False  # not a test, whatever pytest thinks of its name

    label = _("Test bank")
    description = _("For trying things out: no money is moved.")

    def redirect_url(self, payment: Payment) -> str | None:
        return reverse("shop:testbank", args=[payment.reference])

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
