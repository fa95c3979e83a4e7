"""Idempotency keys: a request that is sent twice is carried out once."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from cart.errors import KeyReused, LineNotFound
from cart.models import CartItem, IdempotencyKey
from cart.owners import Owner
from cart.services import reclaim_line, remove_line, set_line_quantity
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def test_a_repeated_add_adds_nothing_and_says_so(guest: Owner, variant: ProductVariant) -> None:
    first = add(guest, variant, 2, key="k")
    assert not first.was_replayed
    with nothing_changes():
        again = add(guest, variant, 2, key="k")
    assert again.was_replayed
    assert again.pk == first.pk


def test_a_new_key_is_a_new_add(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 2, key="k")
    add(guest, variant, 2, key="l")
    assert stock(variant) == (6, 4)


def test_without_a_key_every_add_counts(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    add(guest, variant)
    assert stock(variant) == (8, 2)


def test_a_replay_shows_the_cart_as_it_is_now(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    add(guest, variant, 2, key="k")
    remove_line(owner=guest, item_id=line.pk)
    with nothing_changes():
        assert not add(guest, variant, 2, key="k").items.exists()


@pytest.mark.parametrize("quantity", [1, 3])
def test_a_key_for_another_quantity_is_refused(guest: Owner, variant: ProductVariant, quantity: int) -> None:
    add(guest, variant, 2, key="k")
    with nothing_changes(), pytest.raises(KeyReused):
        add(guest, variant, quantity, key="k")


def test_a_key_for_another_variant_is_refused(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    other = make_variant()
    add(guest, variant, key="k")
    with nothing_changes(), pytest.raises(KeyReused):
        add(guest, other, key="k")


def test_a_key_of_another_shopper_is_refused(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, key="k")
    with nothing_changes(), pytest.raises(KeyReused):
        add(Owner(guest_token=uuid.uuid4()), variant, key="k")


def test_a_key_of_a_user_is_not_that_of_a_guest(
    guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
) -> None:
    user = Owner(user_id=make_user().pk)
    add(user, variant, key="k")
    with nothing_changes(), pytest.raises(KeyReused):
        add(guest, variant, key="k")


def test_a_key_of_an_add_does_not_set_a_quantity(guest: Owner, variant: ProductVariant) -> None:
    line = add(guest, variant, 2, key="k").items.get()
    with nothing_changes(), pytest.raises(KeyReused):
        set_line_quantity(owner=guest, item_id=line.pk, quantity=2, idempotency_key="k")


def test_a_refused_add_may_be_sent_again_with_its_key(guest: Owner, variant: ProductVariant) -> None:
    other = held(Owner(guest_token=uuid.uuid4()), variant, 10)
    with nothing_changes(), pytest.raises(InsufficientStock):
        add(guest, variant, key="k")
    expire(other)
    assert not add(guest, variant, key="k").was_replayed
    assert IdempotencyKey.objects.count() == 1


def test_a_repeated_quantity_is_set_once(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 1)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=4, idempotency_key="k")
    set_line_quantity(owner=guest, item_id=line.pk, quantity=2)
    with nothing_changes():
        assert set_line_quantity(owner=guest, item_id=line.pk, quantity=4, idempotency_key="k").was_replayed
    assert hold(line) == (2, 2)


def test_a_repeated_retake_takes_once(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    expire(line)
    reclaim_line(owner=guest, item_id=line.pk, idempotency_key="k")
    expire(line)
    with nothing_changes():
        assert reclaim_line(owner=guest, item_id=line.pk, idempotency_key="k").was_replayed


def test_a_key_without_a_cart_to_change_is_not_used_up(guest: Owner, variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(LineNotFound):
        set_line_quantity(owner=guest, item_id=1, quantity=4, idempotency_key="k")


def test_a_replay_after_the_cart_was_deleted_changes_nothing(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, key="k").delete()
    with nothing_changes():
        cart = add(guest, variant, key="k")
    assert cart._state.adding
    assert cart.was_replayed
    assert not CartItem.objects.exists()
