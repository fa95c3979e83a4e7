"""`GuardedColumns`, for models with columns that only locked or conditional writes may change."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models


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
