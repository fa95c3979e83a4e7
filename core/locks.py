"""`AdvisoryLock`, all advisory locks, so that no two have the same number; `lock_user` and `lock_rows`.

No other module names an advisory lock (tests/core/test_locks.py). All are listed in docs/locking.md.
"""

from collections.abc import Collection, Iterable
from enum import IntEnum, unique
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from core.errors import UserGone

M = TypeVar("M", bound=Model)


@unique
class AdvisoryLock(IntEnum):
    """The first halves of PostgreSQL's two-part advisory keys. The second half has 32 bits: what is locked, or 0.

    All are held until the transaction ends. A session's lock would outlive its owner behind a pooler.
    """

    ALERTS = 1
    CATALOGUE = 2  # 3 was another lock until version 1.0
    DAY = 4
    PHOTO = 5
    CUSTOMERS = 6
    DELIVERY_ZONES = 7
    EMAIL = 8
    TAX_CLASSES = 9

    def acquire(self, keys: Collection[int] = (0,)) -> None:
        """Wait for these keys in ascending order, and hold them until the transaction ends.

        Raises TransactionManagementError outside a transaction, where the lock would be released at once.
        """
        _refuse_autocommit()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, key) FROM (SELECT unnest(%s::int[]) AS key ORDER BY 1) ordered",
                [self.value, list(keys)],
            )

    def try_acquire(self, key: int = 0) -> bool:
        """Take this key until the transaction ends, if it is free. Returns whether it was taken.

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
    """Lock an account that is about to be deleted. Raises UserGone if there is none.

    Unlike all others this is a lock FOR UPDATE of the key: the COMMIT of a row that names the account has to wait. It
    comes first in the order of locks. A rival that waits for it with a cart locked is a deadlock, which PostgreSQL ends
    and `command` runs again.
    """
    users = User.objects.select_for_update().filter(pk=user_id)
    if not users.values_list("pk", flat=True):
        raise UserGone


def lock_rows(model: type[M], ids: Iterable[Any]) -> list[M]:
    """Lock rows of one table in id order until the transaction ends, and return those that exist.

    For tables that have no order of locks of their own, such as users and groups in the back office.
    Raises TransactionManagementError outside a transaction.
    """
    rows = model._base_manager.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True))
