"""What the shop keeps of a customer, in words of their own."""

from typing import Any

from django.contrib.auth.models import User

from cart.models import Cart, CartItem


def data_of(user: User) -> dict[str, Any]:
    """Name, address, dates, and every cart with its lines; never the password. 3 queries."""
    carts = Cart.objects.filter(user=user).prefetch_related("items__product_variant")
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "carts": [_cart(cart) for cart in carts],
    }


def _cart(cart: Cart) -> dict[str, Any]:
    return {
        "status": cart.status,
        "created_at": cart.created_at,
        "updated_at": cart.updated_at,
        "lines": [_line(line) for line in cart.items.all()],
    }


def _line(line: CartItem) -> dict[str, Any]:
    return {
        "sku": line.product_variant.sku,
        "name": line.product_variant.name,
        "quantity": line.quantity,
        "price": line.price,
        "added_at": line.created_at,
        "held_until": line.reserved_until,
    }
