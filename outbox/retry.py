"""Rows that failed: counted, tried again later and later, and in the end left for staff to decide about.

Outbox rows and deliveries alike: both have `due_at`, `attempts`, `error` and `is_dead`.
"""

import random
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

MOST_ATTEMPTS = 8  # about four minutes of tries
_LONGEST_WAIT = 900  # seconds between two tries
_LONGEST_ERROR = 2000  # characters


def note_attempt(row: QuerySet[Any], *, most: int = MOST_ATTEMPTS, lease: timedelta | None = None) -> bool:
    """Count an attempt before it is made, so that a row which kills its worker is counted too.

    Arguments: a query of one row; for how long it is the caller's alone, where no lock of its row says so. Without a
    lease the row is due again when it would be had it failed by now. Returns whether the caller may try it; a row
    that has used up its attempts dies here, since its last one never came back.
    """
    row = row.filter(is_dead=False, due_at__lte=Now())
    if row.filter(attempts__gte=most).update(is_dead=True, error="The worker was lost during every attempt."):
        return False
    attempts = row.values_list("attempts", flat=True).first() or 0
    return bool(row.update(attempts=F("attempts") + 1, due_at=Now() + (lease or _backoff(attempts + 1))))


def note_failure(
    row: QuerySet[Any], error: BaseException, *, most: int = MOST_ATTEMPTS, at_least: timedelta = timedelta()
) -> bool:
    """Keep the error and set the next try: after about 2, 4, 8 … seconds; after the last attempt the row is dead.

    Arguments: a query of one row; how long the next try has to wait in any case. Returns whether there was the row.
    """
    attempts = row.values_list("attempts", flat=True).first() or 0
    due_at = Now() + max(_backoff(attempts), at_least)
    return bool(row.update(error=describe(error), due_at=due_at, is_dead=Q(attempts__gte=most)))


def describe(error: BaseException) -> str:
    """The kind of an error and what it says, cut to a length that a list can show."""
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]


def _backoff(attempts: int) -> timedelta:
    """With jitter, so that rows which failed together do not come back together."""
    jitter = random.uniform(0.75, 1.25)  # noqa: S311 - no secret depends on it
    return timedelta(seconds=min(2**attempts, _LONGEST_WAIT) * jitter)
