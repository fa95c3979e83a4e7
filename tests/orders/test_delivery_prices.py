"""What delivery costs by country, weight and value of the goods, and when it arrives."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.delivery_prices import ELSEWHERE, DeliveryPrices, Method, Offer, Parcel, Rate

cents = st.decimals(min_value=0, max_value=1000, places=2)
PENNY = Decimal("0.01")
some = st.decimals(min_value=PENNY, max_value=1000, places=2)
grams = st.integers(0, 50_000)


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    """Any rate that staff can save: weights ascend, and so do prices; the last step may be for any weight."""
    weights = sorted(draw(st.sets(st.integers(1, 50_000), min_size=1, max_size=5)))
    prices = sorted(draw(st.lists(cents, min_size=len(weights), max_size=len(weights))))
    steps: list[tuple[int | None, Decimal]] = list(zip(weights, prices, strict=True))
    if draw(st.booleans()):
        steps[-1] = (None, steps[-1][1])
    return Rate(tuple(steps), draw(st.none() | cents))


def only(rate: Rate) -> DeliveryPrices:
    return DeliveryPrices((Method(1, "Post", elsewhere=rate),))


@given(rate=rates(), weight=grams, goods=st.tuples(cents, cents).map(sorted))
def test_more_goods_never_make_delivery_dearer(rate: Rate, weight: int, goods: list[Decimal]) -> None:
    fewer, more = (only(rate).offer(1, Parcel("GB", each, weight)) for each in goods)
    if fewer is None or more is None:
        assert fewer is more, "what the goods cost does not decide whether a parcel is too heavy"
    else:
        assert more.cost <= fewer.cost


@given(rate=rates(), weights=st.tuples(grams, grams).map(sorted), goods=cents)
def test_a_heavier_parcel_never_costs_less(rate: Rate, weights: list[int], goods: Decimal) -> None:
    light, heavy = (only(rate).offer(1, Parcel("GB", goods, each)) for each in weights)
    if light is None:
        assert heavy is None
    elif heavy is not None:
        assert heavy.cost >= light.cost


@given(price=some, goods=cents, missing=some)
def test_what_is_missing_makes_it_free(price: Decimal, goods: Decimal, missing: Decimal) -> None:
    prices = only(Rate(((None, price),), free_from=goods + missing))
    offers = [prices.offer(1, Parcel("GB", value, 0)) for value in (goods, goods + missing - PENNY, goods + missing)]
    found = [(offer.cost, offer.missing) for offer in offers if offer]
    assert found == [(price, missing), (price, PENNY), (0, None)]


@pytest.mark.parametrize(
    ("weight", "price"), [(0, "3.95"), (2000, "3.95"), (2001, "7.50"), (10_000, "7.50"), (10_001, None)]
)
def test_the_first_step_that_holds_the_parcel_counts(weight: int, price: str | None) -> None:
    rate = Rate(((2000, Decimal("3.95")), (10_000, Decimal("7.50"))))
    offer = only(rate).offer(1, Parcel("GB", Decimal(5), weight))
    assert (offer and str(offer.cost)) == price
    assert only(rate).delivers_to("GB"), "too heavy is not too far"


def flat(price: int) -> Rate:
    return Rate(((None, Decimal(price)),))


POST = Method(1, "Post", rates={10: flat(4), 20: flat(9)}, elsewhere=flat(20))
COURIER = Method(2, "Courier", rates={10: flat(8)})


@pytest.mark.parametrize(
    ("zones", "country", "costs"),
    [
        ({"GB": 10, "FR": 20}, "GB", {"Post": 4, "Courier": 8}),
        ({"GB": 10, "FR": 20}, "FR", {"Post": 9}),
        ({"GB": 10, "FR": 20}, "NZ", {"Post": 20}),
        ({"GB": 10, ELSEWHERE: 20}, "NZ", {"Post": 9}),
        ({"GB": 10, "FR": 30, ELSEWHERE: 10}, "FR", {"Post": 20}),
        ({}, "GB", {"Post": 20}),
    ],
)
def test_the_price_of_the_zone_counts_before_the_methods_own(
    zones: dict[str, int], country: str, costs: dict[str, int]
) -> None:
    offers = DeliveryPrices((POST, COURIER), zones).offers(Parcel(country, Decimal(1), 100))
    assert {offer.method.name: offer.cost for offer in offers} == costs


def test_a_country_that_no_method_goes_to() -> None:
    prices = DeliveryPrices((COURIER,), {"GB": 10})
    assert (prices.delivers_to("GB"), prices.delivers_to("FR")) == (True, False)
    assert prices.offers(Parcel("FR", Decimal(1), 0)) == []


@pytest.mark.parametrize(
    ("ordered", "cut_off", "days", "first", "last"),
    [
        # Friday 27 November 2026; in winter London is at UTC.
        ("2026-11-27 14:59", 15, (2, 4), "2026-12-01", "2026-12-03"),
        ("2026-11-27 15:00", 15, (2, 4), "2026-12-02", "2026-12-04"),
        ("2026-11-27 23:59", None, (1, 1), "2026-11-30", "2026-11-30"),
        ("2026-11-28 09:00", 15, (1, 2), "2026-12-01", "2026-12-02"),
        ("2026-11-29 09:00", None, (0, 5), "2026-11-30", "2026-12-07"),
        ("2026-11-27 09:00", None, (0, 0), "2026-11-27", "2026-11-27"),
        # In summer it is an hour later there: half past three, and Saturday already.
        ("2026-07-01 14:30", 15, (1, 1), "2026-07-03", "2026-07-03"),
        ("2026-07-03 23:30", None, (0, 0), "2026-07-06", "2026-07-06"),
    ],
)
def test_when_it_arrives(ordered: str, cut_off: int | None, days: tuple[int, int], first: str, last: str) -> None:
    rate = Rate(((None, Decimal(1)),), days=days)
    offer = Offer(Method(1, "Post", cut_off=cut_off), Decimal(1), rate, Decimal(1))
    arrival = offer.arrival(datetime.fromisoformat(ordered).replace(tzinfo=UTC))
    assert arrival == (date.fromisoformat(first), date.fromisoformat(last))


def test_without_days_nothing_is_promised() -> None:
    assert Offer(Method(1, "Post"), Decimal(1), flat(1), Decimal(1)).arrival(datetime.now(UTC)) is None
