"""Money that no provider tells us of, such as a bank transfer: staff see it on the account and note it."""

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User

from core.money import money
from core.transactions import command
from orders.errors import NotedAlready, PaymentNotPossible
from orders.locks import lock_order
from orders.models import Order, Payment
from orders.payments import PaymentNotice, provider_named
from orders.services.logbook import note_deed
from orders.services.paying import open_payment, payment_settle
from orders.states import State


@command
def payment_note(*, payment_id: int, amount: Decimal, actor: User) -> Payment:
    """Note that so much money came for a payment. Noted twice, it counts once.

    The amount that was asked for pays an order that waits for it. Any other, and money for an order that does not wait,
    is kept as a refund that is due; an order that still waits gets a new payment of the same kind then.
    Raises PaymentNotPossible (its provider tells us itself), NotedAlready (with another amount), Busy.
    """
    known = Payment.objects.filter(pk=payment_id).first()
    if known is None or not provider_named(known.provider).is_told_by_staff:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    payment = order.payments.get(pk=payment_id)
    if payment.status == Payment.Status.PAID:
        if payment.amount != amount:
            raise NotedAlready(amount=payment.amount)
        return payment
    note_deed(order, actor=actor, said=f"Money came: {money(amount)}, asked for was {money(payment.amount)}")
    notice = PaymentNotice(payment.reference, is_paid=True, amount=amount, currency=settings.SHOP_CURRENCY)
    settled = payment_settle(notice=notice, provider=payment.provider, actor=actor)
    _wait_on(order, payment.provider)
    return settled


def _wait_on(order: Order, provider: str) -> None:
    order.refresh_from_db(fields=["state"])
    if order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists():
        open_payment(order, provider)
