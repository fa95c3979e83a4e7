"""Payments: begun by shoppers; settled by what a provider tells us, in any order and any number of times; recorded by
staff, such as a bank transfer, and withdrawn where that was a mistake.
"""

import secrets
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.money import money
from core.transactions import clock, command
from orders.errors import AlreadyRecorded, OtherCurrency, PaymentNotPossible, WithdrawalRefused
from orders.locks import lock_due_refund, lock_order
from orders.models import Order, Payment, Refund
from orders.payments import PaymentEvent, provider_named
from orders.selectors import returned_units
from orders.services.transitions import log_action, log_correction, transition
from orders.states import State


@command
def begin_payment(*, order_id: int, provider: str) -> Payment:
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
def settle_payment(*, event: PaymentEvent, provider: str, actor: User | None = None) -> Payment:
    """Carry out what a provider says of a payment. Said twice, it is done once.

    Money that comes for an order that does not wait for it (cancelled, paid already, another amount) is kept as a
    refund that is due. Paid is final; a refusal that arrives after it is ignored. Money of another currency is refused
    and not kept: no row here could say how much of ours is owed for it.
    Raises PaymentNotPossible for a reference that is not this provider's, OtherCurrency, and Busy.
    """
    if event.currency != settings.SHOP_CURRENCY:
        raise OtherCurrency(currency=event.currency, ours=settings.SHOP_CURRENCY)
    known = Payment.objects.filter(provider=provider, reference=event.reference).first()
    if known is None:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    # Read again under the lock: the same event may have been carried out while we waited.
    payment = order.payments.get(pk=known.pk)
    if payment.status == Payment.Status.PAID:
        return payment
    if event.is_paid and event.amount != payment.amount:
        _keep_as_refund(order, payment, event)
    else:
        _settle(order, payment, is_paid=event.is_paid, actor=actor)
    return payment


def _settle(order: Order, payment: Payment, *, is_paid: bool, actor: User | None) -> None:
    _close(payment, Payment.Status.PAID if is_paid else Payment.Status.REFUSED)
    if not is_paid:
        return
    if order.state == State.PLACED:
        transition(order, State.PAID, actor=actor, note=f"payment {payment.reference}")
    else:
        state = State(order.state).label.lower()
        _refund(order, payment, reason=f"Paid when the order was {state} already")


def _keep_as_refund(order: Order, payment: Payment, event: PaymentEvent) -> None:
    _close(payment, Payment.Status.PAID)
    payment.amount = event.amount
    payment.save(update_fields=["amount"])
    _refund(order, payment, reason=f"Paid {event.amount:.2f}, asked for was {order.total}")


def _refund(order: Order, payment: Payment, *, reason: str) -> None:
    Refund.objects.create(order=order, payment=payment, amount=payment.amount, reason=reason)


def _close(payment: Payment, status: Payment.Status) -> None:
    payment.status, payment.settled_at = status, Now()
    payment.save(update_fields=["status", "settled_at"])


@command
def record_payment(*, payment_id: int, amount: Decimal, actor: User) -> Payment:
    """Note that so much money came for a payment. Noted twice, it counts once.

    The amount that was asked for pays an order that waits for it. Any other, and money for an order that does not wait,
    is kept as a refund that is due; an order that still waits gets a new payment of the same kind then.
    Raises PaymentNotPossible (its provider tells us itself), AlreadyRecorded (with another amount), Busy.
    """
    known = Payment.objects.filter(pk=payment_id).first()
    if known is None or not provider_named(known.provider).is_manual:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    payment = order.payments.get(pk=payment_id)
    if payment.status == Payment.Status.PAID:
        if payment.amount != amount:
            raise AlreadyRecorded(amount=payment.amount)
        return payment
    log_action(order, actor=actor, said=f"Money came: {money(amount)}, asked for was {money(payment.amount)}")
    event = PaymentEvent(payment.reference, is_paid=True, amount=amount, currency=settings.SHOP_CURRENCY)
    settled = settle_payment(event=event, provider=payment.provider, actor=actor)
    _wait_on(order, payment.provider)
    return settled


def _wait_on(order: Order, provider: str) -> None:
    order.refresh_from_db(fields=["state"])
    if order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists():
        open_payment(order, provider)


@command
def withdraw_payment(*, payment_id: int, recorded_at: datetime, reason: str, actor: User) -> Payment:
    """Withdraw what staff noted of a payment, so that the right amount can be noted: at this order, or at another.

    A refund that the note made goes with it, and nothing else changes. An order that the note paid waits for its money
    again, and as long as its way to pay is given, from now.
    Arguments: when the payment was recorded, as the person saw it; why, for the order's log.
    Raises WithdrawalRefused (the refund was sent, the order moved on, or somebody changed the record meanwhile),
    PaymentNotPossible (its provider told us itself), Busy.
    """
    known = Payment.objects.filter(pk=payment_id).first()
    if known is None or not provider_named(known.provider).is_manual:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    payment = order.payments.get(pk=payment_id)
    if payment.status != Payment.Status.PAID or payment.settled_at != recorded_at:
        raise WithdrawalRefused(_("It was withdrawn, or noted anew, since you looked."))
    said = _("Noted by mistake, %(amount)s: %(reason)s") % {"amount": money(payment.amount), "reason": reason}
    if refund := payment.refunds.first():
        _drop_refund(refund)
        log_correction(order, actor=actor, note=said)
    else:
        _bring_back(order, payment, actor=actor, note=said)
    _open_again(order, payment)
    return payment


def _drop_refund(refund: Refund) -> None:
    """Under its own lock: who notes that it was sent does not lock the order."""
    due = lock_due_refund(refund.pk)
    if due is None:
        raise WithdrawalRefused(_("The refund that it made was sent already, so the money is gone."))
    due.delete()


def _bring_back(order: Order, payment: Payment, *, actor: User, note: str) -> None:
    if order.state != State.PAID or not payment.amount:
        state = State(order.state).label.lower()
        raise WithdrawalRefused(_("The order that it paid is %(state)s by now.") % {"state": state})
    if returned_units(order):
        raise WithdrawalRefused(_("Units of the order that it paid have come back by now, and their money is owed."))
    order.pay_by = max(order.pay_by, clock() + provider_named(payment.provider).time_to_pay)
    order.save(update_fields=["pay_by"])
    transition(order, State.PLACED, actor=actor, note=note)


def _open_again(order: Order, payment: Payment) -> None:
    """It waits for its money where the order does and no other payment is open: one is at a time."""
    waits = order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists()
    payment.status = Payment.Status.PENDING if waits else Payment.Status.REFUSED
    payment.settled_at = None if waits else Now()
    payment.amount = order.total
    payment.save(update_fields=["status", "settled_at", "amount"])
