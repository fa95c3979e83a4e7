"""A variant that is no longer sold: a live hold may stay and be lowered, never raised, kept or taken again."""

import uuid

import pytest

from cart.owners import Owner
from cart.services import release_expired_holds, set_line_quantity
from inventory.errors import VariantUnavailable
from inventory.models import ProductVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def stop_selling(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(is_active=False)


def test_it_cannot_be_added(guest: Owner, variant: ProductVariant) -> None:
    stop_selling(variant)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        add(guest, variant)


def test_it_cannot_be_added_though_run_out_units_are_there(guest: Owner, variant: ProductVariant) -> None:
    expire(held(Owner(guest_token=uuid.uuid4()), variant, 10))
    stop_selling(variant)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        add(guest, variant)


def test_a_live_hold_stays(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    stop_selling(variant)
    release_expired_holds()
    assert hold(line) == (3, 3)


def test_a_live_line_cannot_be_raised(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    stop_selling(variant)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        add(guest, variant)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=4)


def test_a_live_line_may_be_lowered(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    stop_selling(variant)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=1)
    assert stock(variant) == (9, 1)


@pytest.mark.parametrize("was_swept", [False, True])
@pytest.mark.parametrize("quantity", [1, 3, 4])
def test_a_run_out_line_cannot_be_taken_again_in_any_quantity(
    guest: Owner, variant: ProductVariant, quantity: int, was_swept: bool
) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        release_expired_holds()
    stop_selling(variant)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity)


def test_sold_again_it_can_be_added_again(guest: Owner, variant: ProductVariant) -> None:
    stop_selling(variant)
    ProductVariant.objects.update(is_active=True)
    add(guest, variant)
    assert stock(variant) == (9, 1)
