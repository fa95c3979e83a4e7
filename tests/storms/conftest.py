"""Fixtures of all storms: shoppers, the final check of the rules, and the database's own count of deadlocks."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from cart.owners import Owner
from tests.support.invariants import broken_rules

Deadlocks = Callable[[], int]


@pytest.fixture
def guests() -> Callable[[int], list[Owner]]:
    """Make this many guests without carts."""
    return lambda count: [Owner(guest_token=uuid.uuid4()) for _ in range(count)]


@pytest.fixture
def rules_hold_at_the_end(transactional_db: None) -> Iterator[None]:
    """Check all rules after the storm."""
    yield
    assert broken_rules() == {}


@pytest.fixture
def deadlocks(transactional_db: None) -> Deadlocks:
    """Return how many deadlocks the database has detected since the test began.

    A session reports its own when it ends, so call it after the storm.
    """
    before = _deadlocks()
    return lambda: _deadlocks() - before


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
