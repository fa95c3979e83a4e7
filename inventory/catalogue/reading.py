"""`read_catalogue` reads a file as rows of a catalogue, and accounts for every line of it.

Every shop reads CSV, plain or packed by xz. Another kind of file has a `Reader`, which SHOP_CATALOGUE_READERS names.
`csv_rows` opens any CSV file in the same way; `progress_to` and `account_of` are what commands print.
"""

import csv
import io
import lzma
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.utils.module_loading import import_string

from inventory.catalogue.rows import ALL_COLUMNS, CATALOGUE_COLUMNS, CatalogueRow, read_rows
from inventory.errors import CatalogueFileError

XZ_MAGIC = b"\xfd7zXZ\x00"
LINES_BETWEEN_REPORTS = 20_000

# Called with the lines read so far, and the part of the file that is read, 0.0 to 1.0.
Progress = Callable[[int, float], None]


def silent(lines: int, part: float) -> None:
    """A `Progress` that reports to nobody."""


@contextmanager
def csv_rows(path: Path, progress: Progress = silent) -> Iterator[Iterator[list[str]]]:
    """Give the rows of a `.csv` or `.csv.xz`, header first, without reading it all into memory.

    The first bytes say whether the file is packed, not its name. `progress` is called every 20,000 lines and at the
    end. Raises `CatalogueFileError` for a file that is missing, a folder, truncated, of another encoding, or no CSV.
    """
    try:
        with path.open("rb") as raw, _unpacked(raw) as plain, _text(plain) as text:
            yield _rows(text, raw, path.stat().st_size, progress)
    except (OSError, EOFError, UnicodeDecodeError, lzma.LZMAError, csv.Error) as error:
        raise CatalogueFileError(f"{path}: {_what_is_wrong(error)}") from error


def _unpacked(raw: BinaryIO) -> BinaryIO:
    packed = raw.read(len(XZ_MAGIC)) == XZ_MAGIC
    raw.seek(0)
    return cast(BinaryIO, lzma.LZMAFile(raw)) if packed else raw


def _text(plain: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")


def _rows(text: TextIO, raw: BinaryIO, size: int, progress: Progress) -> Iterator[list[str]]:
    count = 0
    for count, row in enumerate(csv.reader(text, strict=True), start=1):
        yield row
        if count % LINES_BETWEEN_REPORTS == 0:
            progress(count, min(raw.tell() / max(size, 1), 0.99))
    progress(count, 1.0)


def _what_is_wrong(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file. Check the path; nothing was changed."
        case EOFError():
            return "the packed file ends too early. Copy or download it again; nothing was changed."
        case lzma.LZMAError():
            return "the packed file is damaged. Copy or download it again; nothing was changed."
        case UnicodeDecodeError():
            return "this is not UTF-8 text. Save it as CSV in UTF-8 (or pack that with xz); nothing was changed."
        case csv.Error():
            return f"this is not a CSV file ({error}). Export it as CSV in UTF-8; nothing was changed."
        case OSError():
            return f"it cannot be read ({error.strerror or error}). Give a readable file; nothing was changed."
        case _:
            return str(error)


@dataclass(slots=True)
class Reading:
    """The result of reading a file. Each `read` line below the header is `taken`, or `skipped` for a reason."""

    rows: list[CatalogueRow]
    read: int
    taken: int
    skipped: Counter[str] = field(default_factory=Counter)


class Reader(NamedTuple):
    """One kind of file: its name ("an invoice log"), its header, and the function that reads the lines below."""

    kind: str
    columns: Sequence[str]
    read: Callable[[Iterator[list[str]]], Reading]


def read_catalogue(path: Path, progress: Progress = silent) -> Reading:
    """Read a catalogue, or a file of a kind that has a reader in the settings. The header decides the kind.

    Raises CatalogueFileError, with what to do next, for a file that cannot be read, has an unknown header, or has no
    products.
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
    forms = [ALL_COLUMNS[:count] for count in range(len(CATALOGUE_COLUMNS), len(ALL_COLUMNS) + 1)]
    own = [Reader("a catalogue", columns, partial(_read_own, columns)) for columns in forms]
    return [*named, *own]


def _read_own(columns: Sequence[str], lines: Iterator[list[str]]) -> Reading:
    rows = list(read_rows(lines, columns))
    return Reading(rows, read=len(rows), taken=len(rows))


def _unknown_columns(header: Sequence[str], readers: Sequence[Reader]) -> str:
    found = ", ".join(header)[:120] if any(header) else "nothing"
    if "\t" in found:
        found = "tabs between its columns, where commas should be"
    elif not found.isprintable():
        found = "what is no text"
    expected = " or ".join(f"of {reader.kind} ({', '.join(reader.columns)})" for reader in readers)
    return f"its first line has {found}. Expected the columns {expected}; nothing was changed."


# A terminal is redrawn in place; a log file gets a line now and then.
_LINES_BETWEEN_LOGGED = 5 * LINES_BETWEEN_REPORTS


def progress_to(stream: OutputWrapper) -> Progress:
    """Return a `Progress` that writes lines and per cent to a command's `stderr`."""

    def write(text: str, ending: str) -> None:
        stream.write(text, style_func=str, ending=ending)  # progress is no error, so not in red
        stream.flush()

    def report(lines: int, part: float) -> None:
        done = part == 1.0
        text = f"read {lines:,} lines, {part:.0%}"
        if stream.isatty():
            write(f"\r{text}", ending="\n" if done else "")
        elif done or lines % _LINES_BETWEEN_LOGGED == 0:
            write(text, ending="\n")

    return report


def account_of(reading: Reading) -> str:
    """Return a table in which every line of the file is either taken or skipped for a reason."""
    table = [("Lines read", reading.read), ("taken", reading.taken)]
    table += [(f"skipped: {reason}", count) for reason, count in reading.skipped.most_common()]
    width = max(len(label) for label, _ in table)
    return "\n".join(f"{label:<{width}}  {count:>9,}" for label, count in table)
