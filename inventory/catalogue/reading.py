"""Reads a file of either kind into rows of the catalogue, and accounts for every line of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inventory.catalogue.derive import NO_NAME, Derivation
from inventory.catalogue.files import CatalogueFileError, Progress, csv_rows, silent
from inventory.catalogue.lines import LOG_COLUMNS, parse_line
from inventory.catalogue.rows import CATALOGUE_COLUMNS, CatalogueRow, read_rows


@dataclass(slots=True)
class Reading:
    """What a file gave. Each of the `read` lines below the header is `taken`, or `skipped` for a reason."""

    rows: list[CatalogueRow]
    read: int
    taken: int
    skipped: Counter[str] = field(default_factory=Counter)


def read_catalogue(path: Path, progress: Progress = silent) -> Reading:
    """Read an invoice log or the project's own catalogue; the header tells which.

    Raises CatalogueFileError, with what to do next, for a file that cannot be read, is neither, or has no
    goods.
    """
    with csv_rows(path, progress) as lines:
        header = tuple(name.strip() for name in next(lines, []))
        if header == LOG_COLUMNS:
            reading = _read_log(lines)
        elif header == CATALOGUE_COLUMNS:
            reading = _read_own(lines)
        else:
            raise CatalogueFileError(f"{path}: {_unknown_columns(header)}")
    if not reading.rows:
        raise CatalogueFileError(
            f"{path}: no line of it is goods with a price. Is it the right file? Nothing was changed."
        )
    return reading


def _read_own(lines: Iterator[list[str]]) -> Reading:
    rows = list(read_rows(lines))
    return Reading(rows, read=len(rows), taken=len(rows))


def _read_log(lines: Iterable[list[str]]) -> Reading:
    derivation, skipped, read = Derivation(), Counter[str](), 0
    for fields in lines:
        read += 1
        line = parse_line(fields)
        if isinstance(line, str):
            skipped[line] += 1
        else:
            derivation.add(line)
    if nameless := derivation.nameless_lines():
        skipped[NO_NAME] = nameless
    return Reading(derivation.rows(), read, read - skipped.total(), skipped)


def _unknown_columns(header: tuple[str, ...]) -> str:
    found = ", ".join(header)[:120] if any(header) else "nothing"
    if not found.isprintable():
        found = "what is no text"
    return (
        f"its first line has {found}. Expected the columns of an invoice log ({', '.join(LOG_COLUMNS)}) "
        f"or of a catalogue ({', '.join(CATALOGUE_COLUMNS)}); nothing was changed."
    )
