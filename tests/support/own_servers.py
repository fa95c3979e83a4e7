"""Fixtures for folders whose tests start servers of their own; their conftest imports them by name."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """These tests have a Redis of their own."""


@pytest.fixture(autouse=True)
def _database(django_db_blocker: Any) -> Iterator[None]:
    """And databases of their own, to which they point Django now and then."""
    with django_db_blocker.unblock():
        yield
