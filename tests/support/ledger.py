"""A ledger that somebody has tampered with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet

from inventory.models import StockMovement


@contextmanager
def without_triggers() -> Iterator[None]:
    """Whoever may switch triggers off (a superuser of the database) can write what the database refuses to others."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def tamper(movements: QuerySet[StockMovement], **values: object) -> None:
    """Write over lines of the ledger, past the trigger that refuses it."""
    with without_triggers():
        movements.update(**values)
