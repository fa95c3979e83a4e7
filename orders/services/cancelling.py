"""Orders that end before they are paid: their units go back, once, however often it is asked."""

from django.contrib.auth.models import User

from core.transactions import command
from inventory.selling import take_back_units
from orders.locks import lock_order, lock_overdue_orders
from orders.models import Order
from orders.services.moving import move
from orders.signals import units_refunded
from orders.states import State

_BATCH = 50


@command
def cancel_order(*, order_id: int, actor: User | None = None, note: str = "") -> Order:
    """Cancel an order that was not paid, and give all of its units back. One that is cancelled already is left so.

    Arguments: who does it, None for the customer; why, for people.
    Raises TransitionRefused (it is paid: refund it), OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state != State.CANCELLED:
        _cancel(order, actor=actor, note=note)
    return order


def cancel_overdue_orders() -> int:
    """Cancel the orders whose time to pay is over, in short transactions. Returns how many."""
    cancelled = 0
    while batch := _cancel_batch():
        cancelled += batch
    return cancelled


@command
def _cancel_batch() -> int:
    orders = lock_overdue_orders(most=_BATCH)
    for order in orders:
        _cancel(order, actor=None, note="Not paid in time")
    return len(orders)


def _cancel(order: Order, *, actor: User | None, note: str) -> None:
    move(order, State.CANCELLED, actor=actor, note=note)
    lines = list(order.lines.all())
    units = {line.variant_id: line.quantity for line in lines}
    take_back_units(units, reason="Order cancelled", cause=f"order {order.number}", actor=actor)
    units_refunded.send(sender=Order, order=order, units=[(line, line.quantity) for line in lines])
