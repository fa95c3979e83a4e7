"""Gross sales, refunds and net sales, in the words and with the signs of a shop's books."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analytics.selectors import Figure
from core.money import money
from workers.dashboard.trade import SOLD, UNSOLD, Trade


@dataclass(frozen=True)
class Amount:
    """Money, and the units that it is for."""

    value: Decimal = Decimal(0)
    units: int = 0

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.value - other.value, self.units - other.units)

    @property
    def money(self) -> str:
        """In words: below nothing where more came back than was sold."""
        return f"−{money(-self.value)}" if self.value < 0 else money(self.value)  # noqa: RUF001


@dataclass(frozen=True)
class Sales:
    """One line of the three, today and in the days before."""

    title: str
    meaning: str
    today: Amount
    before: Amount


def sales_of(trade: Trade) -> list[Sales]:
    """Goods at the price and tax of their orders, without delivery. A refund counts on the day on which it is owed."""
    *before, today = [figures for _, figures in trade.days]
    gross = _sum([today], SOLD), _sum(before, SOLD)
    refunds = _sum([today], UNSOLD), _sum(before, UNSOLD)
    return [
        Sales("Gross sales", "goods in orders, paid or not", *gross),
        Sales("Refunds", "goods cancelled, refunded or returned", *refunds),
        Sales("Net sales", "gross sales less refunds", gross[0] - refunds[0], gross[1] - refunds[1]),
    ]


def _sum(days: Iterable[dict[str, Figure]], name: str) -> Amount:
    figures = [figures.get(name, Figure()) for figures in days]
    return Amount(sum((one.value for one in figures), Decimal(0)), sum(one.quantity for one in figures))
