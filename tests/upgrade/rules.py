"""What a migration may not do to a shop that is open. The reasons are in CONTRIBUTING.md."""

from collections.abc import Iterator

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

_CONCURRENT = AddIndexConcurrently | RemoveIndexConcurrently
_BY_HAND = (
    (RemoveField, "old processes still read the column: first release without it, then drop it"),
    (DeleteModel, "old processes still use the table: first release without it, then drop it"),
    (RenameField | RenameModel, "old processes know the old name: add the new one, fill it, drop the old one later"),
    (AlterField, "a new type may rewrite the table, a new NOT NULL reads all of it: see the three steps"),
    (AddConstraint, "it reads the whole table under a lock: NOT VALID first, VALIDATE in a later migration"),
    (RunPython | RunSQL, "no bound on how long it takes or locks: batches in a command, or say why it is quick"),
)


def complaints(migration: Migration, reviewed: str = "") -> Iterator[str]:
    """What a person must look at, a line each. What the migration itself says of an operation in `reviewed` is enough.

    Arguments: a migration after the release; the lines of its module's `reviewed`, which name the operations that its
    author answers for, such as "AlterField: only help texts".
    """
    made = {operation.name.lower() for operation in migration.operations if isinstance(operation, CreateModel)}
    for operation in migration.operations:
        if getattr(operation, "model_name", "").lower() in made:
            continue  # nobody waits for a table that was not there before
        why = _why(operation, is_atomic=migration.atomic)
        if why and f"{type(operation).__name__}:" not in reviewed:
            yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {why}"


def _why(operation: Operation, *, is_atomic: bool) -> str:
    if isinstance(operation, _CONCURRENT):
        return "CONCURRENTLY needs atomic = False" if is_atomic else ""
    if isinstance(operation, AddConstraintNotValid):
        return ""
    if isinstance(operation, AddIndex | RemoveIndex):
        return "use AddIndexConcurrently or RemoveIndexConcurrently, with atomic = False"
    if isinstance(operation, AddField):
        field = operation.field
        optional = field.null or field.many_to_many or field.db_default is not NOT_PROVIDED
        return "" if optional else "old processes insert without it: null=True or a db_default"
    return next((why for kind, why in _BY_HAND if isinstance(operation, kind)), "")
