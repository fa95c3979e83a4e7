"""Signed links to an order, for guests, who have no account to see it in. Whoever has the link sees the order."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core import signing
from django.urls import reverse

from orders.models import Order

_SALT = "orders.link"


def order_path(number: str) -> str:
    """The path of an order's page, signed; it works for SHOP_ORDER_LINK_DAYS."""
    return reverse("shop:order", args=[signing.dumps(number, salt=_SALT)])


def path_since_placement(order: Order) -> str:
    """The path of an order's page, signed as of its placement: always the same, for providers who compare it."""
    return reverse("shop:order", args=[_AtPlacement(order, salt=_SALT).sign_object(order.number)])


class _AtPlacement(signing.TimestampSigner):
    """Signs with the moment at which the order was placed instead of now."""

    def __init__(self, order: Order, *, salt: str) -> None:
        super().__init__(salt=salt)
        self._placed = int(order.created_at.timestamp())

    def timestamp(self) -> str:
        return signing.b62_encode(self._placed)


def page_of(order: Order, user: User | AnonymousUser) -> str:
    """The path of an order's page for this visitor: in the account of its customer, else by a signed link."""
    if user.is_authenticated and order.user_id == user.pk:
        return reverse("shop:account_order", args=[order.number])
    return order_path(order.number)


def number_in(token: str) -> str | None:
    """The order number in the token of a link. Returns None where the signature is wrong or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=settings.SHOP_ORDER_LINK_DAYS * 86_400))
    except signing.BadSignature:
        return None
