"""The admin of this app: orders and their lines, refunds, carriers, delivery methods, zones and prices."""

from orders.admin import carriers, delivery_methods, delivery_rates, documents, lines, orders, refunds

__all__ = ["carriers", "delivery_methods", "delivery_rates", "documents", "lines", "orders", "refunds"]
