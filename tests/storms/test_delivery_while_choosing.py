"""Staff delete a delivery method, or withdraw it, at the moment when a shopper chooses it."""

from collections.abc import Callable
from typing import Any

import pytest

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod
from tests.storms.harness import Actor, cast
from tests.storms.staff_order_actors import choose_delivery, delete_delivery, deliveries_are_not_shared, switch_off
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)

SHARED = "orders.services.checkout.share_delivery_method"
LOCKED = "orders.services.checkout.lock_offered_delivery_methods"


@pytest.fixture
def van(db: None) -> DeliveryMethod:
    """One of two delivery methods."""
    DeliveryMethod.objects.all().delete()
    DeliveryMethod.objects.create(name="Bicycle", price=1)
    return DeliveryMethod.objects.create(name="Van", price=1)


@pytest.fixture
def cart(guest: Owner, variant: ProductVariant) -> Cart:
    return add(guest, variant)


@pytest.mark.parametrize(("take_off", "done", "left"), [(delete_delivery, "deleted", None), (switch_off, "off", "Van")])
def test_a_choice_that_is_under_way_is_waited_for(
    cart: Cart, van: DeliveryMethod, take_off: Callable[..., Any], done: str, left: str | None
) -> None:
    """And cleared afterwards: a shopper whose delivery method is deleted must choose again, and staff see no error."""
    choosing = Actor(choose_delivery, (cart.pk, van.pk), pause_after=SHARED)
    with cast(choosing, Actor(take_off, (van.pk,))) as (shopper, staff):
        shopper.start()
        shopper.wait_paused()
        staff.start()
        assert staff.wait_settled() is True
        shopper.resume()
        assert (shopper.result(), staff.result()) == ("chosen", done)
    chosen = Checkout.objects.get().delivery_method
    assert (chosen.name if chosen else None) == left
    assert not DeliveryMethod.objects.filter(name="Van", is_active=True).exists()


@pytest.mark.parametrize(("take_off", "done"), [(delete_delivery, "deleted"), (switch_off, "off")])
def test_who_chooses_what_is_just_taken_off_waits_and_is_told(
    cart: Cart, van: DeliveryMethod, take_off: Callable[..., Any], done: str
) -> None:
    taking_off = Actor(take_off, (van.pk,), pause_after=LOCKED)
    with cast(taking_off, Actor(choose_delivery, (cart.pk, van.pk))) as (staff, shopper):
        staff.start()
        staff.wait_paused()
        shopper.start()
        assert shopper.wait_settled() is True
        staff.resume()
        assert (staff.result(), shopper.result()) == (done, "DeliveryUnavailable")
    assert not Checkout.objects.exists()


def test_shoppers_choose_the_same_way_together(
    van: DeliveryMethod, guests: Callable[[int], list[Owner]], variant: ProductVariant
) -> None:
    first, second = (add(owner, variant) for owner in guests(2))
    slow = Actor(choose_delivery, (first.pk, van.pk), pause_after=SHARED)
    with cast(slow, Actor(choose_delivery, (second.pk, van.pk))) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        assert other.result() == "chosen"
        one.resume()
        assert one.result() == "chosen"


def test_control_without_the_shared_lock_the_choice_is_an_error(cart: Cart, van: DeliveryMethod) -> None:
    choosing = Actor(choose_delivery, (cart.pk, van.pk), without=deliveries_are_not_shared, pause_after=SHARED)
    with cast(choosing, Actor(delete_delivery, (van.pk,))) as (shopper, staff):
        shopper.start()
        shopper.wait_paused()
        staff.start()
        assert staff.result() == "deleted"
        shopper.resume()
        assert shopper.result() == "IntegrityError"
