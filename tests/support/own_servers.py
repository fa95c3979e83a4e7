"""Fixtures for folders whose tests start their own servers. The conftest of such a folder imports them by name."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """Do nothing: these tests have their own Redis."""


@pytest.fixture(autouse=True)
def _database(django_db_blocker: Any) -> Iterator[None]:
    """Allow access to the database: these tests point Django at their own databases."""
    with django_db_blocker.unblock():
        yield
