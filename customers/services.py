"""Customers counted from orders: after each change of an order, and hourly those who are missing."""

import time
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Upper

from customers.locks import lock_customers
from customers.models import Customer
from orders.models import Order, Refund
from orders.states import State

_BATCH = 500
_COUNTED = ("email", "name", "country", "order_count", "spent", "first_order_at", "last_order_at")
_PAID = Q(state__in=[State.PAID, State.SHIPPED, State.REFUNDED])


def count_customers_of(*, order_ids: Collection[int]) -> None:
    """Count the customers of these orders anew and store them. Repeating it, in any order, gives the same rows."""
    orders = Order.objects.filter(pk__in=order_ids).order_by()
    _count(set(orders.values_list(Upper("email"), flat=True)))


def add_missing_customers(*, seconds: float = 15) -> int:
    """Add the customers of orders who are missing, as after an upgrade. Returns how many there were.

    Arguments: the seconds after which it begins no further query, each of which finds 5,000; the next call goes on.
    """
    end, added = time.monotonic() + seconds, 0
    while time.monotonic() < end and (missing := _missing(most=10 * _BATCH)):
        for start in range(0, len(missing), _BATCH):
            _count(missing[start : start + _BATCH])
        added += len(missing)
    return added


def _missing(*, most: int) -> list[str]:
    known = Customer.objects.alias(key=Upper("email")).filter(key=OuterRef("key"))
    orders = Order.objects.annotate(key=Upper("email")).filter(~Exists(known)).order_by()
    return list(orders.values_list("key", flat=True).distinct()[:most])


@transaction.atomic
def _count(keys: Collection[str]) -> None:
    """Store the customers with these e-mail addresses, which are in capitals. At most 8 queries."""
    # Taken before the count, so that of two counts of a customer the later one knows all that the earlier one knew.
    lock_customers()
    known = {customer.key: customer for customer in _with_key(Customer.objects, keys)}
    new = []
    for key, columns in _counted(keys).items():
        if key in known:
            for name, value in columns.items():
                setattr(known[key], name, value)
        else:
            new.append(Customer(**columns))
    Customer.objects.bulk_create(new)
    Customer.objects.bulk_update(known.values(), _COUNTED)


def _counted(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """The columns of each customer, as the orders say now, by key. 3 queries."""
    refunded, figures = _refunded(keys), list(_figures(keys))
    newest = Order.objects.in_bulk([row["newest"] for row in figures])
    return {
        row["key"]: {
            **{name: getattr(newest[row["newest"]], name) for name in ("email", "name", "country")},
            **{name: row[name] for name in ("order_count", "first_order_at", "last_order_at")},
            "spent": row["paid"] - refunded.get(row["key"], 0),
        }
        for row in figures
    }


def _figures(keys: Collection[str]) -> Any:
    orders = _with_key(Order.objects, keys).order_by()
    return orders.values("key").annotate(
        newest=Max("pk"),
        order_count=Count("pk", filter=~Q(state=State.CANCELLED)),
        paid=Sum("total", filter=_PAID, default=Decimal(0)),
        first_order_at=Min("created_at"),
        last_order_at=Max("created_at"),
    )


def _refunded(keys: Collection[str]) -> dict[str, Decimal]:
    """What must go back, or went, to each customer. Money that paid for no order was never counted as spent."""
    orders = _with_key(Order.objects, keys).order_by().values("pk")
    refunds = Refund.objects.filter(order__in=orders, payment__isnull=True).order_by()
    return dict(refunds.values_list(Upper("order__email")).annotate(Sum("amount")))


def _with_key(rows: Any, keys: Collection[str]) -> Any:
    """Those with one of these e-mail addresses; by the database's idea of capitals, which has an index."""
    return rows.annotate(key=Upper("email")).filter(key__in=keys)
