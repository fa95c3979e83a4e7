"""How lists are narrowed: `ChoiceFilter`, `ValueFilter` for the values of one column, and the search `any_of`.

`any_of` uses an index for each column. Django's own search joins all columns by OR. Over two tables no index serves
that, and each search reads a million rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.http import HttpRequest

Choices = dict[str, tuple[str, Q]]


class ChoiceFilter(SimpleListFilter):
    """A choice of conditions. A subclass has `title`, `parameter_name` and `options`.

    `default` is the label and condition before a choice is made, where that is not all rows.
    """

    default: ClassVar[tuple[str, Q]] = ("", Q())

    def options(self) -> Choices:
        """By the value in the address: the label of the choice, and its condition. Called once a page."""
        raise NotImplementedError

    def condition(self, value: str) -> Q:
        """The condition of a value of the address. An unknown value shows the default."""
        return self._options[value][1] if value in self._options else self.default[1]

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        self._options = self.options()
        return [(value, label) for value, (label, _) in self._options.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.condition(self.value() or ""))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": self.default[0] or first["display"]}
        yield from others


class ValueFilter(ChoiceFilter):
    """Rows with this value in a column. A value that is not offered works too."""

    column: ClassVar[str]

    def values(self) -> Iterable[tuple[str, str]]:
        """The values that are offered, with their labels."""
        raise NotImplementedError

    def options(self) -> Choices:
        return {value: (label, self.condition(value)) for value, label in self.values()}

    def condition(self, value: str) -> Q:
        return Q(**{self.column: value}) if value else Q()


class _Ids(ArraySubquery):
    template = "(ARRAY(%(subquery)s))"


class _IsOneOf(Func):
    template = "(%(expressions)s)"
    arg_joiner = " = ANY "
    output_field = BooleanField()


def any_of(rows: QuerySet[Any], *ways: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows that at least one of the querysets of the same model finds.

    The ids are an array, which PostgreSQL has before it reads a row. It cannot know how many rows a search finds, and
    with IN it reads all of a large table from its newest row on, in the hope of a page that is soon full.
    """
    first, *others = (way.order_by().values("pk") for way in ways)
    return rows.filter(_IsOneOf(F("pk"), _Ids(first.union(*others))))


def row_id(term: str) -> int:
    """The term as the id of a row; -1, which no row has, where it cannot be one."""
    return int(term) if term.isascii() and term.isdigit() and len(term) <= 18 else -1
