"""`clean_up_quickly` and `empty_tables`: delete what a test with committed rows has left, in milliseconds.

Django's `flush` empties all tables with TRUNCATE, which creates a new file for each index, and creates permissions and
roles again: half a second a test. This module empties only tables with rows, by DELETE without triggers. The rows of
`post_migrate` stay unless a test has changed them.
"""

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
# The tables that `post_migrate` fills: content types, permissions, and the roles with theirs.
_MADE_BY_MIGRATE = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")

_made: dict[str, tuple[str, ...]] = {}  # by the name of a database


def clean_up_quickly() -> None:
    """Make tests clean up by this module. Call it when the database is as `migrate` has left it."""
    _made[connection.settings_dict["NAME"]] = _digests()
    TransactionTestCase._fixture_teardown = _clean_up  # type: ignore[attr-defined]


def empty_tables() -> None:
    """Delete all rows but those of `post_migrate`. Waits for transactions that are still writing."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = sorted(set(found) - set(_MADE_BY_MIGRATE))
    look = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE")
        cursor.execute(look)
        if filled := [table for (table,) in cursor.fetchall()]:
            cursor.execute(_emptying(filled))


def _clean_up(test_case: Any) -> None:
    name = connection.settings_dict["NAME"]
    if _made.get(name) == _digests():
        empty_tables()
    else:
        _flush(test_case)
        _made[name] = _digests()


def _emptying(tables: list[str]) -> str:
    if not _may_pass_triggers():
        return f"TRUNCATE {', '.join(tables)} CASCADE"
    # The ledger's trigger refuses DELETE. Without triggers foreign keys are not checked either, so any order works.
    deletes = [f"DELETE FROM {table}" for table in tables]  # noqa: S608
    return "; ".join(["SET LOCAL session_replication_role = replica", *deletes])


def _digests() -> tuple[str, ...]:
    columns = ", ".join(
        f"(SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM {table} t)"  # noqa: S608
        for table in _MADE_BY_MIGRATE
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        row: tuple[str, ...] = cursor.fetchone()
        return row


def _may_pass_triggers() -> bool:
    """The user of the private server may. The user of a server that DATABASE_URL names perhaps not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])
