"""Commands of this app. Each is one transaction and raises typed errors; what may follow what is `orders.states`."""

from orders.services.beginning import checkout_save, drop_left_checkouts
from orders.services.cancelling import cancel_order, cancel_overdue_orders
from orders.services.delivering import delivery_method_delete, delivery_method_save
from orders.services.paying import payment_begin, payment_settle
from orders.services.placing import Seen, place_order
from orders.services.receiving import payment_note
from orders.services.returning import refund_order, refund_sent, return_lines
from orders.services.shipping import ship_order
from orders.services.withdrawing import payment_note_withdraw

__all__ = [
    "Seen",
    "cancel_order",
    "cancel_overdue_orders",
    "checkout_save",
    "delivery_method_delete",
    "delivery_method_save",
    "drop_left_checkouts",
    "payment_begin",
    "payment_note",
    "payment_note_withdraw",
    "payment_settle",
    "place_order",
    "refund_order",
    "refund_sent",
    "return_lines",
    "ship_order",
]
