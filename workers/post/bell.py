"""The post room's doorbell: one message on its way says that there may be letters. See workers/outbox/doorbell.py."""

from typing import Any

from celery_app import app
from core.queues import Queue
from core.redis import try_redis
from workers.outbox import doorbell

TASK = "post_letters"
QUEUE = Queue.STAFF


def ring() -> None:
    """Send the message unless one is on its way. Never raises for a Redis that is away."""
    doorbell.ring_each({TASK: _send})


def ring_now() -> None:
    """Send the message whatever the bell says."""
    _send()


def clear() -> None:
    """Make the next ring send a message again; a delivery begins with it."""
    try_redis(lambda: doorbell.clear(TASK), otherwise=None)


def _send(**options: Any) -> None:
    app.send_task(TASK, queue=QUEUE.value, **options)
