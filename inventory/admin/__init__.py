"""The back office of this app, a module a subject."""

from inventory.admin import alerts, goods, imports, stock, variants

__all__ = ["alerts", "goods", "imports", "stock", "variants"]
