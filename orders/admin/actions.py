"""`ACTIONS`, what staff can do with an order, each offered in the states from which it is possible."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from core.text import counted, money
from orders.admin.address_form import AddressForm
from orders.admin.forms import ActionForm, CancelForm, CommentForm, MistakeForm, MoneyForm, ReasonForm
from orders.admin.shipping_forms import DeliveredForm, ReturnForm, ShipForm
from orders.documents import is_to_invoice, issue_on_demand
from orders.models import Order
from orders.selectors import left_to_refund, payment_to_record, payments_to_withdraw
from orders.services import (
    cancel_order,
    change_address,
    comment_on_order,
    note_delivered,
    record_payment,
    refund_order,
    return_lines,
    ship_order,
    withdraw_payment,
)
from orders.states import NEXT, State

MOST_AT_ONCE = 200  # each one is a transaction, and a line on a page


@dataclass(frozen=True)
class OrderAction:
    """An action on an order, with a page that asks first.

    `consequence` says beforehand what will happen. `act` gets the order, the form's clean data and the user, and
    returns what was done. `is_open` tells whether the action is offered for an order.
    """

    title: str
    button: str
    form: type[ActionForm]
    consequence: Callable[[Order], str]
    act: Callable[[Order, dict[str, Any], User], str]
    is_open: Callable[[Order], bool]
    is_grave: bool = False


def leads_to(state: State) -> Callable[[Order], bool]:
    """Return a test of whether an order can go from its state to this one."""
    return lambda order: state in NEXT[State(order.state)]


def open_actions(order: Order) -> list[str]:
    """The names of the actions that are possible with the order now. 3 queries at most."""
    return [name for name, action in ACTIONS.items() if action.is_open(order)]


def _record(order: Order, said: dict[str, Any], actor: User) -> str:
    payment = record_payment(payment_id=said["payment"], amount=said["amount"], actor=actor)
    order.refresh_from_db()
    if order.refunds.filter(payment=payment).exists():
        return f"{money(payment.amount)} came and must go back: it is among the refunds that are due."
    return f"{money(payment.amount)} came; {order} is paid."


def _money_consequence(order: Order) -> str:
    if order.state != State.PLACED:
        return f"{order} is {order.get_state_display().lower()} and waits for no money: what came becomes a refund."
    return (
        f"{money(order.total)} are asked for: so much pays the order. Any other amount becomes a refund of all that "
        "came, and the order waits for the right one."
    )


def _withdraw(order: Order, said: dict[str, Any], actor: User) -> str:
    payment_id, recorded_at = said["note"]
    withdraw_payment(payment_id=payment_id, recorded_at=recorded_at, reason=said["reason"], actor=actor)
    order.refresh_from_db()
    waits = f" {order} waits for its money: note what came with “Money came”." if order.state == State.PLACED else ""
    return f"The note is withdrawn.{waits}"


def _ship(order: Order, said: dict[str, Any], actor: User) -> str:
    kept = ("units", "seen", "carrier", "tracking_number")
    more = {name: said[name] for name in kept if name in said}
    shipped = ship_order(order_id=order.pk, actor=actor, note=said["reason"], **more)
    if shipped.state == State.SHIPPED:
        return f"{order} is shipped; the customer is told by e-mail."
    left = counted(sum(said["units"].values()), "unit has", "units have")
    return f"{left} left; the customer is told by e-mail. {order} stays paid until the rest leaves."


def _delivered(order: Order, said: dict[str, Any], actor: User) -> str:
    note_delivered(order_id=order.pk, days=said["days"], actor=actor)
    return "Noted. The period in which the customer may withdraw is counted from the last of these days."


def _change_address(order: Order, said: dict[str, Any], actor: User) -> str:
    change_address(order_id=order.pk, address=said["address"], seen=said["seen"], actor=actor)
    return "The address is as you wrote it. If it is new, the customer is told by e-mail."


def _cancel(order: Order, said: dict[str, Any], actor: User) -> str:
    cancel_order(order_id=order.pk, actor=actor, note=said["reason"])
    return f"{order} is cancelled and its units are back on the shelf; the customer is told by e-mail."


def _refund(order: Order, said: dict[str, Any], actor: User) -> str:
    refund_order(order_id=order.pk, actor=actor, reason=said["reason"])
    return f"{order} is refunded. The money is among the refunds that are due: note there when it was sent."


def _refund_consequence(order: Order) -> str:
    units = "Its units stay with the customer"
    if order.state == State.PAID:
        has_left = order.shipments.exists()
        units = "Units that have not left go back to the shelf" if has_left else "Its units go back to the shelf"
        units += ", those that have left stay with the customer" if has_left else ""
    return f"{money(left_to_refund(order))} become due as a refund. {units}. It cannot be undone."


def _return(order: Order, said: dict[str, Any], actor: User) -> str:
    units = said["units"]
    return_lines(
        order_id=order.pk,
        units=units,
        sent_back=said["sent_back"],
        reason=said["reason"],
        actor=actor,
        seen=said["seen"],
    )
    back = counted(sum(units.values()), "unit is", "units are")
    return f"{back} back on the shelf, and the money is among the refunds that are due."


def _comment(order: Order, said: dict[str, Any], actor: User) -> str:
    comment_on_order(order_id=order.pk, comment=said["comment"], actor=actor)
    return "The comment is in the timeline."


# For every order, whatever its state, so it is not among the steps of `ACTIONS`.
COMMENT = OrderAction(
    title="Comment",
    button="Write it",
    form=CommentForm,
    consequence=lambda order: "It is added to the timeline, with your name. It cannot be changed.",
    act=_comment,
    is_open=lambda order: True,
)


def _invoice(order: Order, said: dict[str, Any], actor: User) -> str:
    issued = issue_on_demand(order_id=order.pk, actor=actor)
    numbers = ", ".join(document.number for document in issued)
    return f"Issued: {numbers}. In a moment the PDF is here, and the customer has it by e-mail."


# What is done with an order next, if all goes well.
NEXT_ACTIONS = {State.PLACED: "money", State.PAID: "ship"}

ACTIONS = {
    "money": OrderAction(
        title="Money came",
        button="Note it",
        form=MoneyForm,
        consequence=_money_consequence,
        act=_record,
        is_open=lambda order: payment_to_record(order) is not None,
    ),
    "mistake": OrderAction(
        title="Noted by mistake",
        button="Withdraw the note",
        form=MistakeForm,
        consequence=lambda order: (
            "For money that never came, or came for another order. A refund that the note made is withdrawn with it. "
            "An order that it paid waits for its money again. The customer gets no e-mail."
        ),
        act=_withdraw,
        is_open=lambda order: payments_to_withdraw(order).exists(),
    ),
    "ship": OrderAction(
        title="Ship",
        button="It has left",
        form=ShipForm,
        consequence=lambda order: (
            "The customer gets an e-mail with what has left, the link to track it, and the note. If only a part leaves "
            "now, write how many units of each line; the rest waits."
        ),
        act=_ship,
        is_open=leads_to(State.SHIPPED),
    ),
    "delivered": OrderAction(
        title="Delivered",
        button="Note it",
        form=DeliveredForm,
        consequence=lambda order: (
            "The period in which the customer may withdraw begins when the last parcel has come. A parcel of which it "
            f"is not known counts as delivered {settings.SHOP_LONGEST_DELIVERY_DAYS} days after it left."
        ),
        act=_delivered,
        is_open=lambda order: getattr(order, "has_left", False),
    ),
    "take_back": OrderAction(
        title="Take units back",
        button="Take them back",
        form=ReturnForm,
        consequence=lambda order: (
            "The units go back to the shelf, and what they cost becomes due as a refund; with "
            "the last unit of the order the delivery too."
        ),
        act=_return,
        is_open=leads_to(State.REFUNDED),
    ),
    "invoice": OrderAction(
        title="Issue the invoice",
        button="Issue it",
        form=ActionForm,
        consequence=lambda order: (
            "It gets the next number of today, and so do credit notes of what was refunded. The customer gets each by "
            "e-mail. It cannot be undone. Orders get their invoices by themselves; this is for orders from before that."
        ),
        act=_invoice,
        is_open=is_to_invoice,
    ),
    "address": OrderAction(
        title="Change the address",
        button="Change it",
        form=AddressForm,
        consequence=lambda order: (
            "The customer gets an e-mail with the new address. The price agreed on stays, also where delivery or tax "
            "to another country cost something else. The shop must deliver to that country."
        ),
        act=_change_address,
        is_open=lambda order: order.state in {State.PLACED, State.PAID} and not getattr(order, "has_left", False),
    ),
    "cancel": OrderAction(
        title="Cancel",
        button="Cancel the order",
        form=CancelForm,
        consequence=lambda order: (
            "All of its units go back to the shelf, and the customer gets an e-mail with the note. It cannot be undone."
        ),
        act=_cancel,
        is_open=leads_to(State.CANCELLED),
        is_grave=True,
    ),
    "refund": OrderAction(
        title="Refund",
        button="Refund the order",
        form=ReasonForm,
        consequence=_refund_consequence,
        act=_refund,
        is_open=leads_to(State.REFUNDED),
        is_grave=True,
    ),
}
