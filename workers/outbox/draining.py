"""Doing the effects: rows are claimed, their effect done and the rows deleted in one transaction.

A worker that is killed at any instant leaves either both or neither, so Celery may lose or repeat the message that woke
it: a drain that finds no row does nothing.
"""

import logging
import time
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from redis_link import try_redis
from workers.locks import lock_row
from workers.models import OutboxRow
from workers.outbox import doorbell
from workers.outbox.effects import Batch, registry
from workers.outbox.failing import note_attempt, note_failure

logger = logging.getLogger(__name__)

BATCH = 500  # rows
# A drain hands over to the next one after this, so that no task comes near its time limit.
LONGEST = 5.0  # seconds

_CLAIM_FRESH = """
    DELETE FROM workers_outboxrow WHERE id IN (
        SELECT id FROM workers_outboxrow
         WHERE effect = %s AND attempts = 0 AND NOT is_dead
         ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
 RETURNING *
"""


def drain(effect: str, *, after_a_loss: bool = False) -> int:
    """Do what rows of an effect there are, and ring again if time ran out before rows did.

    Argument: `after_a_loss` says that the worker which had this message before was lost. One of the rows may have
    killed it, so each is tried alone, its attempt counted first.
    Returns how many rows were done. Raises KeyError for an effect that nobody registered.
    """
    try_redis(lambda: doorbell.clear(effect), otherwise=None)
    stop_at = time.monotonic() + LONGEST
    done = _drain_alone(OutboxRow.objects.due(effect, fresh=after_a_loss), stop_at)
    while time.monotonic() < stop_at:
        batch_done = _drain_batch(effect)
        if batch_done is None:
            return done
        done += batch_done
    doorbell.ring_now([effect])
    return done


def _drain_batch(effect: str) -> int | None:
    """Do up to a batch of rows that were never tried; None when there are none left.

    If the batch fails, its rows are tried one by one, so that one bad row never holds up the rest.
    """
    rows: Sequence[OutboxRow] = []
    try:
        with transaction.atomic():
            rows = _claim(effect)
            _handle(rows)
    except Exception:
        if not rows:
            raise
        logger.exception("a batch of %s failed; trying its %d rows one by one", effect, len(rows))
        return sum(_do_alone(row.pk) for row in rows)
    return len(rows) or None


def _claim(effect: str) -> list[OutboxRow]:
    return sorted(OutboxRow.objects.raw(_CLAIM_FRESH, [effect, BATCH]), key=lambda row: row.pk)


def _handle(rows: Sequence[OutboxRow]) -> None:
    if not rows:
        return
    batch = Batch()
    for row in rows:
        batch.add(row.key, row.payload)
    registry[rows[0].effect].handle(batch)


def _drain_alone(rows: QuerySet[OutboxRow], stop_at: float) -> int:
    done = 0
    for row_id in rows.values_list("pk", flat=True)[:BATCH]:
        if time.monotonic() >= stop_at:
            break
        done += _do_alone(row_id)
    return done


def _do_alone(row_id: int) -> bool:
    """Try one row. Its attempt is committed first: a row that kills its worker must count as tried too."""
    if not note_attempt(row_id):
        return False
    try:
        with transaction.atomic():
            row = lock_row(row_id)
            if row is None:
                return False
            _handle([row])
            row.delete()
    except Exception as error:
        logger.exception("outbox row %d failed", row_id)
        note_failure(row_id, error)
        return False
    return True
