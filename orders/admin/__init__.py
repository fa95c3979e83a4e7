"""The admin of this app: orders and their lines, refunds, delivery methods, zones and prices."""

from orders.admin import delivery_methods, delivery_rates, orders, refunds

__all__ = ["delivery_methods", "delivery_rates", "orders", "refunds"]
