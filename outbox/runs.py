"""What each batch did, kept for some days: the rows themselves are gone once they are done."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import EffectRun, OutboxRow

# By hand, as all that is in every batch: through the ORM a look for rows cost a worker twice as much.
_NOTE = """
    INSERT INTO workers_effectrun (effect, task_id, started_at, milliseconds, row_ids, event_ids, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Stopwatch:
    """When a batch began, by the clock for people and by the clock for durations."""

    started_at: datetime = field(default_factory=timezone.now)
    _began: float = field(default_factory=time.monotonic)

    @property
    def milliseconds(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


def note_run(rows: Sequence[OutboxRow], *, task_id: str, watch: Stopwatch, error: str = "") -> None:
    """Keep what happened to these rows (one effect's, at least one): done, or failed with this error."""
    ids, events = [row.pk for row in rows], sorted({row.event_id for row in rows})
    run: list[Any] = [rows[0].effect, task_id, watch.started_at, watch.milliseconds, ids, events, error]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, run)


def drop_old_runs() -> int:
    """Delete runs older than SHOP_EFFECT_RUN_DAYS. Returns how many."""
    oldest = Now() - timedelta(days=settings.SHOP_EFFECT_RUN_DAYS)
    return EffectRun.objects.filter(started_at__lt=oldest).delete()[0]
