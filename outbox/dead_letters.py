"""Dead rows: staff retry or discard them. The admin log has who did, and what a discarded row was."""

import json
from collections.abc import Collection

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from core.errors import ReasonMissing
from outbox.locks import lock_dead_rows
from outbox.models import OutboxRow


@transaction.atomic
def retry_dead_rows(row_ids: Collection[int], *, actor: User) -> int:
    """Reset the attempts of dead rows and make them due now. Returns how many of these were dead."""
    rows = lock_dead_rows(row_ids)
    for row in rows:
        _log(row, actor, CHANGE, f"To be tried again. It had failed with: {row.error}")
    OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).update(is_dead=False, attempts=0, due_at=Now())
    return len(rows)


@transaction.atomic
def discard_dead_rows(row_ids: Collection[int], *, actor: User, reason: str) -> int:
    """Delete dead rows: their effects will never be done. Returns how many of these were dead.

    The log keeps the payload of each, so that it can still be done by hand. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    rows = lock_dead_rows(row_ids)
    for row in rows:
        facts = json.dumps(row.payload, sort_keys=True)
        _log(row, actor, DELETION, f"Discarded: {reason.strip()}. It had failed with: {row.error}. Facts: {facts}")
    OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _log(row: OutboxRow, actor: User, flag: int, message: str) -> None:
    LogEntry.objects.log_actions(actor.pk, [row], flag, message)
