"""`led_to` and `empty_database` point Django at another database. `somebody_waits` looks for lock waits in this one.

`on_its_own_connection` is for what a second thread does.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


@contextmanager
def led_to(**place: object) -> Iterator[None]:
    """Within the block, change the default connection. Arguments: the settings that differ, such as NAME."""
    before = connections["default"]
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**before.settings_dict, **place}
    connections["default"] = wrapper
    try:
        yield
    finally:
        wrapper.close()
        connections["default"] = before


@contextmanager
def empty_database() -> Iterator[None]:
    """Within the block, use a new, empty database of the same server. It is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    _execute(f'CREATE DATABASE "{name}"')
    try:
        with led_to(NAME=name):
            yield
    finally:
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def somebody_waits() -> bool:
    """Return whether a session of this database waits for a lock. Other test processes use other databases."""
    with connection.cursor() as cursor:
        # Within a transaction pg_stat_activity does not change after the first query, unless the snapshot is cleared.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def on_its_own_connection(act: Callable[[], T]) -> T:
    """Act in a thread, and close the thread's connection afterwards. Returns the result of `act`."""
    try:
        return act()
    finally:
        connection.close()


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
