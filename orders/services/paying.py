"""Payments: begun by shoppers, ended by what a provider tells us, in whatever order and however often it does."""

import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now

from core.transactions import command
from orders.errors import OtherCurrency, PaymentNotPossible
from orders.locks import lock_order
from orders.models import Order, Payment, Refund
from orders.payments import PaymentNotice, provider_named
from orders.services.moving import move
from orders.states import State


@command
def payment_begin(*, order_id: int, provider: str) -> Payment:
    """Open another payment of an order that is still to be paid: after a refusal, or by another way.

    The one that was open is closed as refused; if its money comes all the same, the order is paid by it. The order
    waits as long as this way to pay is given, counted from its placement: trying again and again prolongs nothing.
    Raises PaymentNotPossible, OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state != State.PLACED:
        raise PaymentNotPossible
    order.payments.filter(status=Payment.Status.PENDING).update(status=Payment.Status.REFUSED, settled_at=Now())
    order.pay_by = max(order.pay_by, order.created_at + provider_named(provider).time_to_pay)
    order.save(update_fields=["pay_by"])
    return open_payment(order, provider)


def open_payment(order: Order, provider: str) -> Payment:
    """A payment of an order that is locked, or new. One of nothing is paid at once. Raises PaymentNotPossible."""
    payment = Payment.objects.create(
        order=order, provider=provider_named(provider).name, reference=secrets.token_urlsafe(18), amount=order.total
    )
    if not order.total:
        _settle(order, payment, is_paid=True, actor=None)
    return payment


@command
def payment_settle(*, notice: PaymentNotice, provider: str, actor: User | None = None) -> Payment:
    """Carry out what a provider says of a payment. Said twice, it is done once.

    Money that comes for an order that does not wait for it (cancelled, paid already, another amount) is kept as a
    refund that is due. Paid is final; a refusal that arrives after it is ignored. Money of another currency is refused
    and not kept: no row here could say how much of ours is owed for it.
    Raises PaymentNotPossible for a reference that is not this provider's, OtherCurrency, and Busy.
    """
    if notice.currency != settings.SHOP_CURRENCY:
        raise OtherCurrency(currency=notice.currency, ours=settings.SHOP_CURRENCY)
    known = Payment.objects.filter(provider=provider, reference=notice.reference).first()
    if known is None:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    # Read again under the lock: the same notice may have been carried out while we waited.
    payment = order.payments.get(pk=known.pk)
    if payment.status == Payment.Status.PAID:
        return payment
    if notice.is_paid and notice.amount != payment.amount:
        _keep_as_refund(order, payment, notice)
    else:
        _settle(order, payment, is_paid=notice.is_paid, actor=actor)
    return payment


def _settle(order: Order, payment: Payment, *, is_paid: bool, actor: User | None) -> None:
    _close(payment, Payment.Status.PAID if is_paid else Payment.Status.REFUSED)
    if not is_paid:
        return
    if order.state == State.PLACED:
        move(order, State.PAID, actor=actor, note=f"payment {payment.reference}")
    else:
        state = State(order.state).label.lower()
        _refund(order, payment, reason=f"Paid when the order was {state} already")


def _keep_as_refund(order: Order, payment: Payment, notice: PaymentNotice) -> None:
    _close(payment, Payment.Status.PAID)
    payment.amount = notice.amount
    payment.save(update_fields=["amount"])
    _refund(order, payment, reason=f"Paid {notice.amount:.2f}, asked for was {order.total}")


def _refund(order: Order, payment: Payment, *, reason: str) -> None:
    Refund.objects.create(order=order, payment=payment, amount=payment.amount, reason=reason)


def _close(payment: Payment, status: Payment.Status) -> None:
    payment.status, payment.settled_at = status, Now()
    payment.save(update_fields=["status", "settled_at"])
