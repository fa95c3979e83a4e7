"""Takes away what a test with committed rows has left, in milliseconds.

Django's own way, `flush`, empties all tables with TRUNCATE, a new file for each index, and makes permissions and roles
again: half a second a test. Here only tables that have rows are emptied, by DELETE without triggers, and what
`post_migrate` has made stays as long as no test has changed it.
"""

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
# What `post_migrate` makes: kinds of rows, permissions, and the roles with theirs.
_MADE_BY_MIGRATE = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")

_made: dict[str, tuple[str, ...]] = {}  # by the name of a database


def clean_up_quickly() -> None:
    """From now on tests clean up as this module says; the database is as `migrate` has left it."""
    _made[connection.settings_dict["NAME"]] = _digests()
    TransactionTestCase._fixture_teardown = _clean_up  # type: ignore[attr-defined]


def empty_tables() -> None:
    """Delete every row but those that `post_migrate` has made. Waits for whoever is still writing."""
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
    # The ledger refuses a DELETE, by a trigger; and without triggers no foreign key is looked up, whatever the order.
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
    """The user of the private server may; that of a server which DATABASE_URL names perhaps not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])
