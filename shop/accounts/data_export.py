"""`data_of`: all that the shop stores about a customer, for the file that they can download."""

from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User

from cart.models import Cart, CartItem
from cart.signals import customer_data_requested
from core.countries import country_name
from orders.models import Checkout, Order, OrderLine, SavedAddress
from orders.models.addresses import POSTAL_FIELDS


def data_of(user: User) -> dict[str, Any]:
    """Return name, address, carts, orders, and what receivers of `customer_data_requested` return; never the password.

    Left out, since their owner is not known: idempotency keys (stored as fingerprints), and e-mails, whose address
    anybody may have typed. 7 queries, and those of the receivers.
    """
    carts = list(Cart.objects.filter(user=user).prefetch_related("items__product_variant"))
    orders = Order.objects.filter(user=user).prefetch_related("lines")
    checkouts = Checkout.objects.filter(cart__user=user)
    answers: list[tuple[Any, Any]] = customer_data_requested.send(
        sender=None, user=user, cart_ids=[cart.pk for cart in carts]
    )
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "carts": [_cart(cart) for cart in carts],
        "addresses": [_saved(address) for address in SavedAddress.objects.filter(user=user)],
        "addresses_given": [_address(checkout) for checkout in checkouts],
        "orders": [_order(order) for order in orders],
        **{name: values for _, answer in answers for name, values in answer.items()},
    }


def _address(given: Checkout | Order) -> dict[str, str]:
    countries = {"country": given.country_name, "billing_country": country_name(given.billing_country)}
    return asdict(given.customer) | countries


def _saved(address: SavedAddress) -> dict[str, Any]:
    fields = {name: getattr(address, name) for name in (*POSTAL_FIELDS, "phone", "is_default", "created_at")}
    return fields | {"country": address.country_name}


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


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state,
        "created_at": order.created_at,
        "to": _address(order),
        "delivery": order.delivery_name,
        "total": order.total,
        "lines": [_order_line(line) for line in order.lines.all()],
    }


def _order_line(line: OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "returned": line.returned_quantity,
        "price": line.price,
    }
