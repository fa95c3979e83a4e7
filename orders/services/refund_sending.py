"""Refunds that a provider sends: asked for by staff or by the shop, and what the provider says of them.

A worker asks the provider, by a delivery of its own for each refund. So there is one attempt at a time, each with the
same key. Whoever sends a refund by hand takes that delivery away first, in the same transaction.
"""

import logging

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now

from core.transactions import command
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries, retry_dead_deliveries, write
from orders.errors import PaymentNotPossible, RefundNotPossible, RefundUnderWay
from orders.locks import lock_due_refund, lock_order, lock_refund
from orders.models import By, Order, Payment, Refund
from orders.payments import Provider, RefundEvent, channel
from orders.refund_states import delivery_of, key_of_delivery, payment_of, provider_to_refund
from orders.services.transitions import log_action, log_deed
from orders.signals import refund_sent

logger = logging.getLogger(__name__)


@command
def send_refund(*, refund_id: int, actor: User) -> bool:
    """Let the provider send a refund, or try again what it refused or did not answer. A worker asks it after commit.

    Returns whether there was something to do: False where it is sent, or under way.
    Raises RefundNotPossible (no provider can send it), Busy.
    """
    refund = lock_due_refund(refund_id)
    if refund is None:
        return False
    payment = payment_of(refund)
    provider = provider_to_refund(payment)
    if payment is None or provider is None or refund.failure:
        raise RefundNotPossible
    asked = delivery_of(refund.pk)
    if asked is None:
        queue_refund(refund, payment, provider)
    elif not retry_dead_deliveries([asked.pk], actor=actor):
        return False
    log_action(refund, actor=actor, said=f"To be sent by {provider.label}")
    return True


def queue_refund(refund: Refund, payment: Payment, provider: Provider) -> None:
    """Let the provider send a refund, in the caller's transaction, which has the refund's lock or made it."""
    refund.queued_at = Now()
    refund.save(update_fields=["queued_at"])
    asked = {
        "key": f"{payment.reference}-{refund.pk}",
        "transaction": payment.transaction,
        "amount": str(refund.amount),
        "currency": settings.SHOP_CURRENCY,
    }
    write(
        Delivery(
            channel=channel.NAME,
            receiver=provider.name,
            kind=channel.REFUND,
            to=provider.name,
            subject=f"Refund {refund}",
            payload=asked,
            dedupe_key=key_of_delivery(refund.pk),
        )
    )


@command
def mark_refund_sent(*, refund_id: int, actor: User, note: str = "") -> bool:
    """Mark the money of a refund as sent by staff. Returns whether it was still due.

    What a provider refused or did not answer is never asked of it again.
    Arguments: who sent it, and how. Raises RefundUnderWay where a provider is sending it, Busy.
    """
    refund = lock_due_refund(refund_id)
    if refund is None:
        return False
    asked = None if refund.failure else delivery_of(refund.pk)
    if asked and not discard_dead_deliveries([asked.pk], actor=actor, reason=f"Sent by hand: {note}"):
        raise RefundUnderWay
    refund.sent_at, refund.sent_by, refund.sent_how = Now(), actor, note
    refund.save(update_fields=["sent_at", "sent_by", "sent_how"])
    log_action(refund, actor=actor, said=f"Money sent: {note}" if note else "Money sent")
    refund_sent.send(sender=Refund, refund=refund)
    return True


@command
def note_refund_accepted(*, refund_id: int, transaction: str) -> None:
    """The provider took a refund. `transaction` is what it calls it."""
    _note_sent(lock_refund(refund_id), transaction)


@command
def settle_refund(*, event: RefundEvent, provider: str) -> None:
    """Carry out what a provider says of a refund. The same event twice has one effect; a failure is final.

    Raises PaymentNotPossible where this provider was never asked for such a refund, Busy.
    """
    known = _refund_asked_for(event.key, provider)
    order = lock_order(known.order_id)
    refund = lock_refund(known.pk)
    if event.is_sent:
        _note_sent(refund, event.transaction)
    elif not refund.failure and not refund.sent_by_id:
        refund.sent_at, refund.transaction = None, event.transaction
        refund.failure, refund.sent_how = event.words[:200] or "failed", ""
        refund.save(update_fields=["sent_at", "transaction", "failure", "sent_how"])
        _log_failure(order, refund)


def _log_failure(order: Order, refund: Refund) -> None:
    log_deed(order, actor=None, by=By.PAYMENT, note=f"Refund of {refund.amount} came back: {refund.failure}")
    logger.error("refund %d did not reach the customer: %s", refund.pk, refund.failure)


def _refund_asked_for(key: str, provider: str) -> Refund:
    reference, _dash, number = key.rpartition("-")
    refund = Refund.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 16 else None
    payment = payment_of(refund) if refund else None
    if refund is None or payment is None or (payment.reference, payment.provider) != (reference, provider):
        raise PaymentNotPossible
    return refund


def _note_sent(refund: Refund, transaction: str) -> None:
    if refund.sent_by_id:
        logger.error("refund %d was sent by staff and by the provider (%s)", refund.pk, transaction)
    if refund.sent_at or refund.failure:
        return
    refund.sent_at, refund.transaction = Now(), transaction
    refund.sent_how = f"by the provider, {transaction}"[:200]
    refund.save(update_fields=["sent_at", "transaction", "sent_how"])
    refund_sent.send(sender=Refund, refund=refund)
