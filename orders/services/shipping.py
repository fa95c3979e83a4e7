"""Sending an order out."""

from django.contrib.auth.models import User

from core.transactions import command
from orders.locks import lock_order
from orders.models import Order
from orders.services.moving import move
from orders.states import State


@command
def ship_order(*, order_id: int, actor: User | None = None, note: str = "") -> Order:
    """Note that a paid order has left the house; the customer is told by mail. One that has left already is left so.

    Arguments: who sent it; a note for the customer, such as the number of the parcel.
    Raises TransitionRefused, OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state != State.SHIPPED:
        move(order, State.SHIPPED, actor=actor, note=note)
    return order
