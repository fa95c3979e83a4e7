"""The lowest price of the 30 days before a reduction, compared with an oracle that goes through them day by day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from cart.selectors import variants_on_sale
from inventory.models import PriceChange, Product, ProductVariant, Reduction
from inventory.price_now import lowest_before
from tests.support.moments import at

pytestmark = pytest.mark.django_db

DAY_0 = datetime(2031, 5, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


@dataclass(frozen=True)
class Sale:
    """A reduction from the day `begins` until just before the day `ends`, None: until it is ended."""

    begins: int
    ends: int | None
    price: int


@dataclass(frozen=True)
class History:
    """The first price of a variant, its new prices by day, and its reductions, of which the last is asked about."""

    first: int
    sales: list[Sale]
    changes: dict[int, int] = field(default_factory=dict)

    def own_price(self, on: int) -> int:
        return next((self.changes[one] for one in sorted(self.changes, reverse=True) if one <= on), self.first)

    def until(self, on: int) -> "History":
        """What is known on this day: no later price."""
        return replace(self, changes={one: price for one, price in self.changes.items() if one <= on})

    def price(self, on: int) -> int:
        """What a shopper paid on this day."""
        reduced = [sale.price for sale in self.sales if sale.begins <= on and (sale.ends is None or on < sale.ends)]
        return min([self.own_price(on), *reduced])

    def began(self) -> int:
        """The day on which the last sale began, or the first one that it follows, each lower, without a break."""
        *earlier, sale = self.sales
        for before in reversed(earlier):
            if before.ends != sale.begins or before.price <= sale.price:
                break
            sale = before
        return sale.begins

    def lowest(self) -> int:
        """By the day: whatever was the price on one of the 30 days before."""
        return min(self.price(on) for on in range(self.began() - 30, self.began()))


PRICES = st.integers(0, 9)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Days of some months, sales that often follow each other at once, and prices that often are the same."""
    bounds = sorted(draw(st.sets(st.integers(-70, 40), min_size=2, max_size=10)))
    spans = [span for span in pairwise(bounds) if draw(st.booleans())] or [(bounds[0], bounds[1])]
    sales = [Sale(begins, ends, draw(PRICES)) for begins, ends in spans]
    if draw(st.booleans()):
        sales[-1] = Sale(sales[-1].begins, None, sales[-1].price)
    return History(draw(PRICES), sales, draw(st.dictionaries(st.integers(-120, 60), PRICES, max_size=8)))


@contextmanager
def stored(history: History) -> Iterator[ProductVariant]:
    """A variant with this history, as the commands write it."""
    with transaction.atomic():
        product = Product.objects.create(number="P", name="Product", slug="product")
        last = history.own_price(10_000)
        variant = ProductVariant.objects.create(product=product, sku="PA", name="Standard", price=last)
        before = history.first
        for on in sorted(history.changes):
            if (after := history.changes[on]) != before:
                PriceChange.objects.create(variant=variant, old_price=before, new_price=after, created_at=day(on))
            before = after
        Reduction.objects.bulk_create(
            Reduction(
                variant=variant,
                price=sale.price,
                starts_at=day(sale.begins),
                ends_at=None if sale.ends is None else day(sale.ends),
            )
            for sale in history.sales
        )
        yield variant
        transaction.set_rollback(True)


A_PRICE_SET_31_DAYS_AGO = History(9, [Sale(0, 5, 3)], {-31: 5})
NOT_ITS_OWN_REFERENCE = History(9, [Sale(0, 20, 3)])
RAISED_AS_THE_30_DAYS_OPENED = History(1, [Sale(0, 5, 0)], {-30: 9})
ANOTHER_ENDED_AS_THE_30_DAYS_OPENED = History(9, [Sale(-40, -30, 1), Sale(0, 5, 3)])


@given(histories())
@example(A_PRICE_SET_31_DAYS_AGO)
@example(NOT_ITS_OWN_REFERENCE)
@example(RAISED_AS_THE_30_DAYS_OPENED)
@example(ANOTHER_ENDED_AS_THE_30_DAYS_OPENED)
def test_it_is_the_lowest_of_the_days(history: History) -> None:
    last = history.sales[-1]
    with stored(history) as variant:
        (row,) = lowest_before([variant.pk], since=day(last.begins))
    assert [int(row.price), int(row.lowest)] == [last.price, history.lowest()]


@given(histories(), st.integers(0, 60))
def test_pages_show_the_price_and_the_lowest_one_of_their_day(history: History, later: int) -> None:
    last = history.sales[-1]
    on = last.begins + later
    with stored(history.until(on)) as variant, at(day(on)):
        shown: Any = variants_on_sale([variant.product_id], None)[0]
    assert shown.price_now == history.price(on)
    assert shown.lowest_before == (history.lowest() if last.ends is None or on < last.ends else None)


def lowest(history: History) -> Decimal:
    with stored(history) as variant:
        return lowest_before([variant.pk], since=day(history.sales[-1].begins))[0].lowest


def test_a_price_set_31_days_ago_and_in_force_since_is_the_lowest() -> None:
    assert lowest(A_PRICE_SET_31_DAYS_AGO) == 5


def test_a_reduction_is_not_its_own_reference() -> None:
    assert lowest(NOT_ITS_OWN_REFERENCE) == 9


def test_a_further_reduction_without_a_break_keeps_the_first_reference() -> None:
    assert lowest(History(9, [Sale(0, 40, 5), Sale(40, 80, 3)])) == 9
    assert lowest(History(9, [Sale(0, 40, 5), Sale(41, 80, 3)])) == 5


def test_goods_on_sale_for_less_than_30_days_have_the_lowest_since() -> None:
    assert lowest(History(9, [Sale(0, 5, 3)], {-10: 7, -5: 8})) == 7
