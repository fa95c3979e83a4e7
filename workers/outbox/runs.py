"""What each batch did, kept for some days: the rows themselves are gone once they are done."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from workers.models import EffectRun, OutboxRow


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
    EffectRun.objects.create(
        effect=rows[0].effect,
        task_id=task_id,
        started_at=watch.started_at,
        milliseconds=watch.milliseconds,
        row_ids=[row.pk for row in rows],
        event_ids=sorted({row.event_id for row in rows}),
        error=error,
    )


def drop_old_runs() -> int:
    """Delete runs older than SHOP_EFFECT_RUN_DAYS. Returns how many."""
    oldest = Now() - timedelta(days=settings.SHOP_EFFECT_RUN_DAYS)
    return EffectRun.objects.filter(started_at__lt=oldest).delete()[0]
