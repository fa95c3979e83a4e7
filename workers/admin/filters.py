"""Filters whose choices are known without reading a whole table, as Django's own would."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from analytics.models import DailyFigure
from outbox.registry import registry


class ValueFilter(SimpleListFilter):
    """Rows that have this value in a column; the subclass knows which values there are."""

    column: ClassVar[str]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class EffectFilter(ValueFilter):
    title = column = parameter_name = "effect"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(registry)]


class FigureNameFilter(ValueFilter):
    title = column = parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """From the totals alone, which are few."""
        names = DailyFigure.objects.filter(variant_id=None).order_by("name").values_list("name", flat=True)
        return [(name, name) for name in names.distinct()]


class EventNameFilter(ValueFilter):
    title = column = parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_AND_NEXT)
            return [(name, name) for (name,) in cursor.fetchall()]


# From each name straight to the next in the index; PostgreSQL's DISTINCT reads every row.
# https://wiki.postgresql.org/wiki/Loose_indexscan
_NEXT_AND_NEXT = """
    WITH RECURSIVE names AS (
        SELECT min(name) AS name FROM workers_analyticsevent
        UNION ALL
        SELECT (SELECT min(name) FROM workers_analyticsevent WHERE name > names.name) FROM names WHERE name IS NOT NULL)
    SELECT name FROM names WHERE name IS NOT NULL
"""
