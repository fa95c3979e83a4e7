"""Messages for the person at the terminal, and `LocalError`, which ends the run with one."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LocalError(Exception):
    """An error that ends the run. The text is one line, and may have the end of a log after it."""


def say(text: str) -> None:
    """Print a line at once, even into a pipe, or on a terminal that lacks some characters."""
    shown = text.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8")
    try:
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()
    except OSError:
        # The terminal is gone (SIGHUP). An orderly stop matters more than the message.
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115


@contextmanager
def step(label: str) -> Iterator[None]:
    """Show `label` while the block runs, then a check mark and the seconds that it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        sys.stdout.write(f"  … {label}")
        sys.stdout.flush()
    try:
        yield
    except BaseException:
        if sys.stdout.isatty():
            say("")
        raise
    start_of_line = "\r" if sys.stdout.isatty() else ""
    say(f"{start_of_line}  ✓ {label:<44} {time.monotonic() - started:5.1f} s")


def tail(log: Path, lines: int = 15) -> str:
    """Return the last `lines` lines of a log, indented; empty if there is no log."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-lines:])


def with_log(message: str, log: Path) -> str:
    """Return `message`, followed by the end of the log, which tells why."""
    shown = tail(log)
    return f"{message} The end of {log}:\n{shown}" if shown else f"{message} Its log is empty: {log}"
