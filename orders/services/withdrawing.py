"""A note that money came, withdrawn: it was mistyped, or made at another order's page."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.money import money
from core.transactions import clock, command
from orders.errors import NoteStands, PaymentNotPossible
from orders.locks import lock_due_refund, lock_order
from orders.models import Order, Payment, Refund
from orders.payments import provider_named
from orders.services.moving import move, note_step
from orders.services.returning import returned_units
from orders.states import State


@command
def payment_note_withdraw(*, payment_id: int, noted_at: datetime, reason: str, actor: User) -> Payment:
    """Withdraw what staff noted of a payment, so that the right amount can be noted: at this order, or at another.

    A refund that the note made goes with it, and nothing else changes. An order that the note paid waits for its money
    again, and as long as its way to pay is given, from now.
    Arguments: the moment of the note, as the person saw it; why, for the order's log.
    Raises NoteStands (the refund was sent, the order moved on, or the note is another by now), PaymentNotPossible (its
    provider told us itself), Busy.
    """
    known = Payment.objects.filter(pk=payment_id).first()
    if known is None or not provider_named(known.provider).is_told_by_staff:
        raise PaymentNotPossible
    order = lock_order(known.order_id)
    payment = order.payments.get(pk=payment_id)
    if payment.status != Payment.Status.PAID or payment.settled_at != noted_at:
        raise NoteStands(_("It was withdrawn, or noted anew, since you looked."))
    said = _("Noted by mistake, %(amount)s: %(reason)s") % {"amount": money(payment.amount), "reason": reason}
    if refund := payment.refunds.first():
        _drop_refund(refund)
        note_step(order, actor=actor, note=said)
    else:
        _bring_back(order, payment, actor=actor, note=said)
    _open_again(order, payment)
    return payment


def _drop_refund(refund: Refund) -> None:
    """Under its own lock: who notes that it was sent does not lock the order."""
    due = lock_due_refund(refund.pk)
    if due is None:
        raise NoteStands(_("The refund that it made was sent already, so the money is gone."))
    due.delete()


def _bring_back(order: Order, payment: Payment, *, actor: User, note: str) -> None:
    if order.state != State.PAID or not payment.amount:
        state = State(order.state).label.lower()
        raise NoteStands(_("The order that it paid is %(state)s by now.") % {"state": state})
    if returned_units(order):
        raise NoteStands(_("Units of the order that it paid have come back by now, and their money is owed."))
    order.pay_by = max(order.pay_by, clock() + provider_named(payment.provider).time_to_pay)
    order.save(update_fields=["pay_by"])
    move(order, State.PLACED, actor=actor, note=note)


def _open_again(order: Order, payment: Payment) -> None:
    """It waits for its money where the order does and no other payment is open: one is at a time."""
    waits = order.state == State.PLACED and not order.payments.filter(status=Payment.Status.PENDING).exists()
    payment.status = Payment.Status.PENDING if waits else Payment.Status.REFUSED
    payment.settled_at = None if waits else Now()
    payment.amount = order.total
    payment.save(update_fields=["status", "settled_at", "amount"])
