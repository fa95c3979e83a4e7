"""`totals_of`, what an order costs, and `Expected`, what the shopper agreed to. Pure functions and data.

Rounding rule: prices are whole cents and contain the tax, so lines, goods and total are exact. Only the tax in them is
rounded: once, on the total, half up to the cent. (Rounded line by line, cents would not add up to the total's tax.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Totals:
    """Amounts in the shop's currency. `tax` is contained in `total`; `tax_rate` is in per cent."""

    goods: Decimal
    delivery: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal


def totals_of(
    lines: Iterable[tuple[Decimal, int]],
    *,
    delivery_price: Decimal,
    free_from: Decimal | None,
    tax_rate: Decimal,
) -> Totals:
    """Add up an order.

    Arguments: price and units of each line; the price of delivery; the value of goods from which delivery is free
    (None: never); the rate of the tax that all prices contain, in per cent.
    """
    goods = sum((price * units for price, units in lines), Decimal(0)).quantize(_CENT)
    delivery = delivery_cost(goods, price=delivery_price, free_from=free_from)
    total = goods + delivery
    tax = (total * tax_rate / (100 + tax_rate)).quantize(_CENT, rounding=ROUND_HALF_UP)
    return Totals(goods=goods, delivery=delivery, tax_rate=tax_rate, tax=tax, total=total)


def delivery_cost(goods: Decimal, *, price: Decimal, free_from: Decimal | None) -> Decimal:
    """Return what delivery costs for this value of goods: its price, or 0 from `free_from` on (None: never)."""
    is_free = free_from is not None and goods >= free_from
    return (Decimal(0) if is_free else price).quantize(_CENT)


@dataclass(frozen=True)
class Expected:
    """What the shopper agreed to: the version of the cart that was shown, and the total."""

    version: int
    total: Decimal
