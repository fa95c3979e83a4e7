"""`Provider`, what the shop asks of a payment provider; `providers` and `provider_named`, those on offer."""

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
    """A way to pay. `name` is its key in SHOP_PAYMENT_PROVIDERS."""

    label: str | Promise
    description: str | Promise
    # True where the provider sends no web hook and staff record the money when they see it on the account.
    is_manual = False
    # False for a provider that moves no money. A system check warns of it in a public shop.
    takes_money = True
    # Origins of the pages of `redirect_url`, such as "https://pay.example". The Content Security Policy lets forms and
    # their redirects lead to no other.
    origins: Sequence[str] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def time_to_pay(self) -> timedelta:
        """How long an order waits for its money before it is cancelled and its units return to stock."""
        minutes: dict[str, int] = settings.SHOP_PAYMENT_MINUTES
        return timedelta(minutes=minutes.get(self.name, minutes["default"]))

    @abstractmethod
    def redirect_url(self, payment: Payment) -> str | None:
        """The page of the provider where the shopper pays; None where there is no such page."""

    @abstractmethod
    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        """Check the signature of a web hook and return its event.

        Raises InvalidSignature; nothing in the body may be believed then.
        """


def providers() -> list[Provider]:
    """The providers that shoppers can choose from, in the order of the settings."""
    return [import_string(path)(name) for name, path in settings.SHOP_PAYMENT_PROVIDERS.items()]


def provider_named(name: str) -> Provider:
    """The provider of this name. Raises PaymentNotPossible where it is not offered, or not any more."""
    for provider in providers():
        if provider.name == name:
            return provider
    raise PaymentNotPossible
