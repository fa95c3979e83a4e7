"""`read_trade`: units by event of today and of the 30 days before. `sales_of`: the same sales in money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.selectors import Figure, figures_of_days, figures_of_today
from core.days import today as day_of_now
from core.text import money

DAYS = 30  # whole days before today

ADDED, REMOVED = "add_to_cart", "remove_from_cart"
BEGUN, SOLD, UNSOLD = "begin_checkout", "purchase", "refund"
KEPT, EXPIRED, LOST = "hold_kept", "hold_expired", "stock_shortage"


@dataclass(frozen=True)
class Measure:
    """Units of one kind of event, today and in the days before."""

    title: str
    meaning: str
    today: int
    before: int


@dataclass(frozen=True)
class Share:
    """One outcome of added units: the units, and their percentage of those added. None where none were added."""

    title: str
    today: int
    today_percent: int | None
    before: int
    before_percent: int | None


@dataclass(frozen=True)
class Trade:
    """Figures by day and name of event. The last day is today, which is not over."""

    days: list[tuple[date, dict[str, Figure]]]

    def units(self, name: str) -> list[int]:
        """Return the units of each day, oldest first."""
        return [figures.get(name, Figure()).quantity for _, figures in self.days]

    def today(self, name: str) -> int:
        return self.units(name)[-1]

    def before(self, name: str) -> int:
        return sum(self.units(name)[:-1])

    @property
    def checkouts(self) -> int:
        """Checkouts that were begun today."""
        return self.days[-1][1].get(BEGUN, Figure()).events

    @property
    def day(self) -> date:
        return self.days[-1][0]

    @property
    def days_known(self) -> int:
        """Whole days since the first one with events: a shop that opened last week has fewer than DAYS."""
        first = next((day for day, figures in self.days if figures), self.day)
        return (self.day - first).days

    @property
    def has_sold(self) -> bool:
        return bool(self.before(SOLD))

    @property
    def measures(self) -> list[Measure]:
        return [Measure(title, meaning, self.today(name), self.before(name)) for name, title, meaning in _MEASURES]

    @property
    def shares(self) -> list[Share]:
        """Conversion of holds: each added unit is held, and then bought, removed, or released when its hold expires."""
        return [self._share(name, title) for name, title in _SHARES]

    def _share(self, name: str, title: str) -> Share:
        today, before = self.today(name), self.before(name)
        return Share(title, today, _percent(today, self.today(ADDED)), before, _percent(before, self.before(ADDED)))


_MEASURES = [
    (ADDED, "Added to carts", "units, each held for its shopper"),
    (REMOVED, "Removed from carts", "units that shoppers put back"),
    (LOST, "Demand lost", "units asked for that were not free"),
]
_SHARES = [
    (SOLD, "Bought"),
    (KEPT, "Kept longer by “keep my items”"),
    (REMOVED, "Put back by the shopper"),
    (EXPIRED, "Run out, back on the shelf"),
    ("hold_released", "Released by staff"),
    ("hold_lost", "Taken out of stock by staff"),
]


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def read_trade() -> Trade:
    """Read today from its events, and the days before from roll-ups. 2 queries for any number of events."""
    today = day_of_now()
    known = figures_of_days(first=today - timedelta(days=DAYS), before=today)
    known[today] = figures_of_today()
    days = [today - timedelta(days=ago) for ago in range(DAYS, -1, -1)]
    return Trade([(day, known.get(day, {})) for day in days])


@dataclass(frozen=True)
class Amount:
    """Money, and the units that it is for."""

    value: Decimal = Decimal(0)
    units: int = 0

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.value - other.value, self.units - other.units)

    @property
    def money(self) -> str:
        """The value as text. It is negative where more was refunded than sold."""
        return f"−{money(-self.value)}" if self.value < 0 else money(self.value)  # noqa: RUF001


@dataclass(frozen=True)
class Sales:
    """One of the three rows of sales, today and in the days before."""

    title: str
    meaning: str
    today: Amount
    before: Amount


def sales_of(trade: Trade) -> list[Sales]:
    """Return gross sales, refunds and net sales, at the price and tax of the orders, without delivery.

    A refund counts on the day on which it becomes due.
    """
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
