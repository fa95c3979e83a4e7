"""`at`: what the database does at an injected moment, to the microsecond, without waiting for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

# PostgreSQL finds a function by the search path, so one in front of its own answers for this session and nobody else:
# what Django's Now() and the statements of the shop ask. Defaults of columns keep the real time.
_SHADOWS = """
    CREATE SCHEMA tests_clock;
    CREATE FUNCTION tests_clock.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS
        'SELECT pg_catalog.current_setting(''tests.moment'')::timestamptz';
    CREATE FUNCTION tests_clock.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS
        'SELECT tests_clock.statement_timestamp()';
    CREATE FUNCTION tests_clock.transaction_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS
        'SELECT tests_clock.statement_timestamp()';
    SET LOCAL search_path = tests_clock, pg_catalog, public;
"""


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be this moment for all statements of this session, inside a transaction. Not nested."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tests.moment', %s, true)", [moment.isoformat()])
        cursor.execute(_SHADOWS)
    try:
        yield
    finally:
        if not transaction.get_connection().needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL search_path = DEFAULT; DROP SCHEMA tests_clock CASCADE")
