"""`manage.py migrate`, patient with nobody: behind a statement that waits for a table every shopper would wait too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable  # type: ignore[import-untyped]

LONGEST = "3s"  # for a lock, as long as a shopper's request waits
_TOLD = f"""
A lock was not to be had within {LONGEST}: somebody is at that table for long. The migration that wanted it is undone;
run this again. If it was an index that is made CONCURRENTLY, drop the invalid one that it left first.
"""


class Command(migrate.Command):
    """Django's, with a bound. Behind a pooler, which would give the setting to others, the role's own bound counts."""

    def handle(self, *args: Any, **options: Any) -> None:
        with _short_waits(options["database"]):
            super().handle(*args, **options)


@contextmanager
def _short_waits(alias: str) -> Iterator[None]:
    if settings.DATABASE_STARTUP_OPTIONS:
        _execute(alias, f"SET lock_timeout = '{LONGEST}'")
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise CommandError(_TOLD.strip()) from None
        raise
    finally:
        if settings.DATABASE_STARTUP_OPTIONS and connections[alias].is_usable():
            _execute(alias, "RESET lock_timeout")


def _execute(alias: str, statement: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
