"""Heartbeats of beat and the workers.

In the database for people, since Redis may be down while they run, or run without them. As a file for what restarts a
process whose loop hangs: reading it costs nothing and needs no server.
"""

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from outbox.models import Heartbeat, ScheduledStart

logger = logging.getLogger(__name__)

BEAT = "beat"
INTERVAL = 10.0  # seconds between two signs of life


def note_heartbeat(name: str) -> None:
    """Record that beat, or the workers of a queue, are running."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": Now()})


def touch_alive(**kwargs: Any) -> None:
    """Touch SHOP_ALIVE_FILE, if it is set. A receiver of Celery's `heartbeat_sent`.

    A worker's loop sends that every two seconds while it is connected to its broker.
    """
    if settings.SHOP_ALIVE_FILE:
        Path(settings.SHOP_ALIVE_FILE).touch()


def note_starts(starts: Mapping[str, datetime]) -> None:
    """Record when each job of the schedule was last sent. 1 statement."""
    rows = [ScheduledStart(name=name, sent_at=sent_at) for name, sent_at in sorted(starts.items())]
    ScheduledStart.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["sent_at"])


class NotedScheduler(PersistentScheduler):
    """Celery's scheduler that also records its heartbeat."""

    _next_sign = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and record a heartbeat at intervals. Returns the seconds until the next tick."""
        wait: float = super().tick(*args, **kwargs)
        touch_alive()
        if time.monotonic() >= self._next_sign:
            self._next_sign = time.monotonic() + INTERVAL
            _note_beat(self._starts())
        return min(wait, INTERVAL)

    def _starts(self) -> dict[str, datetime]:
        """When each job was last sent. Before that, an entry has the time at which beat first saw it."""
        entries = self.schedule.items()
        return {name: entry.last_run_at for name, entry in entries if entry.total_run_count and entry.last_run_at}


def _note_beat(starts: Mapping[str, datetime]) -> None:
    """A database that is down must not end beat."""
    close_old_connections()
    try:
        note_heartbeat(BEAT)
        note_starts(starts)
    except DatabaseError:
        logger.warning("beat could not note its heartbeat", exc_info=True)
