"""Staff adjust the stock, and a worker stores a total, in the middle of an add."""

from decimal import Decimal

import pytest

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.storms import guards_out
from tests.storms.actors import buy, move_stock_past_holds, name_of, store_total
from tests.storms.harness import Actor, cast
from tests.support.invariants import broken_rules
from tests.support.shopping import add, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_movement_of_stock_waits_for_the_add_and_counts_from_what_it_left(
    guest: Owner, variant: ProductVariant
) -> None:
    adding = Actor(buy, (name_of(guest), variant.pk, 3), pause_after="cart.services.writing.take")
    with cast(adding, Actor(move_stock_past_holds, (variant.pk, -5))) as (buyer, staff):
        buyer.start()
        buyer.wait_paused()
        staff.start()
        assert staff.wait_settled() is True
        buyer.resume()
        assert (buyer.result(), staff.result()) == ("added", "moved")
    assert stock(variant) == (2, 3)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_movement_of_more_than_the_add_left_is_refused(guest: Owner, variant: ProductVariant) -> None:
    adding = Actor(buy, (name_of(guest), variant.pk, 3), pause_after="cart.services.writing.take")
    with cast(adding, Actor(move_stock_past_holds, (variant.pk, -8))) as (buyer, staff):
        buyer.start()
        buyer.wait_paused()
        staff.start()
        staff.wait_settled()
        buyer.resume()
        assert (buyer.result(), staff.result()) == ("added", "StockWouldBeNegative")
    assert stock(variant) == (7, 3)


def store_in_the_middle_of_an_add(guest: Owner, variant: ProductVariant, storing: Actor) -> tuple[int, Cart]:
    cart = add(guest, variant, 2)
    cart.recalculate_total()
    adding = Actor(buy, (name_of(guest), variant.pk, 1), pause_after="cart.services.writing.take")
    with cast(adding, storing) as (buyer, worker):
        buyer.start()
        buyer.wait_paused()
        worker.start()
        worker.wait_settled()
        buyer.resume()
        assert buyer.result() == "added"
        stored = worker.result()
    cart.refresh_from_db()
    return stored, cart


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_total_of_before_the_add_is_not_stored(guest: Owner, variant: ProductVariant) -> None:
    stored, cart = store_in_the_middle_of_an_add(guest, variant, Actor(store_total))
    assert stored == 0
    assert (cart.total_price, cart.totals_version, cart.version) == (Decimal("5.00"), 1, 2)


def test_control_a_sum_in_the_update_is_of_before_the_add_and_claims_to_be_current(
    guest: Owner, variant: ProductVariant
) -> None:
    wrong = Actor(store_total, without=guards_out.total_is_summed_in_the_update)
    stored, cart = store_in_the_middle_of_an_add(guest, variant, wrong)
    assert stored == 1
    assert (cart.total_price, cart.totals_version, cart.version) == (Decimal("5.00"), 2, 2)
    assert "a stored total that claims to be current is the sum of the lines" in broken_rules()
