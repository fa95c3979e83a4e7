"""Commands of this app, which raise typed errors. Each is one transaction, but `order_again` is one for each line.

Transitions follow `orders.states`.
"""

from orders.services.addresses import delete_address, save_address, set_default_address
from orders.services.again import order_again
from orders.services.checkout import delete_delivery_method, drop_left_checkouts, save_checkout, save_delivery_method
from orders.services.deliveries import save_delivery_rate, save_delivery_steps, save_delivery_zone
from orders.services.order_address import change_address
from orders.services.payment_pages import open_payment_page
from orders.services.payments import begin_payment, record_payment, settle_event, settle_payment, withdraw_payment
from orders.services.placement import place_order
from orders.services.refund_sending import mark_refund_sent, note_refund_accepted, send_refund, settle_refund
from orders.services.refunds import refund_order, return_lines
from orders.services.related import count_related, recount_related
from orders.services.shipments import note_delivered, save_carrier, ship_order
from orders.services.transitions import cancel_order, cancel_overdue_orders, comment_on_order
from orders.services.units_sold import count_units_sold, recount_units_sold

__all__ = [
    "begin_payment",
    "cancel_order",
    "cancel_overdue_orders",
    "change_address",
    "comment_on_order",
    "count_related",
    "count_units_sold",
    "delete_address",
    "delete_delivery_method",
    "drop_left_checkouts",
    "mark_refund_sent",
    "note_delivered",
    "note_refund_accepted",
    "open_payment_page",
    "order_again",
    "place_order",
    "record_payment",
    "recount_related",
    "recount_units_sold",
    "refund_order",
    "return_lines",
    "save_address",
    "save_carrier",
    "save_checkout",
    "save_delivery_method",
    "save_delivery_rate",
    "save_delivery_steps",
    "save_delivery_zone",
    "send_refund",
    "set_default_address",
    "settle_event",
    "settle_payment",
    "settle_refund",
    "ship_order",
    "withdraw_payment",
]
