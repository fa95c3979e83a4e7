"""One line, many clicks at once."""

from collections.abc import Callable

import pytest

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import buy, name_of
from tests.storms.harness import Actor, storm
from tests.support.invariants import broken_rules
from tests.support.shopping import add, stock

CLICKS = 20

pytestmark = pytest.mark.django_db(transaction=True)


def click_at_once(guest: Owner, variant: ProductVariant, without: Callable[[], None] | None = None) -> list[str]:
    add(guest, variant)
    return storm([Actor(buy, (name_of(guest), variant.pk), without=without)] * CLICKS)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_twenty_clicks_are_twenty_units(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(100)
    assert click_at_once(guest, variant) == ["added"] * CLICKS
    assert CartItem.objects.get().quantity == 1 + CLICKS
    assert stock(variant) == (79, 21)


def test_control_without_locks_clicks_are_lost(guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(100)
    assert click_at_once(guest, variant, guards_out.cart_and_line_are_not_locked) == ["added"] * CLICKS
    assert CartItem.objects.get().quantity == 2
    assert "reserved of a variant is the sum of what its lines hold" in broken_rules()
