"""`PaymentEvent` and `RefundEvent`, what a provider reports. They check themselves, so no provider has to."""

import re
from dataclasses import dataclass
from decimal import Decimal

LARGEST_AMOUNT = Decimal("999999999999.99")  # what Payment.amount and Refund.amount hold
_CENT = Decimal("0.01")
_REFERENCE = re.compile(r"[!-~]{1,40}")  # Payment.reference, of which we make the values
_CURRENCY = re.compile(r"[A-Z]{3}")
_TRANSACTION = re.compile(r"[!-~]{0,255}")
_AMOUNT = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")


class InvalidSignature(Exception):
    """A web hook without the provider's signature, or one that cannot be read. Answered with 400."""


class InvalidEvent(InvalidSignature):
    """An event that no payment can have; the message says why. Answered with 400, and nothing is changed."""


@dataclass(frozen=True)
class PaymentEvent:
    """What a provider reports of a payment: its reference, whether the money came, and how much. May come twice, or
    late.

    Arguments: `reference`, 1 to 40 visible ASCII characters; `amount`, an exact Decimal of 0 to 999999999999.99 with at
    most two decimal places, and more than 0 where it is paid; `currency`, a code of ISO 4217 such as "GBP";
    `transaction`, what the provider calls the money that came, at most 255 visible ASCII characters. A provider that
    sends refunds needs it for them.
    Raises InvalidEvent for anything else. A float is refused whatever its value: 6.95 has no exact one.
    """

    reference: str
    is_paid: bool
    amount: Decimal
    currency: str
    transaction: str = ""

    def __post_init__(self) -> None:
        if not (isinstance(self.reference, str) and _REFERENCE.fullmatch(self.reference)):
            raise InvalidEvent("The reference must be 1 to 40 visible ASCII characters.")
        if not isinstance(self.is_paid, bool):
            raise InvalidEvent("Whether it is paid must be True or False.")
        if not (isinstance(self.currency, str) and _CURRENCY.fullmatch(self.currency)):
            raise InvalidEvent("The currency must be three capital letters, as in ISO 4217.")
        if not (isinstance(self.transaction, str) and _TRANSACTION.fullmatch(self.transaction)):
            raise InvalidEvent("The transaction must be at most 255 visible ASCII characters.")
        if not isinstance(self.amount, Decimal):
            raise InvalidEvent(f"The amount must be a Decimal, not {type(self.amount).__name__}.")
        if not self._has_an_amount():
            raise InvalidEvent(
                f"The amount must be 0 to {LARGEST_AMOUNT} with at most two decimal places, and not 0 where it is paid."
            )

    def _has_an_amount(self) -> bool:
        amount = self.amount
        if not amount.is_finite() or amount.is_signed() or amount > LARGEST_AMOUNT:
            return False
        return amount == amount.quantize(_CENT) and bool(amount or not self.is_paid)


@dataclass(frozen=True)
class RefundEvent:
    """What a provider reports of a refund that it was asked for. May come twice, late, or before the answer.

    Arguments: `key`, that of the request; `transaction`, what the provider calls it; `is_sent`, False where the money
    did not reach the customer; `words`, why. Raises InvalidEvent.
    """

    key: str
    transaction: str
    is_sent: bool
    words: str = ""

    def __post_init__(self) -> None:
        if not (isinstance(self.key, str) and _REFERENCE.fullmatch(self.key)):
            raise InvalidEvent("The key must be 1 to 40 visible ASCII characters.")
        if not (isinstance(self.transaction, str) and _TRANSACTION.fullmatch(self.transaction)):
            raise InvalidEvent("The transaction must be at most 255 visible ASCII characters.")


def exact_amount(value: object) -> Decimal:
    """Return an amount from a provider's JSON, a text such as "6.95" or a number, as a Decimal.

    Read the body with `json.loads(body, parse_float=Decimal)`: otherwise a number is inexact before this function sees
    it.
    Raises InvalidEvent for a float, for true and null, and for a text that is no plain decimal number.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    raise InvalidEvent(f"The amount must be an exact decimal number, not {type(value).__name__} {value!r:.40}.")
