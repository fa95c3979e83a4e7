"""Row locks of this app. An order is locked before any variant; its payments and lines change only under its lock."""

from django.db.models.functions import Now

from orders.errors import OrderNotFound
from orders.models import DeliveryMethod, Order, Refund
from orders.states import State


def lock_order(order_id: int) -> Order:
    """Lock an order until the transaction ends, and return it as it is then. Raises OrderNotFound."""
    order = next(iter(Order.objects.filter(pk=order_id).select_for_update(no_key=True)), None)
    if order is None:
        raise OrderNotFound
    return order


def lock_overdue_orders(*, most: int) -> list[Order]:
    """Lock orders that should have been paid by now, skipping those that somebody else is at: a payment, say."""
    overdue = Order.objects.filter(state=State.PLACED, pay_by__lt=Now()).order_by("pk")
    return list(overdue.select_for_update(no_key=True, skip_locked=True)[:most])


def lock_due_refund(refund_id: int) -> Refund | None:
    """Lock a refund whose money is still to be sent; None where it was sent already."""
    due = Refund.objects.filter(pk=refund_id, sent_at__isnull=True)
    return next(iter(due.select_for_update(no_key=True)), None)


def share_delivery_method(method_id: int) -> DeliveryMethod | None:
    """Keep a delivery method as it is until the transaction ends; None where it is not offered (any more).

    Any number of shoppers share it, and who takes it off waits for them. Django knows no FOR SHARE.
    """
    rows = DeliveryMethod.objects.raw(
        "SELECT * FROM orders_deliverymethod WHERE id = %s AND is_active FOR SHARE", [method_id]
    )
    return next(iter(rows), None)


def lock_offered_delivery_methods() -> list[DeliveryMethod]:
    """Lock the delivery methods that shoppers are offered: who takes one off looks at how many are left."""
    return list(DeliveryMethod.objects.filter(is_active=True).order_by("pk").select_for_update(no_key=True))
