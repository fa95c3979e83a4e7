"""The back office of this room, a module a subject."""

from cart.admin import audits, carts, holds, variants

__all__ = ["audits", "carts", "holds", "variants"]
