"""Outbox rows after changes of orders: events, e-mails, counts of goods and customers, invoices and credit notes."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from analytics.events import event_intent
from delivery.models import Delivery
from delivery.signals import delivery_accepted
from orders.emails import EmailKind
from orders.models import Document, Order, OrderLine, OrderTransition, Payment, Refund, Shipment
from orders.payments import channel
from orders.signals import (
    address_changed,
    checkout_started,
    documents_issued,
    order_moved,
    order_placed,
    payment_refused,
    refund_sent,
    units_refunded,
    units_returned,
    units_shipped,
)
from orders.states import State
from outbox.intents import Intent, enqueue

_EMAILS = {
    State.PAID: EmailKind.PAID,
    State.CANCELLED: EmailKind.CANCELLED,
    State.REFUNDED: EmailKind.REFUNDED,
}


def connect() -> None:
    """Connect every receiver once."""
    checkout_started.connect(checkout_has_started, dispatch_uid="workers.checkout_has_started")
    order_placed.connect(order_was_placed, dispatch_uid="workers.order_was_placed")
    order_moved.connect(order_has_moved, dispatch_uid="workers.order_has_moved")
    units_refunded.connect(units_were_refunded, dispatch_uid="workers.units_were_refunded")
    address_changed.connect(address_was_changed, dispatch_uid="workers.address_was_changed")
    units_shipped.connect(units_were_shipped, dispatch_uid="workers.units_were_shipped")
    units_returned.connect(units_were_returned, dispatch_uid="workers.units_were_returned")
    refund_sent.connect(refund_was_sent, dispatch_uid="workers.refund_was_sent")
    payment_refused.connect(payment_was_refused, dispatch_uid="workers.payment_was_refused")
    documents_issued.connect(documents_were_issued, dispatch_uid="workers.documents_were_issued")
    delivery_accepted.connect(refund_was_accepted, dispatch_uid="workers.refund_was_accepted")


def checkout_has_started(sender: Any, cart_id: int, **kwargs: Any) -> None:
    """A shopper filled in the delivery address. However often they do, it is one event of the cart."""
    event_id = uuid.uuid5(uuid.NAMESPACE_OID, f"begin_checkout:{cart_id}")
    enqueue([event_intent("begin_checkout", event_id, cart_id=cart_id)], event_id=event_id)


def order_was_placed(sender: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
    """An order was placed: one purchase event a line, counts of goods and customer, e-mail, invoice."""
    purchases = [_line_event("purchase", order, line, line.quantity) for line in lines]
    enqueue(
        [
            *purchases,
            _units_sold(order),
            _related(order),
            _customer(order),
            _email(order, EmailKind.PLACED),
            _documents(order, invoice=True),
        ]
    )


def order_has_moved(sender: Any, order: Order, state: State, **kwargs: Any) -> None:
    """An order changed its state. The customer gets an e-mail for the states in _EMAILS, and once paid an invoice."""
    kind = _EMAILS.get(state)
    invoice = [_documents(order, invoice=True)] if state == State.PAID else []
    enqueue([_customer(order), *([_email(order, kind)] if kind else []), *invoice])


def units_were_refunded(sender: Any, order: Order, units: Sequence[tuple[OrderLine, int]], **kwargs: Any) -> None:
    """Units of an order were cancelled, refunded or returned."""
    refunds = [_line_event("refund", order, line, count) for line, count in units]
    enqueue([*refunds, _units_sold(order), _related(order), _customer(order), _documents(order, invoice=False)])


def units_were_shipped(sender: Any, order: Order, shipment: Shipment, **kwargs: Any) -> None:
    """A parcel left, and its e-mail tells of it."""
    enqueue([_email(order, EmailKind.SHIPPED, about=shipment.pk)])


def units_were_returned(
    sender: Any,
    order: Order,
    entry: OrderTransition,
    units: Sequence[tuple[OrderLine, int]],
    refund: Refund | None,
    **kwargs: Any,
) -> None:
    """Units came back. With the last ones the e-mail of the refunded order tells of it."""
    if order.state != State.REFUNDED:
        counts = {str(line.pk): count for line, count in units}
        amount = str(refund.amount) if refund else "0"
        enqueue([_email(order, EmailKind.RETURNED, about=entry.pk, units=counts, amount=amount)])


def refund_was_sent(sender: Any, refund: Refund, **kwargs: Any) -> None:
    """The money of a refund went back."""
    enqueue([_email(refund.order, EmailKind.MONEY_SENT, about=refund.pk)])


def address_was_changed(sender: Any, order: Order, entry: OrderTransition, **kwargs: Any) -> None:
    """Staff changed where an order goes, and the customer reads the new address."""
    enqueue([_email(order, EmailKind.ADDRESS_CHANGED, about=entry.pk)])


def payment_was_refused(sender: Any, payment: Payment, **kwargs: Any) -> None:
    """A payment was refused. Its e-mail is written only if it is still refused then."""
    enqueue([_email(payment.order, EmailKind.PAYMENT_REFUSED, about=payment.pk)])


def documents_were_issued(sender: Any, documents: Sequence[Document], **kwargs: Any) -> None:
    """Documents have their numbers, and need their PDFs."""
    enqueue(Intent("render_documents", key=document.pk) for document in documents)


def _documents(order: Order, *, invoice: bool) -> Intent:
    return Intent("issue_documents", key=order.pk, payload={"invoice": invoice})


def refund_was_accepted(sender: Any, delivery: Delivery, answer: str | None, **kwargs: Any) -> None:
    """A provider took a refund. An effect, since the refund may be locked just now."""
    if (delivery.channel, delivery.kind) == (channel.NAME, channel.REFUND):
        refund_id = delivery.dedupe_key.partition(":")[2]
        enqueue([Intent("note_refund_accepted", key=refund_id, payload={"transaction": answer or ""})])


def _units_sold(order: Order) -> Intent:
    return Intent("count_units_sold", key=order.pk)


def _related(order: Order) -> Intent:
    return Intent("count_related", key=order.pk)


def _customer(order: Order) -> Intent:
    return Intent("count_customers", key=order.pk)


def _email(order: Order, kind: EmailKind, **more: Any) -> Intent:
    """Arguments: the order, what for, and what it is about, as `orders.emails.kinds.About` reads it."""
    return Intent("write_order_letters", key=order.pk, payload={"occasion": kind.value, **more})


def _line_event(name: str, order: Order, line: OrderLine, units: int) -> Intent:
    value: Decimal = line.cost_of(units)
    return event_intent(
        name,
        uuid.uuid4(),
        cart_id=order.cart_id,
        variant_id=line.variant_id,
        quantity=units,
        value=str(value),
        data={"order": order.number},
    )
