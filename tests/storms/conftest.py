"""What all storms share: shoppers, and the look at the database's own count of deadlocks."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from cart.owners import Owner
from tests.support.invariants import broken_rules

Deadlocks = Callable[[], int]


@pytest.fixture
def guests() -> Callable[[int], list[Owner]]:
    """Make so many guests without carts."""
    return lambda count: [Owner(guest_token=uuid.uuid4()) for _ in range(count)]


@pytest.fixture
def rules_hold_at_the_end(transactional_db: None) -> Iterator[None]:
    """The final audit of a storm."""
    yield
    assert broken_rules() == {}


@pytest.fixture
def deadlocks(transactional_db: None) -> Deadlocks:
    """How many deadlocks the database has met since the test began.

    A process reports its own when it ends, so ask after the storm.
    """
    before = _deadlocks()
    return lambda: _deadlocks() - before


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
