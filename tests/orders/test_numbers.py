"""Order numbers say nothing and can be told apart."""

import re

from orders.links import number_in
from orders.numbers import new_number


def test_numbers_are_short_distinct_and_readable() -> None:
    numbers = {new_number() for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", number) for number in numbers)


def test_a_forged_link_shows_nothing() -> None:
    assert number_in("7K3M-Q9T2") is None
