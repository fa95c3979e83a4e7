"""`notify` and its kin: one message on its way says that there may be something to deliver. See outbox/wakeup.py."""

from typing import Any

from core.celery import app
from core.queues import Queue
from core.redis import try_redis
from outbox import wakeup

TASK = "post_letters"
QUEUE = Queue.STAFF


def notify() -> None:
    """Send the message unless one is on its way. Never raises for a Redis that is away."""
    wakeup.notify_each({TASK: _send})


def notify_always() -> None:
    """Send the message whatever the flag says."""
    _send()


def rearm() -> None:
    """Let the next message of this kind be sent again; a delivery begins with it."""
    try_redis(lambda: wakeup.rearm(TASK), otherwise=None)


def _send(**options: Any) -> None:
    app.send_task(TASK, queue=QUEUE.value, **options)
