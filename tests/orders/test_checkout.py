"""What was filled in on the way to an order: kept with an open cart, and with no other."""

import uuid
from dataclasses import replace

import pytest

from cart.errors import CartClosed
from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.errors import DeliveryUnavailable
from orders.models import Checkout, DeliveryMethod
from orders.services import drop_left_checkouts, save_checkout
from tests.support.ordering import ADA
from tests.support.shopping import add, nothing_changes


def test_it_is_kept_and_replaced(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant)
    for customer in (ADA, replace(ADA, city="York")):
        save_checkout(cart_id=cart.pk, customer=customer, delivery_method_id=delivery.pk)
    assert Checkout.objects.get().customer.city == "York"


def test_a_closed_cart_gets_none(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant)
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.MERGED)
    with pytest.raises(CartClosed):
        save_checkout(cart_id=cart.pk, customer=ADA, delivery_method_id=delivery.pk)
    assert not Checkout.objects.exists()
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.OPEN)


def test_a_delivery_that_is_not_offered_is_refused(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    cart = add(guest, variant)
    DeliveryMethod.objects.filter(pk=delivery.pk).update(is_active=False)
    with nothing_changes(), pytest.raises(DeliveryUnavailable):
        save_checkout(cart_id=cart.pk, customer=ADA, delivery_method_id=delivery.pk)


def test_addresses_of_closed_carts_are_dropped(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    """A guest's cart goes into a customer's at log-in; nobody asks for what was typed into it again."""
    kept, left = add(guest, variant), Cart.objects.create(guest_token=uuid.uuid4())
    for cart in (kept, left):
        save_checkout(cart_id=cart.pk, customer=ADA, delivery_method_id=delivery.pk)
    Cart.objects.filter(pk=left.pk).update(status=Cart.Status.ABANDONED)
    assert [drop_left_checkouts(), drop_left_checkouts()] == [1, 0]
    assert Checkout.objects.get().cart_id == kept.pk
