"""Row locks of this app. See docs/locking.md.

An order is locked before any variant. Its payments and lines change only under its lock.
"""

from collections.abc import Collection

from django.db import connection
from django.db.models.functions import Now

from orders.errors import OrderNotFound
from orders.models import DeliveryMethod, DeliveryRate, Order, Refund
from orders.states import State


def lock_order(order_id: int) -> Order:
    """Lock an order until the transaction ends, and return it as it is then. Raises OrderNotFound."""
    order = next(iter(Order.objects.filter(pk=order_id).select_for_update(no_key=True)), None)
    if order is None:
        raise OrderNotFound
    return order


def lock_orders(order_ids: Collection[int]) -> list[Order]:
    """Lock orders by id, and return those that there are as they are then."""
    return list(Order.objects.filter(pk__in=order_ids).order_by("pk").select_for_update(no_key=True))


def next_numbers(series: str, count: int) -> range:
    """Take the next numbers of a series of documents, and lock its counter until the transaction ends.

    A transaction that is rolled back gives its numbers back, so there is no gap, and the next one waits for its end. It
    is the last lock: whoever has it waits for no other row. 1 query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [series, count])
        (last,) = cursor.fetchone()
    return range(last - count + 1, last + 1)


_RAISE = """
    INSERT INTO orders_documentcounter AS counter (series, last) VALUES (%s, %s)
        ON CONFLICT (series) DO UPDATE SET last = counter.last + excluded.last RETURNING last
"""


def lock_overdue_orders(*, most: int) -> list[Order]:
    """Lock at most so many orders that should have been paid by now, without those that others have locked."""
    overdue = Order.objects.filter(state=State.PLACED, pay_by__lt=Now()).order_by("pk")
    return list(overdue.select_for_update(no_key=True, skip_locked=True)[:most])


def lock_due_refund(refund_id: int) -> Refund | None:
    """Lock a refund that is due, and read its order. Returns None where it was sent, or withdrawn."""
    due = Refund.objects.filter(pk=refund_id, sent_at__isnull=True).select_related("order")
    return next(iter(due.select_for_update(no_key=True, of=("self",))), None)


def lock_refund(refund_id: int) -> Refund:
    """Lock a refund that exists, due or sent."""
    return Refund.objects.select_for_update(no_key=True).get(pk=refund_id)


def share_delivery_method(method_id: int) -> DeliveryMethod | None:
    """Lock a delivery method against changes until the transaction ends. Returns None where it is not offered.

    Any number of shoppers share the lock; staff who change the method wait for them. Django has no FOR SHARE.
    """
    rows = DeliveryMethod.objects.raw(
        "SELECT * FROM orders_deliverymethod WHERE id = %s AND is_active FOR SHARE", [method_id]
    )
    return next(iter(rows), None)


def lock_offered_delivery_methods() -> list[DeliveryMethod]:
    """Lock the delivery methods on offer, for a command that must leave at least one."""
    return list(DeliveryMethod.objects.filter(is_active=True).order_by("pk").select_for_update(no_key=True))


def lock_delivery_rate(rate_id: int) -> None:
    """Lock a delivery price, so that its weight steps change one after another."""
    list(DeliveryRate.objects.filter(pk=rate_id).select_for_update(no_key=True))
