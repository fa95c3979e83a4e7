"""What the shop asks of a payment provider, and which ones there are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from orders.errors import PaymentNotPossible
from orders.models import Payment
from orders.payments.events import PaymentEvent


class Provider(ABC):
    """A way to pay. Its name is its key in SHOP_PAYMENT_PROVIDERS."""

    label: str | Promise
    description: str | Promise
    # Whether nobody calls back, and staff note the money when they see it on the account.
    is_manual = False
    # Whether what counts as paid is money. A shop that others can reach is warned of a provider that takes none.
    takes_money = True
    # Origins of the pages that `redirect_url` leads to: "https://pay.example". The Content Security Policy lets forms
    # lead to no other, not by a redirect either.
    origins: Sequence[str] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def time_to_pay(self) -> timedelta:
        """How long an order waits for its money before it is cancelled and its units go back."""
        minutes: dict[str, int] = settings.SHOP_PAYMENT_MINUTES
        return timedelta(minutes=minutes.get(self.name, minutes["default"]))

    @abstractmethod
    def redirect_url(self, payment: Payment) -> str | None:
        """The address that the shopper is sent to, to pay; None where there is nothing to do on another page."""

    @abstractmethod
    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        """Check the signature of a web hook and read it. Raises InvalidSignature; nothing in it is true then."""


def providers() -> list[Provider]:
    """Those that shoppers can choose from, in the order of the settings."""
    return [import_string(path)(name) for name, path in settings.SHOP_PAYMENT_PROVIDERS.items()]


def provider_named(name: str) -> Provider:
    """The provider of this name. Raises PaymentNotPossible where it is not offered (any more)."""
    for provider in providers():
        if provider.name == name:
            return provider
    raise PaymentNotPossible
