"""`CappedPaginator`, for lists of millions of rows."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet

MOST_ROWS = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first 10,000 rows. Nobody turns to page 201; people search or filter.

    An exact count reads the whole table, and a late page reads all rows before it: at a million lines each takes longer
    than the rest of the page.
    """

    @cached_property
    def count(self) -> int:
        """The number of rows, counted up to the cap. 1 query."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[:MOST_ROWS].count()
        return min(len(rows), MOST_ROWS)
