"""Filters of lists that are more than a column's values."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest


class DefaultedFilter(SimpleListFilter):
    """A filter whose first choice is something else than "All": what staff want to see when they open the list."""

    default = ""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": self.default}
        yield from others


class ValueFilter(SimpleListFilter):
    """Rows that have this value in a column; the subclass knows which values there are."""

    column: ClassVar[str]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset
