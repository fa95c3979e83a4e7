"""`rows_by_code`, products and variants by the numbers and SKUs that people type."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper

from core.one_line import code

M = TypeVar("M", bound=Model)

_CODES_A_QUERY = 5000


def rows_by_code(rows: QuerySet[M], column: str, typed: Iterable[str]) -> dict[str, M]:
    """Return the rows with these codes, by what was typed; capitals make no difference. 1 query for each 5,000 codes.

    A code that was stored before there was a rule for codes is found too, if it was typed exactly so.
    """
    wanted, found = list(dict.fromkeys(typed)), dict[str, M]()
    for start in range(0, len(wanted), _CODES_A_QUERY):
        batch = wanted[start : start + _CODES_A_QUERY]
        either = Q((f"{column}__in", batch)) | Q(capitals__in=[code(text) for text in batch])
        found |= {getattr(row, column): row for row in rows.alias(capitals=Upper(column)).filter(either)}
    by_code = {code(stored): row for stored, row in found.items()} | found
    return {text: row for text in wanted if (row := by_code.get(text) or by_code.get(code(text)))}
