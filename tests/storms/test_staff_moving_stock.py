"""Staff move stock while a colleague, a double click or a shopper changes the same variant."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from inventory.selectors import stock_seen
from tests.storms.actors import buy, name_of
from tests.storms.harness import Actor, cast, storm
from tests.storms.staff_actors import lower, nobody_asks_what_was_seen, send_form, the_variant_is_not_locked
from tests.support.shopping import add, held, hold, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(transactional_db: None) -> User:
    return User.objects.create_superuser("anna")


def form(variant: ProductVariant, units: int) -> dict[str, str]:
    seen = stock_seen(variant)
    fields = {"what": "received", "units": units, "reason": "Delivery 7", "may_lose": ""}
    fields |= {"seen_on_hand": seen.on_hand, "seen_movement": seen.movement_id}
    return {name: str(value) for name, value in fields.items()}


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_one_form_sent_four_times_at_once_moves_once(staff: User, variant: ProductVariant) -> None:
    sent = Actor(send_form, (staff.pk, variant.pk, form(variant, 5)))
    assert sorted(storm([sent] * 4)) == [200, 200, 200, 302]
    assert stock(variant) == (15, 0)
    assert variant.movements.count() == 2


def test_control_without_the_number_that_was_seen_it_moves_each_time(staff: User, variant: ProductVariant) -> None:
    sent = Actor(send_form, (staff.pk, variant.pk, form(variant, 5)), without=nobody_asks_what_was_seen)
    assert storm([sent] * 4) == [302] * 4
    assert stock(variant) == (30, 0)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_an_add_that_is_under_way_is_waited_for_and_asked_about(
    staff: User, guest: Owner, variant: ProductVariant
) -> None:
    """The units were free when staff looked. When the movement gets its lock, a cart holds them."""
    adding = Actor(buy, (name_of(guest), variant.pk, 8), pause_after="cart.services.writing.take")
    with cast(adding, Actor(lower, (staff.pk, variant.pk, 5))) as (buyer, mover):
        buyer.start()
        buyer.wait_paused()
        mover.start()
        assert mover.wait_settled() is True
        buyer.resume()
        assert buyer.result() == "added"
        assert mover.result() == [-CartItem.objects.get().pk]
    assert stock(variant) == (2, 8)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_an_add_while_holds_end_gets_what_is_left(staff: User, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 8)
    lowering = Actor(lower, (staff.pk, variant.pk, 6, [line.pk]), pause_after="cart.services.stock.lock_variants")
    late = Actor(buy, (name_of(Owner(guest_token=uuid.uuid4())), variant.pk, 2))
    with cast(lowering, late) as (mover, buyer):
        mover.start()
        mover.wait_paused()
        buyer.start()
        assert buyer.wait_settled() is True
        mover.resume()
        assert (mover.result(), buyer.result()) == ([line.pk], "added")
    assert (hold(line), stock(variant)) == ((8, 0), (2, 2))


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_hold_that_began_meanwhile_is_never_ended_unasked(staff: User, guest: Owner, variant: ProductVariant) -> None:
    """Another shopper adds after the agreed cart is locked, and before the variant is."""
    agreed, newcomer = held(guest, variant, 6), Owner(guest_token=uuid.uuid4())
    lowering = Actor(lower, (staff.pk, variant.pk, 5, [agreed.pk]), pause_after="cart.services.stock.lock_lines")
    with cast(lowering) as (mover,):
        mover.start()
        mover.wait_paused()
        newer = held(newcomer, variant, 4)
        mover.resume()
        assert mover.result() == [-newer.pk, -agreed.pk]
    assert (hold(agreed), hold(newer), stock(variant)) == ((6, 6), (4, 4), (0, 10))


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_the_agreed_shopper_waits_and_then_takes_again_what_is_left(
    staff: User, guest: Owner, variant: ProductVariant
) -> None:
    line = held(guest, variant, 6)
    lowering = Actor(lower, (staff.pk, variant.pk, 5, [line.pk]), pause_after="cart.services.stock.lock_lines")
    with cast(lowering, Actor(buy, (name_of(guest), variant.pk, 1))) as (mover, buyer):
        mover.start()
        mover.wait_paused()
        buyer.start()
        assert buyer.wait_settled() is True
        mover.resume()
        assert (mover.result(), buyer.result()) == ([line.pk], "InsufficientStock")
    assert (hold(line), stock(variant)) == ((6, 0), (5, 0))


@pytest.mark.usefixtures("rules_hold_at_the_end")
@pytest.mark.parametrize("units", [4, 10])
def test_two_who_lower_at_once_never_go_below_nothing(
    staff: User, guests: Callable[[int], Any], variant: ProductVariant, units: int
) -> None:
    lines = [held(owner, variant, 2) for owner in guests(5)]
    both = Actor(lower, (staff.pk, variant.pk, units, [line.pk for line in lines]))
    results = storm([both, both])
    left = 10 - units * sum(isinstance(result, list) for result in results)
    assert left >= 0
    assert sum(stock(variant)) == left


def test_control_without_the_lock_of_the_variant_an_unseen_hold_is_overlooked(
    staff: User, guest: Owner, variant: ProductVariant
) -> None:
    """Without the lock, staff see free units that an add has taken, and the ledger then refuses."""
    adding = Actor(buy, (name_of(guest), variant.pk, 8), pause_after="cart.services.writing.take")
    unlocked = Actor(lower, (staff.pk, variant.pk, 5), without=the_variant_is_not_locked)
    with cast(adding, unlocked) as (buyer, mover):
        buyer.start()
        buyer.wait_paused()
        mover.start()
        mover.wait_settled()
        buyer.resume()
        assert (buyer.result(), mover.result()) == ("added", "StockWouldBeNegative")
    assert add(guest, variant, 1).items.get().quantity == 9
