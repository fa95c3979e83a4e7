"""Payments: begun by shoppers, settled by events of a provider, recorded and withdrawn by staff.

A provider's events may come in any order and any number of times. Staff record what no provider reports, such as a bank
transfer.
"""

import secrets
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.text import money
from core.transactions import clock, command
from orders.errors import AlreadyRecorded, OtherCurrency, PaymentNotPossible, WithdrawalRefused
from orders.locks import lock_due_refund, lock_order
from orders.models import By, Order, OrderTransition, Payment, Refund
from orders.payments import PaymentEvent, RefundEvent, provider_named
from orders.refund_states import provider_to_refund
from orders.selectors import returned_units
from orders.services.payment_pages import close_pages
from orders.services.refund_sending import queue_refund, settle_refund
from orders.services.transitions import allow_repeat, log_action, log_deed, transition
from orders.signals import payment_refused
from orders.states import State


@command
def begin_payment(*, order_id: int, provider: str) -> Payment:
    """Open another payment of an order that is not paid: after a refusal, or by another provider.

    The open payment is closed as refused, and its page with it. If its money comes nevertheless, it pays the order.
    The order waits as long as the provider allows, counted from its placement: trying again does not prolong that.
    Raises PaymentNotPossible, OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state != State.PLACED:
        raise PaymentNotPossible
    close_pages(order)
    order.payments.filter(status=Payment.Status.PENDING).update(status=Payment.Status.REFUSED, settled_at=Now())
    order.pay_by = max(order.pay_by, order.created_at + provider_named(provider).time_to_pay)
    order.save(update_fields=["pay_by"])
    return open_payment(order, provider)


def open_payment(order: Order, provider: str) -> Payment:
    """Insert a payment of an order that is new or locked by the caller. One of amount 0 is paid at once.

    Raises PaymentNotPossible where the provider is not offered.
    """
    payment = Payment.objects.create(
        order=order, provider=provider_named(provider).name, reference=secrets.token_urlsafe(18), amount=order.total
    )
    if not order.total:
        _settle(order, payment, is_paid=True, actor=None)
    return payment


def settle_event(*, event: PaymentEvent | RefundEvent, provider: str) -> None:
    """Carry out an event of a provider's web hook. Raises what `settle_payment` and `settle_refund` raise."""
    if isinstance(event, PaymentEvent):
        settle_payment(event=event, provider=provider)
    else:
        settle_refund(event=event, provider=provider)


