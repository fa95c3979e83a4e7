"""`DeliveryPrices.offers`, what delivery costs and when it arrives. Pure functions and data; nothing else computes it.

A method's price in a zone counts there, else the method's own price. Of the weight steps, the first that the parcel
does not exceed counts. What a parcel heavier than every step costs is not known, so the method is not offered for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from cart.models import CartItem
from core.days import day_of

_CENT = Decimal("0.01")
_SATURDAY = 5
ELSEWHERE = ""  # in place of a country: every one that is in no zone


@dataclass(frozen=True)
class Parcel:
    """What is to be sent: to a country (a code of ISO 3166), goods of this price, and their weight in grams."""

    country: str
    goods: Decimal
    grams: int


def parcel_of(items: Iterable[CartItem], country: str) -> Parcel:
    """The parcel of these lines of a cart, read with their variants. A weight that is not known counts as 0."""
    lines = [(item.price * item.quantity, (item.product_variant.weight_grams or 0) * item.quantity) for item in items]
    return Parcel(country, sum((price for price, _ in lines), Decimal(0)), sum(grams for _, grams in lines))


@dataclass(frozen=True)
class Rate:
    """Prices by weight, ascending: up to so many grams (None: any weight). From `free_from` on it costs nothing (None:
    never). `days` are working days, at least and at most (None: not known).
    """

    steps: tuple[tuple[int | None, Decimal], ...]
    free_from: Decimal | None = None
    days: tuple[int, int] | None = None

    def price_of(self, grams: int) -> Decimal | None:
        """The price of a parcel of this weight; None if it is heavier than every step."""
        return next((price for most, price in self.steps if most is None or grams <= most), None)


@dataclass(frozen=True)
class Method:
    """A delivery method: `rates` by the id of the zone, and `elsewhere`, which counts in other places.

    If `elsewhere` is None, it is not offered there. From the hour `cut_off` on, an order leaves a working day later.
    """

    id: int
    name: str
    description: str = ""
    rates: Mapping[int, Rate] = field(default_factory=dict)
    elsewhere: Rate | None = None
    cut_off: int | None = None


@dataclass(frozen=True)
class Offer:
    """A delivery method for one parcel. `price` is before the limit `free_from`, `cost` what it comes to."""

    method: Method
    price: Decimal
    rate: Rate
    goods: Decimal

    @property
    def cost(self) -> Decimal:
        is_free = self.rate.free_from is not None and self.goods >= self.rate.free_from
        return (Decimal(0) if is_free else self.price).quantize(_CENT)

    @property
    def missing(self) -> Decimal | None:
        """By how much the goods have to cost more for free delivery. None if it is free, or never is."""
        return self.rate.free_from - self.goods if self.rate.free_from is not None and self.cost else None

    @property
    def arrives(self) -> tuple[date, date] | None:
        """As `arrival`, of an order that is placed now."""
        return self.arrival(timezone.now())

    def arrival(self, ordered_at: datetime) -> tuple[date, date] | None:
        """The first and the last day on which an order of this aware moment arrives. None: the days are not known."""
        if self.rate.days is None:
            return None
        day = day_of(ordered_at)
        hour = timezone.localtime(ordered_at, timezone.get_default_timezone()).hour
        if not _is_working_day(day) or (self.method.cut_off is not None and hour >= self.method.cut_off):
            day = _working_day_after(day, 1)
        first, last = self.rate.days
        return _working_day_after(day, first), _working_day_after(day, last)


@dataclass(frozen=True)
class DeliveryPrices:
    """All delivery methods on offer, in their order, and the id of the zone of each country."""

    methods: tuple[Method, ...] = ()
    zones: Mapping[str, int] = field(default_factory=dict)

    def offers(self, parcel: Parcel) -> list[Offer]:
        """The methods that take this parcel, in their order."""
        priced = [(method, rate, rate.price_of(parcel.grams)) for method, rate in self._rates(parcel.country)]
        return [Offer(method, price, rate, parcel.goods) for method, rate, price in priced if price is not None]

    def offer(self, method_id: int | None, parcel: Parcel) -> Offer | None:
        """The offer of one method, by its id; None if it is not offered for this parcel."""
        return next((offer for offer in self.offers(parcel) if offer.method.id == method_id), None)

    def delivers_to(self, country: str) -> bool:
        """Whether any method goes there, for a light enough parcel."""
        return bool(self._rates(country))

    def _rates(self, country: str) -> list[tuple[Method, Rate]]:
        zone = self.zones.get(country, self.zones.get(ELSEWHERE, 0))
        rates = [(method, method.rates.get(zone, method.elsewhere)) for method in self.methods]
        return [(method, rate) for method, rate in rates if rate is not None]


def _is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY


def _working_day_after(day: date, count: int) -> date:
    """The working day so many after a day. Weekends are skipped; holidays are not known."""
    while count > 0:
        day += timedelta(days=1)
        count -= _is_working_day(day)
    return day
