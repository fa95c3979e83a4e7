"""Rows with columns that only locked or conditional writes may change."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models


class GuardedColumns(models.Model):
    """A model whose full `save()` of an existing row leaves its guarded columns as the database has them.

    An instance that was loaded a second ago knows numbers of a second ago; writing them back, as Django's full save
    does, would undo whatever shoppers did meanwhile. To write a guarded column, name it in `update_fields` and have the
    row locked.
    """

    guarded_columns: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None and not self._state.adding:
            columns = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            update_fields = columns - self.guarded_columns
        super().save(*args, update_fields=update_fields, **kwargs)
