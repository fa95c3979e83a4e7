"""The advisory locks of the whole shop, `AdvisoryLock`: their numbers stand in one place, so that no two are the same.

Nothing else names an advisory lock (tests/core/test_locks.py looks). All are listed in docs/locking.md.
"""

from collections.abc import Collection
from enum import IntEnum, unique

from django.contrib.auth.models import User
from django.db import connection
from django.db.transaction import TransactionManagementError

from core.errors import UserGone


@unique
class AdvisoryLock(IntEnum):
    """The first halves of PostgreSQL's two-part advisory keys. The second half has 32 bits: what is locked, or 0.

    All are locks of a transaction. One of a session outlives its owner behind a pooler.
    """

    ALERTS = 1
    CATALOGUE = 2  # 3 was another lock until version 1.0
    DAY = 4
    PHOTO = 5

    def acquire(self, keys: Collection[int] = (0,)) -> None:
        """Wait for these keys, in their order, and keep them until the transaction ends.

        Raises TransactionManagementError outside a transaction, where they would be kept for no time at all.
        """
        _refuse_autocommit()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, key) FROM (SELECT unnest(%s::int[]) AS key ORDER BY 1) ordered",
                [self.value, list(keys)],
            )

    def try_acquire(self, key: int = 0) -> bool:
        """Take this key for the rest of the transaction if nobody has it; tell whether it is taken now.

        Raises TransactionManagementError outside a transaction.
        """
        _refuse_autocommit()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [self.value, key])
            return bool(cursor.fetchone()[0])


def _refuse_autocommit() -> None:
    if connection.get_autocommit():
        raise TransactionManagementError("An advisory lock is kept by a transaction: begin one first.")


def lock_user(user_id: int) -> None:
    """Lock an account that is about to be deleted. Raises UserGone where there is none.

    By its key, unlike all others: the COMMIT of a row that names the account shall wait. First in the order of locks;
    a rival that waits so with a cart locked is a deadlock, which PostgreSQL ends and a command runs again.
    """
    users = User.objects.select_for_update().filter(pk=user_id)
    if not users.values_list("pk", flat=True):
        raise UserGone
