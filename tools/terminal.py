"""What the person at the terminal is told."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LocalError(Exception):
    """Something that ends the run. Its text is one clear line, and maybe the end of a log after it."""


def say(text: str) -> None:
    """Print a line at once, even into a pipe and on a terminal that lacks the characters."""
    shown = text.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8")
    try:
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()
    except OSError:
        # The terminal is gone (SIGHUP): stopping everything in order matters more than saying so.
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115


@contextmanager
def step(label: str) -> Iterator[None]:
    """Show that `label` is under way, and with a check mark and the seconds that it is done."""
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
    """The last `lines` lines of a log, indented; empty where there is no log."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-lines:])


def with_log(message: str, log: Path) -> str:
    """`message`, followed by the end of the log that tells why."""
    shown = tail(log)
    return f"{message} The end of {log}:\n{shown}" if shown else f"{message} Its log is empty: {log}"
