"""The back office of this app, a module a subject."""

from orders.admin import delivery, lines, orders, refunds

__all__ = ["delivery", "lines", "orders", "refunds"]
