"""Questions about checkouts and orders. Each states its query count."""

from orders.selectors.checkout import KnownAddress, Review, checkout_of, known_addresses, review_of, totals_to_pay
from orders.selectors.orders import (
    Parcel,
    document_file,
    lines_to_report,
    number_of_order,
    order_numbered,
    order_of_cart,
    orders_of,
    parcels_of,
    unpaid_order_of,
    with_documents,
    with_taxes,
)
from orders.selectors.payments import left_to_refund, payment_referenced, payment_to_record, payments_to_withdraw
from orders.selectors.staff import ToDo, active_carriers, find_orders, orders_to_do, products_of_orders, returned_units

__all__ = [
    "KnownAddress",
    "Parcel",
    "Review",
    "ToDo",
    "active_carriers",
    "checkout_of",
    "document_file",
    "find_orders",
    "known_addresses",
    "left_to_refund",
    "lines_to_report",
    "number_of_order",
    "order_numbered",
    "order_of_cart",
    "orders_of",
    "orders_to_do",
    "parcels_of",
    "payment_referenced",
    "payment_to_record",
    "payments_to_withdraw",
    "products_of_orders",
    "returned_units",
    "review_of",
    "totals_to_pay",
    "unpaid_order_of",
    "with_documents",
    "with_taxes",
]
