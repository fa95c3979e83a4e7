"""The table of docs/guarantees.md: the results of each row, written by `make faults` when all rows passed."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.enduring import Observed

TEMPLATE = Path(__file__).with_name("guarantees.template.md")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    number: str
    fault: str
    held: str
    adds: str
    longest_add: str
    lag: str

    def __str__(self) -> str:
        cells = (self.number, self.fault, self.held, self.adds, self.longest_add, self.lag)
        return f"| {' | '.join(cells)} |"


_rows: list[Row] = []


def note(number: str, fault: str, held: str, observed: "Observed | None") -> None:
    """Store and print a row. Tests without a load have no numbers."""
    numbers = ("", "", "")
    if observed:
        numbers = (
            f"{observed.acked} / {observed.committed}",
            f"{observed.longest_add * 1000:.0f}",
            f"{observed.lag:.1f}",
        )
    row = Row(number, fault, held, *numbers)
    _rows.append(row)
    print(row)  # noqa: T201


def write_if_asked(*, complete: bool) -> None:
    """Write the file that FAULTS_REPORT names, unless a row failed."""
    target = os.environ.get("FAULTS_REPORT")
    if target and complete and _rows:
        Path(target).write_text(_document())


def _document() -> str:
    values = {
        "{cores}": str(os.cpu_count()),
        "{load}": f"{os.getloadavg()[2]:.0f}",
        "{rows}": "\n".join(map(str, sorted(_rows, key=_order))),
    }
    text = TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _order(row: Row) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, row.number))
    return (int(digits) if digits else 99, row.number)
