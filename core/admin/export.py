"""`csv_answer`, a list as a CSV file: its columns, of the rows that were chosen or found."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from typing import Any, TypeVar

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeData

from core.csv_cells import csv_lines

M = TypeVar("M", bound=Model)

_ROWS_AT_ONCE = 2000


def csv_answer(model_admin: Any, rows: QuerySet[Any], columns: Iterable[str]) -> StreamingHttpResponse:
    """A CSV attachment, newest rows first. It is written while it is read, so a long list needs no memory.

    Arguments: the admin of the list, for columns that are its methods; the rows; names of columns as in `list_display`.
    """
    columns = list(columns)
    header = [str(label_for_field(column, model_admin.model, model_admin)) for column in columns]
    cells = ([_cell(column, row, model_admin) for column in columns] for row in in_chunks(rows, by="-pk"))
    return attachment(model_admin.model._meta.model_name, csv_lines(header, cells))


def attachment(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """An answer that a browser stores as a CSV file of today with this name."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def in_chunks(rows: QuerySet[M], *, by: str) -> Iterator[M]:
    """Yield the rows in the order of a unique column, with a query for each 2,000.

    `iterator()` would hold the whole answer in memory, since the driver fetches it at once without server-side cursors;
    with them a transaction would stay open for as long as the client reads. Rows added or deleted meanwhile may be
    missing or not.
    """
    name, seen = by.removeprefix("-"), f"{by.removeprefix('-')}__{'lt' if by.startswith('-') else 'gt'}"
    chunk = rows = rows.order_by(by)
    while found := list(chunk[:_ROWS_AT_ONCE]):
        yield from found
        chunk = rows.filter(**{seen: getattr(found[-1], name)})


def _cell(column: str, row: Any, model_admin: Any) -> str:
    try:
        value = lookup_field(column, row, model_admin)[2]
    except ObjectDoesNotExist:
        return ""
    return _written(value)


def _written(value: Any) -> str:
    """A value as spreadsheets read it: a moment in the shop's time zone, and as text what a page shows of HTML."""
    match value:
        case None:
            return ""
        case (_, shown):  # a coloured label: its key and its text
            return _written(shown)
        case datetime():
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return f"{local:%Y-%m-%d %H:%M:%S}"
        case SafeData():
            return unescape(strip_tags(str(value)))
    return str(value)
