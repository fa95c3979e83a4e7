"""`ProviderChannel`, by which workers ask payment providers to do something. `orders.services` writes its rows."""

from decimal import Decimal

from core.celery import Queue
from delivery.channels import PAUSE, Channel, Verdict
from delivery.models import Delivery
from orders.payments.provider import ProviderRefused, ProviderUnavailable, RefundRequest, provider_named

NAME = "payments"  # in DELIVERY_CHANNELS
REFUND, CLOSING = "refund", "payment_page_closed"  # kinds of its deliveries


class ProviderChannel(Channel):
    """The receiver of a delivery is the provider's name. It is asked one thing at a time in a run."""

    queue = Queue.STAFF

    def send(self, delivery: Delivery) -> str | None:
        provider, asked = provider_named(delivery.receiver), delivery.payload or {}
        if delivery.kind == REFUND:
            return provider.refund(RefundRequest(**asked | {"amount": Decimal(asked["amount"])}))
        provider.close_page(asked["session"])
        return None

    def judge(self, error: BaseException) -> Verdict:
        """Final: what the provider refuses. A pause: it did not answer, so it would not answer anything else either."""
        return Verdict(
            is_final=isinstance(error, ProviderRefused),
            pause=PAUSE if isinstance(error, ProviderUnavailable) else None,
        )
