"""The back office of this room, a module a subject."""

from cart.admin import audits, carts, holds

__all__ = ["audits", "carts", "holds"]
