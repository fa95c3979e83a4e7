"""The steps that all commands on an order share, each a line in its log: from state to state, by the table, or none."""

from django.contrib.auth.models import User

from orders.errors import TransitionRefused
from orders.models import Order, OrderTransition
from orders.services.logbook import note_deed
from orders.signals import order_moved
from orders.states import NEXT, State


def note_step(order: Order, *, actor: User, note: str) -> None:
    """Write a line in a locked order's log that leaves it in its state."""
    OrderTransition.objects.create(order=order, from_state=order.state, to_state=order.state, note=note, actor=actor)
    note_deed(order, actor=actor, said=note)


def move(order: Order, state: State, *, actor: User | None, note: str = "") -> None:
    """Bring a locked order to a state. Arguments: who did it (None: customer, payment or clock), and why.

    Raises TransitionRefused for what is not in the table.
    """
    was = State(order.state)
    if state not in NEXT[was]:
        raise TransitionRefused(state=was, wanted=state)
    order.state = state
    order.save(update_fields=["state"])
    OrderTransition.objects.create(order=order, from_state=was, to_state=state, note=note, actor=actor)
    why = f": {note}" if note else ""
    note_deed(order, actor=actor, said=f"{was.label} → {state.label}{why}")
    order_moved.send(sender=Order, order=order, state=state, actor=actor)
