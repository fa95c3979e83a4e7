"""`GuardedColumns`, for columns that only locked or conditional writes may change; `instances` and `joined`.

These two return rows of hand-written SQL as model instances, at a third of the cost of `Manager.raw`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.db import connection, models
from django.db.models import Model


class GuardedColumns(models.Model):
    """A model whose full `save()` of an existing row does not write the guarded columns.

    An instance has the numbers of the moment it was loaded. Django's full save would write them back, and undo what
    shoppers did since. To write a guarded column, lock the row and name the column in `update_fields`.
    """

    guarded_columns: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None and not self._state.adding:
            columns = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            update_fields = columns - self.guarded_columns
        super().save(*args, update_fields=update_fields, **kwargs)


M = TypeVar("M", bound=Model)


def instances(model: type[M], sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[M]:
    """Run a statement that returns all columns of a model, in any order. Further columns become attributes.

    Raises KeyError where a column of the model is missing.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [_instance(model, dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def columns(model: type[Model], table: str) -> str:
    """The columns to select for a model in `joined`. `table` is the name or alias of its table there."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def joined(
    models: Collection[type[Model]], sql: str, params: Sequence[Any] | Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run a statement that selects the `columns` of these models, in their order, and then further values.

    Returns for each row a tuple: an instance of each model, then the further values.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_parted(models, iter(row)) for row in cursor.fetchall()]


def _instance(model: type[M], values: dict[Any, Any]) -> M:
    instance = _made(model, iter([values.pop(field.column) for field in model._meta.concrete_fields]))
    for name, value in values.items():
        setattr(instance, name, value)
    return instance


def _parted(models: Collection[type[Model]], values: Iterator[Any]) -> tuple[Any, ...]:
    return *[_made(model, values) for model in models], *values


def _made(model: type[M], values: Iterator[Any]) -> M:
    fields = model._meta.concrete_fields
    return model.from_db(connection.alias, [f.attname for f in fields], [_read(f, next(values)) for f in fields])


def _read(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
