"""What staff and effects ask of orders: those that are meant, what waits, and which goods they have."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum, Value

from core.admin.filters import any_of
from core.typed_words import Code, starts_words
from inventory.models import Product
from orders.models import Carrier, Order, OrderLine, Refund
from orders.numbers import read_number
from orders.states import State


def find_orders(typed: str) -> QuerySet[Order]:
    """The orders of which people mean one: by its number, a whole e-mail address or postcode, or beginnings of names.

    Case, accents, blanks and hyphens do not count. 1 query, which reads an index for each of these.
    """
    orders = Order.objects
    return any_of(
        orders.all(),
        orders.filter(number=read_number(typed)),
        orders.filter(email__iexact=typed.strip()),
        orders.alias(code=Code("postcode")).filter(code=Code(Value(typed))).exclude(code=""),
        orders.filter(starts_words("name", typed)),
    )


@dataclass(frozen=True)
class ToDo:
    """What waits for staff: orders placed since a moment, unpaid orders, orders to ship, refunds that are due."""

    placed: int = 0
    unpaid: int = 0
    to_ship: int = 0
    refunds_due: int = 0


def orders_to_do(*, since: datetime) -> ToDo:
    """What waits for staff now; `since` is for `placed`. Each count reads an index. 1 query."""
    orders = Order.objects.order_by()
    counted = [
        ("placed", orders.filter(created_at__gte=since)),
        ("unpaid", orders.filter(state=State.PLACED)),
        ("to_ship", orders.filter(state=State.PAID)),
        ("refunds_due", Refund.objects.order_by().filter(sent_at__isnull=True)),
    ]
    first, *others = (rows.values_list(Value(name)).annotate(Count("pk")) for name, rows in counted)
    return ToDo(**dict(first.union(*others, all=True)))


def returned_units(order: Order) -> int:
    """How many units of an order have come back. 1 query."""
    return order.lines.aggregate(sum=Sum("returned_quantity"))["sum"] or 0


def active_carriers() -> QuerySet[Carrier]:
    """The carriers on offer when an order is shipped. 1 query."""
    return Carrier.objects.filter(is_active=True)


def products_of_orders(order_ids: Collection[int]) -> list[int]:
    """The ids of the products in these orders, each once, in order. 1 query."""
    variants = OrderLine.objects.filter(order__in=order_ids).order_by().values("variant")
    return list(Product.objects.filter(variants__in=variants).order_by("pk").values_list("pk", flat=True).distinct())
