"""Databases of their own, on the server of the tests, for what a test does to a whole one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections


@contextmanager
def empty_database() -> Iterator[None]:
    """Within the block, Django's default connection leads to a new, empty database; afterwards it is gone."""
    name = f"test_{uuid.uuid4().hex}"
    before = connections["default"]
    _execute(f'CREATE DATABASE "{name}"')
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**before.settings_dict, "NAME": name}
    connections["default"] = wrapper
    try:
        yield
    finally:
        wrapper.close()
        connections["default"] = before
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
