"""Signals of deliveries. See docs/signals.md."""

from django.dispatch import Signal

delivery_accepted = Signal()
"""Its receiver took a delivery: the mail server an e-mail, a web address a message. Sent inside the transaction that
notes it.

That transaction is not undone by an error in a receiver of the signal, or the message would go out again: the error
is logged, and what the receiver wrote is undone.

Arguments:
    delivery (Delivery): the delivery as it is now, without what was in it.
    answer (str | None): what the receiver calls it, if its channel was told.
"""

delivery_died = Signal()
"""A delivery is given up: its receiver refused it for good, or it failed too often. Sent inside the transaction that
notes it.

Staff may send it again, and then it may be accepted, or die once more. An error in a receiver of the signal is logged.

Arguments:
    delivery (Delivery): the delivery, with its `error`.
"""
