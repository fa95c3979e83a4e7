"""`transition` between the states of `orders.states`, with its log; cancelling, and comments."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import F

from core.text import date_and_time
from core.transactions import command
from inventory.services.holds import take_back_units
from orders.errors import DoneAlready, TransitionRefused
from orders.locks import lock_order, lock_overdue_orders
from orders.models import By, Order, OrderTransition, Refund
from orders.services.payment_pages import close_pages
from orders.signals import order_moved, units_refunded
from orders.states import NEXT, State


def log_action(row: Order | Refund, *, actor: User | None, said: str) -> None:
    """Write a line in the admin log, if staff acted. What customers, payments or the clock did is in the order's own
    log.
    """
    if actor is not None:
        LogEntry.objects.log_actions(actor.pk, [row], CHANGE, said)


def log_deed(order: Order, *, actor: User | None, note: str, by: By | None = None) -> OrderTransition:
    """Write an entry in the log of a locked order that does not change its state. Customers do not read it.

    Arguments: what was done; who did it: staff, or else `by`. Returns the entry.
    """
    entry = _write_entry(order, was=State(order.state), actor=actor, by=by, note=note)
    log_action(order, actor=actor, said=note)
    return entry


@command
def comment_on_order(*, order_id: int, comment: str, actor: User) -> None:
    """Write a comment for colleagues in an order's log, once if it is sent twice. Raises OrderNotFound, Busy."""
    order = lock_order(order_id)
    note = f"Comment: {comment}"
    last = order.transitions.last()
    if last is None or (last.actor_id, last.note) != (actor.pk, note):
        log_deed(order, actor=actor, note=note)


def transition(order: Order, state: State, *, actor: User | None, by: By | None = None, note: str = "") -> None:
    """Move a locked order to a state and log it. Arguments: who did it, staff or else `by`; and why.

    Raises TransitionRefused for a transition that is not in the table.
    """
    was = State(order.state)
    if state not in NEXT[was]:
        raise TransitionRefused(state=was, wanted=state)
    order.state = state
    order.save(update_fields=["state"])
    _write_entry(order, was=was, actor=actor, by=by, note=note)
    why = f": {note}" if note else ""
    log_action(order, actor=actor, said=f"{was.label} → {state.label}{why}")
    order_moved.send(sender=Order, order=order, state=state, actor=actor)


def _write_entry(order: Order, *, was: State, actor: User | None, by: By | None, note: str) -> OrderTransition:
    who = By.STAFF if actor else by or ""
    return OrderTransition.objects.create(
        order=order, from_state=was, to_state=order.state, note=note, actor=actor, by=who
    )


def allow_repeat(entry: OrderTransition | None, *, actor: User | None, note: str | None = None) -> None:
    """Allow a request that was carried out before to come again, such as a double click; it changes nothing.

    Arguments: the entry that it wrote in the order's log; who asks now, None for customers and programs; the note, if
    there is one. Raises DoneAlready where a member of staff asks for what somebody else did, or did with another note.
    """
    if actor is None or entry is None:
        return
    if entry.actor_id != actor.pk or note not in (None, entry.note):
        when = date_and_time(entry.created_at)
        raise DoneAlready(who=entry.who, when=when, note=entry.note if note is not None else "", unused=note or "")


def last_step(order: Order) -> OrderTransition | None:
    """Return the entry of the transition to the order's state. 1 query."""
    return order.transitions.exclude(from_state=F("to_state")).select_related("actor").last()


_BATCH = 50


@command
def cancel_order(*, order_id: int, actor: User | None = None, note: str = "") -> Order:
    """Cancel an order that is not paid, and return all of its units to stock. A cancelled one stays as it is.

    Arguments: who cancels it, None for the customer; the reason, for people.
    Raises DoneAlready (staff cancel what somebody else cancelled), TransitionRefused (it is paid: refund it),
    OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state == State.CANCELLED:
        allow_repeat(last_step(order), actor=actor, note=note)
    else:
        _cancel(order, actor=actor, by=By.CUSTOMER, note=note)
    return order


def cancel_overdue_orders() -> int:
    """Cancel the orders that were not paid in time, 50 in a transaction. Returns how many."""
    cancelled = 0
    while batch := _cancel_batch():
        cancelled += batch
    return cancelled


@command
def _cancel_batch() -> int:
    orders = lock_overdue_orders(most=_BATCH)
    for order in orders:
        _cancel(order, actor=None, by=By.CLOCK, note="Not paid in time")
    return len(orders)


def _cancel(order: Order, *, actor: User | None, by: By, note: str) -> None:
    transition(order, State.CANCELLED, actor=actor, by=by, note=note)
    close_pages(order)
    lines = list(order.lines.all())
    units = {line.variant_id: line.quantity for line in lines}
    take_back_units(units, reason="Order cancelled", cause=f"order {order.number}", actor=actor)
    units_refunded.send(sender=Order, order=order, units=[(line, line.quantity) for line in lines])
