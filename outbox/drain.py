"""`drain` does effects: it claims rows, does the effect and deletes the rows in one transaction.

A worker killed at any instant leaves either both or neither. So Celery may lose or repeat the message: a drain that
finds no row does nothing. Rows are deleted once done, so each batch is recorded as an EffectRun, which `drop_old_runs`
deletes after some days.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core.logging import about_request, facts
from core.redis import try_redis
from core.rows import instances
from outbox import wakeup
from outbox.locks import lock_row
from outbox.models import EffectRun, OutboxRow
from outbox.registry import Batch, registry
from outbox.retry import describe, note_attempt, note_failure

logger = logging.getLogger(__name__)

BATCH = 500  # rows
# A drain hands over to the next one after this, so that no effect occupies the pool.
LONGEST = 1.0  # seconds
# A drain waits this long for more rows before it looks again. A message costs a worker five times as much as a look.
PAUSE = 0.05  # seconds

# ARRAY(…) is asked once. `IN (…)` may be asked again for each row while PostgreSQL thinks that the table is small,
# and each time it locks other rows: a batch would have no limit.
_CLAIM_FRESH = """
    DELETE FROM workers_outboxrow WHERE id = ANY(ARRAY(
        SELECT id FROM workers_outboxrow
         WHERE effect = %s AND attempts = 0 AND NOT is_dead
         ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
 RETURNING *
"""

# By hand, like everything in each batch: through the ORM a look for rows cost a worker twice as much.
_NOTE = """
    INSERT INTO workers_effectrun (effect, task_id, started_at, milliseconds, row_ids, event_ids, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def drain(effect: str, *, task_id: str = "", after_a_loss: bool = False) -> int:
    """Do the rows of an effect, also those that arrive meanwhile. If time runs out first, send a message for the rest.

    Arguments: the id of the Celery task; `after_a_loss` says that the worker which had this message before was lost.
    One of the rows may have killed it, so each row runs alone, with its attempt counted first.
    Returns how many rows were done. Raises KeyError for an effect that is not registered.
    """
    drain = _Drain(effect, task_id=task_id, stop_at=time.monotonic() + LONGEST)
    done = drain.each_alone(fresh=after_a_loss)
    while not drain.time_is_up:
        done += drain.as_they_come()
        # Rearm before the last look: a row that this look does not see sends a new message.
        try_redis(lambda: wakeup.rearm(effect), otherwise=None)
        late = drain.batch()
        if late is None:
            return done
        try_redis(lambda: wakeup.suppress(effect), otherwise=None)
        done += late
    wakeup.notify_always([effect])
    return done


@dataclass(frozen=True)
class Stopwatch:
    """When a batch began: wall clock for people, monotonic clock for the duration."""

    started_at: datetime = field(default_factory=timezone.now)
    _began: float = field(default_factory=time.monotonic)

    @property
    def milliseconds(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


@dataclass(frozen=True)
class _Drain:
    effect: str
    task_id: str
    stop_at: float

    @property
    def time_is_up(self) -> bool:
        return time.monotonic() >= self.stop_at

    def as_they_come(self) -> int:
        """Do batches until there are no more rows, with a pause after each that was not full. Returns how many rows.

        It does not rearm meanwhile: otherwise every look would let a message through.
        """
        done = 0
        while not self.time_is_up and (batch := self.batch()) is not None:
            done += batch
            if batch < BATCH:
                time.sleep(PAUSE)  # so that rows gather: a message a second, not one a change
        return done

    def batch(self) -> int | None:
        """Do up to a batch of rows that were never tried; None when there are none left.

        If the batch fails, its rows are tried one by one, so that one bad row does not block the rest.
        """
        rows: Sequence[OutboxRow] = []
        watch = Stopwatch()
        try:
            with transaction.atomic():
                rows = sorted(instances(OutboxRow, _CLAIM_FRESH, [self.effect, BATCH]), key=lambda row: row.pk)
                if not rows:
                    return None
                self._handle(rows, watch)
        except Exception as error:
            if not rows:
                raise
            logger.exception("a batch failed; trying its rows one by one", extra=self._about(rows))
            _note_run(rows, task_id=self.task_id, watch=watch, error=describe(error))
            return sum(self._alone(row.pk) for row in rows)
        logger.info("done", extra=self._about(rows))
        return len(rows)

    def each_alone(self, *, fresh: bool) -> int:
        """Do each row alone that failed before and is due again, and with `fresh` also those never tried."""
        done = 0
        for row_id in OutboxRow.objects.due(self.effect, fresh=fresh).values_list("pk", flat=True)[:BATCH]:
            if self.time_is_up:
                break
            done += self._alone(row_id)
        return done

    def _alone(self, row_id: int) -> bool:
        """Try one row. Its attempt is committed first, so that a row which kills its worker counts as tried."""
        if not _begin(row_id):
            return False
        row, watch = None, Stopwatch()
        try:
            with transaction.atomic():
                row = lock_row(row_id)
                if row is None:
                    return False
                self._handle([row], watch)
                row.delete()
        except Exception as error:
            logger.exception("outbox row %d failed", row_id, extra=self._about([row] if row else []))
            note_failure(OutboxRow.objects.filter(pk=row_id), error)
            if row is not None:
                _note_run([row], task_id=self.task_id, watch=watch, error=describe(error))
            return False
        logger.info("done, alone", extra=self._about([row]))
        return True

    def _handle(self, rows: Sequence[OutboxRow], watch: Stopwatch) -> None:
        batch = Batch()
        for row in rows:
            batch.add(row.key, row.payload)
        requests = _requests(rows)
        # If all rows are of one request, the effect's log lines and the rows that it enqueues are about that request.
        with about_request(requests[0] if len(requests) == 1 else ""):
            registry[self.effect].handle(batch)
        _note_run(rows, task_id=self.task_id, watch=watch)

    def _about(self, rows: Sequence[OutboxRow]) -> dict[str, Any]:
        """Facts for the log: the effect, how many rows, and each request that enqueued one of them."""
        return facts(effect=self.effect, rows=len(rows), requests=_requests(rows))


@transaction.atomic
def _begin(row_id: int) -> bool:
    """Count an attempt at a row that is due. False where another attempt has the row locked."""
    return lock_row(row_id) is not None and note_attempt(OutboxRow.objects.filter(pk=row_id))


def _requests(rows: Sequence[OutboxRow]) -> list[str]:
    """The requests that enqueued these rows. Sweeps and commands have none."""
    return sorted({row.payload["request"] for row in rows if "request" in row.payload})


def _note_run(rows: Sequence[OutboxRow], *, task_id: str, watch: Stopwatch, error: str = "") -> None:
    """Record what happened to these rows of one effect, at least one: done, or failed with this error."""
    ids, events = [row.pk for row in rows], sorted({row.event_id for row in rows})
    run: list[Any] = [rows[0].effect, task_id, watch.started_at, watch.milliseconds, ids, events, error]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, run)


def drop_old_runs() -> int:
    """Delete runs older than SHOP_EFFECT_RUN_DAYS. Returns how many."""
    oldest = Now() - timedelta(days=settings.SHOP_EFFECT_RUN_DAYS)
    return EffectRun.objects.filter(started_at__lt=oldest).delete()[0]
