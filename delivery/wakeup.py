"""Wake-ups of workers for a channel, as in outbox/wakeup.py.

The task has the name of the channel as its argument, and the channel decides the queue.
"""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core.celery import app
from core.redis import try_redis
from delivery.channels import channel_class
from delivery.models import Delivery
from outbox import wakeup
from outbox.retry import settle_unknown

TASK = "deliver"

_UNKNOWN = (
    "DELIVERY_CHANNELS has no such channel: a newer version wrote this, or the channel was removed. Add the channel, "
    "and it is sent by itself; or discard it."
)


def notify_after_commit(channels: Collection[str]) -> None:
    """After the caller's commit, send a message for each of these channels that has none on its way.

    Never raises if Redis is down.
    """

    # Not `functools.partial`: Django 5.2 crashes when it logs a robust partial that raised.
    def notify() -> None:
        known = [channel for channel in channels if channel in settings.DELIVERY_CHANNELS]
        wakeup.notify_each({_flag(channel): partial(_send, channel) for channel in known})

    transaction.on_commit(notify, robust=True)


def notify_always(channel: str) -> None:
    """Send the message whatever the flag says."""
    _send(channel)


def notify_waiting() -> list[str]:
    """Send the message for each channel that has something due: its message was lost, or a retry is due.

    A delivery by a channel that this version does not know is dead after a while.
    """
    settle_unknown(Delivery.objects.unsent(), known=Q(channel__in=list(settings.DELIVERY_CHANNELS)), error=_UNKNOWN)
    found = Delivery.objects.due().order_by().values_list("channel", flat=True).distinct()
    channels = [channel for channel in found if channel in settings.DELIVERY_CHANNELS]
    for channel in channels:
        _send(channel)
    return channels


def rearm(channel: str) -> None:
    """Let the next message of this channel be sent again. A run begins with this."""
    try_redis(lambda: wakeup.rearm(_flag(channel)), otherwise=None)


def _flag(channel: str) -> str:
    return f"{TASK} {channel}"


def _send(channel: str, **options: Any) -> None:
    app.send_task(TASK, args=[channel], queue=channel_class(channel).queue.value, **options)
