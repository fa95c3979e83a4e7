"""Commands: write a message to the outside, decide about the dead ones, drop the old ones."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from core.errors import ReasonMissing
from delivery import wakeup
from delivery.channels.web import check_url, origin_of
from delivery.locks import lock_dead_deliveries
from delivery.models import Delivery, DeliveryQuerySet

_BATCH = 1000


def send_email(*, kind: str, to: str, subject: str, text: str, html: str = "", dedupe_key: str) -> None:
    """Write an e-mail to one address with the change that it tells of: either both are kept or neither is.

    An e-mail whose key is known already is not written again. The key is known until DELIVERY_DAYS after it was sent;
    name in it the kind, what it is about and, of several recipients, which one.
    A subject of several lines, as templates have them, becomes one. `html` may be empty.
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
            dedupe_key=dedupe_key,
        )
    )


def send_web_message(*, kind: str, url: str, body: Mapping[str, Any], dedupe_key: str) -> None:
    """Write a JSON document that is sent by HTTP POST, with the change that it tells of, as `send_email` does.

    The address is a secret to staff and to the log, who see its host alone. Raises ValueError for an address that no
    message would be sent to, and TypeError for a body that JSON does not know.
    """
    check_url(url)
    json.dumps(body)
    origin = origin_of(url)
    payload = {"url": url, "body": body}
    # Not the whole address, which may be a secret. Processes of version 1.0, which know e-mail alone and may run beside
    # this one during a release, find that it is no e-mail address: to them such a delivery is dead, and never sent.
    to = f"{origin}/…"
    write(Delivery(channel="web", receiver=origin, kind=kind, to=to, payload=payload, dedupe_key=dedupe_key))


def write(delivery: Delivery) -> None:
    """Write a delivery of any channel in the caller's transaction, and wake a worker after its commit."""
    channel = delivery.channel
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    wakeup.notify_after_commit([channel])


def drop_old_deliveries() -> int:
    """Delete deliveries that were sent more than DELIVERY_DAYS ago, and forget their keys. Returns how many."""
    old = Delivery.objects.filter(sent_at__lt=Now() - timedelta(days=settings.DELIVERY_DAYS)).order_by("sent_at")
    dropped = 0
    while some := list(old.values_list("pk", flat=True)[:_BATCH]):
        dropped += Delivery.objects.filter(pk__in=some).delete()[0]
    return dropped


@transaction.atomic
def retry_dead_deliveries(delivery_ids: Collection[int], *, actor: User) -> int:
    """Give dead deliveries all their attempts again, due at once; the admin log has who did. Returns how many."""
    deliveries = lock_dead_deliveries(delivery_ids)
    _same(deliveries).update(is_dead=False, attempts=0, due_at=Now())
    LogEntry.objects.log_actions(actor.pk, deliveries, CHANGE, "To be sent again.")
    wakeup.notify_after_commit({delivery.channel for delivery in deliveries})
    return len(deliveries)


@transaction.atomic
def discard_dead_deliveries(delivery_ids: Collection[int], *, actor: User, reason: str) -> int:
    """Delete dead deliveries: they will never be sent. The admin log has who and why. Returns how many were dead.

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
