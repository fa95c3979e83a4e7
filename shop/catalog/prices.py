"""`Priced`, what pages say of the price of a variant: what it costs now, and what a reduction is compared with."""

from decimal import Decimal
from typing import Any, NamedTuple

from inventory.unit_price import unit_price


class Priced(NamedTuple):
    """Prices of a unit. `lowest_before` is the lowest price of the 30 days before a reduction, None without one.

    `compare_at` is a price that staff chose to compare with; None if there is none, or it is that lowest price.
    `per_unit` is what a kilogram or a litre costs, in words; "" for goods without a content.
    """

    now: Decimal
    lowest_before: Decimal | None = None
    compare_at: Decimal | None = None
    per_unit: str = ""


def priced(variant: Any) -> Priced:
    """The price of a variant from `cart.selectors.variants_on_sale`.

    It is shown as reduced only if it is below the lowest price of the 30 days before: Directive 98/6/EC, Article 6a,
    and the Court of Justice in C-330/23 (Aldi Süd).
    """
    now, lowest = variant.price_now, variant.lowest_before
    per_unit = unit_price(variant.content, now)
    if lowest is None or now >= lowest:
        return Priced(now, per_unit=per_unit)
    return Priced(now, lowest, None if variant.compare_at == lowest else variant.compare_at, per_unit)
