"""Caps on units: a line's, a cart's, and what lowering and merging may do above them."""

import pytest
from pytest_django import Settings

from cart.errors import TooManyUnits
from cart.owners import Owner
from cart.services import reclaim_line, set_line_quantity
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


@pytest.fixture(autouse=True)
def low_caps(settings: Settings) -> None:
    """Four units a line, six a cart."""
    settings.SHOP_MAX_UNITS_PER_LINE, settings.SHOP_MAX_UNITS_PER_CART = 4, 6


def test_a_line_may_be_filled_to_its_cap(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    assert hold(held(guest, variant, 1)) == (4, 4)


def test_a_line_over_its_cap_is_refused_with_the_numbers(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    with nothing_changes(), pytest.raises(TooManyUnits) as refusal:
        add(guest, variant, 2)
    assert (refusal.value.code, refusal.value.cap, refusal.value.present) == ("line_cap", 4, 3)
    assert refusal.value.messages == ["We sell at most 4 units of an item to one cart; yours has 3."]


def test_a_cart_may_be_filled_to_its_cap(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    add(guest, make_variant(), 3)
    assert hold(held(guest, variant, 3)) == (3, 3)


def test_a_cart_over_its_cap_is_refused_with_the_numbers(
    guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    add(guest, make_variant(), 4)
    with nothing_changes(), pytest.raises(TooManyUnits) as refusal:
        add(guest, variant, 3)
    assert (refusal.value.code, refusal.value.cap, refusal.value.present) == ("cart_cap", 6, 4)
    assert refusal.value.messages == ["A cart holds at most 6 units in all; yours has 4."]


def test_raising_is_capped_as_adding_is(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    add(guest, make_variant(), 4)
    line = held(guest, variant, 1)
    with nothing_changes(), pytest.raises(TooManyUnits):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=3)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=2)
    assert hold(line) == (2, 2)


def test_lowering_is_allowed_above_a_cap_that_was_lowered_since(
    guest: Owner, variant: ProductVariant, settings: Settings
) -> None:
    line = held(guest, variant, 4)
    settings.SHOP_MAX_UNITS_PER_LINE = 2
    set_line_quantity(owner=guest, item_id=line.pk, quantity=3)
    assert stock(variant) == (7, 3)


def test_retaking_is_allowed_above_a_cap_that_was_lowered_since(
    guest: Owner, variant: ProductVariant, settings: Settings
) -> None:
    line = held(guest, variant, 4)
    expire(line)
    settings.SHOP_MAX_UNITS_PER_LINE = 2
    reclaim_line(owner=guest, item_id=line.pk)
    assert hold(line) == (4, 4)


def test_the_largest_number_of_the_database_is_over_the_cap(guest: Owner, variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(TooManyUnits):
        add(guest, variant, 2**31 - 1)
