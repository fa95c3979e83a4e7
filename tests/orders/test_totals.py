"""What an order costs, of whatever is in it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.totals import totals_of

cents = st.decimals(min_value=0, max_value=10_000, places=2)
LINES = st.lists(st.tuples(cents, st.integers(1, 1000)), max_size=20)
RATES = st.decimals(min_value=0, max_value=100, places=2)


@given(lines=LINES, delivery=cents, free_from=st.none() | cents, rate=RATES)
def test_the_parts_add_up_to_the_cent(
    lines: list[tuple[Decimal, int]], delivery: Decimal, free_from: Decimal | None, rate: Decimal
) -> None:
    totals = totals_of(lines, delivery_price=delivery, free_from=free_from, tax_rate=rate)
    assert totals.goods * 100 == sum(int(price * 100) * units for price, units in lines)
    assert totals.total == totals.goods + totals.delivery
    assert totals.delivery == (0 if free_from is not None and totals.goods >= free_from else delivery)
    assert 0 <= totals.tax <= totals.total


@given(lines=LINES, rate=RATES)
def test_the_tax_is_right_to_half_a_cent(lines: list[tuple[Decimal, int]], rate: Decimal) -> None:
    totals = totals_of(lines, delivery_price=Decimal(0), free_from=None, tax_rate=rate)
    net = totals.total / (1 + rate / 100)
    assert abs(totals.total - net - totals.tax) <= Decimal("0.005") + Decimal("1e-15")


@given(lines=LINES, rate=RATES)
def test_the_order_of_the_lines_does_not_matter(lines: list[tuple[Decimal, int]], rate: Decimal) -> None:
    there, back = (
        totals_of(each, delivery_price=Decimal(1), free_from=None, tax_rate=rate) for each in (lines, lines[::-1])
    )
    assert there == back


@pytest.mark.parametrize(
    ("goods", "rate", "tax"),
    [
        ("120.00", "20", "20.00"),
        ("0.03", "20", "0.01"),
        ("0.02", "20", "0.00"),
        ("10.00", "0", "0.00"),
        ("1.07", "7", "0.07"),
    ],
)
def test_the_tax_in_a_total(goods: str, rate: str, tax: str) -> None:
    totals = totals_of([(Decimal(goods), 1)], delivery_price=Decimal(0), free_from=None, tax_rate=Decimal(rate))
    assert totals.tax == Decimal(tax)
