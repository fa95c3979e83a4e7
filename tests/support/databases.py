"""Other databases than the test's own, to which Django's default connection is led; and who waits in this one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections


@contextmanager
def led_to(**place: object) -> Iterator[None]:
    """Within the block the default connection leads elsewhere. Arguments: what its settings differ in, such as NAME."""
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
    """Within the block it leads to a new, empty database of the same server, which is gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    _execute(f'CREATE DATABASE "{name}"')
    try:
        with led_to(NAME=name):
            yield
    finally:
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def somebody_waits() -> bool:
    """Whether a session of this database waits for a lock. All test processes share the server, so others may too."""
    with connection.cursor() as cursor:
        # A transaction sees pg_stat_activity as it was at its first look, unless it forgets that look.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
