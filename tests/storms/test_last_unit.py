"""Fifty buyers want one unit."""

from collections import Counter
from collections.abc import Callable

import pytest

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import buy, name_of
from tests.storms.harness import Actor, cast, storm
from tests.support.invariants import broken_rules
from tests.support.shopping import stock

BUYERS = 50

pytestmark = pytest.mark.django_db(transaction=True)
Guests = Callable[[int], list[Owner]]


def buy_at_once(guests: Guests, variant: ProductVariant, without: Callable[[], None] | None = None) -> Counter[str]:
    actors = [Actor(buy, (name_of(guest), variant.pk), without=without) for guest in guests(BUYERS)]
    return Counter(storm(actors))


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_the_last_unit_is_held_once(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(1)
    assert buy_at_once(guests, variant) == {"added": 1, "InsufficientStock": BUYERS - 1}
    assert stock(variant) == (0, 1)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_seven_units_are_held_by_seven(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(7)
    assert buy_at_once(guests, variant) == {"added": 7, "InsufficientStock": BUYERS - 7}
    assert stock(variant) == (0, 7)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_who_saw_the_last_unit_and_comes_too_late_has_written_nothing(
    guests: Guests, make_variant: MakeVariant
) -> None:
    """The line is written after a look at the stock without a lock. Only the UPDATE after it takes the units."""
    variant = make_variant(1)
    late, quick = guests(2)
    looking = Actor(buy, (name_of(late), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
    with cast(looking, Actor(buy, (name_of(quick), variant.pk))) as (looker, buyer):
        looker.start()
        looker.wait_paused()
        buyer.start()
        assert buyer.result() == "added"
        looker.resume()
        assert looker.result() == "InsufficientStock"
    assert stock(variant) == (0, 1)
    assert [line.cart.guest_token for line in CartItem.objects.select_related("cart")] == [quick.guest_token]
    assert [row.payload["name"] for row in OutboxRow.objects.filter(effect="record_analytics").order_by("pk")] == [
        "add_to_cart",
        "stock_shortage",
    ]


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_who_saw_a_variant_that_is_taken_off_sale_meanwhile_has_written_nothing(
    guest: Owner, variant: ProductVariant
) -> None:
    looking = Actor(buy, (name_of(guest), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
    with cast(looking) as (looker,):
        looker.start()
        looker.wait_paused()
        ProductVariant.objects.update(is_active=False)
        looker.resume()
        assert looker.result() == "VariantUnavailable"
    assert stock(variant) == (10, 0)
    assert not CartItem.objects.exists()


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_whose_line_is_written_keeps_nobody_waiting(guests: Guests, variant: ProductVariant) -> None:
    """A variant is locked only during the commit, so buyers of the same variant wait for nothing else."""
    first, second = guests(2)
    writing = Actor(buy, (name_of(first), variant.pk), pause_after="cart.services.writing.save_settled")
    with cast(writing, Actor(buy, (name_of(second), variant.pk))) as (writer, buyer):
        writer.start()
        writer.wait_paused()
        buyer.start()
        assert buyer.result() == "added"
        writer.resume()
        assert writer.result() == "added"
    assert stock(variant) == (8, 2)


def test_control_a_read_then_a_write_sells_one_unit_to_all(guests: Guests, make_variant: MakeVariant) -> None:
    variant = make_variant(1)
    assert buy_at_once(guests, variant, guards_out.stock_is_read_then_written) == {"added": BUYERS}
    assert "reserved of a variant is the sum of what its lines hold" in broken_rules()
