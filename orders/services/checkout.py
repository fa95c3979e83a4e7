"""The first step of a checkout: who it is for, and where it goes."""

from collections.abc import Collection
from dataclasses import asdict

from cart.errors import CartClosed
from cart.locks import lock_carts
from cart.models import Cart
from core.transactions import command
from orders.errors import DeliveryUnavailable, LastDeliveryMethod
from orders.locks import lock_offered_delivery_methods, share_delivery_method
from orders.models import Checkout, DeliveryMethod
from orders.models.checkouts import CUSTOMER_FIELDS, Customer
from orders.signals import checkout_started


@command
def save_delivery_method(*, method: DeliveryMethod, fields: Collection[str]) -> None:
    """Make a new one, or write these fields of one. Raises LastDeliveryMethod: one at least stays on offer."""
    if method._state.adding:
        method.save()
        return
    if not method.is_active:
        _keep_one(method)
    method.save(update_fields=fields)


@command
def delete_delivery_method(*, method: DeliveryMethod) -> None:
    """Delete one. Shoppers who had chosen it choose again. Raises LastDeliveryMethod."""
    _keep_one(method)
    method.delete()


def _keep_one(method: DeliveryMethod) -> None:
    offered = [other.pk for other in lock_offered_delivery_methods()]
    if offered == [method.pk]:
        raise LastDeliveryMethod


@command
def save_checkout(*, cart_id: int, customer: Customer, delivery_method_id: int) -> Checkout:
    """Keep, or replace, what the shopper filled in. The cart, its holds and its version stay as they are.

    Raises CartClosed, DeliveryUnavailable, Busy.
    """
    # Locked, so that a merge or an order of this cart cannot leave the row of a cart that is closed behind.
    cart = next(iter(lock_carts([cart_id])), None)
    if cart is None or cart.status != Cart.Status.OPEN:
        raise CartClosed
    # Shared, since the foreign key is looked at with the commit alone: deleted until then, it would be an error.
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


def drop_left_checkouts() -> int:
    """Delete what was filled in for carts that are closed by now: nobody needs the address. Returns how many."""
    return Checkout.objects.exclude(cart__status=Cart.Status.OPEN).delete()[0]
