"""`extend_own_holds`: the one way to prolong a hold, counted, and only for holds that live."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from cart.errors import TooEarlyToExtend
from cart.models import CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, reclaim_line, release_expired_holds
from core.transactions import clock
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, end_soon, expire, held, nothing_changes

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def end_in(line: CartItem, minutes: float) -> None:
    CartItem.objects.filter(pk=line.pk).update(reserved_until=clock() + timedelta(minutes=minutes))


def extend_late(owner: Owner, *lines: CartItem) -> int:
    """Extend when these lines end soon."""
    end_soon(*lines)
    return extend_own_holds(owner=owner)


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
    assert [extend_late(guest, line) for _ in range(3)] == [1, 1, 1]
    end_soon(line)
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0


def test_the_count_is_a_setting(guest: Owner, variant: ProductVariant, settings: Settings) -> None:
    settings.SHOP_HOLD_EXTENSIONS = 1
    line = held(guest, variant)
    assert [extend_late(guest, line) for _ in range(2)] == [1, 0]


def test_each_line_is_counted_by_itself(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    line = held(guest, variant)
    for _ in range(3):
        extend_late(guest, line)
    assert extend_late(guest, line, held(guest, make_variant())) == 1


@pytest.mark.parametrize("kind", ["guest", "user"])
def test_an_extension_is_not_wasted(variant: ProductVariant, make_user: Callable[[], User], kind: str) -> None:
    """In the first half of its life a hold is not extended, and nothing is used up."""
    owner = Owner(user_id=make_user().pk) if kind == "user" else Owner(guest_token=uuid.uuid4())
    line, half = held(owner, variant), owner.hold_life / 2
    assert line.reserved_until
    with nothing_changes(), pytest.raises(TooEarlyToExtend) as refusal:
        extend_own_holds(owner=owner, idempotency_key="early")
    assert refusal.value.possible_from == line.reserved_until - half
    end_in(line, half.total_seconds() / 60 + 1)
    with nothing_changes(), pytest.raises(TooEarlyToExtend):
        extend_own_holds(owner=owner)
    end_in(line, half.total_seconds() / 60)
    assert extend_own_holds(owner=owner, idempotency_key="early") == 1  # the refused press is no used one
    assert minutes_left(line) > half.total_seconds() / 60 * 2 - 1


def test_only_the_holds_that_end_soon_are_extended(
    guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    soon, late = held(guest, variant), held(guest, make_variant())
    end_in(late, 90)
    assert extend_late(guest, soon) == 1
    assert (soon.hold_extensions, late.hold_extensions) == (0, 0)  # as they were loaded
    assert minutes_left(late) > 89
    assert [line.hold_extensions for line in CartItem.objects.order_by("pk")] == [1, 0]


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
    end_soon(other)
    extend_late(guest, held(guest, variant))
    other.refresh_from_db()
    assert other.hold_extensions == 0


def test_a_retaken_hold_is_counted_anew(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    extend_late(guest, line)
    expire(line)
    reclaim_line(owner=guest, item_id=line.pk)
    line.refresh_from_db()
    assert line.hold_extensions == 0


def test_a_repeated_key_prolongs_once(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    end_soon(line)
    assert [extend_own_holds(owner=guest, idempotency_key="a key") for _ in range(2)] == [1, 0]
    line.refresh_from_db()
    assert line.hold_extensions == 1


def test_without_a_cart_nothing_is_prolonged(guest: Owner) -> None:
    with nothing_changes():
        assert extend_own_holds(owner=guest) == 0
