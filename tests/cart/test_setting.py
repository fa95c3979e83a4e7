"""`set_line_quantity`: up, down, and for a line whose hold ran out."""

import uuid

import pytest

from cart.errors import InvalidQuantity, KeyReused, LineNotFound
from cart.models import Cart
from cart.owners import Owner
from cart.services import reclaim_line, release_expired_holds, set_line_quantity
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


@pytest.mark.parametrize(("quantity", "left"), [(1, (9, 1)), (3, (7, 3)), (10, (0, 10))])
def test_exactly_the_difference_is_moved(
    guest: Owner, variant: ProductVariant, quantity: int, left: tuple[int, int]
) -> None:
    line = held(guest, variant, 3)
    cart = set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity)
    assert cart.pk == line.cart_id
    assert stock(variant) == left
    assert hold(line) == (quantity, quantity)


@pytest.mark.parametrize("quantity", [1, 3, 5])
def test_a_hold_is_never_prolonged(guest: Owner, variant: ProductVariant, quantity: int) -> None:
    line = held(guest, variant, 3)
    ends = line.reserved_until
    set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity)
    line.refresh_from_db()
    assert line.reserved_until == ends


def test_lowering_keeps_the_price(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    ProductVariant.objects.update(price=9)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=1)
    line.refresh_from_db()
    assert line.price == variant.price


def test_the_change_and_not_the_quantity_is_announced(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    OutboxRow.objects.all().delete()
    set_line_quantity(owner=guest, item_id=line.pk, quantity=1)
    event = OutboxRow.objects.get(effect="record_analytics").payload
    assert (event["name"], event["quantity"]) == ("remove_from_cart", 2)


@pytest.mark.parametrize("was_swept", [False, True])
@pytest.mark.parametrize("quantity", [1, 3, 5])
def test_a_run_out_line_takes_its_units_again(
    guest: Owner, variant: ProductVariant, quantity: int, was_swept: bool
) -> None:
    line = held(guest, variant, 3)
    expire(line)
    if was_swept:
        release_expired_holds()
    set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity)
    assert stock(variant) == (10 - quantity, quantity)
    assert hold(line) == (quantity, quantity)


def test_more_than_is_free_is_refused(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    add(Owner(guest_token=uuid.uuid4()), variant, 5)
    with nothing_changes(), pytest.raises(InsufficientStock) as refusal:
        set_line_quantity(owner=guest, item_id=line.pk, quantity=6)
    assert (refusal.value.available, refusal.value.requested) == (2, 3)


def test_a_line_of_another_shopper_is_not_found(guest: Owner, variant: ProductVariant) -> None:
    line = held(Owner(guest_token=uuid.uuid4()), variant, 3)
    add(guest, variant)
    with nothing_changes(), pytest.raises(LineNotFound):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=1)


def test_without_a_cart_no_line_is_found(guest: Owner, variant: ProductVariant) -> None:
    line = held(Owner(guest_token=uuid.uuid4()), variant, 3)
    with nothing_changes(), pytest.raises(LineNotFound):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=1)


def test_a_line_of_a_closed_cart_is_not_found(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    release_expired_holds()
    Cart.objects.update(status=Cart.Status.ABANDONED)
    with nothing_changes(), pytest.raises(LineNotFound):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=1)


def test_nought_removes_the_line_and_gives_its_units_back(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    carts = [set_line_quantity(owner=guest, item_id=line.pk, quantity=0, idempotency_key="a") for _ in range(2)]
    assert stock(variant) == (10, 0)
    removed = carts[0].removed_line
    assert removed is not None
    assert (removed.quantity, carts[0].changed_line, carts[1].was_replayed) == (3, None, True)


def test_nought_is_another_request_than_taking_again(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    reclaim_line(owner=guest, item_id=line.pk, idempotency_key="a")
    with nothing_changes(), pytest.raises(KeyReused):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=0, idempotency_key="a")


@pytest.mark.parametrize("quantity", [-3, 2.0, "2", None, False])
def test_what_is_no_number_of_units_is_refused(guest: Owner, make_variant: MakeVariant, quantity: object) -> None:
    line = held(guest, make_variant(5), 3)
    with nothing_changes(), pytest.raises(InvalidQuantity):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=quantity)  # type: ignore[arg-type]
