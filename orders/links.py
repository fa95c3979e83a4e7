"""Links that show an order to whoever has them, and to nobody else: guests have no account to see it in."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core import signing
from django.urls import reverse

from orders.models import Order

_SALT = "orders.link"


def order_path(number: str) -> str:
    """The path of an order's page, signed; it works for SHOP_ORDER_LINK_DAYS."""
    return reverse("shop:order", args=[signing.dumps(number, salt=_SALT)])


def page_of(order: Order, user: User | AnonymousUser) -> str:
    """The path of an order's page for this visitor: in the account of its customer, else by a signed link."""
    if user.is_authenticated and order.user_id == user.pk:
        return reverse("shop:account_order", args=[order.number])
    return order_path(order.number)


def number_in(token: str) -> str | None:
    """The number of the order that a link shows; None where the link is not ours, or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=settings.SHOP_ORDER_LINK_DAYS * 86_400))
    except signing.BadSignature:
        return None
