"""`tamper` changes lines of the ledger, which the database refuses to the shop."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet

from inventory.models import StockMovement


@contextmanager
def without_triggers() -> Iterator[None]:
    """Within the block, triggers are off. Only a superuser of the database may do this."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def tamper(movements: QuerySet[StockMovement], **values: object) -> None:
    """Update lines of the ledger without the trigger that refuses it."""
    with without_triggers():
        movements.update(**values)
