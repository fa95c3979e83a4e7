"""Amounts as Stripe counts them: whole numbers of a currency's smallest unit.

https://docs.stripe.com/currencies lists the currencies without decimals and with three. Stripe counts ISK and UGX with
two, though they have none any more.
"""

from decimal import Decimal

_WITHOUT_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_WITH_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def to_minor_units(amount: Decimal, currency: str) -> int:
    """An amount in the smallest unit of the currency: 8.95 GBP are 895, 895 JPY are 895.

    Raises ValueError where it has a fraction of that unit, such as 8.95 JPY.
    """
    units = amount.scaleb(_decimals(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{currency} has no amount of {amount}.")
    return int(units)


def from_minor_units(units: int, currency: str) -> Decimal:
    """The amount of so many smallest units of the currency."""
    return Decimal(units).scaleb(-_decimals(currency))


def _decimals(currency: str) -> int:
    return 0 if currency in _WITHOUT_DECIMALS else 3 if currency in _WITH_THREE else 2
