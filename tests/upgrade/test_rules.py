"""Migrations after the release keep to the rules by which a shop is upgraded while it is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.support.databases import empty_database
from tests.upgrade.dumps import VERSIONS, load, migrations_of
from tests.upgrade.rules import complaints

APPS = {"inventory", "cart", "orders", "workers", "analytics", "customers", "delivery", "outbox"}
RELEASED = {name for name in migrations_of(VERSIONS[-1]) if name.split(".")[0] in APPS}

INDEX = models.Index(name="one", fields=["key"])
CHECK = models.CheckConstraint(name="two", condition=models.Q(key=""))


def migration(*operations: Operation, atomic: bool = True) -> Migration:
    body = {"operations": list(operations), "atomic": atomic}
    made: Migration = type("Migration", (Migration,), body)("0002_next", "cart")
    return made


def test_what_came_after_the_release_keeps_to_the_rules() -> None:
    disk = MigrationLoader(None).disk_migrations or {}
    ours = {f"{app}.{name}": each for (app, name), each in disk.items() if app in APPS}
    assert len(RELEASED) >= 25
    assert set(ours) >= RELEASED, "A released migration is never renamed or removed."
    found: list[str] = []
    for name in sorted(set(ours) - RELEASED):
        reviewed = getattr(import_module(ours[name].__module__), "reviewed", "")
        found += complaints(ours[name], reviewed)
    assert found == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("cart", INDEX),
        migrations.RemoveIndex("cart", "one"),
        migrations.AddField("cart", "note", models.CharField(max_length=5, default="")),
        migrations.RemoveField("cart", "note"),
        migrations.RenameField("cart", "note", "word"),
        migrations.RenameModel("Cart", "Basket"),
        migrations.AlterField("cart", "note", models.TextField()),
        migrations.AddConstraint("cart", CHECK),
        migrations.DeleteModel("Cart"),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.RunSQL("SELECT 1"),
        AddIndexConcurrently("cart", INDEX),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_stops_an_open_shop_is_seen_unless_its_author_answers_for_it(operation: Operation) -> None:
    assert len(list(complaints(migration(operation)))) == 1
    assert list(complaints(migration(operation), f"{type(operation).__name__}: on purpose")) == []


@pytest.mark.parametrize(
    "made",
    [
        migration(AddIndexConcurrently("cart", INDEX), atomic=False),
        migration(AddConstraintNotValid("cart", CHECK)),
        migration(ValidateConstraint("cart", "two")),
        migration(migrations.AddField("cart", "note", models.CharField(max_length=5, null=True))),
        migration(migrations.AddField("cart", "note", models.CharField(max_length=5, default="", db_default=""))),
        migration(
            migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddIndex("note", INDEX),
        ),
    ],
)
def test_what_nobody_notices_is_fine(made: Migration) -> None:
    assert list(complaints(made)) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_waits_for_a_lock_as_long_as_a_shopper_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind it all of them would wait, for whatever holds the table. What it did until then is undone."""
    monkeypatch.setattr("shop.management.commands.migrate.LONGEST", "50ms")
    with empty_database():
        load(VERSIONS[0])
        with another_session() as other:
            usual = lock_timeout(other)
            with other.cursor() as cursor:
                cursor.execute("BEGIN; LOCK TABLE inventory_stockmovement IN ROW EXCLUSIVE MODE")
                wait_for_ever()
                with pytest.raises(CommandError, match="A lock was not to be had"):
                    call_command("migrate", "inventory", "0009", verbosity=0)
        assert lock_timeout(connection) == usual


@contextmanager
def another_session() -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()


def wait_for_ever() -> None:
    """As a person's session does, which has no time-outs of a web process."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


def lock_timeout(session: Any) -> str:
    with session.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])
