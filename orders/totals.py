"""`totals_of`, what an order costs and the tax in it; `refund_taxes`, the tax in what goes back; `Expected`, what the
shopper agreed to. Pure functions and data.

Rounding rule: prices are whole cents and contain the tax, so lines, goods and total are exact. Only the tax in them is
rounded: once for each rate, on all that has this rate, half up to the cent. (Rounded line by line, cents would not add
up to the tax of the total.)

Delivery is taxed as the goods are: its price is divided among their rates in proportion to what the goods of each cost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")

ByRate = Mapping[Decimal, Decimal]  # amounts by tax rate, in per cent


@dataclass(frozen=True)
class TaxShare:
    """What has one rate, in per cent: its price with tax, and the tax contained in it."""

    rate: Decimal
    gross: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


@dataclass(frozen=True)
class Totals:
    """Amounts in the shop's currency. `tax` is contained in `total`; `taxes` divide both by rate, the highest first."""

    goods: Decimal
    delivery: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxShare, ...]


def totals_of(
    lines: Iterable[tuple[Decimal, int, Decimal]],
    *,
    delivery: Decimal,
    default_rate: Decimal,
) -> Totals:
    """Add up an order.

    Arguments: price, units and tax rate of each line, in per cent; what delivery costs; the rate of delivery where no
    goods cost anything.
    """
    by_rate = dict[Decimal, Decimal]()
    for price, units, rate in lines:
        by_rate[rate] = by_rate.get(rate, _ZERO) + price * units
    goods = sum(by_rate.values(), _ZERO).quantize(_CENT)
    delivery = delivery.quantize(_CENT)
    by_rate = {rate: amount for rate, amount in by_rate.items() if amount} or {default_rate: _ZERO}
    shares = divided(delivery, by_rate)
    taxes = taxes_in({rate: amount + shares[rate] for rate, amount in by_rate.items()})
    tax = sum((share.tax for share in taxes), _ZERO)
    return Totals(goods=goods, delivery=delivery, tax=tax, total=goods + delivery, taxes=taxes)


def taxes_in(by_rate: ByRate) -> tuple[TaxShare, ...]:
    """Return the tax contained in these amounts, the highest rate first."""
    return tuple(
        TaxShare(rate, by_rate[rate].quantize(_CENT), _tax_in(by_rate[rate], rate))
        for rate in sorted(by_rate, reverse=True)
    )


def refund_taxes(*, kept: ByRate, left: ByRate) -> tuple[TaxShare, ...]:
    """Return what goes back by rate, with the tax in it, where of `kept` only `left` stays with the customer.

    The tax is the difference of the taxes before and after. So the refunds of an order add up to its tax, whatever
    comes back first. Rates of which nothing goes back are left out.
    """
    before = taxes_in(kept)
    after = {share.rate: share for share in taxes_in(left)}
    nothing = TaxShare(_ZERO, _ZERO, _ZERO)
    both = [(share, after.get(share.rate, nothing)) for share in before]
    return tuple(
        TaxShare(had.rate, had.gross - has.gross, had.tax - has.tax) for had, has in both if had.gross != has.gross
    )


def kept_by_rate(lines: Iterable[tuple[Decimal, int, int, Decimal]], *, ordered: Iterable[TaxShare]) -> ByRate:
    """Return what a customer keeps of an order, by tax rate. Delivery is kept as long as any unit is.

    Arguments: price, units ordered, units kept and tax rate of each line; the `taxes` of the order.
    """
    came_back = dict[Decimal, Decimal]()
    is_left = False
    for price, units, kept, rate in lines:
        came_back[rate] = came_back.get(rate, _ZERO) + price * (units - kept)
        is_left = is_left or kept > 0
    return {share.rate: share.gross - came_back.get(share.rate, _ZERO) for share in ordered} if is_left else {}


def divided(amount: Decimal, weights: ByRate) -> dict[Decimal, Decimal]:
    """Divide an amount in proportion to weights that are not negative, exactly, to the cent.

    Cents that are left over go to the largest remainders, of equal ones to the highest rate. If all weights are 0, the
    highest rate gets everything.
    """
    rates = sorted(weights, reverse=True)
    sum_of_weights = sum(weights.values(), _ZERO)
    if not sum_of_weights:
        return {rate: amount if rate == rates[0] else _ZERO for rate in rates}
    exact = {rate: amount * weights[rate] / sum_of_weights for rate in rates}
    shares = {rate: exact[rate].quantize(_CENT, rounding=ROUND_DOWN) for rate in rates}
    left_over = int((amount - sum(shares.values(), _ZERO)) / _CENT)
    for rate in sorted(rates, key=lambda rate: shares[rate] - exact[rate])[:left_over]:
        shares[rate] += _CENT
    return shares


def _tax_in(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate / (100 + rate)).quantize(_CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Expected:
    """What the shopper agreed to: the version of the cart that was shown, and the total."""

    version: int
    total: Decimal
