"""Filters of lists that are more than a column's values."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList


class DefaultedFilter(SimpleListFilter):
    """A filter whose first choice is something else than "All": what staff want to see when they open the list."""

    default = ""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": self.default}
        yield from others
