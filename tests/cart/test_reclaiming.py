"""`reclaim_line`: one click takes the units of a run-out line again, if they are still free."""

import uuid
from decimal import Decimal

import pytest

from cart.errors import LineNotFound
from cart.models import CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, reclaim_line, release_expired_holds
from core.transactions import clock
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


@pytest.mark.parametrize("was_swept", [False, True])
def test_the_units_are_held_again(guest: Owner, variant: ProductVariant, was_swept: bool) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        release_expired_holds()
    reclaim_line(owner=guest, item_id=line.pk)
    assert stock(variant) == (7, 3)
    assert hold(line) == (3, 3)
    assert line.reserved_until is not None
    assert line.reserved_until > clock()


def test_the_price_is_that_of_now(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    ProductVariant.objects.update(price=Decimal("9.00"))
    changed = reclaim_line(owner=guest, item_id=line.pk).changed_line
    assert changed is not None
    assert changed.price_before == line.price
    line.refresh_from_db()
    assert line.price == Decimal("9.00")


def test_the_new_hold_may_be_kept_as_often_as_any(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)

    def extend() -> int:
        end_soon(line)
        return extend_own_holds(owner=guest)

    assert [extend() for _ in range(4)] == [1, 1, 1, 0]
    expire(line)
    reclaim_line(owner=guest, item_id=line.pk)
    assert [extend() for _ in range(4)] == [1, 1, 1, 0]


def test_a_live_hold_is_left_as_it_is(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    before = CartItem.objects.values().get()
    reclaim_line(owner=guest, item_id=line.pk)
    assert CartItem.objects.values().get() == before
    assert stock(variant) == (7, 3)


@pytest.mark.parametrize("taken", [8, 10])
def test_units_that_others_took_are_refused(guest: Owner, variant: ProductVariant, taken: int) -> None:
    line = held(guest, variant, 3)
    expire(line)
    add(Owner(guest_token=uuid.uuid4()), variant, taken)
    with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
        reclaim_line(owner=guest, item_id=line.pk)
    assert (refusal.value.available, refusal.value.requested) == (10 - taken, 3)


@pytest.mark.parametrize("was_swept", [False, True])
def test_a_variant_that_is_no_longer_sold_is_refused(guest: Owner, variant: ProductVariant, was_swept: bool) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        release_expired_holds()
    ProductVariant.objects.update(is_active=False)
    with nothing_changes(), pytest.raises(VariantUnavailable):
        reclaim_line(owner=guest, item_id=line.pk)


def test_a_line_of_another_shopper_is_not_found(guest: Owner, variant: ProductVariant) -> None:
    line = held(Owner(guest_token=uuid.uuid4()), variant, 3)
    expire(line)
    add(guest, variant)
    with nothing_changes(), pytest.raises(LineNotFound):
        reclaim_line(owner=guest, item_id=line.pk)
