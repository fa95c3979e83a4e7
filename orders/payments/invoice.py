"""`Invoice`, bank transfer in advance: the order's page and e-mail name the account, staff record the money."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from orders.models import Payment
from orders.payments.events import InvalidSignature, PaymentEvent
from orders.payments.provider import PaymentPage, Provider


class Invoice(Provider):
    """No page to pay at, and no web hook."""

    label = _("Bank transfer in advance")
    description = _("We send your order when the money is on our account.")
    is_manual = True

    def open_page(self, payment: Payment, *, back: str) -> PaymentPage | None:
        return None

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        raise InvalidSignature
