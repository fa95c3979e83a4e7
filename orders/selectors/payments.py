"""Payments of an order that can be noted or withdrawn, and what is left to refund."""

from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from orders.models import Order, OrderLine, Payment, Refund
from orders.payments import providers
from orders.states import State


def payment_referenced(*, provider: str, reference: str) -> Payment | None:
    """The payment that this provider calls by this reference, with its order. 1 query."""
    return Payment.objects.filter(provider=provider, reference=reference).select_related("order").first()


def payment_to_record(order: Order) -> Payment | None:
    """The newest payment of an order that is not paid and that only staff can record. 1 query, or 0 if prefetched."""
    manual = _manual_providers()
    open_ones = (each for each in order.payments.all() if each.status != Payment.Status.PAID)
    return next((each for each in open_ones if each.provider in manual), None)


def payments_to_withdraw(order: Order) -> QuerySet[Payment]:
    """Payments of an order that staff recorded and may withdraw, the newest first. 1 query.

    Those that made a refund which is still due; and the one that paid the order, as long as nothing followed from it.
    """
    noted = order.payments.filter(provider__in=_manual_providers(), status=Payment.Status.PAID, amount__gt=0)
    refunds = Refund.objects.filter(payment=OuterRef("pk"))
    due = Q(Exists(refunds.filter(sent_at__isnull=True)))
    if order.state != State.PAID:
        return noted.filter(due)
    moved = OrderLine.objects.filter(Q(returned_quantity__gt=0) | Q(shipped_quantity__gt=0), order=order)
    return noted.filter(due | (~Exists(refunds) & ~Exists(moved)))


def _manual_providers() -> list[str]:
    return [provider.name for provider in providers() if provider.is_manual]


def left_to_refund(order: Order) -> Decimal:
    """The order's total less its refunds. Refunds of money that paid for no order do not count. 1 query."""
    paid_for = order.refunds.filter(payment__isnull=True)
    return order.total - (paid_for.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))
