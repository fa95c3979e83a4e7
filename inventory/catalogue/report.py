"""What the commands tell a person: progress while a file is read, and the account of its lines at the end."""

from django.core.management.base import OutputWrapper

from inventory.catalogue.files import LINES_BETWEEN_REPORTS, Progress
from inventory.catalogue.reading import Reading

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
