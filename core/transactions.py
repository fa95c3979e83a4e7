"""`command`, the transaction around a service: short, retried, with bounded waits. `clock`, the database's time."""

import functools
import logging
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from core.errors import Busy, UserGone

P = ParamSpec("P")
R = TypeVar("R")

# One record for each transaction that is run again, and no others, so that they can be counted.
retry_log = logging.getLogger("cart.retries")

_RETRIES = 2
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"
_LOCK_NOT_AVAILABLE, _QUERY_CANCELED = "55P03", "57014"
_FOREIGN_KEY_VIOLATION = "23503"
# The end of Django's name for a foreign key to an account, in any table.
_OF_A_USER = "_fk_auth_user_id"


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in a transaction. A deadlock or serialization failure runs it again, at most twice.

    Raises Busy when that did not help, or when a lock or statement time-out ended the wait. Raises UserGone where a row
    names an account that was deleted meanwhile, which PostgreSQL finds at COMMIT. Nothing is changed then.
    Inside a caller's transaction only the caller can run the whole again, so the database's error is raised as it is.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        return _with_retries(lambda: function(*args, **kwargs))

    return wrapper


def _with_retries(run: Callable[[], R]) -> R:
    for attempt in range(_RETRIES + 1):
        try:
            with transaction.atomic():
                return run()
        except IntegrityError as error:
            if is_of_a_user_who_is_gone(error):
                raise UserGone from error
            raise
        except OperationalError as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code in {_LOCK_NOT_AVAILABLE, _QUERY_CANCELED}:
                raise Busy from error
            if code not in {_SERIALIZATION_FAILURE, _DEADLOCK}:
                raise
            if attempt == _RETRIES:
                raise Busy from error
            retry_log.warning("trying again after %s", "a deadlock" if code == _DEADLOCK else "a rival change")
    raise AssertionError("the last attempt returns or raises")


def is_of_a_user_who_is_gone(error: IntegrityError) -> bool:
    """Whether the error is a foreign key to an account that does not exist any more."""
    diagnostics = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", None) or ""
    return getattr(error.__cause__, "pgcode", None) == _FOREIGN_KEY_VIOLATION and constraint.endswith(_OF_A_USER)


def clock() -> datetime:
    """The database's clock now, not the start of the transaction, which may have waited for a lock since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
