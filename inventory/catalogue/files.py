"""Opens a catalogue file, packed or not, and turns every way it can be broken into one sentence."""

import csv
import io
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

XZ_MAGIC = b"\xfd7zXZ\x00"
LINES_BETWEEN_REPORTS = 20_000

# Called with the lines read so far and the part of the file that is behind us, 0.0 to 1.0.
Progress = Callable[[int, float], None]


class CatalogueFileError(ValueError):
    """The file cannot be used. The message says what is wrong with it and what to do next."""


def silent(lines: int, part: float) -> None:
    """A `Progress` that reports to nobody."""


@contextmanager
def csv_rows(path: Path, progress: Progress = silent) -> Iterator[Iterator[list[str]]]:
    """Give the rows of a `.csv` or `.csv.xz`, header first, without reading it all into memory.

    Packed or not is told by the first bytes, not by the name. `progress` hears every 20,000 lines and at the
    end.

    Raises `CatalogueFileError` for a file that is missing, a folder, truncated, of another encoding, or no
    CSV.
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
