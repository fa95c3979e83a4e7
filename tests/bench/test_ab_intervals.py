"""The statistics of `make bench-ab`: the ratio of one start, and the interval over starts."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ab.intervals import Interval, interval, ratio_of_start

COST = st.floats(0.001, 1000)
PAIRS = st.lists(st.tuples(COST, COST), min_size=1, max_size=30)
RATIOS = st.lists(st.floats(0.1, 10), min_size=2, max_size=60)


@given(PAIRS)
def test_a_beside_b_is_the_inverse_of_b_beside_a(pairs: list[tuple[float, float]]) -> None:
    assert ratio_of_start(pairs) * ratio_of_start([(b, a) for a, b in pairs]) == pytest.approx(1)


@given(st.lists(COST, min_size=1, max_size=30), st.floats(0.1, 10))
def test_what_costs_so_many_times_as_much_has_that_ratio(costs: list[float], times: float) -> None:
    assert ratio_of_start([(cost, cost * times) for cost in costs]) == pytest.approx(times)


def test_rounds_that_were_interrupted_do_not_count() -> None:
    quiet = [(1.0, 1.02)] * 8
    assert ratio_of_start([*quiet, (1.0, 9.0), (7.0, 1.0)]) == pytest.approx(1.02)


@given(RATIOS)
def test_an_interval_is_about_its_ratio(ratios: list[float]) -> None:
    found = interval(ratios)
    assert found.low <= found.ratio * (1 + 1e-12)
    assert found.high >= found.ratio * (1 - 1e-12)
    assert found.ratio**2 == pytest.approx(found.low * found.high)


def test_an_interval_is_that_of_students_t() -> None:
    """Worked by hand: mean 0.02, standard deviation 0.01, three starts; t of two degrees of freedom is 9.925."""
    found = interval([math.exp(0.01), math.exp(0.02), math.exp(0.03)])
    reach = 9.925 * 0.01 / math.sqrt(3)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((0.02 - reach, 0.02 + reach))


def test_one_start_alone_says_nothing() -> None:
    found = interval([1.5])
    assert found == Interval(1.5, 0.0, math.inf)
    assert not found.shows_a_difference


@pytest.mark.parametrize("starts", [3, 8, 25, 40])
def test_of_a_hundred_intervals_ninety_nine_hold_the_truth(starts: int) -> None:
    """Starts that vary as the real ones do, about a true ratio of 1.03, five thousand times from a fixed seed."""
    dice = random.Random(starts)
    found = [interval([math.exp(dice.gauss(math.log(1.03), 0.025)) for _ in range(starts)]) for _ in range(5000)]
    held = sum(each.low <= 1.03 <= each.high for each in found) / len(found)
    assert held == pytest.approx(0.99, abs=0.006)


@pytest.mark.parametrize(
    ("found", "shows"),
    [
        (Interval(1.03, 1.02, 1.04), True),
        (Interval(0.97, 0.96, 0.98), True),
        (Interval(1.03, 0.99, 1.07), False),
        (Interval(0.97, 0.93, 1.01), False),
        (Interval(1.005, 1.001, 1.009), False),  # on one side, and too near to be told apart
        (Interval(0.993, 0.987, 0.999), False),
    ],
)
def test_what_shows_a_difference(found: Interval, shows: bool) -> None:
    assert found.shows_a_difference is shows
