"""Before the order: the delivery methods on offer, and what the shopper filled in at checkout."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from cart.errors import CartClosed
from cart.locks import lock_carts
from cart.models import Cart
from core.transactions import command
from orders.errors import DeliveryUnavailable, LastDeliveryMethod
from orders.locks import lock_offered_delivery_methods, share_delivery_method
from orders.models import Checkout, DeliveryMethod
from orders.models.addresses import CUSTOMER_FIELDS, Customer
from orders.signals import checkout_started


@command
def save_delivery_method(*, method: DeliveryMethod, fields: Collection[str]) -> None:
    """Insert a new delivery method, or write these fields of an existing one.

    Orders keep a copy of their method, so no change reaches them.
    Raises LastDeliveryMethod where it would leave none on offer, and Busy.
    """
    if method._state.adding:
        method.save()
        return
    if not method.is_active:
        _refuse_last(method)
    method.save(update_fields=fields)


@command
def delete_delivery_method(*, method: DeliveryMethod) -> None:
    """Delete a delivery method. Shoppers who had chosen it have to choose again.

    Raises LastDeliveryMethod where it is the only one on offer, and Busy.
    """
    _refuse_last(method)
    method.delete()


def _refuse_last(method: DeliveryMethod) -> None:
    offered = [other.pk for other in lock_offered_delivery_methods()]
    if offered == [method.pk]:
        raise LastDeliveryMethod


@command
def save_checkout(*, cart_id: int, customer: Customer, delivery_method_id: int) -> Checkout:
    """Insert or replace what the shopper filled in, and return it. The cart, its holds and its version do not change.

    Raises CartClosed, DeliveryUnavailable, Busy.
    """
    # Locked, so that no checkout remains of a cart that a merge or an order closes at the same time.
    cart = next(iter(lock_carts([cart_id])), None)
    if cart is None or cart.status != Cart.Status.OPEN:
        raise CartClosed
    # PostgreSQL checks the foreign key at COMMIT. Without this lock, a method deleted before that would be an error.
    delivery = share_delivery_method(delivery_method_id)
    if delivery is None:
        raise DeliveryUnavailable
    checkout = Checkout(cart=cart, delivery_method=delivery, **asdict(customer))
    Checkout.objects.bulk_create(
        [checkout],
        update_conflicts=True,
        unique_fields=["cart"],
        update_fields=[*CUSTOMER_FIELDS, "delivery_method"],
    )
    checkout_started.send(sender=Checkout, cart_id=cart_id)
    return checkout


def bring_checkout(sender: Any, guest_cart_id: int, cart_id: int, **kwargs: Any) -> None:
    """Receiver of `carts_merged`: what a guest filled in comes along, unless the customer's cart has a checkout."""
    if not Checkout.objects.filter(cart_id=cart_id).exists():
        Checkout.objects.filter(cart_id=guest_cart_id).update(cart_id=cart_id)


def drop_left_checkouts() -> int:
    """Delete the checkouts of carts that are not open any more: nobody needs the address. Returns how many."""
    return Checkout.objects.exclude(cart__status=Cart.Status.OPEN).delete()[0]
