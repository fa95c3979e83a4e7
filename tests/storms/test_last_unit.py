"""Fifty buyers, one unit."""

from collections import Counter
from collections.abc import Callable

import pytest

from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.invariants import broken_rules
from tests.shopping import stock
from tests.storms import guards_out
from tests.storms.actors import buy, name_of
from tests.storms.harness import Actor, storm

BUYERS = 50

pytestmark = pytest.mark.django_db(transaction=True)
Guests = Callable[[int], list[Owner]]


def buy_at_once(guests: Guests, variant: ProductVariant, without: Callable[[], None] | None = None) -> Counter[str]:
    actors = [Actor(buy, (name_of(guest), variant.pk), without=without) for guest in guests(BUYERS)]
    return Counter(storm(actors))


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_the_last_unit_is_held_once(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(1)
    assert buy_at_once(guests, variant) == {"added": 1, "InsufficientStock": BUYERS - 1}
    assert stock(variant) == (0, 1)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_seven_units_are_held_by_seven(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(7)
    assert buy_at_once(guests, variant) == {"added": 7, "InsufficientStock": BUYERS - 7}
    assert stock(variant) == (0, 7)


def test_control_a_read_then_a_write_sells_one_unit_to_all(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(1)
    assert buy_at_once(guests, variant, guards_out.stock_is_read_then_written) == {"added": BUYERS}
    assert "reserved of a variant is the sum of what its lines hold" in broken_rules()
