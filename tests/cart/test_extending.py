"""`extend_own_holds`: the one way to prolong a hold, counted, and only for holds that live."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from cart.models import CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, reclaim_line, release_expired_holds
from core.transactions import clock
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, expire, held, nothing_changes

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def end_in(line: CartItem, minutes: int) -> None:
    CartItem.objects.filter(pk=line.pk).update(reserved_until=clock() + timedelta(minutes=minutes))


def minutes_left(line: CartItem) -> float:
    line.refresh_from_db()
    assert line.reserved_until is not None
    return (line.reserved_until - clock()).total_seconds() / 60


@pytest.mark.parametrize(("kind", "minutes"), [("guest", 30), ("user", 60)])
def test_a_live_hold_gets_a_whole_life_from_now(
    variant: ProductVariant, make_user: Callable[[], User], kind: str, minutes: int
) -> None:
    owner = Owner(user_id=make_user().pk) if kind == "user" else Owner(guest_token=uuid.uuid4())
    line = held(owner, variant)
    end_in(line, 1)
    assert extend_own_holds(owner=owner) == 1
    assert minutes - 1 < minutes_left(line) <= minutes
    assert line.hold_extensions == 1


def test_a_hold_is_prolonged_three_times_at_most(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    assert [extend_own_holds(owner=guest) for _ in range(3)] == [1, 1, 1]
    end_in(line, 1)
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0


def test_the_count_is_a_setting(guest: Owner, variant: ProductVariant, settings: Settings) -> None:
    settings.SHOP_HOLD_EXTENSIONS = 1
    add(guest, variant)
    assert [extend_own_holds(owner=guest) for _ in range(2)] == [1, 0]


def test_each_line_is_counted_by_itself(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    add(guest, variant)
    for _ in range(3):
        extend_own_holds(owner=guest)
    add(guest, make_variant())
    assert extend_own_holds(owner=guest) == 1


def test_a_hold_is_never_shortened(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    end_in(line, 90)
    extend_own_holds(owner=guest)
    assert minutes_left(line) > 89


@pytest.mark.parametrize("was_swept", [False, True])
def test_a_run_out_hold_is_not_prolonged(guest: Owner, variant: ProductVariant, was_swept: bool) -> None:
    expire(held(guest, variant))
    if was_swept:
        release_expired_holds()
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0


def test_a_hold_on_a_variant_that_is_no_longer_sold_is_not_prolonged(guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    ProductVariant.objects.update(is_active=False)
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0


def test_only_the_shoppers_own_holds_are_prolonged(guest: Owner, variant: ProductVariant) -> None:
    other = held(Owner(guest_token=uuid.uuid4()), variant)
    add(guest, variant)
    extend_own_holds(owner=guest)
    other.refresh_from_db()
    assert other.hold_extensions == 0


def test_a_retaken_hold_is_counted_anew(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    extend_own_holds(owner=guest)
    expire(line)
    reclaim_line(owner=guest, item_id=line.pk)
    line.refresh_from_db()
    assert line.hold_extensions == 0


def test_a_repeated_key_prolongs_once(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    assert [extend_own_holds(owner=guest, idempotency_key="a key") for _ in range(2)] == [1, 0]
    line.refresh_from_db()
    assert line.hold_extensions == 1


def test_without_a_cart_nothing_is_prolonged(guest: Owner) -> None:
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0
