"""`csv_answer`, a list as a CSV file: its columns, of the rows that were chosen or found."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags

M = TypeVar("M", bound=Model)

_ROWS_AT_ONCE = 2000
# A spreadsheet would run such a cell as a formula. Rule: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file for `csv.writer` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def csv_answer(model_admin: Any, rows: QuerySet[Any], columns: Iterable[str]) -> StreamingHttpResponse:
    """A CSV attachment, newest rows first. It is written while it is read, so a long list needs no memory.

    Arguments: the admin of the list, for columns that are its methods; the rows; names of columns as in `list_display`.
    """
    name = f"{model_admin.model._meta.model_name}-{timezone.localdate():%Y-%m-%d}.csv"
    lines = _lines(model_admin, rows, list(columns))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(model_admin: Any, rows: QuerySet[Any], columns: list[str]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow([label_for_field(column, model_admin.model, model_admin) for column in columns])
    for row in in_chunks(rows, by="-pk"):
        yield writer.writerow([_cell(column, row, model_admin) for column in columns])


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
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return defused(strip_tags(str(value)))


def defused(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; numbers stay numbers."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
