"""`ProviderChannel`, by which workers ask payment providers to do something. `orders.services` writes its rows."""

from core.celery import Queue
from delivery.channels import PAUSE, Channel, Verdict
from delivery.models import Delivery
from orders.payments.provider import ProviderRefused, ProviderUnavailable, provider_named


class ProviderChannel(Channel):
    """The receiver of a delivery is the provider's name. It is asked one thing at a time in a run."""

    queue = Queue.STAFF

    def send(self, delivery: Delivery) -> None:
        provider_named(delivery.receiver).close_page((delivery.payload or {})["session"])

    def judge(self, error: BaseException) -> Verdict:
        """Final: what the provider refuses. A pause: it did not answer, so it would not answer anything else either."""
        return Verdict(
            is_final=isinstance(error, ProviderRefused),
            pause=PAUSE if isinstance(error, ProviderUnavailable) else None,
        )
