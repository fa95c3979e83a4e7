"""Attempts and back-off of rows that failed; after the last attempt a row is dead and staff decide.

For outbox rows and deliveries: both have `due_at`, `attempts`, `error` and `is_dead`.
"""

import random
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

MOST_ATTEMPTS = 8  # about four minutes of tries
# A rolling release may bring the code that a row needs, so the row waits this long before it is dead.
UNKNOWN_FOR = timedelta(minutes=15)
_LONGEST_WAIT = 900  # seconds between two tries
_LONGEST_ERROR = 2000  # characters


def note_attempt(row: QuerySet[Any], *, most: int = MOST_ATTEMPTS, lease: timedelta | None = None) -> bool:
    """Count an attempt before it is made, so that a row which kills its worker is counted too.

    Arguments: a query of one row; `lease`, for how long the row belongs to the caller where no row lock says so.
    Without a lease the row is due again when it would be after a failure now.
    Returns whether the caller may try it. A row that used up its attempts becomes dead here, since its last attempt
    never returned.
    """
    row = row.filter(is_dead=False, due_at__lte=Now())
    if row.filter(attempts__gte=most).update(is_dead=True, error="The worker was lost during every attempt."):
        return False
    attempts = row.values_list("attempts", flat=True).first() or 0
    return bool(row.update(attempts=F("attempts") + 1, due_at=Now() + (lease or _backoff(attempts + 1))))


def note_failure(
    row: QuerySet[Any], error: BaseException, *, most: int = MOST_ATTEMPTS, at_least: timedelta = timedelta()
) -> bool:
    """Store the error and the time of the next try: after about 2, 4, 8 … seconds. After the last attempt the row is
    dead.

    Arguments: a query of one row; `at_least`, the shortest wait before the next try. Returns whether the row exists.
    """
    attempts = row.values_list("attempts", flat=True).first() or 0
    due_at = Now() + max(_backoff(attempts), at_least)
    return bool(row.update(error=describe(error), due_at=due_at, is_dead=Q(attempts__gte=most)))


def settle_unknown(rows: QuerySet[Any], *, known: Q, error: str) -> None:
    """Make rows dead that no code of this version can do, after they have been due for UNKNOWN_FOR. 2 statements.

    Such a row has no attempts, which tells it from one that failed. Where this version is the one that can do it, after
    a rollback that was undone, the row is due again, without a decision by staff.
    Arguments: `known`, the condition of the rows that this version can do; `error`, for staff.
    """
    rows.filter(known, is_dead=True, attempts=0).update(is_dead=False, error="", due_at=Now())
    late = rows.filter(~known, is_dead=False, due_at__lt=Now() - UNKNOWN_FOR)
    late.update(is_dead=True, attempts=0, error=error)


def describe(error: BaseException) -> str:
    """The class and message of an error, cut to a length for lists."""
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]


def _backoff(attempts: int) -> timedelta:
    """With jitter, so that rows which failed together are not retried together."""
    jitter = random.uniform(0.75, 1.25)  # noqa: S311 - no secret depends on it
    return timedelta(seconds=min(2**attempts, _LONGEST_WAIT) * jitter)
