"""Signals of checkout and orders. See docs/signals.md."""

from django.dispatch import Signal

checkout_started = Signal()
"""A shopper saved where an order is to go. Sent inside the transaction, at each save of the same cart.

Arguments:
    cart_id (int): the cart.
"""

order_placed = Signal()
"""An order was placed. Sent inside the transaction, after its lines are written and before its payment is begun.

Arguments:
    order (Order): the order, in the state `placed`.
    lines (list[OrderLine]): its lines.
"""

order_moved = Signal()
"""An order went from one state to another. Sent inside the transaction.

Arguments:
    order (Order): the order, in its new state.
    state (State): that state.
    actor (User | None): who did it; None for the customer, a payment or the clock.
"""

units_refunded = Signal()
"""Units of an order are sold no longer: it was cancelled or refunded, or they came back. Sent inside the transaction.

Arguments:
    order (Order): the order.
    units (list[tuple[OrderLine, int]]): each line, with how many units of it.
"""

units_shipped = Signal()
"""Units of an order left. Sent inside the transaction, after the order's state is written.

Arguments:
    order (Order): the order: `shipped` if these were its last units, else `paid`.
    shipment (Shipment): what left, with its lines stored.
"""

documents_issued = Signal()
"""Invoices and credit notes got their numbers. Sent inside the transaction that inserts them.

Arguments:
    documents (list[Document]): the documents, which have no PDF yet.
"""

units_returned = Signal()
"""Staff took units of a paid order back. Sent inside the transaction, after the order's state is written.

Arguments:
    order (Order): the order: `refunded` if these were its last units.
    entry (OrderTransition): what the order's log says of it.
    units (list[tuple[OrderLine, int]]): the lines, each with how many units came back.
    refund (Refund | None): what is owed for them, if they cost anything.
"""

refund_sent = Signal()
"""The money of a refund was sent. Sent inside the transaction.

Arguments:
    refund (Refund): the refund, noted as sent.
"""

order_email_composed = Signal()
"""An e-mail about an order is composed. What its receivers return is written at the end of it.

Arguments:
    order (Order): the order.
    kind (EmailKind): what the e-mail is for.

Returns:
    Iterable[EmailNote]: what to add.
"""

payment_refused = Signal()
"""A provider reported that a payment was refused. Sent inside the transaction. The shopper may pay in another way.

Arguments:
    payment (Payment): the payment, closed as refused.
"""

address_changed = Signal()
"""Staff changed where an order goes. Sent inside the transaction.

Arguments:
    order (Order): the order with its new address.
    entry (OrderTransition): what the order's log says of it.
"""
