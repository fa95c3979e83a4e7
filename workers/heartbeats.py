"""Signs of life of beat and of the workers, in the database: Redis may be away while they are well, or well alone."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from workers.models import Heartbeat

logger = logging.getLogger(__name__)

BEAT = "beat"
INTERVAL = 10.0  # seconds between two signs of life


def note_heartbeat(name: str) -> None:
    """Say that beat, or the workers of a queue, are at work now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": Now()})


class NotedScheduler(PersistentScheduler):
    """Beat's own scheduler, which also shows that its loop runs."""

    _next_sign = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Start what is due, and now and then say so. Returns the seconds until the next tick is due."""
        wait: float = super().tick(*args, **kwargs)
        if time.monotonic() >= self._next_sign:
            self._next_sign = time.monotonic() + INTERVAL
            _note_beat()
        return min(wait, INTERVAL)


def _note_beat() -> None:
    """A database that is away must not end beat: it will be back, and so will the sign."""
    close_old_connections()
    try:
        note_heartbeat(BEAT)
    except DatabaseError:
        logger.warning("beat could not note its heartbeat", exc_info=True)
