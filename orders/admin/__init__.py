"""The admin of this app: orders and their lines, refunds, delivery methods."""

from orders.admin import delivery_methods, orders, refunds

__all__ = ["delivery_methods", "orders", "refunds"]
