"""What an order costs, of whatever is in it, and the tax in it, by rate."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.totals import TaxShare, Totals, divided, kept_by_rate, refund_taxes, totals_of

cents = st.decimals(min_value=0, max_value=10_000, places=2)
RATES = st.decimals(min_value=0, max_value=100, places=2)
# Of few rates, so that some lines share one.
LINE = st.tuples(cents, st.integers(1, 1000), st.sampled_from([Decimal(rate) for rate in ("0", "5", "20", "5.50")]))
LINES = st.lists(LINE | st.tuples(cents, st.integers(1, 1000), RATES), max_size=20)
Line = tuple[Decimal, int, Decimal]


def totals(lines: list[Line], delivery: Decimal = Decimal(0), default: Decimal = Decimal(20)) -> Totals:
    return totals_of(lines, delivery=delivery, default_rate=default)


@given(lines=LINES, delivery=cents, default=RATES)
def test_the_parts_add_up_to_the_cent(lines: list[Line], delivery: Decimal, default: Decimal) -> None:
    found = totals(lines, delivery, default)
    assert found.goods * 100 == sum(int(price * 100) * units for price, units, _ in lines)
    assert found.total == found.goods + found.delivery
    assert found.delivery == delivery
    assert sum(share.gross for share in found.taxes) == found.total
    assert sum(share.tax for share in found.taxes) == found.tax
    assert all(0 <= share.tax <= share.gross and share.net + share.tax == share.gross for share in found.taxes)


@given(lines=LINES, delivery=cents)
def test_the_tax_of_each_rate_is_right_to_half_a_cent(lines: list[Line], delivery: Decimal) -> None:
    for share in totals(lines, delivery).taxes:
        net = share.gross / (1 + share.rate / 100)
        assert abs(share.gross - net - share.tax) <= Decimal("0.005") + Decimal("1e-15")


@given(lines=LINES, delivery=cents)
def test_each_rate_has_its_share_of_the_delivery_to_the_cent(lines: list[Line], delivery: Decimal) -> None:
    goods = defaultdict[Decimal, Decimal](Decimal)
    for price, units, rate in lines:
        goods[rate] += price * units
    found = totals(lines, delivery)
    for share in found.taxes:
        exact = delivery * goods[share.rate] / found.goods if found.goods else delivery
        assert abs(share.gross - goods[share.rate] - exact) < Decimal("0.01")


@given(lines=LINES)
def test_the_order_of_the_lines_does_not_matter(lines: list[Line]) -> None:
    assert totals(lines, Decimal(1)) == totals(lines[::-1], Decimal(1))


@given(amount=cents, weights=st.dictionaries(RATES, cents, min_size=1, max_size=6))
def test_nothing_is_lost_in_a_division(amount: Decimal, weights: dict[Decimal, Decimal]) -> None:
    shares = divided(amount, weights)
    assert sum(shares.values()) == amount
    assert shares.keys() == weights.keys()
    assert all(share >= 0 and share == share.quantize(Decimal("0.01")) for share in shares.values())


def test_left_over_cents_go_to_the_largest_remainders() -> None:
    third = {Decimal(20): Decimal(1), Decimal(5): Decimal(1), Decimal(0): Decimal(1)}
    assert divided(Decimal("1.00"), third) == {20: Decimal("0.34"), 5: Decimal("0.33"), 0: Decimal("0.33")}
    uneven = {Decimal(20): Decimal(1), Decimal(5): Decimal(5)}  # 0.166… and 0.833…
    assert divided(Decimal("1.00"), uneven) == {20: Decimal("0.17"), 5: Decimal("0.83")}


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
    assert totals([(Decimal(goods), 1, Decimal(rate))]).tax == Decimal(tax)


def test_the_taxes_of_two_rates_and_the_delivery() -> None:
    found = totals([(Decimal("10.00"), 2, Decimal(20)), (Decimal("2.50"), 4, Decimal(5))], Decimal("3.95"))
    assert found.taxes == (
        TaxShare(Decimal(20), Decimal("22.63"), Decimal("3.77")),
        TaxShare(Decimal(5), Decimal("11.32"), Decimal("0.54")),
    )
    assert (found.total, found.tax) == (Decimal("33.95"), Decimal("4.31"))


@pytest.mark.parametrize("lines", [[], [(Decimal(0), 3, Decimal(5))]])
def test_delivery_of_what_is_free_has_the_default_rate(lines: list[Line]) -> None:
    assert totals(lines, Decimal(6)).taxes == (TaxShare(Decimal(20), Decimal(6), Decimal(1)),)


def test_what_costs_nothing_has_one_share_of_nothing() -> None:
    assert totals([(Decimal(0), 1, Decimal(5))]).taxes == (TaxShare(Decimal(20), Decimal(0), Decimal(0)),)


@given(data=st.data(), lines=st.lists(LINE, min_size=1, max_size=6), delivery=cents)
def test_refunds_add_up_to_the_order_whatever_comes_back_first(
    data: st.DataObject, lines: list[Line], delivery: Decimal
) -> None:
    found = totals(lines, delivery)
    kept = [units for _, units, _ in lines]
    sums = defaultdict[Decimal, list[Decimal]](lambda: [Decimal(0), Decimal(0)])
    while any(kept):
        before = by_rate(lines, kept, found)
        position = data.draw(st.sampled_from([place for place, units in enumerate(kept) if units]))
        kept[position] -= data.draw(st.integers(1, kept[position]))
        for share in refund_taxes(kept=before, left=by_rate(lines, kept, found)):
            assert 0 <= share.tax <= share.gross > 0
            sums[share.rate][0] += share.gross
            sums[share.rate][1] += share.tax
    assert sums == {share.rate: [share.gross, share.tax] for share in found.taxes if share.gross}


def by_rate(lines: list[Line], kept: list[int], found: Totals) -> dict[Decimal, Decimal]:
    facts = [(price, units, left, rate) for (price, units, rate), left in zip(lines, kept, strict=True)]
    return dict(kept_by_rate(facts, ordered=found.taxes))