@command
def settle_payment(*, event: PaymentEvent, provider: str, actor: User | None = None) -> Payment:
    """Carry out an event of a provider, and return the payment. The same event twice has one effect.

    Money for an order that does not wait for it (cancelled, paid before, another amount) becomes a refund that is due.
    `paid` is final: a later refusal is ignored. Money in another currency is refused and not stored, since no row here
    could say how much of the shop's currency is owed for it.
    Arguments: the event; the provider's name; the member of staff who recorded it, if one did.
    Raises PaymentNotPossible where this provider has no payment of that reference, OtherCurrency, Busy.
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
        _store_as_refund(order, payment, event, actor=actor)
    else:
        _settle(order, payment, is_paid=event.is_paid, actor=actor, transaction=event.transaction)
    return payment


def _settle(order: Order, payment: Payment, *, is_paid: bool, actor: User | None, transaction: str = "") -> None:
    _close(payment, Payment.Status.PAID if is_paid else Payment.Status.REFUSED, transaction)
    if not is_paid:
        payment_refused.send(sender=Payment, payment=payment)
        return
    if order.state == State.PLACED:
        close_pages(order)  # money of a payment that was given up may come while the page of a later one is open
        transition(order, State.PAID, actor=actor, by=By.PAYMENT, note=f"payment {payment.reference}")
    else:
        state = State(order.state).label.lower()
        _refund(order, payment, actor=actor, reason=f"Paid when the order was {state} already")


def _store_as_refund(order: Order, payment: Payment, event: PaymentEvent, *, actor: User | None) -> None:
    _close(payment, Payment.Status.PAID, event.transaction)
    payment.amount = event.amount
    payment.save(update_fields=["amount"])
    _refund(order, payment, actor=actor, reason=f"Paid {money(event.amount)}, asked for was {money(order.total)}")


def _refund(order: Order, payment: Payment, *, actor: User | None, reason: str) -> None:
    """Owe the customer the money of a payment. A provider that can sends it at once: there is nothing to decide."""
    log_deed(order, actor=actor, by=By.PAYMENT, note=f"{reason}: {money(payment.amount)} must go back")
    refund = Refund.objects.create(order=order, payment=payment, amount=payment.amount, reason=reason)
    if provider := provider_to_refund(payment):
        queue_refund(refund, payment, provider)


def _close(payment: Payment, status: Payment.Status, transaction: str) -> None:
    payment.status, payment.settled_at, payment.transaction = status, Now(), transaction
    payment.save(update_fields=["status", "settled_at", "transaction"])


@command
def record_payment(*, payment_id: int, amount: Decimal, actor: User) -> Payment:
    """Record that this amount came for a payment, and return the payment. Recorded twice, it counts once.

    The exact amount pays an order that waits for it. Another amount, and money for an order that does not wait, becomes
    a refund that is due; an order that still waits then gets a new payment of the same provider.
    Raises PaymentNotPossible (the provider reports its payments itself), AlreadyRecorded (with another amount),
    DoneAlready (by somebody else), Busy.
    """
    known = Payment.objects.filter(pk=payment_id).first()
    if known is None or not provider_named(known.provider).is_manual:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    payment = order.payments.get(pk=payment_id)
    if payment.status == Payment.Status.PAID:
        if payment.amount != amount:
            raise AlreadyRecorded(amount=payment.amount)
        allow_repeat(_entry_of(order, payment), actor=actor)
        return payment
    log_action(order, actor=actor, said=f"Money came: {money(amount)}, asked for was {money(payment.amount)}")
    event = PaymentEvent(payment.reference, is_paid=True, amount=amount, currency=settings.SHOP_CURRENCY)
    settled = settle_payment(event=event, provider=payment.provider, actor=actor)
    _ask_again(order, payment.provider)
    return settled


def _entry_of(order: Order, payment: Payment) -> OrderTransition | None:
    """The entry in the log that a paid payment wrote: the first one since it was settled, under the same lock."""
    entries = order.transitions.filter(created_at__gte=payment.settled_at).select_related("actor")
    return entries.first()


def _ask_again(order: Order, provider: str) -> None:
    order.refresh_from_db(fields=["state"])
    if order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists():
        open_payment(order, provider)


@command
def withdraw_payment(*, payment_id: int, recorded_at: datetime, reason: str, actor: User) -> Payment:
    """Withdraw a payment that staff recorded by mistake, so that the right amount can be recorded, here or at another
    order.

    A refund that the record made is deleted with it. An order that it paid waits for its money again, for as long as
    the provider allows from now.
    Arguments: when the payment was recorded, as the person saw it; the reason, for the order's log.
    Raises WithdrawalRefused (the refund was sent, the order moved on, or the record changed meanwhile),
    PaymentNotPossible (the provider reports its payments itself), Busy.
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
        log_deed(order, actor=actor, note=said)
    else:
        _reopen_order(order, payment, actor=actor, note=said)
    _reopen_payment(order, payment)
    return payment


def _drop_refund(refund: Refund) -> None:
    """Delete the refund under its own lock: `mark_refund_sent` does not lock the order."""
    due = lock_due_refund(refund.pk)
    if due is None:
        raise WithdrawalRefused(_("The refund that it made was sent already, so the money is gone."))
    due.delete()


def _reopen_order(order: Order, payment: Payment, *, actor: User, note: str) -> None:
    if order.state != State.PAID or not payment.amount:
        state = State(order.state).label.lower()
        raise WithdrawalRefused(_("The order that it paid is %(state)s by now.") % {"state": state})
    if returned_units(order):
        raise WithdrawalRefused(_("Units of the order that it paid have come back by now, and their money is owed."))
    if order.shipments.exists():
        raise WithdrawalRefused(_("Units of the order that it paid have left by now."))
    order.pay_by = max(order.pay_by, clock() + provider_named(payment.provider).time_to_pay)
    order.save(update_fields=["pay_by"])
    transition(order, State.PLACED, actor=actor, note=note)


def _reopen_payment(order: Order, payment: Payment) -> None:
    """Make the payment pending if the order waits and has no other pending payment; otherwise refused."""
    waits = order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists()
    payment.status = Payment.Status.PENDING if waits else Payment.Status.REFUSED
    payment.settled_at = None if waits else Now()
    payment.amount = order.total
    payment.save(update_fields=["status", "settled_at", "amount"])
