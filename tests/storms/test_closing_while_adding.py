"""A guest comes back at the moment when their cart is closed as abandoned."""

import pytest

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.storms.actors import buy, close_abandoned, name_of
from tests.storms.harness import Actor, cast
from tests.support.shopping import add, held, hold, leave, stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


def test_a_cart_that_is_touched_while_the_closing_waits_for_it_stays_open(
    guest: Owner, variant: ProductVariant
) -> None:
    line = held(guest, variant, 2)
    leave(line.cart)
    adding = Actor(buy, (name_of(guest), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
    with cast(adding, Actor(close_abandoned)) as (buyer, closer):
        buyer.start()
        buyer.wait_paused()
        closer.start()
        assert closer.wait_settled() is True
        buyer.resume()
        assert (buyer.result(), closer.result()) == ("added", 0)
    assert hold(line) == (3, 3)
    assert Cart.objects.get().status == "open"


def test_an_add_that_waits_for_the_closing_opens_a_new_cart(guest: Owner, variant: ProductVariant) -> None:
    leave(add(guest, variant, 2))
    closing = Actor(close_abandoned, pause_after="cart.services.sweeps.lock_lines")
    with cast(closing, Actor(buy, (name_of(guest), variant.pk))) as (closer, buyer):
        closer.start()
        closer.wait_paused()
        buyer.start()
        assert buyer.wait_settled() is True
        closer.resume()
        assert (closer.result(), buyer.result()) == (1, "added")
    assert stock(variant) == (9, 1)
    assert sorted(Cart.objects.values_list("status", flat=True)) == ["abandoned", "open"]
