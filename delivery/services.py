"""Commands: write a message to the outside, retry or discard dead ones, delete old ones."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from core.errors import ReasonMissing
from delivery import wakeup
from delivery.attachments import Attachment, packed
from delivery.locks import lock_dead_deliveries
from delivery.models import Delivery, DeliveryQuerySet
from delivery.web import check_url, origin_of

_BATCH = 1000


def send_email(
    *,
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    attachments: Iterable[Attachment] = (),
    dedupe_key: str,
) -> None:
    """Write an e-mail to one address in the caller's transaction; it is sent after commit.

    Arguments: `kind`, what it is for; `subject`, of which several lines become one; `html`, which may be empty;
    `reply_to`, the address for answers, empty for the shop's own: one address, which a form has checked;
    `attachments`, files that are stored with it and deleted once it is sent, a few MB together at most;
    `dedupe_key`: an e-mail whose key exists is not written again. A key exists until DELIVERY_DAYS after it was sent.
    It names the kind, the subject matter and, of several recipients, which one.
    """
    subject = " ".join(subject.split())
    write(
        Delivery(
            channel="email",
            receiver="email",
            kind=kind,
            to=to,
            subject=subject,
            text=text,
            html=html,
            reply_to=reply_to,
            payload=packed(attachments),
            dedupe_key=dedupe_key,
        )
    )


def send_web_message(*, kind: str, url: str, body: Mapping[str, Any], dedupe_key: str) -> None:
    """Write a JSON document in the caller's transaction; it is sent by HTTP POST after commit.

    Staff and the log see only the host of the address, since the rest may be a secret. `kind` and `dedupe_key` are as
    in `send_email`.
    Raises ValueError for an address that no message would be sent to, and TypeError for a body that JSON cannot hold.
    """
    check_url(url)
    json.dumps(body)
    origin = origin_of(url)
    payload = {"url": url, "body": body}
    # Not the whole address, which may be a secret. Processes of version 1.0 know e-mail alone and may run beside this
    # one during a release. For them this is no e-mail address, so the delivery becomes dead and is not sent.
    to = f"{origin}/…"
    write(Delivery(channel="web", receiver=origin, kind=kind, to=to, payload=payload, dedupe_key=dedupe_key))


def write(delivery: Delivery) -> None:
    """Write a delivery of any channel in the caller's transaction, and wake a worker after commit."""
    channel = delivery.channel
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    wakeup.notify_after_commit([channel])


def drop_old_deliveries() -> int:
    """Delete deliveries that were sent more than DELIVERY_DAYS ago, with their keys. Returns how many."""
    old = Delivery.objects.filter(sent_at__lt=Now() - timedelta(days=settings.DELIVERY_DAYS)).order_by("sent_at")
    dropped = 0
    while some := list(old.values_list("pk", flat=True)[:_BATCH]):
        dropped += Delivery.objects.filter(pk__in=some).delete()[0]
    return dropped


@transaction.atomic
def retry_dead_deliveries(delivery_ids: Collection[int], *, actor: User) -> int:
    """Reset the attempts of dead deliveries and make them due now. Logged. Returns how many were dead."""
    deliveries = lock_dead_deliveries(delivery_ids)
    _same(deliveries).update(is_dead=False, attempts=0, due_at=Now())
    LogEntry.objects.log_actions(actor.pk, deliveries, CHANGE, "To be sent again.")
    wakeup.notify_after_commit({delivery.channel for delivery in deliveries})
    return len(deliveries)


@transaction.atomic
def discard_dead_deliveries(delivery_ids: Collection[int], *, actor: User, reason: str) -> int:
    """Delete dead deliveries: they will never be sent. Logged with the reason. Returns how many were dead.

    Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    deliveries = lock_dead_deliveries(delivery_ids)
    LogEntry.objects.log_actions(actor.pk, deliveries, DELETION, f"Discarded: {reason.strip()}")
    _same(deliveries).delete()
    return len(deliveries)


def _same(deliveries: Collection[Delivery]) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
