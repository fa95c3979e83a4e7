"""`Invoice`, payment by bank transfer: the order's page shows the account, staff record the money."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from orders.models import Payment
from orders.payments.events import InvalidSignature, PaymentEvent
from orders.payments.provider import Provider


class Invoice(Provider):
    """No page to pay at, and no web hook."""

    label = _("Invoice")
    description = _("Pay by bank transfer. We send your order when the money has come.")
    is_manual = True

    def redirect_url(self, payment: Payment) -> str | None:
        return None

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        raise InvalidSignature
