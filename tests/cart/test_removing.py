"""`remove_line`: its units go back at once, exactly once."""

import uuid

import pytest

from cart.errors import LineNotFound
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import release_expired_holds, remove_line
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def test_the_units_go_back(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    removed = remove_line(owner=guest, item_id=line.pk)
    assert (removed.product_variant_id, removed.quantity) == (variant.pk, 3)
    assert stock(variant) == (10, 0)
    assert not CartItem.objects.exists()
    assert Cart.objects.get().version == 2


@pytest.mark.parametrize("was_swept", [False, True])
def test_the_units_of_a_run_out_line_go_back_once(guest: Owner, variant: ProductVariant, was_swept: bool) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        release_expired_holds()
    remove_line(owner=guest, item_id=line.pk)
    assert stock(variant) == (10, 0)


def test_the_units_of_a_variant_that_is_no_longer_sold_go_back(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    ProductVariant.objects.update(is_active=False)
    remove_line(owner=guest, item_id=line.pk)
    assert stock(variant) == (10, 0)


def test_other_lines_stay(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    line, other = held(guest, variant, 3), held(guest, make_variant(5), 2)
    remove_line(owner=guest, item_id=line.pk)
    assert hold(other) == (2, 2)


def test_it_is_announced_with_its_units(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    OutboxRow.objects.all().delete()
    remove_line(owner=guest, item_id=line.pk)
    event = OutboxRow.objects.get(effect="record_analytics").payload
    assert (event["name"], event["quantity"], event["value"]) == ("remove_from_cart", 3, "7.50")


def test_a_second_removal_finds_no_line(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    remove_line(owner=guest, item_id=line.pk)
    with nothing_changes(), pytest.raises(LineNotFound):
        remove_line(owner=guest, item_id=line.pk)


def test_a_line_of_another_shopper_is_not_found(guest: Owner, variant: ProductVariant) -> None:
    line = held(Owner(guest_token=uuid.uuid4()), variant, 3)
    add(guest, variant)
    with nothing_changes(), pytest.raises(LineNotFound):
        remove_line(owner=guest, item_id=line.pk)


def test_without_a_cart_no_line_is_found(guest: Owner) -> None:
    with nothing_changes(), pytest.raises(LineNotFound):
        remove_line(owner=guest, item_id=1)
