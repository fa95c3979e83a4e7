"""`Provider`, what the shop asks of a payment provider; `providers` and `provider_named`, those on offer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from orders.errors import PaymentNotPossible
from orders.models import Payment
from orders.payments.events import PaymentEvent, RefundEvent


class ProviderUnavailable(Exception):
    """The provider gave no usable answer: what it was asked may have been done or not. The message is for staff."""


class ProviderRefused(Exception):
    """The provider said no, and did nothing. The message has its words, for staff."""


@dataclass(frozen=True)
class PaymentPage:
    """A page of a provider where a shopper pays. `session` is the provider's name of it, where it can be closed."""

    url: str
    session: str = ""


@dataclass(frozen=True)
class RefundRequest:
    """Money to send back. `key` is the refund's: random, at most 40 characters, the same at each try.

    `transaction` is what the provider calls the money that came, of which `amount` goes back, in `currency` (ISO 4217).
    """

    key: str
    transaction: str
    amount: Decimal
    currency: str


class Provider(ABC):
    """A way to pay. `name` is its key in SHOP_PAYMENT_PROVIDERS."""

    label: str | Promise
    description: str | Promise
    # True where the provider has no page and sends no web hook: staff record the money when they see it on the account.
    is_manual = False
    # False for a provider that moves no money. A system check warns of it in a public shop.
    takes_money = True
    # Whether it has `refund`. Staff send the refunds of other providers by their own means.
    can_refund = False
    # Origins of the pages of `open_page`, such as "https://pay.example". The Content Security Policy lets forms and
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
    def open_page(self, payment: Payment, *, back: str) -> PaymentPage | None:
        """The page where the shopper pays; None where there is no such page.

        Called when the shopper asks to pay, outside of any transaction. It may ask the provider, and then ends within
        seconds. Called again for the same payment, it leads to the same page.
        Argument: `back`, the full address of the order's page, the same for each call. With `?paid` at its end that
        page says that the payment is being confirmed.
        Raises ProviderUnavailable, ProviderRefused.
        """

    def close_page(self, session: str) -> None:
        """Let nobody pay at a page any more. Nothing is wrong where it is closed already, or was paid at.

        Called for pages with a session, by a worker, in a thread without the database.
        Raises ProviderUnavailable, ProviderRefused.
        """
        raise NotImplementedError

    def refund(self, asked: RefundRequest) -> str:
        """Send money back, and return what the provider calls it. Asked again with the same key, it sends no more.

        Called by a worker, in a thread without the database; it ends within about ten seconds.
        Raises ProviderUnavailable where it may have been sent or not: it is asked again. Raises ProviderRefused where
        nothing was sent, and staff read why.
        """
        raise NotImplementedError

    @abstractmethod
    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent | RefundEvent | None:
        """Check the signature of a web hook and return its event; None for one that says nothing of money.

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
