"""Signals of the cart, beside Django's own for saves and deletes of its lines. See docs/signals.md."""

from django.dispatch import Signal

stock_short = Signal()
"""A shopper asked for more units than were free. Sent after the rollback of the refused command.

Arguments:
    error (InsufficientStock): how many were asked for, how many were free, and when the first hold of others ends.
    idempotency_key (str | None): the key of the request; the repeats of one request are one shortage.
"""

holds_expired = Signal()
"""Holds expired, and their units went back to free stock. Sent inside the transaction that releases them.

Arguments:
    lines (list[CartItem]): the lines as they were while they held.
"""

holds_extended = Signal()
"""A shopper extended live holds. Sent inside the transaction.

Arguments:
    lines (list[CartItem]): the lines whose holds now end later.
"""

carts_merged = Signal()
"""A guest logged in, and their cart was merged into the customer's. Sent inside the transaction; both carts are locked.

Arguments:
    guest_cart_id (int): the cart of the guest, closed and empty now.
    cart_id (int): the cart of the customer.
"""

holds_changed_by_staff = Signal()
"""Staff released holds, took away what they held, or extended them. Sent inside the transaction.

Arguments:
    lines (list[CartItem]): the lines as they were while they held; extended ones with their new end.
    change (str): "released", "lost" (staff took the units out of stock) or "extended".
    actor (User): who did it.
    reason (str): why, in their words.
"""

customer_data_requested = Signal()
"""A customer asks for a copy of all that is kept of them. Sent in the request, outside of a transaction.

A receiver that keeps something returns it as {name: plain values}, which becomes a part of the file.

Arguments:
    user (User): the customer.
    cart_ids (list[int]): all carts that they ever had.
"""
