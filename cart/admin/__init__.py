"""The back office of this app, a module a subject."""

from cart.admin import audits, carts, holds, variants

__all__ = ["audits", "carts", "holds", "variants"]
