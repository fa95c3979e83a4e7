"""Links that show an order to whoever has them, and to nobody else: guests have no account to see it in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

_SALT = "orders.link"


def order_path(number: str) -> str:
    """The path of an order's page, signed; it works for SHOP_ORDER_LINK_DAYS."""
    return reverse("shop:order", args=[signing.dumps(number, salt=_SALT)])


def number_in(token: str) -> str | None:
    """The number of the order that a link shows; None where the link is not ours, or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=settings.SHOP_ORDER_LINK_DAYS * 86_400))
    except signing.BadSignature:
        return None
