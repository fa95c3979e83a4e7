"""`drill_database`: a database beside the shop's while a drill runs. Nothing else on the server is changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.backends.utils import CursorWrapper
from psycopg2.errors import InsufficientPrivilege  # type: ignore[import-untyped]
from psycopg2.extensions import quote_ident  # type: ignore[import-untyped]

from tools.oversell_drill import MARK

_LONGEST_NAME = 63  # bytes; PostgreSQL cuts off the rest
_LONGEST_SUFFIX = len(MARK) + len("4194304_") + 8

# template0, since CREATE DATABASE refuses a template with connections, and template0 allows none.
_CREATE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
_ABOUT_OURS = """
    SELECT pg_backend_pid(), current_user, pg_encoding_to_char(encoding), datcollate, datctype
      FROM pg_database WHERE datname = current_database()
"""
# The name contains the session that created the database. A drill keeps that session, so this query does not find the
# databases of running drills.
_LEFT = """
    SELECT datname FROM pg_database
     WHERE starts_with(datname, %(prefix)s) AND pg_get_userbyid(datdba) = current_user
       AND substring(datname FROM '_([0-9]{1,9})_[0-9a-f]{8}$')::int NOT IN (SELECT pid FROM pg_stat_activity)
"""


class DrillRefused(Exception):
    """The drill cannot have a database. The message says why, what to do, and what was changed."""


@contextmanager
def drill_database(tell: Callable[[str], None]) -> Iterator[str]:
    """Create a database, yield its name, and always drop it, even if sessions are connected to it.

    Databases that killed drills left are dropped first, unless sessions are connected to them. `tell` gets lines of
    progress. Raises DrillRefused.
    """
    with _session() as cursor:
        name = _create(cursor)
        try:
            for left in _drop_left(cursor):
                tell(f"dropped {left}, which a killed drill had left")
            yield name
        finally:
            _drop(name)
            tell(f"dropped {name}")


@contextmanager
def _session() -> Iterator[CursorWrapper]:
    """A separate session: DROP DATABASE waits for a checkpoint, longer than a web process's time-outs allow.

    Behind a pooler its settings would reach other clients, so there the role's own time-outs apply.
    """
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            if settings.DATABASE_STARTUP_OPTIONS:
                cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
            yield cursor
    finally:
        session.close()


def _create(cursor: CursorWrapper) -> str:
    cursor.execute(_ABOUT_OURS)
    pid, role, encoding, collate, ctype = cursor.fetchone()
    name = f"{_prefix()}{pid}_{uuid4().hex[:8]}"
    try:
        cursor.execute(_CREATE.format(name=_quoted(cursor, name), encoding=encoding, collate=collate, ctype=ctype))
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise DrillRefused(
            f"A drill runs in a database of its own, and the role {role} may not create one. Let a superuser run\n"
            f"    ALTER ROLE {_quoted(cursor, role)} CREATEDB;\nand start the drill again. Nothing was changed."
        ) from None
    return name


def _drop_left(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute(_LEFT, {"prefix": _prefix()})
    for (name,) in cursor.fetchall():
        with suppress(OperationalError):  # a session is connected to it, or another drill has just dropped it
            cursor.execute(f"DROP DATABASE {_quoted(cursor, name)}")
            yield name


def _drop(name: str) -> None:
    """Use a new session: the one that created the database may be lost."""
    try:
        with _session() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(cursor, name)} WITH (FORCE)")
    except DatabaseError as error:
        raise DrillRefused(f"{name} could not be dropped; the next drill will try again. {error}") from error


def _prefix() -> str:
    ours = connection.settings_dict["NAME"].encode()[: _LONGEST_NAME - _LONGEST_SUFFIX].decode(errors="ignore")
    return f"{ours}{MARK}"


def _quoted(cursor: CursorWrapper, name: str) -> str:
    quoted: str = quote_ident(name, cursor.cursor)
    return quoted
