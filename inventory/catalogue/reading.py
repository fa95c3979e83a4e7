"""Reads a file into rows of the catalogue, and accounts for every line of it.

Every shop reads a catalogue as CSV. Another kind of file has a `Reader`, which SHOP_CATALOGUE_READERS names.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from inventory.catalogue.files import CatalogueFileError, Progress, csv_rows, silent
from inventory.catalogue.rows import CATALOGUE_COLUMNS, CatalogueRow, read_rows


@dataclass(slots=True)
class Reading:
    """What a file gave. Each of the `read` lines below the header is `taken`, or `skipped` for a reason."""

    rows: list[CatalogueRow]
    read: int
    taken: int
    skipped: Counter[str] = field(default_factory=Counter)


class Reader(NamedTuple):
    """One kind of file: its name ("an invoice log"), the header that tells it, and what reads the lines below."""

    kind: str
    columns: Sequence[str]
    read: Callable[[Iterator[list[str]]], Reading]


def read_catalogue(path: Path, progress: Progress = silent) -> Reading:
    """Read a catalogue, or a file of another kind that the settings name a reader for; the header tells which.

    Raises CatalogueFileError, with what to do next, for a file that cannot be read, is of no such kind, or has no
    goods.
    """
    readers = _readers()
    with csv_rows(path, progress) as lines:
        header = [name.strip() for name in next(lines, [])]
        reader = next((reader for reader in readers if list(reader.columns) == header), None)
        if reader is None:
            raise CatalogueFileError(f"{path}: {_unknown_columns(header, readers)}")
        reading = reader.read(lines)
    if not reading.rows:
        raise CatalogueFileError(
            f"{path}: no line of it is goods with a price. Is it the right file? Nothing was changed."
        )
    return reading


def _readers() -> list[Reader]:
    named = [import_string(path) for path in settings.SHOP_CATALOGUE_READERS]
    return [*named, Reader("a catalogue", CATALOGUE_COLUMNS, _read_own)]


def _read_own(lines: Iterator[list[str]]) -> Reading:
    rows = list(read_rows(lines))
    return Reading(rows, read=len(rows), taken=len(rows))


def _unknown_columns(header: Sequence[str], readers: Sequence[Reader]) -> str:
    found = ", ".join(header)[:120] if any(header) else "nothing"
    if not found.isprintable():
        found = "what is no text"
    expected = " or ".join(f"of {reader.kind} ({', '.join(reader.columns)})" for reader in readers)
    return f"its first line has {found}. Expected the columns {expected}; nothing was changed."
